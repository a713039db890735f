"""Rows for the demonstration model: what it is trained on, and folds of it that say how good it is.

    python prepare.py OUT

OUT gets `all`, the rows of the model itself, and `fold-K`: the same without one fifth of ProcessBench's problems,
whose solutions lie beside it as `apart-PART.jsonl`. A problem goes by a hash of its letters and digits, so that all
rows of it are on one side. The mix and its weights, as shares of rows, are those of the recipe in
docs/demonstration-model.md.
"""

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FOLDS = 5
PARTS = ("gsm8k", "math")
"""The parts of ProcessBench that say how good the model is."""

COPIES = {
    "processbench": 3.0,
    "mr-ben": 0.4,
    "prmbench": 0.12,
    "big-bench-mistake": 0.05,
    "weak": 0.6,
    "constructed": 0.15,
}
"""How often a row of each source is taken; a share below 1 takes that share of the rows, chosen by hash."""

Row = dict[str, Any]


def problem_key(problem: str) -> str:
    """The same for problems with the same letters and digits."""
    return re.sub(r"[\W_]", "", problem.lower())


def percent(text: str, salt: str) -> int:
    """A number from 0 to 99 that depends on nothing but the text."""
    return int(hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()[:8], 16) % 100


def lines(name: str) -> Iterator[Row]:
    """Rows of a data file."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def up_to_error(steps: list[str], labels: list[bool | None]) -> tuple[list[str], list[bool | None]]:
    """A solution up to its first error: whether later steps are right is not told, or follows from it."""
    end = labels.index(False) + 1 if False in labels else len(steps)
    return steps[:end], labels[:end]


def labelled() -> Iterator[Row]:
    """ProcessBench, MR-Ben, PRMBench and BIG-Bench-Mistake, labelled by people or by construction."""
    for row in lines("real_step_labels.jsonl.gz"):
        source, _, part = row["source"].lower().partition("/")
        steps, labels = up_to_error(row["completions"], row["labels"])
        part = row["id"].split("-")[0] if source == "processbench" else part
        yield {
            "id": row["id"], "source": source, "part": part, "prompt": row["prompt"], "completions": steps,
            "labels": labels,
        }  # fmt: skip


def weak() -> Iterator[Row]:
    """
    Solutions of GSM8K by language models (OpenAI, 2021), with the verdict on their answers. In a wrong one the first
    step whose calculator gives a number that no step of the gold solution gives is taken for the first error; where
    there is none, the solution is left out.
    """
    for number, row in enumerate(lines("example_model_solutions.jsonl.gz"), start=1):
        gold = {value(result) for result in re.findall(r"=\s*([^=<>]+)>>", row["ground_truth"])}
        for name, solution in row.items():
            if not isinstance(solution, dict):
                continue
            texts = [text for text in solution["solution"].split("\n") if text.strip() and not text.startswith("A:")]
            labels: list[bool | None] = [True] * len(texts)
            if not solution["is_correct"]:
                results = [re.findall(r"=\s*([^=<>]+)>>", text) for text in texts]
                wrong = [k for k, found in enumerate(results) if any(value(one) not in gold for one in found)]
                if not wrong:
                    continue
                labels[wrong[0]] = False
            steps, labels = up_to_error([plain(text) for text in texts], labels)
            if steps:
                yield {
                    "id": f"gsm8k-{name}-{number}", "source": "weak", "part": "gsm8k", "prompt": row["question"],
                    "completions": steps, "labels": labels,
                }  # fmt: skip


def constructed() -> Iterator[Row]:
    """Chains of GSM8K, and the same with one injected error."""
    for row in lines("gsm8k_constructed.jsonl.gz"):
        steps, labels = up_to_error([plain(text) for text in row["completions"]], row["labels"])
        yield {
            "id": row["id"], "source": "constructed", "part": "gsm8k", "prompt": row["prompt"], "completions": steps,
            "labels": labels,
        }  # fmt: skip


def plain(text: str) -> str:
    """Without the calculator's marks, which other solutions do not have."""
    return re.sub(r"<<.*?>>", "", text)


def value(text: str) -> str:
    """A number in one spelling, where it is one."""
    try:
        return f"{float(text.replace(',', '').strip()):g}"
    except ValueError:
        return text.strip()


def copies(row: Row) -> int:
    """How often a row is trained on."""
    wanted = COPIES[row["source"]]
    whole = int(wanted)
    return whole + (percent(row["id"], "copies") < round(100 * (wanted - whole)))


def write(file: Path, rows: Iterable[Row]) -> int:
    """Writes TRL rows; returns how many."""
    file.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def main() -> None:
    """Writes all splits below a folder, and `splits.json`, which counts them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    rows = [(row, problem_key(row["prompt"])) for row in (*labelled(), *weak(), *constructed())]
    benchmark = [(row, key) for row, key in rows if row["source"] == "processbench"]
    counts: dict[str, Any] = {"training": {}, "apart": {}}
    for fold in [None, *range(FOLDS)]:
        name = "all" if fold is None else f"fold-{fold}"
        apart = {key for _, key in benchmark if fold is not None and percent(key, "fold") % FOLDS == fold}
        train = [(row, copy) for row, key in rows if key not in apart for copy in range(copies(row))]
        write(out / name / "train.jsonl", ({**row, "id": f"{row['id']}#{copy}"} for row, copy in train))
        counts["training"][name] = dict(Counter(row["source"] for row, _ in train))
        for part in PARTS if fold is not None else ():
            own = [row for row, key in benchmark if key in apart and row["part"] == part]
            counts["apart"][f"{part}, {name}"] = write(out / name / f"apart-{part}.jsonl", own)
    (out / "splits.json").write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(counts, indent=2))


if __name__ == "__main__":
    main()
