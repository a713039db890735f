"""`cfprm-runner backbone`: a small decoder with random weights and a tokenizer of your texts, to train on a CPU."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedModel, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, set_seed
from transformers.utils import logging as hf_logging

from cfprm_runner.contract.files import publish_folder
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.options import DEFAULT_SEPARATOR
from cfprm_runner.rows import read_rows
from cfprm_runner.step_features import FeatureSpec, check_features, feature_spec, features_file, read_features
from cfprm_runner.step_model import StepFeatureConfig, StepFeatureModel

HEAD_WIDTH = 64
PAD = "<|pad|>"


@dataclass(frozen=True)
class BackboneOptions:
    """Make a small decoder with random weights, and a tokenizer of the texts that it will be trained on."""

    rows: tuple[Path, ...]
    """Rows of a merge: the tokenizer is made of their texts."""
    output: Path
    """The folder to write; give it to `train` as --model."""
    features: bool = False
    """Take step features beside the tokens: those beside the rows (`cfprm features`), whose mean and deviation are
    kept in the model."""
    vocabulary: int = 2560
    """Tokens; digits stand alone, letters become small."""
    width: int = 128
    """Numbers per position, a multiple of 64."""
    layers: int = 3
    max_length: int = 2048
    """Longest input in tokens."""
    seed: int = 0
    """Of the weights. The tokenizer does not depend on it."""

    def __post_init__(self) -> None:
        """Refuses numbers out of range."""
        rules = [
            ("rows", len(self.rows) > 0, "at least one file"),
            ("vocabulary", self.vocabulary >= 300, "from 300 on"),
            ("width", self.width >= HEAD_WIDTH and self.width % HEAD_WIDTH == 0, f"a multiple of {HEAD_WIDTH}"),
            ("layers", self.layers >= 1, "from 1 on"),
            ("max-length", self.max_length >= 2, "from 2 on"),
        ]
        for name, holds, allowed in rules:
            if not holds:
                raise Fault(f"--{name} is {getattr(self, name.replace('-', '_'))}: it must be {allowed}.")


def run(options: BackboneOptions) -> int:
    """The command; returns the exit code."""
    made = make_backbone(options)
    print(f"{options.output}: {sum(weight.numel() for weight in made.parameters()):,} parameters")
    return ExitCode.DONE


def make_backbone(options: BackboneOptions) -> PreTrainedModel:
    """
    Writes the folder and returns the model. Fault: the folder exists, rows cannot be read, or their step features are
    missing or of different sets.
    """
    if options.output.exists():
        raise Fault(f"{options.output} exists: name another folder, or remove it.")
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    spec = _features(options) if options.features else None
    tokenizer = make_tokenizer(_texts(options.rows), options.vocabulary)
    set_seed(options.seed)
    model = _model(options, tokenizer, spec)
    partial = options.output.with_name(f".{options.output.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    publish_folder(partial, options.output)
    return model


def make_tokenizer(texts: Iterator[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """
    Byte-level BPE with single digits and small letters. Its separator is in the vocabulary, but no text becomes it:
    every separator among a model's input is the end of a step.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    digits, level = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[PAD, DEFAULT_SEPARATOR],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    plain = json.loads(tokenizer.to_str())
    plain["added_tokens"] = []
    made: PreTrainedTokenizerFast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer.from_str(json.dumps(plain))
    )
    return made


def _texts(files: tuple[Path, ...]) -> Iterator[str]:
    for file in files:
        for row in read_rows(file):
            yield row.prompt
            yield from row.steps


def _features(options: BackboneOptions) -> FeatureSpec:
    spec = feature_spec(features_file(options.rows[0]))
    for file in options.rows:
        check_features(file, spec)
    return spec


def _model(options: BackboneOptions, tokenizer: Any, spec: FeatureSpec | None) -> PreTrainedModel:
    shape: dict[str, Any] = {
        "vocab_size": len(tokenizer.get_vocab()),
        "hidden_size": options.width,
        "intermediate_size": 3 * options.width,
        "num_hidden_layers": options.layers,
        "num_attention_heads": options.width // HEAD_WIDTH,
        "num_key_value_heads": options.width // HEAD_WIDTH,
        "max_position_embeddings": options.max_length,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    if spec is None:
        return Qwen2ForCausalLM(Qwen2Config(tie_word_embeddings=True, **shape))
    separator = tokenizer.get_vocab()[DEFAULT_SEPARATOR]
    shape |= {"step_features": spec.to_json(), "separator_id": separator, "num_labels": 1}
    model = StepFeatureModel(StepFeatureConfig(**shape))
    mean, deviation = _moments(options.rows, spec.size)
    with torch.no_grad():
        model.normal.mean.copy_(torch.from_numpy(mean))
        model.normal.deviation.copy_(torch.from_numpy(deviation))
    return model


def _moments(files: tuple[Path, ...], size: int) -> tuple[Any, Any]:
    """Mean and deviation of every column over all steps; 1 for a column that is always the same."""
    count, total, squares = 0, np.zeros(size), np.zeros(size)
    for file in files:
        for _, table in read_features(features_file(file)):
            wide = table.astype(np.float64)
            count, total, squares = count + len(wide), total + wide.sum(0), squares + (wide**2).sum(0)
    mean = total / max(count, 1)
    deviation = np.sqrt(np.maximum(squares / max(count, 1) - mean**2, 0))
    return mean, np.where(deviation < 1e-4, 1.0, deviation)
