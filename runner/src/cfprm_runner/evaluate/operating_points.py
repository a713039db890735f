"""The operating points of a model: how its scores lie on rows that it did not learn from, for its `prm.json`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cfprm_runner.evaluate.metrics import FirstErrorF1, Floats, best_threshold
from cfprm_runner.evaluate.steps import Evaluated
from cfprm_runner.fault import Fault

QUANTILES = 21
"""One per 5 % of the steps."""
_DIGITS = 5
"""Decimals that are written: the quantiles of some hundred steps are not known as well."""


def operating_points(evaluated: Evaluated, rows: str) -> dict[str, Any]:
    """
    The block `operatingPoints` of prm.json (media/prm.schema.json). `rows` says in words which rows these are.
    Fault: there are not both correct and incorrect steps among those that were scored.
    """
    labels, scores = evaluated.steps.labels, evaluated.steps.scores
    correct, incorrect = scores[labels == 1], scores[labels == 0]
    if not len(correct) or not len(incorrect):
        raise Fault(
            f"{rows}: of the steps that were scored, {len(correct)} are labelled correct and {len(incorrect)} "
            "incorrect, and operating points need both. Give other validation rows."
        )
    points: dict[str, Any] = {"rows": rows, "correct": _scores(correct), "incorrect": _scores(incorrect)}
    threshold = best_threshold(evaluated.first_errors)
    if threshold is not None:
        found = FirstErrorF1(evaluated.first_errors, threshold)()
        points["firstError"] = {
            "threshold": round(threshold, _DIGITS),
            "f1": round(found.f1 or 0.0, 4),
            "solutions": len(evaluated.first_errors.scores),
        }
    return points


def _scores(scores: Floats) -> dict[str, Any]:
    quantiles = np.quantile(scores, np.linspace(0, 1, QUANTILES))
    return {"steps": len(scores), "quantiles": [round(float(value), _DIGITS) for value in quantiles]}
