"""Tiny checkpoints with random weights, in the file layout, key names and token ids of the published ones."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from safetensors.torch import save_file
from torch import nn
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2ForTokenClassification,
)

from cfprm_runner.export.command import ExportOptions

REPOSITORY = Path(__file__).parents[2]
SCORER_MODELS = REPOSITORY / "test" / "scorer" / "models"
SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    # Large enough that attention and positions matter to the scores.
    "initializer_range": 0.12,
}
Ids = dict[str, int]


def write_tokenizer(folder: Path, name: str, ids: Ids | None = None) -> int:
    """Writes a tokenizer of `test/scorer`, with some of its tokens at other ids; returns the size of its vocabulary."""
    source = SCORER_MODELS / "tokenizers" / name
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    vocabulary: Ids = tokenizer["model"]["vocab"]
    if ids:
        _move(tokenizer, vocabulary, ids)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    shutil.copy(source / "tokenizer_config.json", folder)
    added = [entry["id"] for entry in tokenizer["added_tokens"]]
    return max([*vocabulary.values(), *added]) + 1


def _move(tokenizer: dict[str, Any], vocabulary: Ids, ids: Ids) -> None:
    """Gives tokens their ids; those that had them change places, and what lies between is filled with other tokens."""
    owners = {place: token for token, place in vocabulary.items()}
    for token, place in ids.items():
        if token not in vocabulary:
            continue
        other, old = owners.get(place), vocabulary[token]
        vocabulary[token], owners[place] = place, token
        owners.pop(old, None)
        if other is not None and other != token:
            vocabulary[other], owners[old] = old, other
    added = [entry for entry in tokenizer["added_tokens"] if entry["content"] not in vocabulary]
    moved = [entry for entry in added if entry["content"] in ids]
    rest = [entry for entry in added if entry["content"] not in ids]
    last = max([*vocabulary.values(), *(ids[entry["content"]] - 1 for entry in moved)])
    for entry in moved:
        entry["id"] = ids[entry["content"]]
    for place in range(last + 1):
        if place not in owners:
            vocabulary[f"<filler_{place}>"] = place
    # Ids of added tokens go on from those of the vocabulary.
    for place, entry in enumerate([*moved, *rest], start=last + 1):
        assert entry not in moved or entry["id"] == place
        entry["id"] = place
    tokenizer["added_tokens"] = sorted(tokenizer["added_tokens"], key=lambda entry: entry["id"])


def write_config(folder: Path, config: Any, architecture: str) -> None:
    """Writes a `config.json` as the published one has it: its code is named, and never run."""
    plain = {**config.to_dict(), "architectures": [architecture]}
    plain["auto_map"] = {"AutoModel": f"modeling_unknown.{architecture}"}
    (folder / "config.json").write_text(json.dumps(plain), "utf-8")


def sharded(folder: Path, weights: dict[str, torch.Tensor]) -> None:
    """Saves weights as two files and the index that names them."""
    names = sorted(weights)
    parts = {
        "model-00001-of-00002.safetensors": names[: len(names) // 2],
        "model-00002-of-00002.safetensors": names[len(names) // 2 :],
    }
    for file, part in parts.items():
        save_file({name: weights[name].contiguous() for name in part}, folder / file, metadata={"format": "pt"})
    index = {"metadata": {}, "weight_map": {name: file for file, part in parts.items() for name in part}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")


def cfprm(folder: Path) -> None:
    """As `cfprm-runner train` writes it."""
    size = write_tokenizer(folder, "qwen")
    torch.manual_seed(1)
    Qwen2ForTokenClassification(Qwen2Config(vocab_size=size, num_labels=1, **SHAPE)).save_pretrained(folder)
    card = {"schema": 1, "name": "tiny", "family": "cfprm", "separator": {"text": "<extra_0>"}}
    (folder / "prm.json").write_text(json.dumps(card), "utf-8")


def qwen(folder: Path) -> None:
    """Qwen2.5-Math-PRM: `model.*`, `score.0`, `score.2`, in shards; a language model's head that nobody reads."""
    size = write_tokenizer(folder, "qwen", {"<extra_0>": 151_651})
    torch.manual_seed(2)
    config = Qwen2Config(vocab_size=size, **SHAPE)
    weights = dict(Qwen2ForCausalLM(config).state_dict())
    for name, layer in {"score.0": nn.Linear(32, 32), "score.2": nn.Linear(32, 2)}.items():
        weights |= {f"{name}.weight": 2 * layer.weight.detach(), f"{name}.bias": layer.bias.detach()}
    write_config(folder, config, "Qwen2ForProcessRewardModel")
    sharded(folder, weights)


def skywork(folder: Path) -> None:
    """Skywork-o1-Open-PRM: `model.*`, `lm_head`, `v_head.summary`, in PyTorch's own file."""
    size = write_tokenizer(folder, "qwen")
    torch.manual_seed(3)
    config = Qwen2Config(vocab_size=size, **SHAPE)
    weights = dict(Qwen2ForCausalLM(config).state_dict())
    head = nn.Linear(32, 1)
    weights |= {"v_head.summary.weight": 2 * head.weight.detach(), "v_head.summary.bias": head.bias.detach()}
    write_config(folder, config, "Qwen2ForPrmModel")
    torch.save(weights, folder / "pytorch_model.bin")


def shepherd(folder: Path) -> None:
    """Math-Shepherd: a Mistral language model, with the ids of the published tokenizer."""
    size = write_tokenizer(folder, "mistral", {"▁ки": 12_902, "+": 648, "-": 387})
    torch.manual_seed(4)
    config = MistralConfig(vocab_size=size, sliding_window=4096, **SHAPE)
    MistralForCausalLM(config).save_pretrained(folder)


def rlhflow(folder: Path) -> None:
    """RLHFlow: a Llama 3.1 language model, whose "+" and "-" are the tokens 10 and 12."""
    size = write_tokenizer(folder, "llama")
    torch.manual_seed(5)
    scaling = {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 1024,
    }
    LlamaForCausalLM(LlamaConfig(vocab_size=size, rope_parameters=scaling, **SHAPE)).save_pretrained(folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    "cfprm": cfprm,
    "qwen2.5-math-prm": qwen,
    "skywork-o1-open-prm": skywork,
    "math-shepherd": shepherd,
    "rlhflow": rlhflow,
}


FAMILIES = list(MAKERS)


def make(family: str, folder: Path) -> Path:
    """Writes a tiny checkpoint of a family; returns its folder."""
    folder.mkdir(parents=True)
    MAKERS[family](folder)
    return folder


def export_options(family: str, checkpoint: Path, output: Path, **more: Any) -> ExportOptions:
    """Options to export a tiny checkpoint, with its family where its files do not tell."""
    named = {"family": family} if family in ("math-shepherd", "rlhflow") else {}
    return ExportOptions(checkpoint, output, **{**named, **more})


def command_line() -> Path:
    """The extension's own command line, built if it is not."""
    built = REPOSITORY / "dist" / "cli.js"
    # Tests run in several processes, and one of them is to build.
    with FileLock(REPOSITORY / "node_modules" / ".cfprm-build.lock"):
        if not built.is_file():
            subprocess.run(["node", "scripts/test.mjs", "build"], cwd=REPOSITORY, check=True, capture_output=True)
    return built
