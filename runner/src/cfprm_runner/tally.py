"""What is counted while an update is computed."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class Tally:
    """What is counted over the micro-batches and processes of an update."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(4, dtype=torch.float64, device="cpu" if device.type == "mps" else device)
        self._began = time.perf_counter()
        self.values: dict[str, float] = {}

    def begin(self) -> None:
        """A new update begins."""
        self._sums.zero_()
        self._began = time.perf_counter()

    def add(
        self, loss: Tensor, scores: Tensor, labels: Tensor, mask: Tensor, inputs: dict[str, Any], threshold: float
    ) -> None:
        """Counts a micro-batch; `threshold` is the raw score from which on a step counts as correct."""
        with torch.no_grad():
            decided = mask & (labels != 0.5)
            right = decided & ((scores > threshold) == (labels > 0.5))
            tokens = inputs["attention_mask"].sum() if "attention_mask" in inputs else inputs["input_ids"].numel()
            # Loss parts hold the number of processes as a factor; the mean over processes undoes it.
            for place, value in enumerate((loss, right.sum(), decided.sum(), tokens)):
                self._sums[place] += value

    def end(self, reduce: Callable[[Tensor], Tensor], stop: bool, processes: int) -> tuple[float, bool]:
        """Adds up over processes.

        Returns the update's loss, and whether any process was asked to stop. `values` then holds accuracy and speed.
        """
        sums = torch.cat([self._sums, self._sums.new_tensor([float(stop)])])
        loss, right, decided, tokens, stops = reduce(sums).tolist()
        seconds = time.perf_counter() - self._began
        self.values = {
            "accuracy": right / decided if decided else float("nan"),
            "tokens": tokens,
            "tokens_per_second": tokens / seconds,
        }
        if torch.cuda.is_available():
            self.values["memory_bytes"] = float(torch.cuda.max_memory_allocated())
        return loss / processes, stops > 0
