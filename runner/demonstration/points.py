"""How the scores of the demonstration model lie: the operating points of its prm.json, and how its colours separate.

    python points.py WORK OUT

OUT is the finished model with its evaluation.json. WORK holds ProcessBench's GSM8K and MATH by fold, with step
features, as scripts/demonstrationModel.mjs makes them, and the models of the folds that were made without them
(`fold-K/int8`), as many as there are. The quantiles are those of the model's own scores on all these solutions: the
soft labels that it learned for them come from teachers that had not seen their labels. The threshold for first errors
was found on the scores of models that saw neither (report.py). How the colours separate is told for solutions of the
folds, each scored by the model that was made without it.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from cfprm_runner.contract.files import write_json
from cfprm_runner.evaluate.metrics import Floats
from cfprm_runner.evaluate.operating_points import operating_points
from cfprm_runner.evaluate.source import Unscored, open_scorer, score_all
from cfprm_runner.evaluate.steps import Evaluated, LabelledScores, gather
from cfprm_runner.scoring.card import CARD_FILE
from cfprm_runner.scoring.trajectories import read_trajectories

from card import model_card
from prepare import FOLDS, PARTS

MAY_DOUBT = 0.22
"""Share of the correct steps that are not coloured good: that of src/core/scores/levels.ts."""


def main() -> None:
    """Writes the block of prm.json, the entry of evaluation.json, and MODEL_CARD.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    work, out = options.work, options.out
    evaluation = json.loads((out / "evaluation.json").read_text("utf-8"))
    folds = [work / f"fold-{fold}" for fold in range(FOLDS)]
    own = scored(out, folds)
    points = operating_points(own, "ProcessBench GSM8K and MATH, of which the model learned labels of teachers alone")
    points["firstError"] = {
        "threshold": round(evaluation["threshold"]["int8"], 5),
        "f1": evaluation["apart"]["int8"]["both"]["f1"]["value"],
        "solutions": evaluation["counts"]["both"]["solutions"],
    }
    card = json.loads((out / CARD_FILE).read_text("utf-8"))
    write_json(out / CARD_FILE, {**card, "operatingPoints": points})
    quantiles = points["correct"]["quantiles"]
    good = float(np.interp(MAY_DOUBT, np.linspace(0, 1, len(quantiles)), quantiles))
    made = [fold for fold in folds if (fold / "int8" / CARD_FILE).is_file()]
    evaluation["colours"] = {
        "good": round(good, 5),
        "own": separation([own], good),
        "apart": separation([scored(fold / "int8", [fold]) for fold in made], good) if made else None,
        "folds": [fold.name for fold in made],
    }
    write_json(out / "evaluation.json", evaluation)
    (out / "MODEL_CARD.md").write_text(model_card(evaluation, out), encoding="utf-8")
    print((out / "MODEL_CARD.md").read_text(encoding="utf-8"))


def scored(model: Path, folds: list[Path]) -> Evaluated:
    """The labelled solutions of these folds with a model's scores."""
    scorer = open_scorer(model)
    files = [fold / f"apart-{part}.jsonl" for fold in folds for part in PARTS]
    rows = [one for file in files for one in read_trajectories(file, scorer.card.features)]
    scores = score_all(scorer, [one.solution for one in rows], Unscored())
    pairs = [LabelledScores(one.labels, scores[k] or (None,) * len(one.labels)) for k, one in enumerate(rows)]
    return gather(pairs)


def separation(parts: list[Evaluated], good: float) -> dict[str, Any]:
    """How many first errors and how many correct steps are not coloured good."""
    scores: Floats = np.concatenate([part.steps.scores for part in parts])
    labels = np.concatenate([part.steps.labels for part in parts])
    errors, correct = scores[labels == 0], scores[labels == 1]
    return {
        "firstErrors": {"count": len(errors), "notGood": round(float((errors < good).mean()), 4)},
        "correctSteps": {"count": len(correct), "notGood": round(float((correct < good).mean()), 4)},
    }


if __name__ == "__main__":
    main()
