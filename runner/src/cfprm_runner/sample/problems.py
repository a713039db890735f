"""Problems to generate candidates for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.trajectories import read_json_rows

_TEXT = ("problem", "prompt", "question")
_GOLD = ("gold", "gold_answer", "ground_truth", "answer")


@dataclass(frozen=True)
class Problem:
    """A problem of a file; `row` is its number from 1."""

    row: int
    id: str | None
    text: str
    gold: str | None


def read_problems(file: Path) -> tuple[list[Problem], int]:
    """The problems of a file, each once, and how many rows repeat one. Fault: a row has no problem."""
    problems: dict[str, Problem] = {}
    rows = 0
    for number, row in read_json_rows(file):
        rows += 1
        text = next((row[key] for key in _TEXT if isinstance(row.get(key), str) and row[key].strip()), None)
        if text is None:
            raise Fault(
                f"{file}, row {number}: it has no problem. Give rows with a text named problem, prompt or question."
            )
        problem = Problem(number, _text(row.get("id")), text, next(filter(None, map(_text, map(row.get, _GOLD))), None))
        # As candidates are told apart: white space aside.
        problems.setdefault(re.sub(r"\s+", " ", text).strip(), problem)
    return list(problems.values()), rows - len(problems)


def _text(value: Any) -> str | None:
    if isinstance(value, str) and value.strip():
        return value
    return json.dumps(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
