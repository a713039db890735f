"""What metrics take of labelled and scored trajectories, and what is left out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cfprm_runner.evaluate.metrics import FirstErrors, Floats, Steps


@dataclass(frozen=True)
class LabelledScores:
    """A solution's labels and scores, one per step or None."""

    labels: Sequence[float | None]
    scores: Sequence[float | None]


@dataclass(frozen=True)
class Evaluated:
    """Steps and solutions that count, and how many do not."""

    steps: Steps
    first_errors: FirstErrors
    soft: int
    """Soft labels, which count as correct from 0.5 on."""
    unlabelled: int
    """Scored steps without a label; `unscored` are labelled ones without a score."""
    unscored: int
    unplaced: int
    """Scored solutions whose first error the labels do not tell: a step before it has none."""
    were_logits: bool
    """Whether a score lies outside [0, 1]: then all were taken as logits."""


def gather(solutions: Sequence[LabelledScores]) -> Evaluated:
    """Collects the steps that have a label and a score, and the solutions whose first error is known."""
    pairs = [
        (index, place, label, score)
        for index, one in enumerate(solutions)
        for place, (label, score) in enumerate(zip(one.labels, one.scores, strict=True))
    ]
    raw = np.array([score for *_, score in pairs if score is not None], np.float64)
    were_logits = bool(((raw < 0) | (raw > 1)).any())
    both = [(i, k, label, score) for i, k, label, score in pairs if label is not None and score is not None]
    scores = np.array([score for *_, score in both], np.float64)
    scores = _probabilities(scores, were_logits)
    steps = Steps(
        labels=np.array([label >= 0.5 for _, _, label, _ in both], np.int64),
        scores=scores,
        places=np.array([place for _, place, _, _ in both], np.int64),
        solutions=np.array([index for index, *_ in both], np.int64),
    )
    errors, rows, unplaced = [], [], 0
    for one in solutions:
        if any(score is None for score in one.scores) or not one.scores:
            continue
        error = first_error(one.labels)
        if error is None:
            unplaced += 1
            continue
        errors.append(error)
        rows.append(_probabilities(np.array(one.scores, np.float64), were_logits))
    return Evaluated(
        steps=steps,
        first_errors=FirstErrors(np.array(errors, np.int64), rows),
        soft=sum(label not in (0, 1) for _, _, label, _ in both),
        unlabelled=sum(label is None and score is not None for *_, label, score in pairs),
        unscored=sum(label is not None and score is None for *_, label, score in pairs),
        unplaced=unplaced,
        were_logits=were_logits,
    )


def first_error(labels: Sequence[float | None]) -> int | None:
    """The 0-based first step labelled wrong, -1 for none; None where an unlabelled step leaves it open."""
    for place, label in enumerate(labels):
        if label is None:
            return None
        if label < 0.5:
            return place
    return -1


def _probabilities(scores: Floats, were_logits: bool) -> Floats:
    return np.asarray(expit(scores)) if were_logits else scores
