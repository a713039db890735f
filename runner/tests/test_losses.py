"""The losses against their definitions, computed another way."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cfprm_runner.losses import bce_loss, loss_count, loss_sum, mse_loss, q_ranking_loss


def direct_q_ranking(scores: list[float], labels: list[float], zeta: float) -> float:
    """PQM's Eq. 10 for one trajectory, in float64 and without logarithms of sums."""
    correct = [math.exp(s) for s, y in zip(scores, labels, strict=True) if y >= 0.5]
    wrong = sum(math.exp(s + zeta) for s, y in zip(scores, labels, strict=True) if y < 0.5)
    has = any(y < 0.5 for y in labels)
    terms = [-math.log(1 / (1 + wrong))] if has else []
    terms += [-math.log(e / (1 + sum(correct[: j + 1]) + wrong)) for j, e in enumerate(correct)]
    return sum(terms) / len(terms)


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[list[float]], list[list[float]]]:
    """Trajectories of 1 to 6 labelled steps."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    score = st.floats(-15, 15, width=32)
    scores = [draw(st.lists(score, min_size=n, max_size=n)) for n in lengths]
    labels = [draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n)) for n in lengths]
    return scores, labels


def padded(rows: list[list[float]], fill: float) -> torch.Tensor:
    width = max(map(len, rows)) + 1
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows], dtype=torch.float64)


@given(batches(), st.floats(0, 8))
def test_q_ranking_is_what_the_formula_says(batch: tuple[list[list[float]], list[list[float]]], zeta: float) -> None:
    scores, labels = batch
    mask = padded([[1.0] * len(row) for row in scores], 0.0) == 1
    found = q_ranking_loss(padded(scores, math.nan), padded(labels, math.nan), mask, zeta=zeta)
    wanted = np.mean([direct_q_ranking(s, y, zeta) for s, y in zip(scores, labels, strict=True)])
    assert found.item() == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("loss", [bce_loss, mse_loss, q_ranking_loss])
@pytest.mark.parametrize("first", [0.0, 1.0])
def test_the_gradient_is_that_of_the_loss(loss: Any, first: float) -> None:
    # Against finite differences; labels in every order, a masked step among them, wrong steps first and last.
    generator = torch.Generator().manual_seed(1)
    scores = torch.randn(3, 6, dtype=torch.float64, generator=generator).mul(3).requires_grad_()
    labels = torch.tensor([[first, 1, 0, 1, 0, 1], [first, 0, 0, 1, 1, 1], [first] * 6], dtype=torch.float64)
    mask = torch.tensor([[1, 1, 1, 0, 1, 1], [1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 0, 0]]).bool()
    assert torch.autograd.gradcheck(lambda s: loss(s, labels, mask), (scores,))


def test_q_ranking_by_hand() -> None:
    # Scores 0, 0 with labels +, -, zeta 0: l_0 = log(1 + 1), l_1 = log((1 + 1 + 1) / 1); mean of two terms.
    both = torch.tensor([[True, True]])
    found = q_ranking_loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]), both, zeta=0.0)
    assert found.item() == pytest.approx((math.log(2) + math.log(3)) / 2)
    # Without a wrong step l_0 is not counted, and its 1 stays in the denominators: log 2 and log 3.
    found = q_ranking_loss(torch.zeros(1, 2), torch.ones(1, 2), both)
    assert found.item() == pytest.approx((math.log(2) + math.log(3)) / 2)


def test_q_ranking_is_finite_where_the_published_code_overflows() -> None:
    scores = torch.tensor([[100.0, 90.0, -100.0]], requires_grad=True)
    loss = q_ranking_loss(scores, torch.tensor([[1.0, 0.0, 1.0]]), torch.ones(1, 3, dtype=torch.bool))
    loss.backward()  # type: ignore[no-untyped-call]
    assert scores.grad is not None
    assert torch.isfinite(loss)
    assert torch.isfinite(scores.grad).all()


def test_bce_and_mse_by_hand() -> None:
    # sigmoid(0) = 1/2; a soft label of 0.25 at score log(3), whose sigmoid is 3/4.
    scores, labels = torch.tensor([[0.0, math.log(3), 9.0]]), torch.tensor([[1.0, 0.25, 0.0]])
    mask = torch.tensor([[True, True, False]])
    cross = (math.log(2) + -(0.25 * math.log(0.75) + 0.75 * math.log(0.25))) / 2
    assert bce_loss(scores, labels, mask).item() == pytest.approx(cross)
    assert mse_loss(scores, labels, mask).item() == pytest.approx((0.25 + 0.25) / 2)
    raw = (1 + (math.log(3) - 0.25) ** 2) / 2
    assert mse_loss(scores, labels, mask, activation="none").item() == pytest.approx(raw)


@pytest.mark.parametrize("kind", ["bce", "mse", "mse-raw", "q-ranking"])
def test_what_is_masked_never_matters(kind: str) -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(3, 5, generator=generator)
    labels = (torch.rand(3, 5, generator=generator) > 0.5).float()
    mask = torch.tensor([[1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]]).bool()
    poison = torch.where(mask, scores, torch.nan).requires_grad_()
    found = loss_sum(kind, poison, torch.where(mask, labels, torch.nan), mask)  # type: ignore[arg-type]
    found.backward()  # type: ignore[no-untyped-call]
    assert poison.grad is not None
    assert torch.isfinite(poison.grad).all()
    assert (poison.grad[~mask] == 0).all()
    assert found.item() == loss_sum(kind, scores, labels, mask).item()  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", [bce_loss, mse_loss, q_ranking_loss])
def test_without_a_label_the_loss_is_nothing(loss: Any) -> None:
    scores = torch.randn(2, 3, requires_grad=True)
    value = loss(scores, torch.ones(2, 3), torch.zeros(2, 3, dtype=torch.bool))
    value.backward()
    assert value.item() == 0
    assert scores.grad is not None
    assert (scores.grad == 0).all()


@given(batches(), st.sampled_from(["bce", "mse", "q-ranking"]), st.integers(1, 3))
def test_parts_of_a_batch_add_up(batch: tuple[list[list[float]], list[list[float]]], kind: str, size: int) -> None:
    scores, labels = padded(batch[0], 0.0), padded(batch[1], 0.0)
    mask = padded([[1.0] * len(row) for row in batch[0]], 0.0) == 1
    parts = [slice(k, k + size) for k in range(0, len(scores), size)]
    sums = sum(loss_sum(kind, scores[p], labels[p], mask[p]) for p in parts)  # type: ignore[arg-type]
    counts = sum(loss_count(kind, mask[p]) for p in parts)  # type: ignore[arg-type]
    whole = {"bce": bce_loss, "mse": mse_loss, "q-ranking": q_ranking_loss}[kind](scores, labels, mask)
    assert (sums / counts).item() == pytest.approx(whole.item(), rel=1e-9)


@given(batches())
def test_q_ranking_does_not_rank_by_position_among_the_wrong(
    batch: tuple[list[list[float]], list[list[float]]],
) -> None:
    # W is a set: where its steps stand between the correct ones changes nothing.
    for scores, labels in zip(*batch, strict=True):
        pairs = list(zip(scores, labels, strict=True))
        moved = [p for p in pairs if p[1] == 0] + [p for p in pairs if p[1] == 1]
        mask = torch.ones(1, len(pairs), dtype=torch.bool)
        values = [
            q_ranking_loss(torch.tensor([[s for s, _ in p]]), torch.tensor([[y for _, y in p]]), mask)
            for p in (pairs, moved)
        ]
        assert values[0].item() == pytest.approx(values[1].item(), rel=1e-4, abs=1e-5)
