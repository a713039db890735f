"""Verdicts on candidates, by `cfprm grade`: the one grader of the project (docs/grading.md)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cfprm_runner.contract.files import write_json
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.external import cfprm_command
from cfprm_runner.reproduce.lines import json_lines
from cfprm_runner.reproduce.options import Grade
from cfprm_runner.reproduce.problem_sets import problem_key
from cfprm_runner.sample.problems import Problem, read_problems
from cfprm_runner.scoring.trajectories import Trajectory, read_trajectories


@dataclass(frozen=True)
class Verdicts:
    """The document of `reproduce grade`."""

    grader: str
    """Name and version."""
    correct: list[bool]
    """By row of the candidates."""
    undecided: int
    """Candidates that took too much work to compare; they count as wrong."""


def grade(options: Grade) -> int:
    """The command; returns the exit code. Fault: see `by_problem`, or the grader cannot be called."""
    problems, _ = read_problems(options.problems)
    candidates = matching(problems, options.candidates, options.n)
    gold = {problem_key(one.text): one.gold for one in problems}
    pairs = [{"gold": gold[problem_key(one.solution.problem)], "pred": _ending(one) or None} for one in candidates]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "pairs.jsonl"
        file.write_text(json_lines(pairs), "utf-8")
        done = subprocess.run(
            [*cfprm_command(options.cfprm), "grade", str(file), "--json"], capture_output=True, text=True, check=False
        )
    # 1: some pairs were not decided, which the document counts.
    if done.returncode not in (0, 1):
        raise Fault(f"cfprm grade ended with {done.returncode}: {done.stderr.strip()}", ExitCode.FAILED)
    document = json.loads(done.stdout)
    equal = [bool(row["equal"]) for row in document["rows"]]
    if len(equal) != len(pairs):
        raise Fault(
            f"cfprm grade answered {len(equal)} of {len(pairs)} pairs: {document['malformed']}", ExitCode.FAILED
        )
    verdicts = Verdicts(
        grader=f"{document['grader']['name']} {document['grader']['version']}",
        correct=equal,
        undecided=document["undecided"],
    )
    options.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.output, asdict(verdicts))
    print(f"{options.output}: {sum(equal)} of {len(equal)} candidates are right (grader {verdicts.grader})")
    return ExitCode.DONE


def read_verdicts(file: Path) -> Verdicts:
    """What `grade` wrote."""
    return Verdicts(**json.loads(file.read_text(encoding="utf-8")))


def matching(problems: Sequence[Problem], file: Path, n: int) -> list[Trajectory]:
    """
    The candidates of a file. Fault: a problem has not n of them, or a candidate is of a problem that is not among
    these; nothing could be compared with other models then.
    """
    candidates = read_trajectories(file)
    counts = Counter(problem_key(one.solution.problem) for one in candidates)
    strangers = counts.keys() - {problem_key(one.text) for one in problems}
    if strangers:
        first = next(one for one in candidates if problem_key(one.solution.problem) in strangers)
        raise Fault(
            f"{file}, row {first.row}: its problem is not in the file of problems "
            f"({first.solution.problem[:60]!r}); {sum(counts[key] for key in strangers)} of {len(candidates)} "
            "candidates are like that. Give the candidates of these problems, or remove the file, and they are sampled."
        )
    odd = [one for one in problems if counts[problem_key(one.text)] != n]
    if odd:
        raise Fault(
            f"{file} does not match its problems: {len(odd)} of {len(problems)} have not {n} candidates; "
            f"{odd[0].text[:60]!r} has {counts[problem_key(odd[0].text)]}. Give {n} per problem, or remove the file, "
            "and they are sampled."
        )
    return candidates


def _ending(one: Trajectory) -> str:
    """Where a solution states its answer: the last two steps, as `cfprm bon` has it."""
    return "\n\n".join(one.solution.steps[-2:]).strip()
