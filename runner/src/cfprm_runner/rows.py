"""The rows of a block: TRL's stepwise supervision and the column `cfprm`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from cfprm_runner.fault import Fault


@dataclass(frozen=True)
class Row:
    """A trajectory of a block."""

    number: int
    """Line of the file, from 1."""
    prompt: str
    steps: list[str]
    labels: list[float | None]
    """In [0, 1]; None where the step is masked."""
    single: bool
    """Whether every window is one step, so that the row is the same in the finest block."""


def read_rows(file: Path) -> Iterator[Row]:
    """Reads a file of rows. A fault names the row: it is no such row, or a label is out of range."""
    with file.open(encoding="utf-8", newline="\n") as stream:
        try:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield _row(line, number, file.name)
        except UnicodeDecodeError as error:
            raise Fault(f"{file.name} is not UTF-8 ({error.reason}): merge again.") from None


def _row(line: str, number: int, name: str) -> Row:
    where = f"{name}, row {number}"
    try:
        plain = json.loads(line)
    except ValueError as error:
        raise Fault(f"{where}: no JSON ({error}). Merge again.") from None
    if not isinstance(plain, dict):
        plain = {}
    prompt, steps, labels = plain.get("prompt"), plain.get("completions"), plain.get("labels")
    if not isinstance(prompt, str) or not _are_texts(steps) or not isinstance(labels, list):
        raise Fault(f"{where}: it lacks a prompt, completions or labels. Training reads what `cfprm merge` writes.")
    if len(labels) != len(steps):
        raise Fault(f"{where}: {len(steps)} completions and {len(labels)} labels. Each step needs one; merge again.")
    note = plain.get("cfprm")
    spans = note.get("spans") if isinstance(note, dict) else None
    single = isinstance(spans, list) and all(end - start == 1 for start, end in spans)
    return Row(number, prompt, steps, [_label(label, k, where) for k, label in enumerate(labels, start=1)], single)


def _are_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _label(value: Any, step: int, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, (bool, int, float)) and 0 <= value <= 1:
        return float(value)
    raise Fault(
        f"{where}: the label of step {step} is {json.dumps(value)}. Labels are true, false, numbers from 0 to 1, or "
        "null for a masked step: correct it in the source and merge again."
    )
