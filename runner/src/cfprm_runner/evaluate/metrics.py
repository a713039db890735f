"""Metrics of step scores. Labels are 1 (correct) and 0 (incorrect); scores are probabilities that a step is correct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """Labelled and scored steps, an entry each."""

    labels: Integers
    scores: Floats
    places: Integers
    """0-based place in the solution."""
    solutions: Integers
    """0-based solution; resamples take solutions as a whole, because their steps are not independent."""


def auc(labels: Integers, scores: Floats) -> float | None:
    """
    The chance that a correct step has a higher score than an incorrect one (ties count half); None without one of
    each kind.
    """
    return float(roc_auc_score(labels, scores)) if 0 < labels.sum() < len(labels) else None


def stratified_auc(labels: Integers, scores: Floats, places: Integers) -> float | None:
    """
    The same chance among pairs of steps at the same place of their solutions: later steps are wrong more often, so
    a model that only counts steps has a plain AUC above 0.5, and here 0.5. None if no place has steps of both kinds.
    """
    total, pairs = 0.0, 0
    for place in np.unique(places):
        here = places == place
        own = auc(labels[here], scores[here])
        if own is not None:
            positive = int(labels[here].sum())
            count = positive * (int(here.sum()) - positive)
            total += own * count
            pairs += count
    return total / pairs if pairs else None


@dataclass(frozen=True)
class Bin:
    """Steps whose scores lie in [low, high) (the last bin holds 1, too)."""

    low: float
    high: float
    count: int
    score: float | None
    """Mean score; `correct` is the share of correct steps. None without steps."""
    correct: float | None


def reliability(labels: Integers, scores: Floats, bins: int = 10) -> list[Bin]:
    """Bins of equal width."""
    index = np.minimum((scores * bins).astype(int), bins - 1)
    result = []
    for k in range(bins):
        here = index == k
        count = int(here.sum())
        means = (float(scores[here].mean()), float(labels[here].mean())) if count else (None, None)
        result.append(Bin(k / bins, (k + 1) / bins, count, *means))
    return result


def calibration_error(labels: Integers, scores: Floats, bins: int = 10) -> float | None:
    """
    Expected calibration error: the mean over steps of how far their bin's share of correct steps lies from its mean
    score (Naeini et al. 2015). None without steps.
    """
    if not len(labels):
        return None
    gaps = [
        bin.count * abs(bin.score - bin.correct)
        for bin in reliability(labels, scores, bins)
        if bin.score is not None and bin.correct is not None
    ]
    return sum(gaps) / len(labels)


def brier(labels: Integers, scores: Floats) -> float | None:
    """The mean squared distance of scores from labels; None without steps."""
    return float(((scores - labels) ** 2).mean()) if len(labels) else None


@dataclass(frozen=True)
class FirstErrors:
    """Solutions: where the first wrong step is (0-based, -1 for none), and the scores of all their steps."""

    errors: Integers
    scores: Sequence[Floats]


@dataclass(frozen=True)
class FirstErrorResult:
    """ProcessBench's numbers; None where there are no solutions of that kind."""

    threshold: float
    f1: float | None
    erroneous: float | None
    """Share of solutions with an error whose first wrong step is found; `correct` of those without one left alone."""
    correct: float | None


def found_errors(scores: Sequence[Floats], threshold: float) -> Integers:
    """The first step of each solution whose score is below the threshold, -1 for none."""
    found = np.full(len(scores), -1)
    for index, row in enumerate(scores):
        below = np.flatnonzero(row < threshold)
        if below.size:
            found[index] = below[0]
    return found


def first_error_f1(solutions: FirstErrors, threshold: float) -> FirstErrorResult:
    """
    The F1 of ProcessBench (Zheng et al. 2024): the harmonic mean of the accuracy on solutions with an error (its
    first wrong step is named exactly) and on those without (no step is named). None if one kind is missing.
    """
    hits = found_errors(solutions.scores, threshold) == solutions.errors
    return _f1(hits, solutions.errors >= 0, threshold)


def _f1(hits: NDArray[np.bool_], erroneous: NDArray[np.bool_], threshold: float) -> FirstErrorResult:
    wrong = float(hits[erroneous].mean()) if erroneous.any() else None
    right = float(hits[~erroneous].mean()) if (~erroneous).any() else None
    f1 = None
    if wrong is not None and right is not None:
        f1 = 2 * wrong * right / (wrong + right) if wrong + right else 0.0
    return FirstErrorResult(threshold, f1, wrong, right)


def best_threshold(solutions: FirstErrors) -> float | None:
    """
    The threshold with the highest F1 on these solutions, exactly: only between scores that become a solution's
    lowest so far does anything change. The middle of the best interval, the lowest one if several are equally good.
    None if there are not solutions of both kinds.
    """
    lows = np.unique(np.concatenate([np.minimum.accumulate(row) for row in solutions.scores if row.size] or [[]]))
    if lows.size == 0 or first_error_f1(solutions, 0.5).f1 is None:
        return None
    edges = np.concatenate([[0.0], lows, [1.0]])
    middles = (edges[:-1] + edges[1:]) / 2
    hits = np.zeros((2, len(middles)))
    for error, row in zip(solutions.errors, solutions.scores, strict=True):
        low = np.minimum.accumulate(row)
        if error < 0:
            good = middles <= (low[-1] if row.size else 1)
            hits[0] += good
        else:
            # Found exactly: this step is the first one below the threshold.
            before = low[error - 1] if error else np.inf
            hits[1] += (middles > row[error]) & (middles <= before)
    right, wrong = hits[0] / (solutions.errors < 0).sum(), hits[1] / (solutions.errors >= 0).sum()
    both = right + wrong
    f1 = np.divide(2 * right * wrong, both, out=np.zeros_like(both), where=both > 0)
    return float(middles[int(f1.argmax())])


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % percentile interval over resamples; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


def bootstrap(
    statistic: Callable[[Integers], float | None], count: int, seed: int, resamples: int = 1000
) -> Estimate:
    """
    A statistic of `count` solutions with its interval: it takes the indices of a resample (with repetition).
    Resamples in which it is not defined are left out.
    """
    value = statistic(np.arange(count))
    if value is None:
        return Estimate(None, None, None)
    random = np.random.default_rng(seed)
    drawn = [statistic(random.integers(0, count, count)) for _ in range(resamples)]
    defined = [one for one in drawn if one is not None]
    low, high = np.percentile(defined, [2.5, 97.5]) if defined else (value, value)
    return Estimate(value, float(low), float(high))


def take_solutions(steps: Steps) -> Callable[[Integers], Any]:
    """A function from indices of solutions to the indices of their steps."""
    order = np.argsort(steps.solutions, kind="stable")
    count = int(steps.solutions.max(initial=-1)) + 1
    bounds = np.searchsorted(steps.solutions[order], np.arange(count + 1))
    groups = [order[bounds[k] : bounds[k + 1]] for k in range(count)]

    def take(solutions: Integers) -> Integers:
        chosen = [groups[index] for index in solutions]
        return np.concatenate(chosen) if chosen else np.empty(0, np.int64)

    return take
