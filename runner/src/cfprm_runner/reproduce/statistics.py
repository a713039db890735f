"""Accuracies of cells with intervals: resamples take problems and seeds, the same for all cells, so that cells pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cfprm_runner.evaluate.metrics import Floats

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A mean in percent, with its 95 % percentile interval."""

    value: float
    low: float
    high: float


class Resamples:
    """
    Bootstrap resamples of a table [seeds, problems]: problems with replacement, and seeds with replacement, apart from
    each other. With few seeds the interval says little of how much training varies.
    """

    def __init__(self, seeds: int, problems: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        # Problems first: tables with other numbers of seeds have the same resamples of problems.
        self._problems = random.multinomial(problems, np.full(problems, 1 / problems), RESAMPLES) / problems
        self._seeds = random.multinomial(seeds, np.full(seeds, 1 / seeds), RESAMPLES) / seeds

    def interval(self, values: Floats) -> Interval:
        """The mean of a table [seeds, problems] of verdicts (or of differences of verdicts), in percent."""
        drawn = np.einsum("rs,sp,rp->r", self._seeds, values, self._problems, optimize=True)
        low, high = np.percentile(100 * drawn, [2.5, 97.5])
        return Interval(float(100 * values.mean()), float(low), float(high))
