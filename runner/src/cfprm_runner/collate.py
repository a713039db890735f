"""Rows into a batch: padded, or one after the other without padding where the attention kernel keeps them apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cfprm_runner.dataset import MASKED


@dataclass(frozen=True)
class Collator:
    """Makes batches for `PrmTrainer`.

    A batch holds what the model takes (`input_ids` and `attention_mask` [B, S], or, padding-free, `input_ids` and
    `position_ids` [1, total] with the borders of the rows) and, for the loss, [B, T] each: `labels` (MASKED where a
    step has none, or there is no step) and `step_index`, where in the flattened output each step's score is. For models
    that take step features, `features` [B, T, size] besides, or [1, steps of all rows, size] without padding.
    """

    pad_id: int
    padding_free: bool
    multiple: int = 1
    """Padded lengths are multiples of this."""
    feature_size: int = 0
    """Step features per step; 0 for models that take none."""

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Makes a batch of rows of the dataset."""
        lengths = [len(row["input_ids"]) for row in rows]
        if self.padding_free:
            starts = [sum(lengths[:k]) for k in range(len(lengths))]
            inputs = _flat(rows, lengths)
        else:
            width = -(-max(lengths) // self.multiple) * self.multiple
            starts = [k * width for k in range(len(rows))]
            inputs = self._padded(rows, width)
        steps = max(len(row["positions"]) for row in rows)
        labels = torch.full((len(rows), steps), MASKED)
        index = torch.zeros((len(rows), steps), dtype=torch.int64)
        for k, row in enumerate(rows):
            count = len(row["positions"])
            labels[k, :count] = torch.tensor(row["labels"])
            index[k, :count] = torch.tensor(row["positions"]) + starts[k]
        if self.feature_size:
            inputs["features"] = self._features(rows, steps)
        return {**inputs, "labels": labels, "step_index": index}

    def _padded(self, rows: Sequence[Mapping[str, Any]], width: int) -> dict[str, Any]:
        ids = torch.full((len(rows), width), self.pad_id)
        mask = torch.zeros((len(rows), width), dtype=torch.int64)
        for k, row in enumerate(rows):
            count = len(row["input_ids"])
            ids[k, :count] = torch.tensor(row["input_ids"])
            mask[k, :count] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def _features(self, rows: Sequence[Mapping[str, Any]], steps: int) -> Tensor:
        tables = [torch.tensor(row["features"], dtype=torch.float32).reshape(-1, self.feature_size) for row in rows]
        if self.padding_free:
            return torch.cat(tables)[None]
        features = torch.zeros((len(rows), steps, self.feature_size))
        for k, table in enumerate(tables):
            features[k, : len(table)] = table
        return features


def _flat(rows: Sequence[Mapping[str, Any]], lengths: Sequence[int]) -> dict[str, Any]:
    borders = torch.tensor([0, *lengths]).cumsum(0).to(torch.int32)
    return {
        "input_ids": torch.cat([torch.tensor(row["input_ids"]) for row in rows])[None],
        "position_ids": torch.cat([torch.arange(length) for length in lengths])[None],
        "cu_seq_lens_q": borders,
        "cu_seq_lens_k": borders,
        "max_length_q": max(lengths),
        "max_length_k": max(lengths),
    }


def step_mask(labels: Tensor) -> Tensor:
    """Where steps have a label."""
    return labels != MASKED
