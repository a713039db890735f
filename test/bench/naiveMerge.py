"""The yardstick in Python, with orjson if it is installed. Usage: python3 naiveMerge.py FILE DIR MAX"""

import os
import sys

try:
    import orjson

    loads, dumps = orjson.loads, orjson.dumps
except ImportError:
    import json

    def loads(line):
        return json.loads(line)

    def dumps(row):
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


path, folder, largest = sys.argv[1:4]
largest = int(largest)
os.makedirs(folder, exist_ok=True)
blocks = [(size, open(f"{folder}/window-{size}.jsonl", "wb", 1 << 20)) for size in range(largest, 0, -1)]
with open(path, "rb") as source:
    for number, line in enumerate(source, 1):
        row = loads(line)
        texts, labels = row["completions"], row["labels"]
        steps = len(texts)
        for size, out in blocks:
            if size < largest and steps <= size:
                continue
            spans = [[at, min(steps, at + size)] for at in range(0, steps, size)]
            merged = dict(row)
            merged["completions"] = ["\n".join(texts[a:b]) for a, b in spans]
            merged["labels"] = [labels[b - 1] for _, b in spans]
            merged["cfprm"] = {"row": number, "id": None, "window": size, "spans": spans}
            out.write(dumps(merged))
            out.write(b"\n")
for _, out in blocks:
    out.close()
