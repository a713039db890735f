"""Soft labels for the demonstration model: what a teacher says of steps of problems that it was not trained on.

    python teacher.py FOLD

FOLD holds `train.jsonl` with its step features, and in `hard/` the windows of a merge of it with theirs. The teacher
is gradient-boosted trees on the step features of these windows, their best reader by docs/demonstration-model.md. It is
trained three times, each time without a third of the problems, and labels that third: a step's soft label never comes
from trees that saw its own label. `taught.jsonl` has these labels in place of the hard ones.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from prepare import percent, problem_key

WINDOWS = (2, 1)
PARTS = 3
SEEDS = (0, 1)
Row = dict[str, Any]


def read(file: Path) -> list[tuple[Row, list[list[float]]]]:
    """Rows with the features of their steps."""
    with file.open(encoding="utf-8") as rows, file.with_suffix(".features.jsonl").open(encoding="utf-8") as features:
        next(features)
        return [(json.loads(row), json.loads(one)["features"]) for row, one in zip(rows, features, strict=True)]


def part_of(row: Row) -> int:
    """Which third a row's problem is in."""
    return percent(problem_key(row["prompt"]), "teacher") % PARTS


def main() -> None:
    """Writes `taught.jsonl` into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fold", type=Path)
    fold: Path = parser.parse_args().fold
    steps = [
        (part_of(row), label, numbers)
        for size in WINDOWS
        for row, features in read(fold / "hard" / f"window-{size}.jsonl")
        for label, numbers in zip(row["labels"], features, strict=True)
        if label is not None
    ]
    parts = np.array([part for part, _, _ in steps])
    labels = np.array([label for _, label, _ in steps], dtype=int)
    table = np.array([numbers for _, _, numbers in steps], dtype=np.float32)
    teachers = [
        [trees(seed).fit(table[parts != part], labels[parts != part]) for seed in SEEDS] for part in range(PARTS)
    ]
    with (fold / "taught.jsonl").open("w", encoding="utf-8") as stream:
        for row, features in read(fold / "train.jsonl"):
            numbers = np.array(features, dtype=np.float32)
            said = np.mean([one.predict_proba(numbers)[:, 1] for one in teachers[part_of(row)]], axis=0)
            soft = [None if old is None else round(float(new), 4) for old, new in zip(row["labels"], said, strict=True)]
            stream.write(json.dumps({**row, "labels": soft}, ensure_ascii=False) + "\n")


def trees(seed: int) -> HistGradientBoostingClassifier:
    """Small trees, few of them: there are some hundred errors to learn from."""
    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=60, l2_regularization=10.0,
        max_features=0.33, random_state=seed,
    )  # fmt: skip


if __name__ == "__main__":
    main()
