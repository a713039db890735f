"""What happens between the updates: the launcher's contract, and numbers that are none."""

from collections.abc import Callable
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from cfprm_runner.contract.metrics import MetricsFile
from cfprm_runner.contract.status import Status, now
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.trainer import PrmTrainer


class Watch(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Between the updates: numbers that are no numbers, requests to stop, and what the launcher reads."""

    def __init__(
        self,
        trainer: PrmTrainer,
        status: Status,
        metrics: MetricsFile | None,
        stop_requested: Callable[[], bool],
        describe: Callable[[int], dict[str, Any]],
        rows_of: Callable[[int], str],
    ) -> None:
        """Args: `describe` gives block and epoch of an update (1-based), `rows_of` names its rows."""
        self._trainer = trainer
        self._status = status
        self._metrics = metrics
        self._stop_requested = stop_requested
        self._describe = describe
        self._rows_of = rows_of
        self._stop = False
        self._learning_rate = 0.0
        self.stopped = False

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """The first update is about to begin."""
        self._status.update(state="running", step=state.global_step, total=state.max_steps)

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **of_trainer: Any
    ) -> None:
        """Notes the learning rate of this update: DeepSpeed has gone on to the next one when it is logged."""
        self._learning_rate = float(of_trainer["lr_scheduler"].get_last_lr()[0])

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Sees that loss and gradient are numbers before they reach the weights."""
        accelerator = self._trainer.accelerator
        loss, self._stop = self._trainer.tally.end(
            lambda sums: accelerator.reduce(sums, reduction="sum"), self._stop_requested(), accelerator.num_processes
        )
        if not (torch.isfinite(torch.tensor(loss)) and self._gradient_is_finite()):
            update = state.global_step + 1
            kept = (
                f"The weights before it are in {self._trainer.save_at(state.global_step)}. "
                if state.global_step
                else ""
            )
            raise Fault(
                f"The loss or its gradient is not a number at update {update} ({self._rows_of(update)}). {kept}"
                f"Lower --learning-rate ({args.learning_rate:g}) or look at these rows, then start a run in another "
                "--output; to keep what was learnt, give that checkpoint as --model.",
                ExitCode.FAILED,
            )

    def _gradient_is_finite(self) -> bool:
        gradients = [p.grad for p in self._trainer.model_wrapped.parameters() if p.grad is not None]
        if not gradients:
            # DeepSpeed keeps them to itself and skips or reports such steps.
            return True
        norm = torch.nn.utils.get_total_norm(gradients)
        full = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
        return bool(torch.isfinite(full))

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Stops after this update, with a checkpoint, if that was asked for."""
        if self._stop and state.global_step < state.max_steps:
            self.stopped = True
            control.should_save = True
            control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A line for the launcher."""
        if logs is None or "loss" not in logs:
            return
        step = state.global_step
        values = {
            "step": step,
            "time": now(),
            "total": state.max_steps,
            "loss": logs["loss"],
            "lr": self._learning_rate,
            "grad_norm": logs.get("grad_norm"),
            **self._trainer.tally.values,
            **self._describe(step),
        }
        if self._metrics is not None:
            self._metrics.append(values)
            print(_line(values), flush=True)
        self._status.update(step=step, total=state.max_steps)


def _line(values: dict[str, Any]) -> str:
    return (
        f"{values['step']}/{values['total']} {values['block']} loss {values['loss']:.4f} "
        f"accuracy {values['accuracy']:.3f} lr {values['lr']:.2e} {values['tokens_per_second']:,.0f} tokens/s"
    )
