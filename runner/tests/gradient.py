"""The gradient of a run's first update: `gradient_of` here, or `torchrun gradient.py OPTIONS... FOLDER` for several."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import distributed as dist
from transformers import TrainerCallback

from cfprm_runner.backbone import load_model
from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.contract.status import Status
from cfprm_runner.contract.stop import StopRequest
from cfprm_runner.manifest import read_manifest
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import preset_named
from cfprm_runner.settings import training_arguments
from cfprm_runner.train import Place, _prepare_data, _trainer, is_first_process


class Grab(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Keeps the gradient before the first update, and ends."""

    def __init__(self) -> None:
        self.gradient: dict[str, torch.Tensor] = {}

    def on_pre_optimizer_step(self, *_: Any, **given: Any) -> None:
        parameters = given["model"].named_parameters()
        self.gradient = {name: p.grad.clone() for name, p in parameters if p.grad is not None}

    def on_step_end(self, _: Any, __: Any, control: Any, **___: Any) -> None:
        control.should_training_stop = True


def gradient_of(options: TrainOptions) -> dict[str, torch.Tensor]:
    """The gradient by parameter, not clipped."""
    place = Place(options, RunFolder(options.output), Status(), StopRequest(options.output), is_first_process())
    place.folder.create()
    preset = preset_named(options.preset)
    arguments = training_arguments(options, preset, place.folder)
    data = _prepare_data(place, read_manifest(options.input))
    model = load_model(options, data.tokenizer, data.spec, data.added)
    trainer = _trainer(place, preset, data, model, arguments, lambda _: None)
    grab = Grab()
    trainer.add_callback(grab)
    trainer.train()
    return grab.gradient


if __name__ == "__main__":
    *runs, folder = sys.argv[1:]
    for run in runs:
        options = TrainOptions.from_json(json.loads(run))
        found = gradient_of(options)
        if is_first_process():
            torch.save(found, Path(folder) / f"{options.loss}.pt")
    dist.destroy_process_group()
