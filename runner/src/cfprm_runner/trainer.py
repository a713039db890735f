"""The trainer of transformers with our batches, order, losses and checkpoints. The loop is its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler
from transformers import Trainer

from cfprm_runner.collate import step_mask
from cfprm_runner.contract.checkpoints import Checkpoints
from cfprm_runner.contract.status import Status
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.losses import Kind, loss_count, loss_sum
from cfprm_runner.sampler import Indices, PlanSampler
from cfprm_runner.tally import Tally


class PrmTrainer(Trainer):
    """Trains on a plan's rows, each update on `batch` of them.

    The loss of an update is a sum over all its micro-batches and processes, divided once by what was counted over all
    of them: it does not depend on how the update is cut. The Trainer's own division by the number of micro-batches is
    therefore switched off (`loss_is_scaled_for_ga`).
    """

    def __init__(
        self,
        *,
        plan: Indices,
        loss: Kind,
        zeta: float,
        checkpoints: Checkpoints,
        finish_checkpoint: Callable[[Path], None],
        status: Status,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.loss_is_scaled_for_ga = True
        self._plan = plan
        self._kind: Kind = loss
        self._zeta = zeta
        self._checkpoints = checkpoints
        self._finish_checkpoint = finish_checkpoint
        self._status = status
        self._saving = False
        self.tally = Tally(self.args.device)

    def _get_train_sampler(self, *_: Any, **__: Any) -> Sampler[int]:
        return PlanSampler(self._plan)

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """The micro-batches of an update, and what its loss is divided by, over all processes."""
        self.tally.begin()
        batches = []
        for _ in range(num_batches):
            batch = next(epoch_iterator, None)
            if batch is None:
                break
            batches.append(batch)
        count = torch.stack([loss_count(self._kind, step_mask(batch["labels"])) for batch in batches]).sum()
        return batches, self.accelerator.reduce(count.to(device), reduction="sum")

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """This micro-batch's part of the update's loss, times the number of processes, whose gradients are averaged."""
        inputs = dict(inputs)
        labels, index = inputs.pop("labels"), inputs.pop("step_index")
        outputs = model(**inputs, use_cache=False)
        scores = outputs.logits.reshape(-1)[index]
        mask = step_mask(labels)
        part = loss_sum(self._kind, scores, labels, mask, self._zeta)
        count = loss_count(self._kind, mask) if num_items_in_batch is None else num_items_in_batch
        loss = part / torch.as_tensor(count, device=part.device).clamp(min=1) * self.accelerator.num_processes
        if model.training:
            self.tally.add(loss, scores, labels, mask, inputs, threshold=0.5 if self._kind == "mse-raw" else 0.0)
        return (loss, outputs) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Adds what was counted in the update."""
        if "loss" in logs:
            logs = {**logs, **self.tally.values}
        super().log(logs, start_time)

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._checkpoints.partial) if self._saving else super()._get_output_dir(trial)

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """Writes a checkpoint beside its place and moves it there when it is whole.

        Fault: it cannot be written; the former ones are as they were.
        """
        step = self.state.global_step
        self._status.update(state="checkpointing")
        self._saving = True
        try:
            if self.is_world_process_zero():
                self._checkpoints.clear_partial()
            self.accelerator.wait_for_everyone()
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.is_world_process_zero():
                self._finish_checkpoint(self._checkpoints.partial / self._checkpoints.path(step).name)
                self._checkpoints.publish(step)
            self.accelerator.wait_for_everyone()
        except Exception as error:
            # Full disks come as OSError, RuntimeError (torch) or SafetensorError.
            if self.is_world_process_zero():
                self._checkpoints.clear_partial()
            raise Fault(self._not_written(step, error), ExitCode.FAILED) from error
        finally:
            self._saving = False
        self._status.update(state="running", checkpoint=step)

    def _not_written(self, step: int, error: Exception) -> str:
        latest = self._checkpoints.latest()
        rest = f"{latest.name} is whole: the same command goes on from it" if latest else "there is no earlier one"
        return (
            f"The checkpoint of update {step} could not be written to {self._checkpoints.folder} ({error}). Make room "
            f"on that disk; {rest}."
        )

    def save_at(self, step: int) -> Path:
        """The checkpoint of the update that was done last, written if it is not there."""
        if step not in self._checkpoints.steps():
            self._save_checkpoint(self.model_wrapped, trial=None)
        return self._checkpoints.path(step)
