"""A tiny model made from nothing, and merges to train it on."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# Sums of threads in another order are other sums.
os.environ["OMP_NUM_THREADS"] = "1"

import pytest
import torch
from hypothesis import settings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from cfprm_runner.contract.stop import SIGNALS
from cfprm_runner.options import TrainOptions

torch.set_num_threads(1)
settings.register_profile("same", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("same")

FIXTURES = Path(__file__).parent / "fixtures"
MERGE = FIXTURES / "merge"
PYTHON = sys.executable
LIMIT_SECONDS = 200


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE, as Qwen's, of 400 tokens."""
    lines = (MERGE / "window-1.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for row in map(json.loads, lines) for text in (row["prompt"], *row["completions"])]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|endoftext|>")


def make_model(folder: Path, hidden: int = 32, seed: int = 0) -> Path:
    """A causal language model of Qwen2's architecture with two layers and random weights."""
    tokenizer = make_tokenizer()
    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=512,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def write_merge(folder: Path, blocks: dict[Any, list[dict[str, Any]]], **changes: Any) -> Path:
    """A merge's folder with these rows per window size, in this order."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for window, rows in blocks.items():
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        file = "mixed.jsonl" if window is None else f"window-{window}.jsonl"
        (folder / file).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        listed.append(
            {"window": window, "file": file, "repeat": 1, "rows": len(rows), "bytes": len(data), "sha256": digest}
        )
    manifest = {
        "cfprm": "0.1.0",
        "source": {"name": "test.jsonl", "bytes": 1, "sha256": "0" * 64, "format": "trl", "rows": 1, "trajectories": 1},
        "options": {"to": "trl", "keepDuplicates": False, **changes},
        "seed": 0,
        "blocks": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def row(steps: int, labels: list[Any] | None = None, window: int = 1, prompt: str = "What is 1 + 1?") -> dict[str, Any]:
    """A row of a merge: `steps` windows of this size."""
    spans = [[k * window, (k + 1) * window] for k in range(steps)]
    return {
        "prompt": prompt,
        "completions": [f"Step {k}: it is {k}." for k in range(steps)],
        "labels": labels if labels is not None else [True] * steps,
        "cfprm": {"row": 1, "id": None, "window": window, "spans": spans},
    }


@pytest.fixture(autouse=True)
def signals_given_back() -> Iterator[None]:
    """A run in this process takes signals over; the next test, and whoever stops the tests, gets them back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model."""
    return make_model(tmp_path_factory.mktemp("backbone"))


def tiny_options(backbone: Path, output: Path, **changes: Any) -> TrainOptions:
    """Options for a run of seconds on the CPU, with changes."""
    defaults: dict[str, Any] = {
        "input": MERGE,
        "output": output,
        "model": str(backbone),
        "device": "cpu",
        "batch": 8,
        "micro_batch": 4,
        "learning_rate": 1e-3,
        "save_every": 4,
    }
    return TrainOptions(**{**defaults, **changes})


@pytest.fixture
def options(backbone: Path, tmp_path: Path) -> Callable[..., TrainOptions]:
    """`tiny_options` for this test's folder."""
    return lambda **changes: tiny_options(backbone, **{"output": tmp_path / "run", **changes})


def metrics_of(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics."""
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def status_of(run: Path) -> dict[str, Any]:
    """A run's status."""
    return dict(json.loads((run / "status.json").read_text(encoding="utf-8")))


def weights_of(run: Path) -> bytes:
    """The finished weights, byte for byte."""
    return (run / "model" / "model.safetensors").read_bytes()


def command_of(options: TrainOptions) -> list[str]:
    """The command line of a run, with every option that is not at its default."""
    found = [PYTHON, "-m", "cfprm_runner", "train"]
    for field in fields(options):
        value = getattr(options, field.name)
        if value != field.default:
            found += [f"--{field.name.replace('_', '-')}", str(value)]
    return found


def start(options: TrainOptions) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    return subprocess.Popen(command_of(options), stdout=subprocess.DEVNULL)


def wait_for_step(process: subprocess.Popen[bytes], output: Path, step: int) -> None:
    """Waits until a run has done so many updates."""
    file = output / "metrics.jsonl"
    ends = time.monotonic() + LIMIT_SECONDS
    while not (file.exists() and file.read_bytes().count(b"\n") >= step):
        assert process.poll() is None, "the run ended by itself"
        assert time.monotonic() < ends, "the run does not get there"
        time.sleep(0.001)


def finish(options: TrainOptions) -> None:
    """Runs to the end in a process of its own."""
    assert subprocess.run(command_of(options), stdout=subprocess.DEVNULL, timeout=LIMIT_SECONDS).returncode == 0


def assert_as_undisturbed(output: Path, whole: Path) -> None:
    """The run ended as the other one: the same weights, and each update told once with the same numbers."""
    assert weights_of(output) == weights_of(whole)
    told = [(line["step"], line["loss"], line["lr"], line["block"]) for line in metrics_of(output)]
    assert told == [(line["step"], line["loss"], line["lr"], line["block"]) for line in metrics_of(whole)]
    assert status_of(output)["state"] == "finished"
    assert (output / "exit_code").read_text() == "0\n"
