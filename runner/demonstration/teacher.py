"""Soft labels for the demonstration model: what a teacher says of steps of problems that it was not trained on.

    python teacher.py FOLD

FOLD holds `train.jsonl` with its step features, and in `hard/` the windows of a merge of it with theirs. The teacher
is the mean of two: gradient-boosted trees on the step features of these windows, their best reader by
docs/demonstration-model.md, and a logistic regression on the length of a step in ProcessBench alone. In the sources
that were made to contain errors length says little, and the trees learn that; in solutions as models write them it
says most. The teacher is trained three times, each time without a third of the problems, and labels that third: a
step's soft label never comes from a teacher that saw its own label. `taught.jsonl` has these labels in place of the
hard ones.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from prepare import PARTS as BENCHMARK
from prepare import percent, problem_key

WINDOWS = (2, 1)
THIRDS = 3
SEEDS = (0, 1)
Row = dict[str, Any]


@dataclass(frozen=True)
class Steps:
    """Labelled steps: a table [steps, features], their labels, and the third that each one's problem is in."""

    table: NDArray[np.float32]
    labels: NDArray[np.int64]
    thirds: NDArray[np.int64]

    def without(self, third: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Table and labels of the two other thirds."""
        return self.table[self.thirds != third], self.labels[self.thirds != third]


class Teacher:
    """What is trained without one third of the problems."""

    def __init__(self, windows: Steps, benchmark: Steps, length: int, third: int) -> None:
        self._trees = [trees(seed).fit(*windows.without(third)) for seed in SEEDS]
        table, labels = benchmark.without(third)
        self._length = [length]
        self._by_length = LogisticRegression().fit(table[:, self._length], labels)

    def __call__(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The chance of each step to be correct."""
        by_trees = np.mean([one.predict_proba(table)[:, 1] for one in self._trees], axis=0)
        return np.asarray((by_trees + self._by_length.predict_proba(table[:, self._length])[:, 1]) / 2)


def names(file: Path) -> list[str]:
    """Names of the step features of a file of rows."""
    with file.with_suffix(".features.jsonl").open(encoding="utf-8") as stream:
        return list(json.loads(next(stream))["features"]["names"])


def read(file: Path) -> Iterator[tuple[Row, list[list[float]]]]:
    """Rows with the features of their steps."""
    with file.open(encoding="utf-8") as rows, file.with_suffix(".features.jsonl").open(encoding="utf-8") as features:
        next(features)
        for row, one in zip(rows, features, strict=True):
            yield json.loads(row), json.loads(one)["features"]


def third_of(row: Row) -> int:
    """Which third a row's problem is in."""
    return percent(problem_key(row["prompt"]), "teacher") % THIRDS


def labelled_steps(rows: Iterable[tuple[Row, list[list[float]]]]) -> Steps:
    """All steps that have a label."""
    steps = [
        (numbers, int(label), third_of(row))
        for row, features in rows
        for label, numbers in zip(row["labels"], features, strict=True)
        if label is not None
    ]
    table, labels, thirds = zip(*steps, strict=True)
    return Steps(np.array(table, np.float32), np.array(labels, np.int64), np.array(thirds, np.int64))


def main() -> None:
    """Writes `taught.jsonl` into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fold", type=Path)
    fold: Path = parser.parse_args().fold
    train = fold / "train.jsonl"
    windows = labelled_steps(one for size in WINDOWS for one in read(fold / "hard" / f"window-{size}.jsonl"))
    benchmark = labelled_steps(
        (row, features) for row, features in read(train) if row["source"] == "processbench" and row["part"] in BENCHMARK
    )
    length = names(train).index("tokens")
    teachers = [Teacher(windows, benchmark, length, third) for third in range(THIRDS)]
    with (fold / "taught.jsonl").open("w", encoding="utf-8") as stream:
        for row, features in read(train):
            said = teachers[third_of(row)](np.array(features, dtype=np.float32))
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
