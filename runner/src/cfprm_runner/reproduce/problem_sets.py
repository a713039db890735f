"""The problem files of the paper: MATH500, GSM8K and GSM-Plus, as their authors publish them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfprm_runner.contract.files import write_text
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.lines import json_lines
from cfprm_runner.reproduce.options import Layout, NoneRule, Problems
from cfprm_runner.sample.problems import Problem, read_problems
from cfprm_runner.scoring.trajectories import read_json_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class ProblemSet:
    """Problems with gold answers, and how many of the file's have "None" as theirs and were left out."""

    problems: list[Problem]
    left_out: int


def write_problems(options: Problems) -> int:
    """The command; returns the exit code. Fault: see `read_problem_set`."""
    found = read_problem_set(options.input, options.layout, options.none)
    rows = [{"id": one.id, "problem": one.text, "gold": one.gold} for one in found.problems]
    options.output.parent.mkdir(parents=True, exist_ok=True)
    write_text(options.output, json_lines(rows))
    left = f'; {found.left_out} whose answer is "None" left out' if found.left_out else ""
    print(f"{options.output}: {len(rows)} problems{left}")
    return ExitCode.DONE


def read_problem_set(file: Path, layout: Layout, none: NoneRule = "leave-out") -> ProblemSet:
    """
    The problems of a file, each once. Fault: it cannot be read, a row is laid out otherwise, or one has no gold answer.
    """
    if layout == "plain":
        plain, _ = read_problems(file)
        lacking = next((one for one in plain if one.gold is None), None)
        if lacking is not None:
            raise _no_gold(file, lacking.row, "gold or answer")
        return ProblemSet(plain, 0)
    read = _READERS[layout]
    problems, left_out = dict[str, Problem](), 0
    for number, row in read_json_rows(file):
        problem = read(row, number, file)
        if problem.gold == "None" and layout == "gsm-plus" and none == "leave-out":
            left_out += 1
            continue
        problems.setdefault(problem_key(problem.text), problem)
    if not problems:
        raise Fault(f'{file}: all {left_out} problems have the answer "None". Give the whole set, or --none as-word.')
    return ProblemSet(list(problems.values()), left_out)


def problem_key(text: str) -> str:
    """What a problem is told apart by, as everywhere: its text, white space aside."""
    return re.sub(r"\s+", " ", text).strip()


def last_boxed(text: str) -> str | None:
    r"""What the last `\boxed{...}` of a text holds, by matching braces; None if there is none that ends."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth = 0
    for place in range(start + len("\\boxed"), len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start + len("\\boxed{") : place]
    return None


def _math500(row: Row, number: int, file: Path) -> Problem:
    """HuggingFaceH4/MATH-500: problem, solution, answer, unique_id; MATH itself has the solution alone."""
    text = _text(row, "problem", number, file, "MATH500")
    gold = _given(row.get("answer")) or last_boxed(_given(row.get("solution")) or "")
    return _problem(row.get("unique_id"), text, gold, number, file, "answer, or a solution with \\boxed{...}")


def _gsm8k(row: Row, number: int, file: Path) -> Problem:
    """openai/grade-school-math: question, and an answer whose last line is "#### 18"."""
    text = _text(row, "question", number, file, "GSM8K")
    _, mark, gold = (_given(row.get("answer")) or "").rpartition("####")
    return _problem(
        row.get("id"), text, gold.strip() if mark else None, number, file, 'an answer that ends in "#### 18"'
    )


def _gsm_plus(row: Row, number: int, file: Path) -> Problem:
    """qtli/GSM-Plus: question, answer, perturbation_type and what the problem was made from."""
    text = _text(row, "question", number, file, "GSM-Plus")
    if "perturbation_type" not in row:
        raise Fault(f"{file}, row {number}: it has no perturbation_type, as GSM-Plus has. Is it a file of GSM8K?")
    # Some copies have no text there, but JSON's own null.
    gold = "None" if "answer" in row and row["answer"] is None else _given(row.get("answer"))
    return _problem(row.get("id"), text, gold, number, file, "answer")


_READERS: dict[str, Callable[[Row, int, Path], Problem]] = {
    "math500": _math500,
    "gsm8k": _gsm8k,
    "gsm-plus": _gsm_plus,
}


def _problem(name: Any, text: str, gold: str | None, number: int, file: Path, wanted: str) -> Problem:
    if not gold or not gold.strip():
        raise _no_gold(file, number, wanted)
    return Problem(number, str(name) if name is not None else str(number), text, gold.strip())


def _no_gold(file: Path, number: int, wanted: str) -> Fault:
    return Fault(
        f"{file}, row {number}: the problem has no gold answer ({wanted}), so no candidate could be graded. Give a "
        "file with answers; a test set that is published without them cannot be used."
    )


def _text(row: Row, key: str, number: int, file: Path, name: str) -> str:
    value = row.get(key)
    if isinstance(value, str) and value.strip():
        return value
    raise Fault(f"{file}, row {number}: it has no {key}, as {name} has. Name the file's own layout, or give that file.")


def _given(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    return str(value) if isinstance(value, (str, int, float)) else None
