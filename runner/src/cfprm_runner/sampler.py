"""The order in which a run sees its rows: block after block, shuffled within a block only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from cfprm_runner.fault import Fault
from cfprm_runner.manifest import Block
from cfprm_runner.options import Order

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Stock:
    """The rows that there are, in the dataset's order."""

    blocks: tuple[Block, ...]
    """The manifest's."""
    block: Indices
    """For each row, the index of its block."""
    length: Indices
    """For each row, its tokens."""
    single: NDArray[np.bool_]
    """For each row, whether it stands for a row of the finest block too, which was left out as identical."""


def plan_order(
    stock: Stock,
    order: Order,
    *,
    batch: int,
    epochs: int,
    seed: int,
    max_updates: int | None = None,
    by_length: bool = False,
) -> Indices:
    """The rows of a whole run in the order in which they are trained on, `batch` per update.

    Every pass over a block is shuffled as a function of (seed, epoch, block, repetition) and of nothing else, so that
    a run that goes on sees what it would have seen. Rows that do not fill a last update are dropped, never filled up
    from the beginning. Each order makes as many updates as the manifest's.

    Args:
        by_length: sort the rows within each update (not beyond it, and not across blocks), longest first, so that
            rows of similar length share a forward pass. It changes no update.

    Faults: there are fewer rows than one update takes; an order needs blocks that the manifest does not have.
    """
    groups = [(np.flatnonzero(stock.block == index), block.repeat) for index, block in enumerate(stock.blocks)]
    total = sum(len(rows) * repeat for rows, repeat in groups) * epochs
    updates = min(total // batch, max_updates or total)
    if updates == 0:
        raise Fault(f"There are {total:,} rows to train on, and one update takes {batch}: lower --batch.")
    wanted = updates * batch
    passes = _passes(stock, order, groups, seed)
    parts: list[Indices] = []
    ordinals: list[Indices] = []
    have = 0
    for epoch in count():
        for ordinal, part in enumerate(passes(epoch)):
            parts.append(part)
            ordinals.append(np.full(len(part), ordinal + epoch * len(stock.blocks)))
            have += len(part)
        if have >= wanted:
            break
    plan = np.concatenate(parts)[:wanted]
    return _sorted_within(plan, np.concatenate(ordinals)[:wanted], stock.length, batch) if by_length else plan


def _passes(
    stock: Stock, order: Order, groups: Sequence[tuple[Indices, int]], seed: int
) -> Callable[[int], Iterator[Indices]]:
    """For an epoch, the parts of the order, one after the other."""
    numbers = list(range(len(groups)))

    def shuffled(rows: Indices, epoch: int, block: int, repetition: int = 0) -> Indices:
        return np.random.default_rng([seed, epoch, block, repetition]).permutation(rows)

    def blocks(sequence: Sequence[int]) -> Callable[[int], Iterator[Indices]]:
        def parts(epoch: int) -> Iterator[Indices]:
            for block in sequence:
                rows, repeat = groups[block]
                yield np.concatenate([shuffled(rows, epoch, block, k) for k in range(repeat)])

        return parts

    if order == "manifest":
        return blocks(numbers)
    if order == "shuffled":
        everything = np.concatenate([np.tile(rows, repeat) for rows, repeat in groups])
        return lambda epoch: iter([shuffled(everything, epoch, len(groups))])
    if any(block.window is None for block in stock.blocks):
        raise Fault(
            f"--order {order} needs a file per window size, and this merge wrote one mixed file: merge again with "
            "--order coarse-to-fine, and choose the order here."
        )
    fine_first = sorted(numbers, key=lambda block: stock.blocks[block].size)
    if order == "fine-only":
        finest = fine_first[0]
        rows = np.flatnonzero((stock.block == finest) | stock.single)
        if len(rows) == 0:
            raise Fault("--order fine-only has nothing to train on: the finest block has no row with a label.")
        return lambda epoch: iter([shuffled(rows, epoch, finest)])
    return blocks(fine_first if order == "fine-to-coarse" else fine_first[::-1])


def _sorted_within(plan: Indices, ordinal: Indices, length: Indices, batch: int) -> Indices:
    update = np.arange(len(plan)) // batch
    return plan[np.lexsort((-length[plan], ordinal, update))]


class PlanSampler(Sampler[int]):
    """Gives the rows as a plan has them."""

    def __init__(self, plan: Indices) -> None:
        self.plan = plan

    def __iter__(self) -> Iterator[int]:
        return iter(self.plan.tolist())

    def __len__(self) -> int:
        return len(self.plan)
