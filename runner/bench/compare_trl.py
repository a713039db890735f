"""Tokens per second and peak memory of `cfprm-runner train` against TRL's PRMTrainer, in one run on one machine.

    python bench/compare_trl.py --input MERGE-FOLDER [--shape small] [--device cpu] [--updates 8] [--rounds 3]

Both train the same model (random weights of Qwen2's architecture), on the same rows cut at the same length, with the
same batch, micro-batch, optimizer and recomputing of activations; each in a process of its own, in turns. Tokens are
those of the texts, not of padding. The first two updates are not counted. On the CPU the seconds are those in which the
processor worked for it, so that what else runs on the machine does not decide. Needs what requirements-test.txt names.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tyro

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
WARM_UP = 2
# hidden size, layers, attention heads, key-value heads, intermediate size: two for CPUs, the others are Qwen2.5's.
SHAPES = {
    "tiny": (128, 2, 4, 2, 384),
    "small": (256, 4, 4, 2, 768),
    "0.5b": (896, 24, 14, 2, 4864),
    "1.5b": (1536, 28, 12, 2, 8960),
    "7b": (3584, 28, 28, 4, 18944),
}


@dataclass(frozen=True)
class Bench:
    """Compare the runner's training with TRL's PRMTrainer."""

    input: Path
    """The folder of a merge."""
    shape: Literal["tiny", "small", "0.5b", "1.5b", "7b"] = "small"
    device: Literal["cpu", "cuda"] = "cpu"
    updates: int = 8
    rounds: int = 3
    batch: int = 32
    micro_batch: int = 4
    max_length: int = 2048
    peak_tflops: float | None = None
    """Of the GPU in bf16, for the share of it that is used (model FLOPs only, recomputing not counted)."""
    side: Literal["both", "runner", "trl"] = "both"
    """Both sides in turns; one side is what a process of its own does."""
    model: Path | None = None
    """Where one side finds the model."""


def clock(bench: Bench) -> float:
    """Seconds: of the world for a GPU, of the processor for the CPU."""
    return time.perf_counter() if bench.device == "cuda" else time.process_time()


def make_model(bench: Bench, folder: Path) -> int:
    """Writes the model and a tokenizer made from the rows; returns the number of parameters."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    rows = (json.loads(line) for file in bench.input.glob("*.jsonl") for line in file.open(encoding="utf-8"))
    texts = (text for row in rows for text in (row["prompt"], *row["completions"]))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=8000, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|endoftext|>")
    hidden, layers, heads, kv_heads, intermediate = SHAPES[bench.shape]
    torch.manual_seed(0)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=8064,
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=kv_heads,
            intermediate_size=intermediate,
            max_position_embeddings=4096,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=fast.eos_token_id,
        )
    )
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return int(model.num_parameters())


def runner(bench: Bench, folder: Path) -> dict[str, Any]:
    """Trains with the runner; an update ends when its line of the metrics is written."""
    from cfprm_runner.contract.metrics import MetricsFile
    from cfprm_runner.options import TrainOptions
    from cfprm_runner.train import run

    times: list[float] = []
    append = MetricsFile.append

    def timed(self: MetricsFile, values: dict[str, Any]) -> None:
        times.append(clock(bench))
        append(self, values)

    MetricsFile.append = timed  # type: ignore[method-assign]

    options = TrainOptions(
        input=bench.input,
        output=folder / "run",
        model=str(bench.model),
        device=bench.device,
        batch=bench.batch,
        micro_batch=bench.micro_batch,
        max_length=bench.max_length,
        max_lost=1.0,
        max_updates=bench.updates,
        save_every=10**6,
        order="shuffled",
    )
    if run(options) != 0:
        raise SystemExit("the run failed")
    lines = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").open(encoding="utf-8")]
    return {"tokens": sum(line["tokens"] for line in lines[WARM_UP:]), "seconds": times[-1] - times[WARM_UP - 1]}


def trl(bench: Bench, folder: Path) -> dict[str, Any]:
    """Trains with PRMTrainer, as its documentation has it, but for the settings that have to be the same."""
    from datasets import concatenate_datasets, load_dataset
    from transformers import AutoModelForTokenClassification, AutoTokenizer, TrainerCallback
    from trl.experimental.prm import PRMConfig, PRMTrainer

    columns = ["prompt", "completions", "labels"]
    files = sorted(bench.input.glob("*.jsonl"))
    parts = [load_dataset("json", data_files=str(f), split="train", cache_dir=str(folder)) for f in files]
    rows = concatenate_datasets([part.select_columns(columns) for part in parts])
    tokenizer = AutoTokenizer.from_pretrained(bench.model, trust_remote_code=False)
    model = AutoModelForTokenClassification.from_pretrained(bench.model, num_labels=2, trust_remote_code=False)
    cuda = bench.device == "cuda"
    arguments = PRMConfig(
        str(folder / "trl"),
        per_device_train_batch_size=bench.micro_batch,
        gradient_accumulation_steps=bench.batch // bench.micro_batch,
        max_steps=bench.updates,
        max_length=bench.max_length,
        learning_rate=2e-6,
        lr_scheduler_type="cosine",
        warmup_steps=0.1,
        optim="adamw_torch_fused" if cuda else "adamw_torch",
        bf16=cuda,
        use_cpu=not cuda,
        activation_checkpointing=True,
        gradient_checkpointing=None,
        logging_steps=1,
        disable_tqdm=True,
        report_to=[],
        save_strategy="no",
    )
    times, tokens = [], [0]

    class Clock(TrainerCallback):  # type: ignore[misc, unused-ignore]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            times.append((clock(bench), tokens[0]))

    trainer = PRMTrainer(
        model=model, args=arguments, processing_class=tokenizer, train_dataset=rows, callbacks=[Clock()]
    )
    collate = trainer.data_collator

    def counted(features: list[Any]) -> Any:
        batch = collate(features)
        tokens[0] += int(batch["attention_mask"].sum())
        return batch

    trainer.data_collator = counted
    trainer.train()
    (began, before), (ended, after) = times[WARM_UP - 1], times[-1]
    return {"tokens": after - before, "seconds": ended - began}


def one_side(bench: Bench) -> None:
    """Prints what one side measured, with its peak memory."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        found = (runner if bench.side == "runner" else trl)(bench, Path(folder))
    if bench.device == "cuda":
        found["memory"] = torch.cuda.max_memory_allocated()
    else:
        found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print("FOUND " + json.dumps(found))


def both_sides(bench: Bench) -> None:
    """Runs both in turns and prints the table."""
    speeds: dict[str, list[float]] = {"runner": [], "trl": []}
    memory: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        parameters = make_model(bench, Path(folder))
        for _ in range(bench.rounds):
            for side in ("trl", "runner"):
                arguments = [*sys.argv[1:], "--side", side, "--model", folder]
                # Threads that wait for each other work, too: one thread, where the processor's seconds are counted.
                environment = {**os.environ, "OMP_NUM_THREADS": "1"} if bench.device == "cpu" else None
                child = subprocess.run(
                    [sys.executable, __file__, *arguments],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                    env=environment,
                )
                line = next(line for line in child.stdout.splitlines() if line.startswith("FOUND "))
                found = json.loads(line.removeprefix("FOUND "))
                speeds[side].append(found["tokens"] / found["seconds"])
                memory[side] = max(memory.get(side, 0), found["memory"])
                print(f"{side}: {speeds[side][-1]:,.0f} tokens/s", file=sys.stderr, flush=True)
    print(
        f"{bench.shape}: {parameters / 1e6:,.1f} M parameters, {bench.device}, batch {bench.batch} as micro-batches of"
    )
    print(f"{bench.micro_batch}, {bench.updates - WARM_UP} updates, {bench.rounds} rounds; median (lowest to highest)")
    for side in ("trl", "runner"):
        median, low, high = statistics.median(speeds[side]), min(speeds[side]), max(speeds[side])
        line = f"{side:7} {median:10,.0f} tokens/s ({low:,.0f} to {high:,.0f})  {memory[side] / 1e6:8,.0f} MB at most"
        if bench.peak_tflops is not None:
            line += f"  {6 * parameters * median / bench.peak_tflops / 1e12:6.1%} of the peak"
        print(line)
    ratio = statistics.median(speeds["runner"]) / statistics.median(speeds["trl"])
    print(f"ratio   {ratio:10.2f} times TRL's speed, {memory['runner'] / memory['trl']:.2f} times its memory")


if __name__ == "__main__":
    options = tyro.cli(Bench)
    if options.side == "both":
        both_sides(options)
    else:
        one_side(options)
