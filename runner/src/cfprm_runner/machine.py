"""What a run needs of the machine, seen before it starts."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import torch

from cfprm_runner.fault import Fault
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import Preset

GB = 1e9


def processes_on_machine(options: TrainOptions, preset: Preset) -> int:
    """How many processes a launch starts here."""
    if options.processes is not None:
        return options.processes
    if preset.processes is not None:
        return preset.processes
    return max(1, torch.cuda.device_count()) if options.device == "cuda" else 2


def world_size() -> int:
    """Processes of the run, over all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def precision_of(options: TrainOptions) -> str:
    """fp32 or bf16."""
    if options.precision != "auto":
        return options.precision
    return "bf16" if options.device == "cuda" else "fp32"


def micro_batch_of(options: TrainOptions, preset: Preset, world: int) -> int:
    """Trajectories per forward pass: what was asked for, else the most up to the preset's that divides the batch.

    Fault: the batch cannot be dealt out evenly.
    """
    if options.batch % world:
        raise Fault(
            f"--batch {options.batch} cannot be dealt to {world} processes evenly: take a multiple of {world}, or "
            "another number of processes."
        )
    share = options.batch // world
    if options.micro_batch is not None:
        if share % options.micro_batch:
            raise Fault(
                f"--micro-batch {options.micro_batch} does not divide the {share} trajectories of an update that a "
                f"process gets (--batch {options.batch}, {world} processes): take a divisor of {share}."
            )
        return options.micro_batch
    return max(size for size in range(1, min(preset.micro_batch, share) + 1) if share % size == 0)


def check_machine(options: TrainOptions, preset: Preset) -> None:
    """Faults: no GPU where one is asked for, one without bf16, a package or tracker that is not installed."""
    if options.device == "cuda":
        if not torch.cuda.is_available():
            raise Fault(
                f"No GPU is at hand: PyTorch {torch.__version__} sees none. Look at nvidia-smi and install a PyTorch "
                "build for its driver, choose another host, or train a small model with --device cpu."
            )
        if precision_of(options) == "bf16" and not torch.cuda.is_bf16_supported():
            raise Fault("This GPU does not compute in bf16: take --precision fp32, or a newer GPU.")
    if preset.deepspeed and not find_spec("deepspeed"):
        raise Fault(f"--preset {options.preset} needs DeepSpeed: pip install 'cfprm-runner[deepspeed]'.")
    if preset.deepspeed and options.device == "cpu" and os.environ.get("DS_ACCELERATOR") != "cpu":
        raise Fault(
            f"--preset {options.preset} moves the optimizer off a GPU: with --device cpu take --preset single (to try "
            "the preset itself, set DS_ACCELERATOR=cpu)."
        )
    if options.lora is not None and (preset.fsdp or preset.deepspeed):
        raise Fault("--lora keeps the backbone as it is and needs no sharding: take --preset single or 7b-141gb.")
    for tracker in options.report_to:
        if not find_spec(tracker):
            raise Fault(f"--report-to {tracker} needs the package {tracker}: pip install {tracker}.")


def checkpoint_bytes(model: torch.nn.Module) -> int:
    """Size of a checkpoint: weights in fp32 and, for what is trained, two moments of the optimizer."""
    return sum(p.numel() * (12 if p.requires_grad else 4) for p in model.parameters())


def room_for(model: torch.nn.Module, folder: Path, options: TrainOptions, existing: int) -> None:
    """Fault: the disk has no room for the checkpoints and the model.

    Args:
        existing: checkpoints that are already there.
    """
    one = checkpoint_bytes(model)
    weights = 4 * sum(p.numel() for p in model.parameters())
    # One more than is kept exists while the newest is written.
    needed = one * max(1, options.keep + 1 - existing) + weights
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Fault(
            f"The disk of {folder} has {free / GB:.1f} GB free, and the run needs {needed / GB:.1f} GB: {options.keep} "
            f"checkpoints of {one / GB:.1f} GB, one more while it is written, and the model. Make room, take another "
            "--output, or keep fewer with --keep 1."
        )
