"""`metrics.jsonl`: a line per update."""

import json
import math
from pathlib import Path
from typing import Any

from cfprm_runner.contract.files import write_text

FILE = "metrics.jsonl"


class MetricsFile:
    """Appends to `metrics.jsonl`; each step occurs once, also in a run that was killed and went on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def rewind(self, step: int) -> None:
        """Drops the lines after a step, and one that was not written to its end: they will be written again."""
        if not self._file.exists():
            return
        kept = []
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(line)["step"] <= step:
                    kept.append(line + "\n")
            except (ValueError, KeyError):
                continue
        write_text(self._file, "".join(kept))

    def append(self, values: dict[str, Any]) -> None:
        """Writes a line; numbers that are not finite become null, for which JSON has no other word."""
        plain = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in values.items()
        }
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(plain) + "\n")
