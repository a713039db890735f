"""Metrics of step scores. Labels are 1 (correct) and 0 (incorrect); scores are probabilities that a step is correct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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


class PairCounter:
    """Counts pairs of a correct and an incorrect step, for any weights of the steps; sorts once."""

    def __init__(self, labels: Integers, scores: Floats) -> None:
        self._order = np.argsort(scores, kind="stable")
        ordered = scores[self._order]
        self._correct = labels[self._order].astype(np.float64)
        self._starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(scores) else None

    def count(self, weights: Floats) -> tuple[float, float]:
        """The weight of pairs in which the correct step has the higher score (ties count half), and of all pairs."""
        if self._starts is None:
            return 0.0, 0.0
        own = weights[self._order]
        positive = np.add.reduceat(own * self._correct, self._starts)
        negative = np.add.reduceat(own * (1 - self._correct), self._starts)
        below = np.cumsum(negative) - negative / 2
        return float(positive @ below), float(positive.sum() * negative.sum())


class Auc:
    """
    The chance that a correct step has a higher score than an incorrect one; ties count half.

    With `places`, among pairs of steps at the same place of their solutions alone: later steps are wrong more often,
    so a model that only counts steps has a plain AUC above 0.5, and there 0.5.
    """

    def __init__(self, labels: Integers, scores: Floats, places: Integers | None = None) -> None:
        groups = np.zeros(len(labels), np.int64) if places is None else places
        members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
        self._groups = [(own, PairCounter(labels[own], scores[own])) for own in members]
        self._steps = len(labels)

    def __call__(self, weights: Floats | None = None) -> float | None:
        """The value for these weights of the steps; None where there are no pairs."""
        own = np.ones(self._steps) if weights is None else weights
        counts = [counter.count(own[members]) for members, counter in self._groups]
        pairs = sum(total for _, total in counts)
        return sum(wins for wins, _ in counts) / pairs if pairs else None


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
    index = _bin_of(scores, bins)
    result = []
    for k in range(bins):
        here = index == k
        count = int(here.sum())
        means = (float(scores[here].mean()), float(labels[here].mean())) if count else (None, None)
        result.append(Bin(k / bins, (k + 1) / bins, count, *means))
    return result


def calibration_error(labels: Integers, scores: Floats, bins: int = 10, weights: Floats | None = None) -> float | None:
    """
    Expected calibration error: the mean over steps of how far their bin's share of correct steps lies from its mean
    score (Naeini et al. 2015). None without steps.
    """
    own = np.ones(len(labels)) if weights is None else weights
    if not own.sum():
        return None
    gaps = np.bincount(_bin_of(scores, bins), own * (scores - labels), minlength=bins)
    return float(np.abs(gaps).sum() / own.sum())


def _bin_of(scores: Floats, bins: int) -> Integers:
    return np.minimum((scores * bins).astype(np.int64), bins - 1)


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


class FirstErrorF1:
    """
    The F1 of ProcessBench (Zheng et al. 2024): the harmonic mean of the accuracy on solutions with an error (its
    first wrong step is named exactly) and on those without (no step is named). None if one kind is missing.
    """

    def __init__(self, solutions: FirstErrors, threshold: float) -> None:
        self._threshold = threshold
        self._hits = found_errors(solutions.scores, threshold) == solutions.errors
        self._erroneous = solutions.errors >= 0

    def __call__(self, weights: Floats | None = None) -> FirstErrorResult:
        """The numbers for these weights of the solutions."""
        own = np.ones(len(self._hits)) if weights is None else weights
        wrong = _mean(self._hits, own * self._erroneous)
        right = _mean(self._hits, own * ~self._erroneous)
        f1 = None
        if wrong is not None and right is not None:
            f1 = 2 * wrong * right / (wrong + right) if wrong + right else 0.0
        return FirstErrorResult(self._threshold, f1, wrong, right)


def _mean(hits: NDArray[np.bool_], weights: Floats) -> float | None:
    total = float(weights.sum())
    return float(weights[hits].sum()) / total if total else None


def best_threshold(solutions: FirstErrors) -> float | None:
    """
    The threshold with the highest F1 on these solutions, exactly: only between scores that become a solution's
    lowest so far does anything change. The middle of the best interval, the lowest one if several are equally good.
    None if there are not solutions of both kinds.
    """
    lowest = [np.minimum.accumulate(row) for row in solutions.scores if row.size]
    lows = np.unique(np.concatenate(lowest)) if lowest else np.empty(0)
    if lows.size == 0 or FirstErrorF1(solutions, 0.5)().f1 is None:
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


def bootstrap(statistic: Callable[[Floats], float | None], count: int, seed: int, resamples: int = 1000) -> Estimate:
    """
    A statistic of `count` solutions with its interval: it takes how often a resample holds each of them. Resamples in
    which it is not defined are left out.
    """
    value = statistic(np.ones(count)) if count else None
    if value is None:
        return Estimate(None, None, None)
    random = np.random.default_rng(seed)
    drawn = (statistic(row) for row in random.multinomial(count, np.full(count, 1 / count), resamples).astype(float))
    defined = [one for one in drawn if one is not None]
    low, high = np.percentile(defined, [2.5, 97.5]) if defined else (value, value)
    return Estimate(value, float(low), float(high))
