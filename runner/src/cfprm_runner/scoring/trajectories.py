"""Rows with solutions: TRL's stepwise supervision, and ProcessBench. Others: `cfprm convert --to trl`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import Solution
from cfprm_runner.step_features import FeatureRows, FeatureSpec, check_features


@dataclass(frozen=True)
class Trajectory:
    """A solution, with the labels and the recorded scores of its steps; None where a step has none."""

    row: int
    """Line of the file, from 1; element, of an array."""
    solution: Solution
    labels: tuple[float | None, ...]
    """In [0, 1]: 1 is correct, 0 incorrect."""
    scores: tuple[float | None, ...]
    correct: bool | None
    """The recorded verdict on the final answer."""
    scored_by: str | None
    """The model that the scores are of, as `cfprm score` notes it."""


def read_trajectories(file: Path, features: FeatureSpec | None = None) -> list[Trajectory]:
    """
    Reads all rows of a file, with the step features that lie beside it if they are asked for.

    Fault: it cannot be read, a row is of another format, a label is out of range; the features are missing, of another
    set or of another file.
    """
    trajectories = [_trajectory(row, number, file) for number, row in read_json_rows(file)]
    if features is None:
        return trajectories
    rows = FeatureRows(check_features(file, features))
    tables = [rows.take(one.row, len(one.solution.steps)) for one in trajectories]
    return [
        replace(one, solution=replace(one.solution, features=table))
        for one, table in zip(trajectories, tables, strict=True)
    ]


def read_json_rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a file, lines of JSON or one array of objects, with their numbers from 1."""
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Fault(f"{file} does not exist. Check the name.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{file} cannot be read ({error}). Unpack it first if it is compressed.") from error
    rows: Iterable[tuple[int, Any]]
    if text.lstrip().startswith("["):
        rows = enumerate(_parsed(text, str(file)), start=1)
    else:
        lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
        rows = ((number, _parsed(line, f"{file}, row {number}")) for number, line in lines)
    empty = True
    for number, row in rows:
        if not isinstance(row, dict):
            raise Fault(f"{file}, row {number}: it is no JSON object.")
        empty = False
        yield number, row
    if empty:
        raise Fault(f"{file} has no rows. Give a file with a solution per row.")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Fault(f"{where}: it is not valid JSON ({error}). `cfprm validate` lists all such rows.") from error


def _trajectory(row: dict[str, Any], number: int, file: Path) -> Trajectory:
    where = f"{file}, row {number}"
    if isinstance(row.get("prompt"), str) and is_texts(row.get("completions")):
        problem, steps = row["prompt"], row["completions"]
        labels = _labels(row.get("labels"), len(steps), where)
    elif isinstance(row.get("problem"), str) and is_texts(row.get("steps")):
        problem, steps = row["problem"], row["steps"]
        labels = _labels_to_error(row.get("label"), len(steps), where)
    else:
        raise Fault(
            f"{where}: it is neither a TRL row (prompt, completions, labels) nor one of ProcessBench (problem, steps, "
            "label). Write the file as TRL rows first: `cfprm convert FILE --to trl --out rows.jsonl`."
        )
    verdict = row.get("final_correct", row.get("final_answer_correct"))
    by = row.get("scored_by")
    return Trajectory(
        row=number,
        solution=Solution(problem, tuple(steps)),
        labels=labels,
        scores=scores_of_steps(row.get("scores"), len(steps), where),
        correct=verdict if isinstance(verdict, bool) else None,
        scored_by=str(by["name"]) if isinstance(by, dict) and "name" in by else None,
    )


def is_texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _labels(value: Any, steps: int, where: str) -> tuple[float | None, ...]:
    if value is None:
        return (None,) * steps
    if not isinstance(value, list) or len(value) != steps:
        raise Fault(f"{where}: labels must be a list with one label for each of the {steps} completions.")
    for step, label in enumerate(value, start=1):
        if label is not None and not (isinstance(label, (bool, int, float)) and 0 <= label <= 1):
            raise Fault(
                f"{where}: the label of step {step} is {json.dumps(label)}. Labels are true, false, numbers from 0 to "
                "1, or null; `cfprm convert --to trl` writes them so."
            )
    return tuple(None if label is None else float(label) for label in value)


def _labels_to_error(value: Any, steps: int, where: str) -> tuple[float | None, ...]:
    """ProcessBench: the first error from 0, -1 for none; what follows it has no label."""
    if value is None:
        return (None,) * steps
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value < steps:
        raise Fault(f"{where}: label is {json.dumps(value)}: it must be the first wrong step from 0, or -1 for none.")
    if value < 0:
        return (1.0,) * steps
    return (1.0,) * value + (0.0,) + (None,) * (steps - value - 1)


def scores_of_steps(value: Any, steps: int, where: str) -> tuple[float | None, ...]:
    """The column `scores` of a row. Fault: it is no list with a number or null per step."""
    if value is None:
        return (None,) * steps
    if not isinstance(value, list) or len(value) != steps:
        raise Fault(f"{where}: scores must be a list with one number for each of the {steps} steps.")
    for step, score in enumerate(value, start=1):
        if score is not None and (isinstance(score, bool) or not isinstance(score, (int, float))):
            raise Fault(f"{where}: the score of step {step} is {json.dumps(score)}, which is no number.")
    return tuple(None if score is None else float(score) for score in value)
