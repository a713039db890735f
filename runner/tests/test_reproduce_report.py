"""The report's numbers against values computed in another way."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cfprm_runner.evaluate.bon import Candidate
from cfprm_runner.fault import Fault
from cfprm_runner.reproduce.report import read_paper
from cfprm_runner.reproduce.scores import choices_of
from cfprm_runner.reproduce.statistics import Resamples
from cfprm_runner.reproduce.tables import markdown

from tiny_checkpoints import REPOSITORY


def test_an_interval_over_problems_is_that_of_the_normal_approximation() -> None:
    values = np.array([[1.0] * 140 + [0.0] * 60])
    found = Resamples(1, 200, 0).interval(values)
    # 70 % of 200: 1.96 * sqrt(0.7 * 0.3 / 200) = 6.35 points.
    assert found.value == pytest.approx(70)
    assert (found.low, found.high) == (pytest.approx(70 - 6.35, abs=0.8), pytest.approx(70 + 6.35, abs=0.8))


def test_an_interval_takes_seeds_and_problems_apart_from_each_other() -> None:
    values = np.random.default_rng(5).random((4, 30)) + np.array([[0.0], [0.1], [0.2], [0.9]])
    found = Resamples(4, 30, 0).interval(values)
    random = np.random.default_rng(99)
    drawn = []
    for _ in range(4000):
        seeds, problems = random.integers(0, 4, 4), random.integers(0, 30, 30)
        drawn.append(100 * np.mean([[values[s, p] for p in problems] for s in seeds]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert found.value == pytest.approx(100 * values.mean())
    assert (found.low, found.high) == (pytest.approx(low, abs=3), pytest.approx(high, abs=3))
    assert high - low > 40, "the odd seed widens it"


def test_the_same_values_differ_by_nothing_with_certainty() -> None:
    values = np.random.default_rng(1).random((3, 20))
    found = Resamples(3, 20, 0).interval(values - values)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_choices_are_the_mean_over_all_subsets() -> None:
    problem = [
        Candidate(True, (0.9, 0.4)),
        Candidate(False, (0.5, 0.5)),
        Candidate(True, (0.6, 0.7)),
        Candidate(False, (0.8, 0.6)),
    ]
    found = choices_of([problem], [2, 3], "cfprm 1", {})
    for n in (2, 3):
        wins = []
        for subset in combinations(problem, n):
            best = max(min(one.scores) for one in subset)
            wins.append(next(one.correct for one in subset if min(one.scores) == best))
        assert found.right["min"][str(n)] == [pytest.approx(np.mean(wins))]
    # Lowest scores 0.4, 0.5, 0.6, 0.6: the right third and the wrong fourth share the highest one.
    assert (found.ties["min"], found.undecided["min"]) == ([True], [True])
    assert (found.ties["last"], found.undecided["last"]) == ([False], [False])


def test_the_papers_figures_can_be_given(tmp_path: Path) -> None:
    file = tmp_path / "paper.json"
    file.write_text(json.dumps({"source": "s", "figures": [{"cell": "a/b/c", "set": "m", "n": 8, "value": 70}]}))
    assert read_paper(file) == {"source": "s", "figures": {("a/b/c", "m", "8"): 70.0}}
    assert read_paper(None)["figures"]["qwen2.5-math-7b/bce/cfprm", "gsm-plus", "mean"] == 71.2
    file.write_text("{}")
    with pytest.raises(Fault, match="source, and figures"):
        read_paper(file)


def test_a_table_says_what_its_numbers_rest_on() -> None:
    def interval(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 1, "high": value + 1}

    at = {"8": interval(50), "mean": interval(50)}
    cell: dict[str, Any] = {"cell": "b/bce/cfprm", "backbone": "b", "loss": "bce", "variant": "cfprm", "control": False}
    cell |= {"set": "s", "aggregate": "min", "seeds": [0, 1], "accuracy": at, "minusBaseline": interval(-0.5)}
    cell |= {"ties": 0.25, "tiesThatDecide": 0.1, "unscored": 0, "paper": {"mean": 71.2}}
    one = {"backbone": "b", "set": "s", "problems": 12, "candidates": 96, "none": "leave-out", "grader": "cfprm 1"}
    document = {
        **{"title": "T", "scale": None, "trainedOn": "rows", "seeds": [0, 1], "paper": "P", "madeBy": "cfprm-runner 0"},
        **{"seconds": 60, "sizes": [8], "sets": [{**one, "random": at, "oracle": at}], "cells": [cell]},
        "controls": [
            {"backbone": "b", "loss": "bce", "set": "s", "method": "cfprm", "control": "x", "methodMinusControl": None}
        ],
        "missing": [
            {"job": "train/b/mse/cfprm/seed-0", "why": "a\nThe disk is full."},
            *({"job": f"score/b/mse/cfprm/seed-0/{name}", "why": "not run"} for name in ("s", "t")),
        ],
    }
    text = markdown(document)
    row = "| bce | cfprm | 50.0 | 50.0 [49.0, 51.0] | −0.5 [−1.5, +0.5] | 25 % (10 %) | 2 | 71.2 (mean) |"
    assert row in text
    assert '12 problems, 96 candidates, grader cfprm 1, "None" answers: leave-out.' in text
    assert "- `train/b/mse/cfprm/seed-0` failed: The disk is full.\n- not run: `b/mse/cfprm/seed-0`\n" in text


def test_the_page_shows_what_the_report_of_the_tiny_run_says() -> None:
    page = (REPOSITORY / "docs" / "reproduction.md").read_text("utf-8")
    document = json.loads((REPOSITORY / "docs" / "reproduction" / "report.json").read_text("utf-8"))
    shown = page.partition("<!-- report -->\n")[2].partition("<!-- /report -->")[0]
    assert shown == markdown(document)
