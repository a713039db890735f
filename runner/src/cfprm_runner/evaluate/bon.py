"""Best-of-N accuracy, by the rules and estimators of `cfprm bon` (docs/best-of-n.md).

Votes need a grader that says which answers mean the same, and are left to `cfprm bon`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.special import log_expit

from cfprm_runner.evaluate.metrics import Estimate, Floats, Integers

AGGREGATES = ("min", "product", "last", "mean")
SELECTORS = (*AGGREGATES, "first", "random", "oracle")
RESAMPLES = 2000


@dataclass(frozen=True)
class Candidate:
    """One of N solutions of a problem: its verdict, and a score per step (none if it has no text)."""

    correct: bool
    scores: tuple[float, ...]


@dataclass(frozen=True)
class BonTable:
    """Accuracies by n, then by selector, with the number of problems that have n candidates."""

    accuracy: dict[int, dict[str, Estimate]]
    problems: dict[int, int]
    ties: dict[str, int]
    """Problems whose highest aggregate several candidates share."""


def bon_table(problems: Sequence[Sequence[Candidate]], seed: int, ns: Sequence[int] | None = None) -> BonTable:
    """
    The accuracy of every selector at every n (1, 2, 4, ... and the most candidates, unless given): the expectation
    over all n-subsets of a problem's candidates, exact, with 95 % percentile intervals over problems.
    """
    most = max((len(problem) for problem in problems), default=0)
    sizes = doubling(most) if ns is None else [n for n in ns if 1 <= n <= most]
    logits = any(not 0 <= score <= 1 for problem in problems for one in problem for score in one.scores)
    ranked = [Ranked(problem, logits) for problem in problems]
    accuracy, counts = {}, {}
    for n in sizes:
        values = np.array([one.expected(n) for one in ranked if one.count >= n])
        counts[n] = len(values)
        accuracy[n] = _estimates(values, seed)
    ties = {name: sum(one.tied(name) for one in ranked) for name in AGGREGATES}
    return BonTable(accuracy, counts, ties)


def doubling(most: int) -> list[int]:
    """1, 2, 4, ... up to the most candidates, that number included."""
    return [2**k for k in range(most.bit_length()) if 2**k < most] + ([most] if most else [])


class Ranked:
    """A problem's candidates in the order of every aggregate."""

    def __init__(self, candidates: Sequence[Candidate], logits: bool) -> None:
        self.count = len(candidates)
        self._correct = np.array([candidate.correct for candidate in candidates])
        self._ranks = {
            name: np.array([rank_of(candidate.scores, name, logits) for candidate in candidates]) for name in AGGREGATES
        }

    def expected(self, n: int) -> list[float]:
        """The expected verdict of every selector over all n-subsets."""
        m, right = self.count, int(self._correct.sum())
        chances = np.array([comb(m - 1 - place, n - 1) / comb(m, n) for place in range(m)])
        values = []
        for name in AGGREGATES:
            # Stable: among equal ones the lowest index comes first.
            order = np.argsort(-self._ranks[name], kind="stable")
            expected = float(chances[self._correct[order]].sum())
            values.append(1.0 if right == m else min(expected, 1.0))
        first, oracle = float(self._correct[0]), 1 - comb(m - right, n) / comb(m, n)
        return [*values, first, right / m, oracle]

    def tied(self, name: str) -> bool:
        """Whether several candidates share the highest aggregate."""
        return len(self._highest(name)) > 1

    def undecided(self, name: str) -> bool:
        """Whether a correct and an incorrect candidate share the highest aggregate, so that their order decides."""
        verdicts = self._correct[self._highest(name)]
        return bool(verdicts.any() and not verdicts.all())

    def _highest(self, name: str) -> Integers:
        """The candidates with the highest aggregate; none if no candidate has scores."""
        ranks = self._ranks[name]
        return np.flatnonzero(ranks == ranks.max()) if np.isfinite(ranks.max()) else np.empty(0, np.int64)


def rank_of(scores: Sequence[float], aggregate: str, logits: bool) -> float:
    """
    A number that orders candidates as the aggregate does (for the product its logarithm); those without scores come
    last. Logits count raw, in the product as their sigmoid.
    """
    if not scores:
        return -np.inf
    # Summed in the order of size: the same scores in another order tie exactly.
    ordered = np.sort(np.asarray(scores, np.float64))
    if aggregate == "min":
        return float(ordered[0])
    if aggregate == "last":
        return float(scores[-1])
    if aggregate == "mean":
        return float(np.add.reduce(ordered) / len(ordered))
    with np.errstate(divide="ignore"):
        return float(np.add.reduce(log_expit(ordered) if logits else np.log(ordered)))


def _estimates(values: Floats, seed: int) -> dict[str, Estimate]:
    """Means over problems [problems, selectors], all selectors on the same resamples."""
    count = len(values)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    low, high = np.percentile(drawn @ values / count, [2.5, 97.5], axis=0)
    return {
        name: Estimate(float(values[:, k].mean()), float(low[k]), float(high[k])) for k, name in enumerate(SELECTORS)
    }
