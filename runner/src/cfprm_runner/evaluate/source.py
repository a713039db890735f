"""Where scores come from: a model that runs now, or what a file already holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from cfprm_runner.evaluate.steps import Evaluated, LabelledScores, gather
from cfprm_runner.export.checkpoint import load_checkpoint
from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import CannotScore, Solution
from cfprm_runner.scoring.card import CARD_FILE, read_card
from cfprm_runner.scoring.scorers import OnnxScorer, Scorer, TorchScorer
from cfprm_runner.scoring.trajectories import read_trajectories


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


def labelled(file: Path, scorer: Scorer | None, unscored: Unscored) -> tuple[Evaluated, int]:
    """
    Labelled solutions with a model's scores, or with the recorded ones, and how many there are. Fault: the file cannot
    be read, or has no labels or no scores.
    """
    trajectories = read_trajectories(file, None if scorer is None else scorer.card.features)
    if not any(label is not None for one in trajectories for label in one.labels):
        raise Fault(
            f"{file} has no labels, so its scores cannot be compared with anything. Give rows with labels (TRL) or "
            "label (ProcessBench); `cfprm inspect` shows what a file has."
        )
    if scorer is None:
        pairs = [LabelledScores(one.labels, one.scores) for one in trajectories]
        if not any(score is not None for one in pairs for score in one.scores):
            raise Fault(f"{file} has no scores. Name the model that is to give them with --model.")
    else:
        scores = score_all(scorer, [one.solution for one in trajectories], unscored)
        pairs = [
            LabelledScores(one.labels, scores[index] or (None,) * len(one.labels))
            for index, one in enumerate(trajectories)
        ]
    evaluated = gather(pairs)
    if not len(evaluated.steps.labels):
        why = next(iter(unscored.examples.values()), "the steps with labels are not those with scores")
        raise Fault(f"No step of {file} has both a label and a score: {why}")
    return evaluated, len(trajectories)
