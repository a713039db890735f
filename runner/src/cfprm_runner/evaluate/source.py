"""Where scores come from: a model that runs now, or what a file already holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from cfprm_runner.export.checkpoint import load_checkpoint
from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import CannotScore, Solution
from cfprm_runner.scoring.card import CARD_FILE, read_card
from cfprm_runner.scoring.scorers import OnnxScorer, Scorer, TorchScorer


@dataclass
class Unscored:
    """Solutions that a model could not score: how many of each kind, and the first message of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


def open_scorer(folder: Path, family: str | None = None, device: str | None = None) -> Scorer:
    """
    An exported folder, or a checkpoint, on the GPU if there is one unless `device` says otherwise. Fault: the folder
    is neither, or cannot be loaded; the device is not there.
    """
    if (folder / CARD_FILE).is_file() and (folder / read_card(folder).file).is_file():
        return OnnxScorer(folder)
    if device == "cuda" and not torch.cuda.is_available():
        raise Fault("PyTorch finds no GPU. Leave --device out, or name the CPU: --device cpu.")
    checkpoint = load_checkpoint(folder, family)
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    return TorchScorer(checkpoint.graph.to(place), checkpoint.card, checkpoint.tokenizer)


def score_all(scorer: Scorer, solutions: Sequence[Solution], unscored: Unscored) -> dict[int, list[float] | None]:
    """The scores of every solution by its index, None for those that cannot be scored, which are counted."""
    scores: dict[int, list[float] | None] = {}
    for index, value in scorer.score(solutions):
        if isinstance(value, CannotScore):
            unscored.counts[value.kind] += 1
            unscored.examples.setdefault(value.kind, str(value))
            scores[index] = None
        else:
            scores[index] = value
    return scores
