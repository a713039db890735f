"""Metrics: values worked out by hand, and what has to hold for any scores."""

from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cfprm_runner.evaluate import metrics as m
from cfprm_runner.evaluate.bon import Candidate, bon_table, rank_of
from cfprm_runner.evaluate.steps import LabelledScores, first_error, gather

LABELS = np.array([1, 1, 0, 1, 0])
SCORES = np.array([0.9, 0.4, 0.4, 0.7, 0.2])


def test_auc_counts_pairs() -> None:
    # Pairs (correct, incorrect): .9>.4 .9>.2 .4=.4 .4>.2 .7>.4 .7>.2: five and a half of six.
    assert m.Auc(LABELS, SCORES)() == pytest.approx(5.5 / 6)
    assert m.Auc(np.ones(3, int), np.zeros(3))() is None
    assert m.Auc(np.array([], int), np.array([]))() is None


def test_auc_at_the_same_place_compares_like_with_like() -> None:
    # Place 0: correct .9 .8, incorrect .1 (2 of 2 pairs); place 1: correct .3, incorrect .6 (0 of 1): 2 of 3.
    labels, scores, places = np.array([1, 1, 0, 1, 0]), np.array([0.9, 0.8, 0.1, 0.3, 0.6]), np.array([0, 0, 0, 1, 1])
    assert m.Auc(labels, scores, places)() == pytest.approx(2 / 3)
    # Scores that fall with the place alone: they look good on data whose later steps are wrong, and tell nothing.
    labels, places = np.array([1, 1, 1, 0, 1, 0, 0, 0]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    falling = 1 - places / 2
    assert m.Auc(labels, falling)() == pytest.approx((3 * 3 + 0.5 * 3 + 0.5 * 3) / 16)
    assert m.Auc(labels, falling, places)() == 0.5
    assert m.Auc(np.array([1, 0]), np.array([0.1, 0.2]), np.array([0, 1]))() is None


def test_calibration_by_hand() -> None:
    # Two bins: [0, .5) holds .4 .4 .2 (labels 1 0 0), [.5, 1] holds .9 .7 (labels 1 1).
    bins = m.reliability(LABELS, SCORES, 2)
    assert [bin.count for bin in bins] == [3, 2]
    assert bins[0].score == pytest.approx(1 / 3)
    assert bins[0].correct == pytest.approx(1 / 3)
    assert bins[1].score == pytest.approx(0.8)
    # 3/5 * |1/3 - 1/3| + 2/5 * |0.8 - 1|
    assert m.calibration_error(LABELS, SCORES, 2) == pytest.approx(0.08)
    assert m.brier(LABELS, SCORES) == pytest.approx((0.01 + 0.36 + 0.16 + 0.09 + 0.04) / 5)
    assert m.reliability(np.array([1]), np.array([1.0]), 10)[9].count == 1
    assert m.calibration_error(np.array([], int), np.array([])) is None


def solutions(*rows: tuple[int, list[float]]) -> m.FirstErrors:
    return m.FirstErrors(np.array([error for error, _ in rows]), [np.array(scores) for _, scores in rows])


def test_first_errors_as_processbench_counts_them() -> None:
    # Found exactly: the first row. Missed: too early (second), none found (third). Correct ones: one of two alone.
    rows = solutions((1, [0.9, 0.2, 0.1]), (1, [0.3, 0.2]), (0, [0.8]), (-1, [0.9, 0.6]), (-1, [0.9, 0.4]))
    result = m.FirstErrorF1(rows, 0.5)()
    assert result.erroneous == pytest.approx(1 / 3)
    assert result.correct == pytest.approx(1 / 2)
    assert result.f1 == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    # A score at the threshold is no error.
    assert m.found_errors([np.array([0.5])], 0.5).tolist() == [-1]
    assert m.FirstErrorF1(solutions((-1, [0.9])), 0.5)().f1 is None
    assert m.FirstErrorF1(solutions((-1, [0.1]), (0, [0.9])), 0.5)().f1 == 0


def test_the_best_threshold_by_hand() -> None:
    # Errors score .3 and .6, correct solutions' lowest scores are .5 and .7: between .6 and .7 both errors are found
    # and one of two is left alone (F1 2/3); between .3 and .5 one error, and both are left alone (F1 2/3).
    rows = solutions((0, [0.3]), (0, [0.6]), (-1, [0.5]), (-1, [0.7]))
    assert m.best_threshold(rows) == pytest.approx(0.4)
    rows = solutions((0, [0.3]), (0, [0.6]), (-1, [0.65]), (-1, [0.7]))
    assert m.best_threshold(rows) == pytest.approx(0.625)
    assert m.best_threshold(solutions((-1, [0.7]))) is None
    assert m.best_threshold(solutions()) is None


SCORE = st.integers(0, 20).map(lambda k: k / 20)
ROWS = st.lists(
    st.lists(SCORE, min_size=1, max_size=5).flatmap(
        lambda scores: st.integers(-1, len(scores) - 1).map(lambda error: (error, scores))
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS)
def test_no_threshold_is_better_than_the_best(rows: list[tuple[int, list[float]]]) -> None:
    firsts = solutions(*rows)
    best = m.best_threshold(firsts)
    if best is None:
        assert m.FirstErrorF1(firsts, 0.5)().f1 is None
        return
    reached = m.FirstErrorF1(firsts, best)().f1
    assert reached is not None
    own = {score for _, scores in rows for score in scores}
    for threshold in [*(np.arange(-1, 43) / 41), *own]:
        f1 = m.FirstErrorF1(firsts, float(threshold))().f1
        assert f1 is not None
        assert f1 <= reached + 1e-12


STEPS = st.lists(st.tuples(st.integers(0, 1), SCORE, st.integers(0, 3)), min_size=2, max_size=40)


@given(STEPS)
def test_auc_depends_on_the_order_alone(steps: list[tuple[int, float, int]]) -> None:
    labels, scores, places = (np.array(column) for column in zip(*steps, strict=True))
    value = m.Auc(labels, scores)()
    for monotone in (lambda x: x**3, lambda x: 5 * x - 2, np.exp):
        assert m.Auc(labels, monotone(scores))() == value
        assert m.Auc(labels, monotone(scores), places)() == m.Auc(labels, scores, places)()
    if value is None:
        return
    assert m.Auc(labels, -scores)() == pytest.approx(1 - value)
    assert m.Auc(1 - labels, scores)() == pytest.approx(1 - value)
    assert m.Auc(labels, scores, np.zeros(len(labels), int))() == pytest.approx(value)


@given(STEPS, st.integers(1, 20))
def test_calibration_is_bounded_and_bins_hold_every_step(steps: list[tuple[int, float, int]], bins: int) -> None:
    labels, scores, _ = (np.array(column) for column in zip(*steps, strict=True))
    table = m.reliability(labels, scores, bins)
    assert sum(one.count for one in table) == len(steps)
    for one in table:
        assert one.score is None or one.low <= one.score + 1e-12
        assert one.score is None or one.score - 1e-12 <= one.high
    error = m.calibration_error(labels, scores, bins)
    assert error is not None
    assert 0 <= error <= 1
    assert m.calibration_error(labels, labels.astype(float), bins) == 0


@given(STEPS, st.data())
def test_a_weight_counts_a_step_so_often(steps: list[tuple[int, float, int]], data: st.DataObject) -> None:
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(steps), max_size=len(steps))))
    labels, scores, places = (np.array(column) for column in zip(*steps, strict=True))
    many = [np.repeat(column, weights) for column in (labels, scores, places)]
    assert m.Auc(labels, scores)(weights) == pytest.approx(m.Auc(many[0], many[1])())
    assert m.Auc(labels, scores, places)(weights) == pytest.approx(m.Auc(*many)())
    assert m.calibration_error(labels, scores, 7, weights) == pytest.approx(m.calibration_error(many[0], many[1], 7))
    if 0 < labels @ weights < weights.sum():
        theirs = roc_auc_score(labels, scores, sample_weight=weights)
        assert m.Auc(labels, scores)(weights) == pytest.approx(theirs)


def mean(values: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]) -> float:
    return float(weights @ values / weights.sum())


def test_intervals_are_seeded_hold_the_value_and_shrink() -> None:
    random = np.random.default_rng(5)
    widths = []
    for count in (50, 5000):
        values = (random.random(count) < 0.7).astype(float)
        estimate, again = (m.bootstrap(partial(mean, values), count, seed=1) for _ in range(2))
        assert estimate == again
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.value is not None
        assert estimate.low <= estimate.value <= estimate.high
        widths.append(estimate.high - estimate.low)
    # The width of a 95 % interval of a mean of n coins is 2 * 1.96 * sqrt(p q / n).
    assert widths[0] == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 50), rel=0.25)
    assert widths[1] == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 5000), rel=0.25)
    assert m.bootstrap(lambda _: None, 3, 0) == m.Estimate(None, None, None)


def test_what_counts_is_what_has_a_label_and_a_score() -> None:
    evaluated = gather(
        [
            LabelledScores([1, 0, None], [0.9, 0.2, 0.1]),
            LabelledScores([1, None, 0], [0.8, 0.7, 0.3]),
            LabelledScores([0.6, 0.4], [0.5, None]),
            LabelledScores([], []),
        ]
    )
    assert evaluated.steps.labels.tolist() == [1, 0, 1, 0, 1]
    assert evaluated.steps.places.tolist() == [0, 1, 0, 2, 0]
    assert (evaluated.soft, evaluated.unlabelled, evaluated.unscored, evaluated.unplaced) == (1, 2, 1, 1)
    assert evaluated.first_errors.errors.tolist() == [1]
    assert first_error([1, 1]) == -1
    assert first_error([1, 0.49, None]) == 1
    logits = gather([LabelledScores([1, 0], [0.0, -1.0])])
    assert logits.were_logits
    assert logits.steps.scores == pytest.approx([0.5, 0.2689414213699951])


def candidate(correct: int, *scores: float) -> Candidate:
    return Candidate(bool(correct), scores)


def test_best_of_n_by_hand() -> None:
    # The example of docs/command-line.md, whose numbers `cfprm bon` prints.
    problems = [
        [candidate(1, 0.9, 0.8, 0.9), candidate(0, 0.2, 0.6, 0.7), candidate(0, 0.9, 0.3, 0.95)],
        [candidate(0, 0.3, 0.4), candidate(1, 0.8, 0.9), candidate(0, 0.5, 0.3)],
    ]
    table = bon_table(problems, seed=0)
    assert list(table.accuracy) == [1, 2, 3]
    percents = {
        name: [round(100 * row[name].value or 0, 1) for row in table.accuracy.values() if row[name].value is not None]
        for name in ("min", "last", "first", "random", "oracle")
    }
    assert percents == {
        "min": [33.3, 66.7, 100.0],
        "last": [33.3, 50.0, 50.0],
        "first": [50.0, 50.0, 50.0],
        "random": [33.3, 33.3, 33.3],
        "oracle": [33.3, 66.7, 100.0],
    }


@given(
    st.lists(st.tuples(st.booleans(), st.lists(SCORE, min_size=1, max_size=3)), min_size=1, max_size=6),
    st.integers(1, 6),
)
def test_best_of_n_is_the_mean_over_all_subsets(rows: list[tuple[bool, list[float]]], n: int) -> None:
    candidates = [Candidate(correct, tuple(scores)) for correct, scores in rows]
    n = min(n, len(candidates))
    table = bon_table([candidates], seed=0, ns=[n])
    for name in ("min", "product", "last", "mean"):
        wins = []
        for subset in combinations(range(len(candidates)), n):
            best = max(subset, key=lambda i: (rank_of(candidates[i].scores, name, False), -i))
            wins.append(candidates[best].correct)
        assert table.accuracy[n][name].value == pytest.approx(np.mean(wins))
    some = [any(candidates[i].correct for i in subset) for subset in combinations(range(len(candidates)), n)]
    assert table.accuracy[n]["oracle"].value == pytest.approx(np.mean(some))


def test_ties_and_candidates_without_text() -> None:
    tied = [candidate(0, 0.2, 0.5), candidate(1, 0.5, 0.2), candidate(1)]
    table = bon_table([tied], seed=0)
    # Equal but for `last`, where the first is higher; the empty one is never chosen before the others.
    assert table.ties == {"min": 1, "product": 1, "last": 0, "mean": 1}
    assert table.accuracy[3]["min"].value == 0
    # The subsets of two are {0, 1}, {0, 2}, {1, 2}: correct is chosen in the last alone.
    assert table.accuracy[2]["min"].value == pytest.approx(1 / 3)
    logits = bon_table([[candidate(1, -2.0, 3.0), candidate(0, -1.0, -1.0)]], seed=0)
    assert logits.accuracy[2]["min"].value == 0
    # sigmoid(-2) * sigmoid(3) = 0.1135, sigmoid(-1) ** 2 = 0.0723
    assert logits.accuracy[2]["product"].value == 1
