"""How a model is spread over devices and kept in memory; the arithmetic is in docs/training.md."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A way to train."""

    summary: str
    micro_batch: int
    """Trajectories per forward pass and process, for inputs of 2,048 tokens on the hardware that it is for."""
    processes: int | None = 1
    """Processes on one machine; None: as many as there are GPUs."""
    recompute: bool = True
    """Activations are computed again in the backward pass instead of kept."""
    fsdp: bool = False
    """Weights, gradients and optimizer are sharded over all processes (FSDP2)."""
    deepspeed: str | None = None
    """A file in this folder: DeepSpeed's configuration."""


PRESETS: dict[str, Preset] = {
    "single": Preset("one process, everything on its device", micro_batch=4),
    "7b-80gb": Preset(
        "7B on one GPU of 80 GB: ZeRO-2, optimizer in the host's memory (about 120 GB)",
        micro_batch=8,
        deepspeed="zero2-offload.json",
    ),
    "7b-141gb": Preset("7B on one GPU of 141 GB: fp32 weights and optimizer on the GPU", micro_batch=2),
    "fsdp2": Preset("2 to 8 GPUs of one machine: FSDP2", micro_batch=4, processes=None, fsdp=True),
    "multi-node": Preset("several machines, started by torchrun: FSDP2", micro_batch=4, processes=None, fsdp=True),
}


def preset_named(name: str) -> Preset:
    """The preset of this name, which the options have checked."""
    return PRESETS[name]


def deepspeed_file(preset: Preset) -> str | None:
    """The path of a preset's DeepSpeed configuration."""
    return str(Path(__file__).parent / preset.deepspeed) if preset.deepspeed else None


def fsdp_config() -> dict[str, Any]:
    """FSDP2 as the Trainer takes it: each transformer layer a unit, checkpoints in shards."""
    return {
        "version": 2,
        "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "state_dict_type": "SHARDED_STATE_DICT",
        "cpu_ram_efficient_loading": False,
        "reshard_after_forward": True,
        "activation_checkpointing": True,
    }
