"""The options of `train`: the command line, the record of a run and what Ray's workers get are this one class."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.fault import Fault

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
    model: str
    """The backbone: a causal language model or a checkpoint of this runner (folder or name on the hub)."""

    loss: Loss = "bce"
    """bce: hard and soft labels. mse: of the score's sigmoid. mse-raw: of the score itself. q-ranking: PQM.
    orm: bce on the last step alone."""
    zeta: float = 4.0
    """Margin of q-ranking."""
    order: Order = "manifest"
    """The order of the blocks; the controls make as many updates as the manifest's own order."""
    epochs: int = 1
    """Passes over the blocks."""
    max_updates: int | None = None
    """End after so many updates; the schedule spans them."""
    batch: int = 32
    """Trajectories per update, over all processes."""
    micro_batch: int | None = None
    """Trajectories per forward pass and process; the preset's if absent."""
    batching: Batching = "auto"
    """padding-free needs an attention kernel for sequences of different lengths (FlashAttention); auto asks for it."""
    learning_rate: float = 2e-6
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """One schedule over the whole run."""
    warmup: float = 0.1
    """Share of the updates in which the learning rate rises."""
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    seed: int = 0

    max_length: int = 2048
    """Longest input in tokens; what is longer is cut after a step, and counted."""
    max_lost: float = 0.02
    """Share of labels that may be lost by cutting; above it the run does not start."""
    separator: str = DEFAULT_SEPARATOR
    """What ends a step: one token; if the tokenizer has no such token, it is added."""

    preset: str = "single"
    """How the model is spread and kept: single, 7b-80gb, 7b-141gb, fsdp2, multi-node."""
    processes: int | None = None
    """Processes to start on this machine; the preset's if absent. Under torchrun or Ray it is not used."""
    device: Device = "cuda"
    """cpu trains without a GPU, which only small models bear."""
    precision: Precision = "auto"
    """bf16 keeps weights and optimizer in fp32 and computes in bf16; auto: bf16 on GPUs, fp32 on the CPU."""
    attention: str = "auto"
    """An attention implementation of transformers; auto: flash_attention_2 where it is installed, else sdpa."""
    lora: int | None = None
    """Train low-rank adapters of this rank and the head instead of all weights."""

    save_every: int = 100
    """Updates between checkpoints."""
    keep: int = 2
    """Checkpoints that are kept."""
    report_to: tuple[Literal["wandb", "mlflow"], ...] = ()
    """Trackers beside TensorBoard."""
    name: str = "cfprm"
    """Name of the model; it stands beside its scores."""

    def __post_init__(self) -> None:
        """Refuses numbers out of range. A fault names the option and what it may be."""
        rules = [
            ("epochs", self.epochs >= 1, "from 1 on"),
            ("max-updates", self.max_updates is None or self.max_updates >= 1, "from 1 on"),
            ("batch", self.batch >= 1, "from 1 on"),
            ("micro-batch", self.micro_batch is None or self.micro_batch >= 1, "from 1 on"),
            ("processes", self.processes is None or self.processes >= 1, "from 1 on"),
            ("max-length", self.max_length >= 2, "from 2 on"),
            ("max-lost", 0 <= self.max_lost <= 1, "from 0 to 1"),
            ("learning-rate", self.learning_rate > 0, "above 0"),
            ("warmup", 0 <= self.warmup < 1, "from 0 to below 1"),
            ("seed", 0 <= self.seed < 2**32, "from 0 to 4294967295"),
            ("save-every", self.save_every >= 1, "from 1 on"),
            ("keep", self.keep >= 1, "from 1 on"),
            ("lora", self.lora is None or self.lora >= 1, "from 1 on"),
        ]
        for name, holds, allowed in rules:
            if not holds:
                value = getattr(self, name.replace("-", "_"))
                raise Fault(f"--{name} is {value}: it must be {allowed}.")
        if "\\n" in self.separator:
            raise Fault(
                f"--separator is {self.separator!r}, a backslash and an n: for a line break write --separator $'\\n'."
            )
        if self.separator == "":
            raise Fault("--separator is empty: a step needs a token that ends it. Leave the option out.")

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
