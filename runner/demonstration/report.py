"""How good the demonstration model is, beside scores that need no model: evaluation.json and MODEL_CARD.md.

    python report.py WORK OUT

WORK holds what scripts/demonstrationModel.mjs made: splits with their step features, a run per seed, and the mean of
them exported in single precision and in int8. No figure stands anywhere but in evaluation.json; the card is made of it.
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

from card import model_card

PARTS = ("gsm8k", "math")
SEEDS = (0, 1, 2)
LENGTH_AND_PLACE = ("index", "is_first", "tokens", "earlier_tokens", "problem_tokens")
Scores = list[list[float]]
RESAMPLES = 400
"""Of the bootstrap."""


@dataclass(frozen=True)
class Rows:
    """Labelled solutions of one part."""

    part: str
    trajectories: list[Trajectory]

    def evaluated(self, scores: Scores) -> Evaluated:
        """What metrics take."""
        pairs = zip(self.trajectories, scores, strict=True)
        return gather([LabelledScores(one.labels, own) for one, own in pairs])


class Columns:
    """Features by their names."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8") as stream:
            self._names: list[str] = json.loads(stream.readline())["features"]["names"]

    def take(self, trajectory: Trajectory, names: Sequence[str]) -> Any:
        """A table [steps, names] of a solution."""
        return np.asarray(trajectory.solution.features)[:, [self._names.index(name) for name in names]]


def main() -> None:
    """Writes both files into the folder of the finished model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    evaluation = evaluate(options.work)
    text = json.dumps(evaluation, indent=2) + "\n"
    (options.out / "evaluation.json").write_text(text, encoding="utf-8")
    (options.out / "MODEL_CARD.md").write_text(model_card(evaluation, options.out), encoding="utf-8")
    print((options.out / "MODEL_CARD.md").read_text(encoding="utf-8"))


def evaluate(work: Path) -> dict[str, Any]:
    """The whole document."""
    spec = feature_spec(work / "all" / "train.features.jsonl")
    columns = Columns(work / "all" / "train.features.jsonl")

    runs = {seed: open_scorer(work / f"run-{seed}" / "model", device="cpu") for seed in SEEDS}

    def rows(file: Path, part: str) -> Rows:
        return Rows(part, [one for one in read_trajectories(file, spec) if _fits(runs[0], one)])

    held_out = [rows(work / f"held-out-{part}.jsonl", part) for part in PARTS]
    choosing = {seed: [rows(work / f"fold-{seed}" / f"choose-{part}.jsonl", part) for part in PARTS] for seed in SEEDS}
    exported = {name: open_scorer(work / name) for name in ("fp32", "int8")}
    folds = {seed: _trained(work / f"fold-{seed}" / "train.jsonl", spec, columns) for seed in SEEDS}
    whole = _trained(work / "all" / "train.jsonl", spec, columns)

    # Of each way to score: on rows that were not trained on and choose the threshold, and on the held-out ones.
    ways: dict[str, tuple[Callable[[int, Rows], Scores], Callable[[Rows], Scores]]] = {
        "int8": (lambda seed, own: _scores(runs[seed], own), lambda own: _scores(exported["int8"], own)),
        "fp32": (lambda seed, own: _scores(runs[seed], own), lambda own: _scores(exported["fp32"], own)),
    }
    for seed in SEEDS:
        ways[f"seed {seed}"] = (lambda seed, own: _scores(runs[seed], own), lambda own, k=seed: _scores(runs[k], own))
    for name, sign in (("tokens", "tokens"), ("index", "index"), ("problem_tokens", "problem_tokens")):
        ways[f"- {name}"] = (
            lambda _, own, name=sign: _minus(own, columns, name),
            lambda own, name=sign: _minus(own, columns, name),
        )
    ways["length and place"] = (lambda seed, own: folds[seed](own), lambda own: whole(own))

    chosen: dict[str, Any] = {}
    thresholds: dict[str, float] = {}
    found: dict[str, dict[str, Evaluated]] = {}
    for name, (apart, final) in ways.items():
        pooled = [(own, apart(seed, own)) for seed, parts in choosing.items() for own in parts]
        together = Rows("all", [one for own, _ in pooled for one in own.trajectories])
        thresholds[name] = _threshold(together.evaluated([row for _, scores in pooled for row in scores]))
        # Each of these rows has one seed that did not see it: there is no mean of seeds.
        for part in PARTS if name != "fp32" and not name.startswith("seed") else ():
            mine = [(own, scores) for own, scores in pooled if own.part == part]
            one = Rows(part, [each for own, _ in mine for each in own.trajectories])
            chosen.setdefault(name, {})[part] = _figures(one.evaluated([row for _, scores in mine for row in scores]))
        found[name] = {own.part: own.evaluated(final(own)) for own in held_out}
    return {
        "model": {
            "parameters": sum(weight.numel() for weight in runs[0]._graph.parameters()),
            "seeds": len(SEEDS),
            "features": spec.to_json(),
        },
        "splits": json.loads((work / "splits.json").read_text(encoding="utf-8")),
        "counts": {own.part: _counts(own) for own in held_out},
        "threshold": thresholds,
        "choosing": chosen,
        "heldOut": {
            name: {part: _figures(one, thresholds[name]) for part, one in parts.items()}
            for name, parts in found.items()
        },
        "difference": {
            name: {part: _difference(found["int8"][part], found[name][part]) for part in PARTS}
            for name in ways
            if name != "int8" and not name.startswith("seed")
        },
        "largestDifferenceOfInt8": max(
            float(np.abs(found["int8"][part].steps.scores - found["fp32"][part].steps.scores).max()) for part in PARTS
        ),
    }


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


def _threshold(evaluated: Evaluated) -> float:
    found = best_threshold(evaluated.first_errors)
    assert found is not None
    return found


def _counts(rows: Rows) -> dict[str, int]:
    labels = [label for one in rows.trajectories for label in one.labels]
    return {"solutions": len(rows.trajectories), "steps": len(labels), "errors": labels.count(0.0)}


def _aucs(one: Evaluated) -> Iterator[tuple[str, Auc]]:
    steps = one.steps
    yield "auc", Auc(steps.labels, steps.scores)
    yield "aucAtSamePlace", Auc(steps.labels, steps.scores, steps.places)


def _figures(one: Evaluated, threshold: float | None = None) -> dict[str, Any]:
    """The figures with their 95 % intervals over solutions, which keep their steps together."""
    count = int(one.steps.solutions.max()) + 1
    figures: dict[str, Any] = {
        name: _rounded(bootstrap(lambda weights, auc=auc: auc(weights[one.steps.solutions]), count, 0, RESAMPLES))
        for name, auc in _aucs(one)
    }
    if threshold is not None:
        f1 = FirstErrorF1(one.first_errors, threshold)
        figures["f1"] = _rounded(bootstrap(lambda weights: f1(weights).f1, len(one.first_errors.scores), 0, RESAMPLES))
    return figures


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
