"""A trained model's choices among the candidates of each problem."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cfprm_runner.contract.files import write_json
from cfprm_runner.evaluate.bon import AGGREGATES, SELECTORS, Candidate, Ranked
from cfprm_runner.evaluate.source import Unscored, open_scorer, score_all
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.grading import read_verdicts
from cfprm_runner.reproduce.options import Score
from cfprm_runner.reproduce.problem_sets import problem_key
from cfprm_runner.scoring.trajectories import read_trajectories


@dataclass(frozen=True)
class Choices:
    """The document of `reproduce score`: what a model chose, problem by problem."""

    grader: str
    candidates: int
    right: dict[str, dict[str, list[float]]]
    """By selector (min, product, last, mean, first, random, oracle), then by n: for each problem the expected verdict
    over all n-subsets of its candidates."""
    ties: dict[str, list[bool]]
    """By aggregate, for each problem: whether several candidates share the highest one."""
    undecided: dict[str, list[bool]]
    """The same, where some of these are right and others wrong, so that their order decides."""
    unscored: dict[str, int]
    """Candidates without scores, which are never chosen before one with scores, by kind."""


def score(options: Score) -> int:
    """The command; returns the exit code. Fault: a file is not what the plan's other jobs write."""
    verdicts = read_verdicts(options.verdicts)
    solutions = [one.solution for one in read_trajectories(options.candidates)]
    if len(solutions) != len(verdicts.correct):
        raise Fault(
            f"{options.candidates} holds {len(solutions)} candidates and {options.verdicts} verdicts on "
            f"{len(verdicts.correct)}. Grade them again (`reproduce grade`)."
        )
    # The same text has the same scores, and small backbones repeat themselves.
    different = list(dict.fromkeys(solutions))
    unscored = Unscored()
    found = score_all(open_scorer(options.model, device=options.device), different, unscored)
    scores = {one: tuple(found[index] or ()) for index, one in enumerate(different)}
    if not any(scores.values()):
        why = next(iter(unscored.examples.values()), "there is none")
        raise Fault(f"No candidate of {options.candidates} could be scored: {why}", ExitCode.FAILED)
    problems: dict[str, list[Candidate]] = {}
    for one, correct in zip(solutions, verdicts.correct, strict=True):
        problems.setdefault(problem_key(one.problem), []).append(Candidate(correct, scores[one]))
    choices = choices_of(list(problems.values()), options.sizes, verdicts.grader, dict(unscored.counts))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.output, asdict(choices))
    print(f"{options.output}: {len(problems)} problems, {len(different):,} different candidates scored")
    return ExitCode.DONE


def read_choices(file: Path) -> Choices:
    """What `score` wrote."""
    return Choices(**json.loads(file.read_text(encoding="utf-8")))


def choices_of(
    problems: Sequence[Sequence[Candidate]], sizes: Sequence[int], grader: str, unscored: dict[str, int]
) -> Choices:
    """What the rules of `evaluate` choose among the candidates of each problem."""
    logits = any(not 0 <= score <= 1 for problem in problems for one in problem for score in one.scores)
    ranked = [Ranked(problem, logits) for problem in problems]
    values = {n: [one.expected(n) for one in ranked] for n in sizes}
    return Choices(
        grader=grader,
        candidates=sum(map(len, problems)),
        right={name: {str(n): [row[k] for row in values[n]] for n in sizes} for k, name in enumerate(SELECTORS)},
        ties={name: [one.tied(name) for one in ranked] for name in AGGREGATES},
        undecided={name: [one.undecided(name) for one in ranked] for name in AGGREGATES},
        unscored=unscored,
    )
