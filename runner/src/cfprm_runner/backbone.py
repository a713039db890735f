"""The model that is trained: a causal language model with a head of one logit, and its tokenizer."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    set_seed,
)

from cfprm_runner.encode import ensure_separator, start_template
from cfprm_runner.fault import Fault
from cfprm_runner.options import DEFAULT_SEPARATOR, TrainOptions
from cfprm_runner.prm_json import FILE as PRM_FILE
from cfprm_runner.prm_json import PrmSpec, read_spec
from cfprm_runner.step_features import FeatureSpec
from cfprm_runner.step_model import features_of

VARLEN = ("flash_attention_2", "flash_attention_3", "flash_attention_4")
"""Attention implementations that keep rows apart without padding."""


HEADS = ("score.", "classifier.")
"""Where architectures keep the head of one logit."""


def attention_of(options: TrainOptions) -> str:
    """The attention implementation that is used."""
    if options.attention != "auto":
        return options.attention
    return "flash_attention_2" if options.device == "cuda" and find_spec("flash_attn") else "sdpa"


def is_padding_free(options: TrainOptions) -> bool:
    """Whether batches are made without padding.

    Fault: that is asked for, and the attention implementation pays no heed to where one row ends.
    """
    attention = attention_of(options)
    if options.batching == "padding-free" and attention not in (*VARLEN, "sdpa", "eager"):
        raise Fault(
            f"--batching padding-free needs an attention that keeps rows apart, and {attention} is not known to: "
            f"take --attention {VARLEN[0]}, or --batching padded."
        )
    return options.batching == "padding-free" or (options.batching == "auto" and attention in VARLEN)


def load_tokenizer(options: TrainOptions) -> tuple[PreTrainedTokenizerBase, PrmSpec, bool]:
    """The tokenizer with its separator, how the model will be fed and read, and whether the separator is new to it."""
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(options.model, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise Fault(_cannot_load(options.model, "tokenizer", error)) from None
    if not tokenizer.is_fast:
        raise Fault(f"{options.model} has no tokenizer.json: convert its tokenizer to the fast kind and save it there.")
    former = read_spec(Path(options.model)) if (Path(options.model) / PRM_FILE).exists() else None
    separator = options.separator
    if former is not None and former.separator != separator:
        if separator != DEFAULT_SEPARATOR:
            raise Fault(
                f"{options.model} was trained with the separator {former.separator!r}: leave --separator out, or start "
                "from the backbone."
            )
        separator = former.separator
    number, added = ensure_separator(tokenizer, separator)
    spec = PrmSpec(
        name=options.name,
        separator=separator,
        separator_id=number,
        start=former.start if former is not None else start_template(tokenizer),
        activation="none" if options.loss == "mse-raw" else "sigmoid",
        max_length=options.max_length,
        features=_features(options.model),
    )
    return tokenizer, spec, added


def load_model(
    options: TrainOptions, tokenizer: PreTrainedTokenizerBase, spec: PrmSpec, added: bool
) -> PreTrainedModel:
    """The model in fp32, without dropout, with its head; a new separator starts as the mean of the line breaks.

    Faults: it cannot be loaded, lacks weights, has another head, or has no room for such inputs.
    """
    set_seed(options.seed)
    try:
        config = AutoConfig.from_pretrained(options.model, trust_remote_code=False)
        _refuse_classifier(options.model, config)
        config.num_labels = 1
        config.classifier_dropout = config.attention_dropout = 0.0
        loaded: tuple[PreTrainedModel, dict[str, Any]] = AutoModelForTokenClassification.from_pretrained(
            options.model,
            config=config,
            dtype=torch.float32,
            attn_implementation=attention_of(options),
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise Fault(_cannot_load(options.model, "model", error)) from None
    model, report = loaded
    _refuse_holes(options.model, report)
    room = getattr(model.config, "max_position_embeddings", None)
    if room is not None and options.max_length > room:
        raise Fault(f"--max-length is {options.max_length}, and {options.model} reads {room} tokens: lower it.")
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    pad: Any = tokenizer.pad_token_id
    model.config.pad_token_id = pad
    _refuse_separator(model, spec)
    _place_separator(model, tokenizer, spec, added)
    head = head_of(model)
    if not torch.isfinite(head.weight).all() or head.weight.std() == 0:
        raise Fault(f"The head of {options.model} did not start as it should: take another version of transformers.")
    return model


def _refuse_holes(name: str, report: dict[str, Any]) -> None:
    """Fault: the files lack weights, which would start as random numbers. Only a backbone's head may be new."""
    is_checkpoint = (Path(name) / PRM_FILE).exists()
    missing = sorted(key for key in report["missing_keys"] if is_checkpoint or not key.startswith(HEADS))
    if missing:
        raise Fault(
            f"{name} lacks {len(missing)} weights that a model of its configuration has ({', '.join(missing[:3])}). "
            "Its files are incomplete or of another model: copy or download it again."
        )
    unused = sorted(key for key in report["unexpected_keys"] if not key.startswith(("lm_head.", *HEADS)))
    if unused and int(os.environ.get("RANK", "0")) == 0:
        print(f"{name} has {len(unused)} weights that are not used here ({', '.join(unused[:3])})", flush=True)


def _features(model: str) -> FeatureSpec | None:
    try:
        return features_of(AutoConfig.from_pretrained(model, trust_remote_code=False))
    except (OSError, ValueError) as error:
        raise Fault(_cannot_load(model, "configuration", error)) from None


def _refuse_separator(model: PreTrainedModel, spec: PrmSpec) -> None:
    if spec.features is not None and model.config.separator_id != spec.separator_id:
        raise Fault(
            f"The model takes its step features at the token {model.config.separator_id}, and the separator is "
            f"{spec.separator!r} ({spec.separator_id}): leave --separator out."
        )


def _refuse_classifier(name: str, config: Any) -> None:
    architecture = (config.architectures or [""])[0]
    if architecture.endswith("Classification") and config.num_labels != 1:
        raise Fault(
            f"{name} is a classifier of {config.num_labels} labels, and the head here has one logit: give the causal "
            "language model that it was made from."
        )


def head_of(model: PreTrainedModel) -> torch.nn.Linear:
    """The head of one logit. Fault: the architecture keeps it elsewhere."""
    head = getattr(model, "score", None) or getattr(model, "classifier", None)
    if not isinstance(head, torch.nn.Linear) or head.out_features != 1:
        raise Fault(
            f"{type(model).__name__} has no head of one logit: take a causal language model (Qwen2, Llama, Mistral, "
            "Gemma and others), or a checkpoint of this runner."
        )
    return head


def _place_separator(model: PreTrainedModel, tokenizer: Any, spec: PrmSpec, added: bool) -> None:
    embedded: Any = model.get_input_embeddings().weight
    if len(tokenizer) > embedded.shape[0]:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    if added:
        rows: Any = model.get_input_embeddings().weight
        like = tokenizer.encode("\n", add_special_tokens=False)
        with torch.no_grad():
            rows[spec.separator_id] = rows[like].mean(dim=0)


def with_adapters(model: PreTrainedModel, rank: int, spec: PrmSpec, added: bool) -> Any:
    """The model with low-rank adapters in all linear layers; the head, and a new separator's row, are trained whole."""
    try:
        from peft import LoraConfig, TaskType, get_peft_model
    except ImportError:
        raise Fault("--lora needs the package peft: pip install 'cfprm-runner[lora]'.") from None
    head_name = "score" if hasattr(model, "score") else "classifier"
    config = LoraConfig(
        task_type=TaskType.TOKEN_CLS,
        r=rank,
        lora_alpha=2 * rank,
        target_modules="all-linear",
        modules_to_save=[head_name],
        trainable_token_indices=[spec.separator_id] if added else None,
    )
    return get_peft_model(model, config)


def fingerprint(model: PreTrainedModel) -> str:
    """Tells one model from another: a hash of every parameter's name, shape and first values."""
    digest = hashlib.sha256()
    for name, parameter in model.named_parameters():
        digest.update(f"{name}{tuple(parameter.shape)}".encode())
        digest.update(parameter.detach().flatten()[:16].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _cannot_load(name: str, what: str, error: Exception) -> str:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return (
        f"The {what} of {name} cannot be loaded ({reason}). Give a folder with a causal language model as --model, or "
        "a name on the hub that this machine can reach (HF_TOKEN for gated ones)."
    )
