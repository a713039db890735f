"""How good the demonstration model is, beside scores that need no model: evaluation.json.

    python report.py WORK OUT

WORK holds what scripts/demonstrationModel.mjs made of all rows and of each fold: step features, a run per seed, and the
mean of them exported in single precision and in int8. Every solution of ProcessBench's GSM8K and MATH is scored by the
models of the fold that was made without its problem. No figure stands anywhere but in evaluation.json; points.py adds
those of the colours and makes the card of it.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier

from cfprm_runner.evaluate.metrics import Auc, Estimate, FirstErrorF1, best_threshold, bootstrap
from cfprm_runner.evaluate.source import open_scorer
from cfprm_runner.evaluate.steps import Evaluated, LabelledScores, gather
from cfprm_runner.scoring.align import CannotScore, align
from cfprm_runner.scoring.scorers import Scorer
from cfprm_runner.scoring.trajectories import Trajectory, read_trajectories
from cfprm_runner.step_features import feature_spec

from prepare import FOLDS, PARTS

SEEDS = (0, 1, 2)
LENGTH_AND_PLACE = ("index", "is_first", "tokens", "earlier_tokens", "problem_tokens")
GROUPS = {**{part: (part,) for part in PARTS}, "both": PARTS}
"""What figures are of: each part, and both together."""

Scores = list[list[float]]
RESAMPLES = 1000
"""Of the bootstrap."""


@dataclass(frozen=True)
class Rows:
    """Labelled solutions of one part."""

    part: str
    trajectories: list[Trajectory]


class Columns:
    """Features by their names."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8") as stream:
            self._names: list[str] = json.loads(stream.readline())["features"]["names"]

    def take(self, trajectory: Trajectory, names: Sequence[str]) -> Any:
        """A table [steps, names] of a solution."""
        return np.asarray(trajectory.solution.features)[:, [self._names.index(name) for name in names]]


def main() -> None:
    """Writes the file into the folder of the finished model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    evaluation = evaluate(options.work)
    text = json.dumps(evaluation, indent=2) + "\n"
    (options.out / "evaluation.json").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Fold:
    """What was made without one fifth of the problems, and the solutions of these."""

    apart: list[Rows]
    ways: dict[str, Callable[[Rows], Scores]]


def read_fold(folder: Path) -> Fold:
    """A fold with every way to score: the model in both precisions, each seed alone, and what needs no model."""
    spec = feature_spec(folder / "train.features.jsonl")
    columns = Columns(folder / "train.features.jsonl")
    scorers = {"int8": open_scorer(folder / "int8"), "fp32": open_scorer(folder / "fp32")} | {
        f"seed {seed}": open_scorer(folder / f"run-{seed}" / "model", device="cpu") for seed in SEEDS
    }
    ways: dict[str, Callable[[Rows], Scores]] = {
        name: lambda own, scorer=scorer: _scores(scorer, own)  # type: ignore[misc]
        for name, scorer in scorers.items()
    }
    for name in ("tokens", "index", "problem_tokens"):
        ways[f"- {name}"] = lambda own, name=name: _minus(own, columns, name)  # type: ignore[misc]
    ways["length and place"] = _trained(folder / "train.jsonl", spec, columns)
    files = {part: read_trajectories(folder / f"apart-{part}.jsonl", spec) for part in PARTS}
    apart = [Rows(part, [one for one in own if _fits(scorers["int8"], one)]) for part, own in files.items()]
    return Fold(apart, ways)


def evaluate(work: Path) -> dict[str, Any]:
    """The whole document."""
    folds = [read_fold(work / f"fold-{fold}") for fold in range(FOLDS)]
    scored = {name: [[(own, fold.ways[name](own)) for own in fold.apart] for fold in folds] for name in folds[0].ways}
    thresholds = {name: [_threshold(_but(own, fold)) for fold in range(FOLDS)] for name, own in scored.items()}
    found = {name: _by_group(own) for name, own in scored.items()}
    placed = {name: _by_group(_at_half(own, thresholds[name])) for name, own in scored.items()}
    model = open_scorer(work / "all" / "run-0" / "model", device="cpu")
    return {
        "model": {
            "parameters": sum(weight.numel() for weight in model._graph.parameters()),
            "seeds": len(SEEDS),
            "features": feature_spec(work / "all" / "train.features.jsonl").to_json(),
        },
        "splits": json.loads((work / "splits.json").read_text(encoding="utf-8")),
        "counts": {group: _counts(scored["int8"], *parts) for group, parts in GROUPS.items()},
        "threshold": {name: _threshold(own) for name, own in scored.items()},
        "apart": {
            name: {group: _figures(found[name][group], placed[name][group]) for group in GROUPS} for name in scored
        },
        "difference": {
            name: {group: _difference(found["int8"][group], found[name][group]) for group in GROUPS}
            for name in scored
            if name != "int8" and not name.startswith("seed")
        },
        "largestDifferenceOfInt8": float(
            np.abs(found["int8"]["both"].steps.scores - found["fp32"]["both"].steps.scores).max()
        ),
    }


Scored = list[list[tuple[Rows, Scores]]]
"""By fold and part."""


def _but(scored: Scored, fold: int) -> Scored:
    """All folds but one: its threshold is chosen on the others."""
    return [own for index, own in enumerate(scored) if index != fold]


def _at_half(scored: Scored, thresholds: Sequence[float]) -> Scored:
    """The same order of scores, each fold's with its threshold moved to 0.5."""
    return [
        [(rows, [[0.5 + (score - threshold) / 2 for score in one] for one in scores]) for rows, scores in own]
        for own, threshold in zip(scored, thresholds, strict=True)
    ]


def _by_group(scored: Scored) -> dict[str, Evaluated]:
    return {group: _evaluated(scored, *parts) for group, parts in GROUPS.items()}


def _evaluated(scored: Scored, *parts: str) -> Evaluated:
    """Solutions of these parts, of all folds together."""
    pairs = [
        LabelledScores(one.labels, row)
        for own in scored
        for rows, scores in own
        if rows.part in parts
        for one, row in zip(rows.trajectories, scores, strict=True)
    ]
    return gather(pairs)


def _threshold(scored: Scored) -> float:
    found = best_threshold(_evaluated(scored, *PARTS).first_errors)
    assert found is not None
    return found


def _fits(scorer: Scorer, one: Trajectory) -> bool:
    """Whether a solution is short enough for the model: no way to score is judged on the others."""
    try:
        align(scorer.card, one.solution, scorer.tokenizer)
    except CannotScore:
        return False
    return True


def _scores(scorer: Scorer, rows: Rows) -> Scores:
    given = dict(scorer.score([one.solution for one in rows.trajectories]))
    scores = [given[index] for index in range(len(given))]
    for one in scores:
        if isinstance(one, Exception):
            raise one
    return scores  # type: ignore[return-value]


def _minus(rows: Rows, columns: Columns, name: str) -> Scores:
    return [expit(-columns.take(one, [name])[:, 0].astype(np.float64)).tolist() for one in rows.trajectories]


def _trained(file: Path, spec: Any, columns: Columns) -> Callable[[Rows], Scores]:
    """Trees on length and place alone, trained on the rows that the model was trained on."""
    rows = read_trajectories(file, spec)
    table = np.concatenate([columns.take(one, LENGTH_AND_PLACE) for one in rows])
    labels = np.array([label == 1 for one in rows for label in one.labels])
    trees = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=60, l2_regularization=10, random_state=0
    ).fit(table, labels)

    def score(own: Rows) -> Scores:
        return [trees.predict_proba(columns.take(one, LENGTH_AND_PLACE))[:, 1].tolist() for one in own.trajectories]

    return score


def _counts(scored: Scored, *parts: str) -> dict[str, int]:
    solutions = [one for own in scored for rows, _ in own if rows.part in parts for one in rows.trajectories]
    labels = [label for one in solutions for label in one.labels]
    return {"solutions": len(solutions), "steps": len(labels), "errors": labels.count(0.0)}


def _aucs(one: Evaluated) -> Iterator[tuple[str, Auc]]:
    steps = one.steps
    yield "auc", Auc(steps.labels, steps.scores)
    yield "aucAtSamePlace", Auc(steps.labels, steps.scores, steps.places)


def _figures(one: Evaluated, placed: Evaluated) -> dict[str, Any]:
    """The figures with their 95 % intervals over solutions, which keep their steps together."""
    count = int(one.steps.solutions.max()) + 1
    figures: dict[str, Any] = {
        name: _rounded(bootstrap(lambda weights, auc=auc: auc(weights[one.steps.solutions]), count, 0, RESAMPLES))
        for name, auc in _aucs(one)
    }
    f1 = FirstErrorF1(placed.first_errors, 0.5)
    count = len(placed.first_errors.scores)
    return figures | {"f1": _rounded(bootstrap(lambda weights: f1(weights).f1, count, 0, RESAMPLES))}


def _difference(one: Evaluated, other: Evaluated) -> dict[str, Any]:
    """How much better one way to score is than another, on the same resamples."""
    count = int(one.steps.solutions.max()) + 1
    both = zip(_aucs(one), _aucs(other), strict=True)

    def statistic(first: Auc, second: Auc) -> Callable[[Any], float | None]:
        def difference(weights: Any) -> float | None:
            left, right = first(weights[one.steps.solutions]), second(weights[other.steps.solutions])
            return None if left is None or right is None else left - right

        return difference

    return {
        name: _rounded(bootstrap(statistic(first, second), count, 0, RESAMPLES)) for (name, first), (_, second) in both
    }


def _rounded(estimate: Estimate) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in asdict(estimate).items()}


if __name__ == "__main__":
    main()
