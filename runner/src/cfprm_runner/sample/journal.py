"""The rows of a run that may be killed at any time: appended whole, in the order of the plan, each once."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cfprm_runner.contract.files import sync
from cfprm_runner.fault import Fault

Key = tuple[int, int]
"""Row of the problem and candidate, both from 1."""


class Journal:
    """`OUT.partial`, which becomes `OUT` when its last row is written."""

    def __init__(self, target: Path, fingerprint: str, plan: Sequence[Key]) -> None:
        """
        Opens what a killed run left: a row that was not written to its end is dropped. Fault: it is of a run with
        other settings.
        """
        self._target = target
        self._file = target.with_name(target.name + ".partial")
        self._fingerprint = fingerprint
        self._plan = plan
        target.parent.mkdir(parents=True, exist_ok=True)
        self.done = self._recover() if self._file.exists() else 0

    def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """Writes the next rows of the plan and waits until they are on the disk."""
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        with self._file.open("ab") as stream:
            stream.write(text.encode("utf-8", "surrogatepass"))
            stream.flush()
            os.fsync(stream.fileno())
        self.done += len(rows)

    def finish(self) -> None:
        """Gives the file its name."""
        self._file.replace(self._target)
        sync(self._target.parent)

    def _recover(self) -> int:
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        rows = whole.splitlines()
        for row, key in zip(rows, self._plan, strict=False):
            if _identity(row) != (self._fingerprint, *key):
                raise Fault(
                    f"{self._file} is of a run with other settings or problems. Give the same ones to go on with it, "
                    "name another output, or remove it to begin anew."
                )
        if len(whole) < len(content):
            with self._file.open("r+b") as stream:
                stream.truncate(len(whole))
        return len(rows)


def _identity(row: bytes) -> tuple[str, int, int] | None:
    """Fingerprint, problem and candidate of a row; None if it is none of ours."""
    try:
        found = json.loads(row)
        place = found["sample"]
        return found["sampled_by"]["fingerprint"], place["problem"], place["candidate"]
    except (ValueError, KeyError, TypeError):
        return None
