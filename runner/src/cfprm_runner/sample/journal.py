"""The rows of a run that may be killed at any time: appended whole, in the order of the plan, each once."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from cfprm_runner.contract.files import sync
from cfprm_runner.fault import ExitCode, Fault

Key = tuple[int, int]
"""Row of the problem and candidate, both from 1."""


class Journal:
    """`OUT.partial`, which becomes `OUT` when its last row is written. To be used in a `with`: one run writes it."""

    def __init__(self, target: Path, fingerprint: str, plan: Sequence[Key]) -> None:
        self._target = target
        self._file = target.with_name(target.name + ".partial")
        self._lock = FileLock(target.with_name(target.name + ".lock"))
        self._fingerprint = fingerprint
        self._plan = plan
        self.done = 0
        """Rows of the plan that are on the disk."""

    def __enter__(self) -> Journal:
        """
        Opens what a killed run left: a row that was not written to its end is dropped. Fault: another run is writing
        it, or it is of a run with other settings.
        """
        self._target.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Fault(f"Another run is writing {self._target}. Wait for it, or name another output.") from None
        try:
            self.done = self._recover() if self._file.exists() else 0
        except Fault:
            self._release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._release()

    def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """Writes the next rows of the plan and waits until they are on the disk. Fault: it does not take them."""
        try:
            with self._file.open("ab") as stream:
                stream.write(b"".join(map(_line, rows)))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise Fault(
                f"{self._file} cannot be written ({error.strerror}). What it holds stays: make room, and the same "
                "command goes on.",
                ExitCode.FAILED,
            ) from error
        self.done += len(rows)

    def finish(self) -> None:
        """Gives the file its name."""
        self._file.replace(self._target)
        sync(self._target.parent)

    def _release(self) -> None:
        self._lock.release()
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()

    def _recover(self) -> int:
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        rows = whole.split(b"\n")[:-1]
        for row, key in zip_longest(rows, self._plan[: len(rows)]):
            if key is None or _identity(row) != (self._fingerprint, *key):
                raise Fault(
                    f"{self._file} is of a run with other settings or problems. Give the same ones to go on with it, "
                    "name another output, or remove it to begin anew."
                )
        if len(whole) < len(content):
            with self._file.open("r+b") as stream:
                stream.truncate(len(whole))
        return len(rows)


def _line(row: dict[str, Any]) -> bytes:
    """A row as a line; half of a surrogate pair, which has no bytes, is spelled as the escape that it came from."""
    try:
        return (json.dumps(row, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(row) + "\n").encode()


def _identity(row: bytes) -> tuple[str, int, int] | None:
    """Fingerprint, problem and candidate of a row; None if it is none of ours."""
    try:
        found = json.loads(row)
        place = found["sample"]
        return found["sampled_by"]["fingerprint"], place["problem"], place["candidate"]
    except (ValueError, KeyError, TypeError):
        return None
