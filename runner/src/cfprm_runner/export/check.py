"""Whether an exported model gives the scores of its checkpoint, on real rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from cfprm_runner.export.graph import Precision
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.scoring.align import Aligned, CannotScore, Solution, align
from cfprm_runner.scoring.readout import Floats, scores_of
from cfprm_runner.scoring.scorers import Scorer
from cfprm_runner.scoring.trajectories import read_trajectories
from cfprm_runner.step_features import FeatureSpec


@dataclass(frozen=True)
class CheckRow:
    """A solution as ids, and what PyTorch says to it: a margin (`readout.margins`) per step."""

    aligned: Aligned
    margins: Floats


@dataclass(frozen=True)
class Agreement:
    """How far an exported model's scores lie from those of PyTorch in single precision."""

    rows: int
    steps: int
    largest: float
    """Of the differences of steps' scores; `mean` is their mean, `logits` the largest of logits."""
    mean: float
    logits: float
    padded: float
    """The largest difference of scores between rows that ran alone and padded, of the exported model."""


def bundled_rows(features: FeatureSpec | None = None) -> list[Solution]:
    """
    Ten solutions of ProcessBench, short and long, with their step features if they are asked for. Fault: the features
    that come with the runner are of another set.
    """
    with resources.as_file(resources.files(__package__)) as folder:
        return [one.solution for one in read_trajectories(folder / "check_rows.jsonl", features)]


def reference(scorer: Scorer, solutions: Sequence[Solution]) -> list[CheckRow]:
    """What a checkpoint says to the solutions that it can read. Fault: it can read none, or one gives no number."""
    rows, why = [], "there are none"
    for solution in solutions:
        try:
            aligned = align(scorer.card, solution, scorer.tokenizer)
        except CannotScore as fault:
            why = str(fault)
            continue
        if aligned.ids:
            margins = _margins(scorer, aligned)
            scores_of(scorer.card, margins)
            rows.append(CheckRow(aligned, margins))
    if not rows:
        raise Fault(f"None of the rows to check with can be scored: {why} Give others with --rows.")
    return rows


def compare(scorer: Scorer, rows: Sequence[CheckRow]) -> Agreement:
    """Runs an exported model on rows of `reference`, alone and the longest and the shortest of them together."""
    card = scorer.card
    found = [_margins(scorer, row.aligned) for row in rows]
    scores = [scores_of(card, margins) for margins in found]
    wanted = np.concatenate([scores_of(card, row.margins) for row in rows])
    differences = np.abs(np.concatenate(scores) - wanted)
    logits = np.abs(np.concatenate(found) - np.concatenate([row.margins for row in rows]))
    order = sorted(range(len(rows)), key=lambda index: len(rows[index].aligned.ids))
    ends = [order[0], order[-1]]
    together = scorer.run([rows[index].aligned for index in ends])
    apart = 0.0
    for place, index in enumerate(ends):
        margins = scorer.margins(together[place, rows[index].aligned.positions])
        apart = max(apart, float(np.abs(scores_of(card, margins) - scores[index]).max()))
    return Agreement(
        rows=len(rows),
        steps=len(wanted),
        largest=float(differences.max()),
        mean=float(differences.mean()),
        logits=float(logits.max()),
        padded=apart,
    )


def judge(agreement: Agreement, precision: Precision, tolerance: float | None = None) -> None:
    """
    Accepts an agreement, or not. `tolerance` is allowed instead of the precision's own largest difference.
    Fault: scores differ by more.
    """
    largest = precision.largest if tolerance is None else tolerance
    mean = precision.mean * largest / precision.largest
    if agreement.largest <= largest and agreement.mean <= mean and agreement.padded <= largest:
        return
    needed = max(agreement.largest, agreement.padded, agreement.mean * precision.largest / precision.mean)
    needed = float(np.ceil(needed * 20) / 20)
    way = (
        "The graph is wrong for this architecture: tell us which, and score with `cfprm-runner evaluate` until then."
        if precision.name == "fp32"
        else "Export another precision (fp16, or fp32). If `cfprm-runner evaluate` shows that these weights bear it, "
        f"allow it with --tolerance {needed:.2f}."
    )
    raise Fault(
        f"The exported {precision.name} model disagrees with PyTorch: scores of {agreement.steps} steps differ by up "
        f"to {agreement.largest:.2g} ({largest:.2g} is allowed), in the mean by {agreement.mean:.2g} ({mean:.2g}), and "
        f"padded from alone by up to {agreement.padded:.2g}. Nothing was written. {way}",
        ExitCode.FAILED,
    )


def _margins(scorer: Scorer, aligned: Aligned) -> Floats:
    return scorer.margins(scorer.run([aligned])[0, aligned.positions])
