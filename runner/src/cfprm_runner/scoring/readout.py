"""From logits to scores."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import CannotScore
from cfprm_runner.scoring.card import Card

Floats: TypeAlias = NDArray[np.float64]


def margins(card: Card, logits: Floats, candidate_ids: tuple[int, int] | None = None) -> Floats:
    """
    One number per position of logits [..., width]: the logit itself, or that of "correct" minus that of
    "incorrect". `candidate_ids` are needed where the logits are those of a whole vocabulary.

    Fault: the width does not fit the card's head.
    """
    width = logits.shape[-1]
    kind = card.head["kind"]
    if kind == "one-logit" and width == 1:
        return np.asarray(logits[..., 0])
    if kind == "two-logits" and width == 2:
        positive = card.head["positive"]
        return np.asarray(logits[..., positive] - logits[..., 1 - positive])
    if kind == "vocabulary" and width == 2:
        return np.asarray(logits[..., 0] - logits[..., 1])
    if kind == "vocabulary" and candidate_ids is not None and width > max(candidate_ids):
        return np.asarray(logits[..., candidate_ids[0]] - logits[..., candidate_ids[1]])
    raise Fault(
        f'{card.name} gives {width} numbers per position, which does not fit a head of kind "{kind}". '
        "Correct head in prm.json, or export the model again."
    )


def scores_of(card: Card, margin: Floats) -> Floats:
    """Scores of margins: their sigmoid (softmax over a pair is that of its difference), or the margins themselves."""
    if not np.isfinite(margin).all():
        raise CannotScore(
            "not-finite",
            f"{card.name} gave a number that is no score. A half-precision model may overflow: export it in fp32.",
        )
    return margin if card.activation == "none" else np.asarray(expit(margin), np.float64)
