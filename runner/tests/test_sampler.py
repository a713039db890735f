"""The order of a run."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfprm_runner.fault import Fault
from cfprm_runner.manifest import Block
from cfprm_runner.sampler import PlanSampler, Stock, plan_order


def stock(*sizes: tuple[Any, int], repeat: int = 1, single: set[int] = frozenset()) -> Stock:  # type: ignore[assignment]
    """Blocks (window, rows); row lengths are 10, 11, ..."""
    blocks = tuple(Block(window, f"window-{window}.jsonl", repeat, rows, 0, "") for window, rows in sizes)
    index = np.concatenate([np.full(rows, k) for k, (_, rows) in enumerate(sizes)])
    total = len(index)
    return Stock(blocks, index, np.arange(total) + 10, np.isin(np.arange(total), list(single)))


shapes = st.lists(st.integers(0, 30), min_size=1, max_size=4)


@given(shapes, st.integers(1, 7), st.integers(1, 3), st.integers(0, 2**32 - 1), st.booleans())
def test_blocks_follow_one_another_and_each_row_is_seen_once_an_epoch(
    shape: list[int], batch: int, epochs: int, seed: int, by_length: bool
) -> None:
    rows = stock(*[(len(shape) - k, n) for k, n in enumerate(shape)])
    total = sum(shape) * epochs
    if total < batch:
        with pytest.raises(Fault, match="lower --batch"):
            plan_order(rows, "manifest", batch=batch, epochs=epochs, seed=seed)
        return
    plan = plan_order(rows, "manifest", batch=batch, epochs=epochs, seed=seed, by_length=by_length)
    assert len(plan) == total // batch * batch
    for epoch in range(epochs):
        part = plan[epoch * sum(shape) : (epoch + 1) * sum(shape)]
        blocks = rows.block[part]
        assert (np.diff(blocks) >= 0).all(), "a block begins before the one before it has ended"
        assert len(set(part.tolist())) == len(part)


@given(shapes, st.integers(1, 7), st.integers(0, 99))
def test_sorting_by_length_changes_no_update(shape: list[int], batch: int, seed: int) -> None:
    if sum(shape) < batch:
        return
    rows = stock(*[(len(shape) - k, n) for k, n in enumerate(shape)])
    plain, sorted_ = (
        plan_order(rows, "manifest", batch=batch, epochs=1, seed=seed, by_length=by_length).reshape(-1, batch)
        for by_length in (False, True)
    )
    assert (np.sort(plain) == np.sort(sorted_)).all()
    for update in sorted_:
        for block in set(rows.block[update].tolist()):
            assert (np.diff(rows.length[update[rows.block[update] == block]]) <= 0).all()


def test_the_shuffle_is_a_function_of_seed_epoch_and_block() -> None:
    rows = stock((2, 40), (1, 40))
    one = plan_order(rows, "manifest", batch=8, epochs=2, seed=1)
    assert (one == plan_order(rows, "manifest", batch=8, epochs=2, seed=1)).all()
    assert not (one == plan_order(rows, "manifest", batch=8, epochs=2, seed=2)).all()
    first, second = one[:40], one[80:120]
    assert not (first == second).all(), "the second epoch has the order of the first"
    assert not (first == one[40:80] - 40).all(), "the second block has the order of the first"
    # A longer run begins as the shorter one.
    assert (one == plan_order(rows, "manifest", batch=8, epochs=3, seed=1)[: len(one)]).all()


def test_a_block_is_repeated_before_the_next_one() -> None:
    plan = plan_order(stock((2, 4), (1, 4), repeat=3), "manifest", batch=4, epochs=1, seed=0)
    assert [sorted(plan[k : k + 4].tolist()) for k in range(0, 24, 4)] == [[0, 1, 2, 3]] * 3 + [[4, 5, 6, 7]] * 3


@pytest.mark.parametrize("order", ["coarse-to-fine", "fine-to-coarse", "shuffled", "fine-only"])
def test_every_control_makes_as_many_updates(order: Any) -> None:
    rows = stock(("N", 10), (3, 17), (1, 23))
    plan = plan_order(rows, order, batch=8, epochs=2, seed=0)
    assert len(plan) == len(plan_order(rows, "manifest", batch=8, epochs=2, seed=0)) == 96


def test_the_controls_are_what_they_say() -> None:
    rows = stock((1, 8), ("N", 8), (2, 8), single={8})
    blocks = {
        order: rows.block[plan_order(rows, order, batch=8, epochs=1, seed=0)]  # type: ignore[arg-type]
        for order in ("coarse-to-fine", "fine-to-coarse", "shuffled", "fine-only")
    }
    assert blocks["coarse-to-fine"].tolist() == [1] * 8 + [2] * 8 + [0] * 8
    assert blocks["fine-to-coarse"].tolist() == [0] * 8 + [2] * 8 + [1] * 8
    assert len(np.unique(blocks["shuffled"][:8])) > 1
    # Row 8 stands in the coarsest block for the same row of the finest, which was left out there.
    only = plan_order(rows, "fine-only", batch=8, epochs=1, seed=0)
    assert sorted(only[:9].tolist()) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert set(only.tolist()) <= set(range(9))


def test_one_mixed_file_has_no_other_order() -> None:
    with pytest.raises(Fault, match="merge again with --order coarse-to-fine"):
        plan_order(stock((None, 20)), "fine-to-coarse", batch=4, epochs=1, seed=0)


def test_max_updates_and_the_sampler() -> None:
    plan = plan_order(stock((1, 20)), "manifest", batch=4, epochs=1, seed=0, max_updates=2)
    sampler = PlanSampler(plan)
    assert len(sampler) == 8
    assert list(sampler) == plan.tolist()
