"""Candidates of problems: TRL rows, one per candidate, or rows with a list of answers (RLHFlow)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cfprm_runner.evaluate.bon import Candidate
from cfprm_runner.fault import Fault
from cfprm_runner.sample.steps import SplitRule, split_steps
from cfprm_runner.scoring.align import Solution
from cfprm_runner.scoring.trajectories import is_texts, read_json_rows, scores_of_steps


@dataclass(frozen=True)
class Answer:
    """A candidate as it stands in a file."""

    row: int
    solution: Solution
    correct: bool | None
    scores: tuple[float | None, ...]


@dataclass
class Pool:
    """Candidates by problem, and how many take no part, by the words of `cfprm bon`."""

    problems: list[list[Candidate]] = field(default_factory=list)
    no_verdict: int = 0
    no_scores: int = 0
    partial_scores: int = 0

    @property
    def candidates(self) -> int:
        """Those that take part."""
        return sum(map(len, self.problems))


def read_candidates(file: Path) -> list[Answer]:
    """Reads a file of candidates. Fault: a row is of another format, or a problem never has a second candidate."""
    answers = [answer for number, row in read_json_rows(file) for answer in _answers(row, number, file)]
    if len({_key(answer) for answer in answers}) == len(answers):
        raise Fault(
            f"{file} has {len(answers)} solutions of as many problems, so there is nothing to choose from. Give a file "
            "with several candidates per problem, such as `cfprm-runner sample` writes."
        )
    return answers


def pool(answers: list[Answer], file: Path) -> Pool:
    """Gathers the candidates of each problem. Fault: none has both a verdict and scores."""
    result, groups = Pool(), dict[str, list[Candidate]]()
    for answer in answers:
        scores = tuple(score for score in answer.scores if score is not None)
        empty = not any(step.strip() for step in answer.solution.steps)
        if 0 < len(scores) < len(answer.solution.steps):
            result.partial_scores += 1
        elif not scores and not empty:
            result.no_scores += 1
        elif answer.correct is None:
            result.no_verdict += 1
        else:
            groups.setdefault(_key(answer), []).append(Candidate(answer.correct, scores))
    result.problems = list(groups.values())
    if result.candidates:
        return result
    if result.no_scores + result.partial_scores:
        raise Fault(f"{file} has no scores. Name the model that is to give them with --model.")
    raise Fault(
        f"None of the candidates in {file} has a verdict (final_correct, or label in rows with answers). If they have "
        "gold answers, `cfprm bon FILE` grades them; without scores, score them before: `cfprm score`."
    )


def with_scores(answers: list[Answer], scores: dict[int, list[float] | None]) -> list[Answer]:
    """The candidates with other scores, by their indices; none where there are none."""
    return [
        replace(answer, scores=tuple(scores[index] or (None,) * len(answer.solution.steps)))
        for index, answer in enumerate(answers)
    ]


def _key(answer: Answer) -> str:
    """Candidates of a problem share its text, white space aside."""
    return re.sub(r"\s+", " ", answer.solution.problem).strip()


def _answers(row: dict[str, Any], number: int, file: Path) -> list[Answer]:
    where = f"{file}, row {number}"
    prompt = row.get("prompt")
    if isinstance(prompt, str) and is_texts(row.get("completions")):
        steps = tuple(row["completions"])
        verdict = row.get("final_correct", row.get("final_answer_correct"))
        scores = scores_of_steps(row.get("scores"), len(steps), where)
        return [Answer(number, Solution(prompt, steps), verdict if isinstance(verdict, bool) else None, scores)]
    if not (isinstance(prompt, str) and is_texts(row.get("answers"))):
        raise Fault(
            f"{where}: it holds no candidates: neither a TRL row (prompt, completions, final_correct) nor one of "
            "RLHFlow (prompt, answers, label). `cfprm convert FILE --to trl` writes a row per candidate."
        )
    count = len(row["answers"])
    verdicts = _listed(row.get("label", row.get("labels")), count, where, "label")
    recorded = _listed(row.get("scores", row.get("step_scores")), count, where, "step_scores")
    answers = []
    for text, verdict, scores in zip(row["answers"], verdicts, recorded, strict=True):
        steps = _steps(text, scores)
        own = scores_of_steps(scores, len(steps), where)
        correct = bool(verdict) if verdict in (0, 1) else None
        answers.append(Answer(number, Solution(prompt, steps), correct, own))
    return answers


def _steps(text: str, scores: Any) -> tuple[str, ...]:
    """Blocks between blank lines, or what another rule gives where that is as many steps as there are scores."""
    rules: tuple[SplitRule, ...] = ("blank-line", "line", "step-marker", "whole")
    cuts = [split_steps(text, rule) for rule in rules]
    fitting = (cut for cut in cuts if isinstance(scores, list) and len(cut) == len(scores))
    return next(fitting, cuts[0])


def _listed(value: Any, count: int, where: str, name: str) -> list[Any]:
    if value is None:
        return [None] * count
    if not isinstance(value, list) or len(value) != count:
        raise Fault(f"{where}: {name} must be a list with an entry for each of the {count} answers.")
    return value
