"""The options of `train`: the command line, the record of a run and what Ray's workers get are this one class."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from cfprm_runner.allowed import Allowed, refuse_values
from cfprm_runner.presets import PRESETS

Loss = Literal["bce", "mse", "mse-raw", "q-ranking", "orm"]
Order = Literal["manifest", "coarse-to-fine", "fine-to-coarse", "shuffled", "fine-only"]
Precision = Literal["auto", "fp32", "bf16"]
Device = Literal["cuda", "cpu"]
Batching = Literal["auto", "padding-free", "padded"]

DEFAULT_SEPARATOR = "<|prm|>"


@dataclass(frozen=True)
class TrainOptions:
    """Train a process reward model on the blocks of a merge."""

    input: Path
    """The folder of the merge: manifest.json and its files."""
    output: Path
    """The folder of the run. If it holds the same run, unfinished, that goes on."""
    model: Annotated[str, Allowed(filled=True, known_as=("model-name-or-path", "backbone"))]
    """The backbone: a causal language model or a checkpoint of this runner (folder or name on the hub)."""

    loss: Loss = "bce"
    """bce: hard and soft labels. mse: of the score's sigmoid. mse-raw: of the score itself. q-ranking: PQM.
    orm: bce on the last step alone."""
    zeta: Annotated[float, Allowed(least=0, known_as=("margin",))] = 4.0
    """Margin of q-ranking."""
    order: Order = "manifest"
    """The order of the blocks; the controls make as many updates as the manifest's own order."""
    epochs: Annotated[int, Allowed(least=1, known_as=("num-train-epochs",))] = 1
    """Passes over the blocks."""
    max_updates: Annotated[int, Allowed(least=1, known_as=("steps", "max-steps"))] | None = None
    """End after so many updates; the schedule spans them."""
    batch: Annotated[int, Allowed(least=1, known_as=("batch-size", "train-batch-size"))] = 32
    """Trajectories per update, over all processes."""
    micro_batch: Annotated[int, Allowed(least=1, known_as=("per-device-train-batch-size",))] | None = None
    """Trajectories per forward pass and process; the preset's if absent."""
    batching: Batching = "auto"
    """padding-free needs an attention kernel for sequences of different lengths (FlashAttention); auto asks for it."""
    learning_rate: Annotated[float, Allowed(above=0, known_as=("lr",))] = 2e-6
    schedule: Annotated[
        Literal["cosine", "linear", "constant"], Allowed(known_as=("lr-scheduler-type", "scheduler"))
    ] = "cosine"
    """One schedule over the whole run."""
    warmup: Annotated[float, Allowed(least=0, below=1, known_as=("warmup-ratio",))] = 0.1
    """Share of the updates in which the learning rate rises."""
    weight_decay: Annotated[float, Allowed(least=0)] = 0.0
    max_grad_norm: Annotated[float, Allowed(least=0, known_as=("clip", "gradient-clipping"))] = 1.0
    seed: Annotated[int, Allowed(least=0, most=2**32 - 1)] = 0

    max_length: Annotated[int, Allowed(least=2, known_as=("max-seq-length", "seq-len"))] = 2048
    """Longest input in tokens; what is longer is cut after a step, and counted."""
    max_lost: Annotated[float, Allowed(least=0, most=1)] = 0.02
    """Share of labels that may be lost by cutting; above it the run does not start."""
    separator: Annotated[str, Allowed(filled=True, unescaped=True, known_as=("step-separator",))] = DEFAULT_SEPARATOR
    """What ends a step: one token; if the tokenizer has no such token, it is added."""

    preset: Annotated[str, Allowed(choices=tuple(PRESETS))] = "single"
    """How the model is spread and kept: single, 7b-80gb, 7b-141gb, fsdp2, multi-node."""
    processes: Annotated[int, Allowed(least=1, known_as=("nproc-per-node", "gpus"))] | None = None
    """Processes to start on this machine; the preset's if absent. Under torchrun or Ray it is not used."""
    device: Device = "cuda"
    """cpu trains without a GPU, which only small models bear."""
    precision: Annotated[Precision, Allowed(known_as=("dtype",))] = "auto"
    """bf16 keeps weights and optimizer in fp32 and computes in bf16; auto: bf16 on GPUs, fp32 on the CPU."""
    attention: Annotated[str, Allowed(filled=True, known_as=("attn-implementation",))] = "auto"
    """An attention implementation of transformers; auto: flash_attention_2 where it is installed, else sdpa."""
    lora: Annotated[int, Allowed(least=1, known_as=("lora-r", "lora-rank"))] | None = None
    """Train low-rank adapters of this rank and the head instead of all weights."""

    save_every: Annotated[int, Allowed(least=1, known_as=("save-steps",))] = 100
    """Updates between checkpoints."""
    keep: Annotated[int, Allowed(least=1, known_as=("save-total-limit",))] = 2
    """Checkpoints that are kept."""
    report_to: tuple[Literal["wandb", "mlflow"], ...] = ()
    """Trackers beside TensorBoard."""
    name: Annotated[str, Allowed(filled=True, known_as=("run-name",))] = "cfprm"
    """Name of the model; it stands beside its scores."""

    def __post_init__(self) -> None:
        """Refuses values that an option may not have. A fault names the option and what it may be."""
        refuse_values(self)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; `from_json` is the way back."""
        plain = asdict(self)
        return {key: str(value) if isinstance(value, Path) else value for key, value in plain.items()}

    @staticmethod
    def from_json(plain: dict[str, Any]) -> "TrainOptions":
        """The options that `to_json` wrote, also after a pass through JSON text."""
        known = {field.name for field in fields(TrainOptions)}
        values = {key: value for key, value in plain.items() if key in known}
        values["input"], values["output"] = Path(values["input"]), Path(values["output"])
        values["report_to"] = tuple(values.get("report_to", ()))
        return TrainOptions(**values)

    def to_text(self) -> str:
        """As one line of JSON."""
        return json.dumps(self.to_json())
