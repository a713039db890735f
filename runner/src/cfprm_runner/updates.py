"""What an update of a run consists of."""

from typing import Any

import numpy as np
from datasets import Dataset

from cfprm_runner.manifest import Manifest
from cfprm_runner.sampler import Indices, Stock

NAMED_ROWS = 8


def stock_of(rows: Dataset, manifest: Manifest) -> Stock:
    """The rows of a dataset, as the order needs them."""
    columns = rows.with_format("numpy", columns=["block", "length", "single"])[:]
    block, length = (columns[name].astype(np.int64) for name in ("block", "length"))
    single = columns["single"].astype(bool) & manifest.deduplicated
    return Stock(manifest.blocks, block, length, single)


class Updates:
    """The updates of a plan, counted from 1."""

    def __init__(self, plan: Indices, batch: int, rows: Dataset, manifest: Manifest) -> None:
        self._plan = plan
        self._batch = batch
        self._rows = rows
        self._manifest = manifest
        self._per_epoch = sum(block.rows * block.repeat for block in manifest.blocks)

    def describe(self, update: int) -> dict[str, Any]:
        """Block and epoch in which an update ends."""
        last = self._rows[int(self._plan[update * self._batch - 1])]
        block = self._manifest.blocks[last["block"]]
        return {
            "block": block.title,
            "window": block.window,
            "epoch": round(update * self._batch / self._per_epoch, 4),
        }

    def rows(self, update: int) -> str:
        """Names an update's rows for a person."""
        found = self._rows.select(self._plan[(update - 1) * self._batch : update * self._batch])
        names: dict[str, list[int]] = {}
        for block, row in zip(found["block"], found["row"], strict=True):
            names.setdefault(self._manifest.blocks[block].file, []).append(row)
        return "; ".join(f"{file}, rows {_listed(numbers)}" for file, numbers in names.items())


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, sorted(numbers)[:NAMED_ROWS]))
    return f"{shown} and {len(numbers) - NAMED_ROWS} more" if len(numbers) > NAMED_ROWS else shown
