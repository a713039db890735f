"""Checkpoints of every family, loaded without remote code.

- cfprm: `AutoModelForTokenClassification` with one label, as `cfprm-runner train` writes it.
- Qwen2.5-Math-PRM: `modeling_qwen2_rm.py` of the model's own repository (Apache-2.0): `model.*`, and the head
  `score.0`, ReLU, `score.2`, two labels.
- Skywork-o1-Open-PRM: SkyworkAI/skywork-o1-prm-inference, `prm_model.py`: `model.*` and `v_head.summary`.
- Math-Shepherd and RLHFlow: a causal language model, of whose head only two rows are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForTokenClassification,
    PreTrainedModel,
    Qwen2Config,
    Qwen2Model,
    Qwen2PreTrainedModel,
)
from transformers.utils import logging as hf_logging

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.card import CARD_FILE, Card, Token, families, parse_card, read_card
from cfprm_runner.scoring.tokens import ModelTokenizer
from cfprm_runner.step_model import StepFeatureModel, features_of

ARCHITECTURES = {
    "Qwen2ForProcessRewardModel": "qwen2.5-math-prm",
    "Qwen2ForPrmModel": "skywork-o1-open-prm",
}
"""Families that a `config.json` tells by its architecture alone."""


class Graph(nn.Module):
    """What is exported: logits [batch, positions, 1 or 2] for ids and mask [batch, positions]."""

    feature_size = 0
    """Step features per step that `forward` takes as its third input [batch, steps, size]; 0 for none."""


class HeadGraph(Graph):
    """A causal backbone and a head over its last hidden states."""

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits of ids and mask."""
        hidden = self.backbone(input_ids=input_ids, attention_mask=attention_mask, use_cache=False)
        logits: torch.Tensor = self.head(hidden.last_hidden_state)
        return logits


class StepGraph(Graph):
    """A decoder that takes step features."""

    def __init__(self, model: StepFeatureModel) -> None:
        super().__init__()
        self.model = model
        self.feature_size = int(model.config.step_features["size"])

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        """Logits of ids, mask and features."""
        logits: torch.Tensor = self.model(input_ids, attention_mask, features=features, use_cache=False).logits
        return logits


class MeanGraph(Graph):
    """The mean of the logits of several graphs that take the same inputs."""

    def __init__(self, members: Sequence[Graph]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.feature_size = members[0].feature_size

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, features: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Logits of ids, mask and features, if any."""
        inputs = (input_ids, attention_mask) if features is None else (input_ids, attention_mask, features)
        return torch.stack([member(*inputs) for member in self.members]).mean(dim=0)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that is ready to run, on the CPU, in single precision unless asked otherwise."""

    graph: Graph
    card: Card
    tokenizer: ModelTokenizer
    folder: Path


class Qwen2ForProcessRewardModel(Qwen2PreTrainedModel):
    """Qwen2.5-Math-PRM: a head of two layers and two labels."""

    def __init__(self, config: Qwen2Config) -> None:
        super().__init__(config)
        self.model = Qwen2Model(config)
        width = config.hidden_size
        self.score = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 2))
        self.post_init()  # type: ignore[no-untyped-call]


class ValueHead(nn.Module):
    """The head of TRL's models with a value, whose dropout does nothing outside training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.summary = nn.Linear(width, 1)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """A value per position, [..., 1]."""
        value: torch.Tensor = self.summary(hidden)
        return value


class Qwen2ForPrmModel(Qwen2PreTrainedModel):
    """Skywork-o1-Open-PRM: a value per position."""

    def __init__(self, config: Qwen2Config) -> None:
        super().__init__(config)
        self.model = Qwen2Model(config)
        self.v_head = ValueHead(config.hidden_size)
        self.post_init()  # type: ignore[no-untyped-call]


def load_checkpoint(folder: Path, family: str | None = None, dtype: torch.dtype = torch.float32) -> Checkpoint:
    """
    Loads a checkpoint of ours, or a published one of a known family.

    `family` names the family of a published checkpoint where its files do not tell. Fault: no checkpoint, no
    `prm.json` and no known family, weights or shards that are missing, an architecture that the family has not,
    a tokenizer without the family's tokens.
    """
    config = _config(folder)
    _find_shards(folder)
    card = _card(folder, config, family)
    tokenizer = ModelTokenizer(folder)
    card = _with_ids(card, tokenizer, int(config["vocab_size"]) if "vocab_size" in config else None)
    graph = _LOADERS[card.family](folder, card, dtype).eval()
    return Checkpoint(graph, card, tokenizer, folder)


def load_mean(folders: Sequence[Path], family: str | None = None) -> Checkpoint:
    """
    Loads checkpoints of one kind, such as runs with other seeds, as one whose logits are the mean of theirs. Fault:
    those of `load_checkpoint`; they are fed or read in different ways.
    """
    first, *others = [load_checkpoint(folder, family) for folder in folders]
    for other in others:
        card = replace(other.card, name=first.card.name, trained_on=first.card.trained_on, operating_points=None)
        same = card == replace(first.card, operating_points=None)
        if not same or other.tokenizer.text != first.tokenizer.text:
            raise Fault(
                f"{other.folder} is fed or read in another way than {first.folder} (prm.json, tokenizer.json), so "
                "that their scores have no mean. Name runs that differ in their seeds alone."
            )
    if not others:
        return first
    graph = MeanGraph([first.graph, *(other.graph for other in others)]).eval()
    # Where one's scores lie says little about their mean.
    return replace(first, graph=graph, card=replace(first.card, operating_points=None))


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if not folder.is_dir():
            raise Fault(f"{folder} is no folder. Give the folder of a checkpoint.") from None
        raise Fault(f"{folder} has no config.json: it is no checkpoint. Give the folder with the weights.") from None
    except (OSError, json.JSONDecodeError) as error:
        raise Fault(f"{path} cannot be read ({error}). Copy the checkpoint again.") from error
    if (folder / "adapter_config.json").is_file():
        raise Fault(f"{folder} is an adapter (LoRA). Merge it into its model first: `merge_and_unload` of peft.")
    return dict(config)


def _find_shards(folder: Path) -> None:
    """Every file that the index of the weights names has to be there. Fault: one is not, or there are no weights."""
    for name in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        path = folder / name
        if not path.is_file():
            continue
        shards = set(json.loads(path.read_text("utf-8"))["weight_map"].values())
        missing = sorted(shard for shard in shards if not (folder / shard).is_file())
        if missing:
            raise Fault(
                f"{folder} lacks {len(missing)} of {len(shards)} files of weights ({', '.join(missing[:3])}). Copy or "
                "download the checkpoint again; a checkpoint that is still being written has no index yet."
            )
        return
    if not any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin")):
        raise Fault(f"{folder} has no weights (model.safetensors). Give the folder of a finished checkpoint.")


def _card(folder: Path, config: dict[str, Any], family: str | None) -> Card:
    if (folder / CARD_FILE).is_file():
        card = read_card(folder)
        if family is not None and family != card.family:
            raise Fault(
                f"{folder} is of the family {card.family} by its {CARD_FILE}, not {family}. Leave --family out, or "
                f"correct {CARD_FILE}."
            )
        return card
    architectures = config.get("architectures") or []
    found = family or next((ARCHITECTURES[name] for name in architectures if name in ARCHITECTURES), None)
    if found is None or found == "cfprm":
        raise Fault(
            f"{folder} has no {CARD_FILE}, and its architecture ({', '.join(architectures) or 'not stated'}) does not "
            "tell its family. A checkpoint of `cfprm-runner train` has one: copy it beside the weights. For a "
            f"published model name --family: {', '.join(name for name in families() if name != 'cfprm')}."
        )
    entries = {"schema": 1, "name": folder.resolve().name, "family": found}
    longest = config.get("max_position_embeddings")
    if isinstance(longest, int):
        entries["maxLength"] = min(longest, families()[found]["maxLength"])
    return parse_card(entries, str(folder))


def _with_ids(card: Card, tokenizer: ModelTokenizer, vocabulary: int | None) -> Card:
    """The card with every token's id, which the tokenizer has to confirm. Fault: it does not."""

    def known(token: Token) -> Token:
        found = tokenizer.id_of(token)
        if vocabulary is not None and found >= vocabulary:
            raise Fault(
                f"{card.name} knows {vocabulary} ids, and the tokenizer has {token.text!r} at {found}. Take the "
                "tokenizer that belongs to this model."
            )
        return Token(token.text, found)

    head = card.head
    if card.candidates is not None:
        positive, negative = (known(token) for token in card.candidates)
        head = {
            **head,
            "positive": {"text": positive.text, "id": positive.id},
            "negative": {"text": negative.text, "id": negative.id},
        }
    return replace(card, separator=known(card.separator), head=head)


def _load(folder: Path, model: Any, card: Card, dtype: torch.dtype, **more: Any) -> PreTrainedModel:
    """Loads all weights of a model. Fault: some are missing, or have other shapes; none is made up."""
    # What is missing is a fault below; what is too much belongs to heads that are not read.
    hf_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        loaded, report = model.from_pretrained(
            folder,
            dtype=dtype,
            attn_implementation="eager",
            output_loading_info=True,
            local_files_only=True,
            trust_remote_code=False,
            **more,
        )
    except Exception as error:
        raise Fault(f"{folder} cannot be loaded as {card.family} ({error}).") from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise Fault(
            f"{folder} lacks {len(missing)} weights that {card.family} has ({', '.join(missing[:3])}). Check the "
            "family, or take the whole checkpoint: a model without its head gives numbers that mean nothing."
        )
    result: PreTrainedModel = loaded
    return result


def _graph(model: PreTrainedModel, head: Any) -> Graph:
    return HeadGraph(model.base_model, head)


def _cfprm(folder: Path, card: Card, dtype: torch.dtype) -> Graph:
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    labels = config.num_labels
    if features_of(config) != card.features:
        raise Fault(
            f"{folder} takes the step features {features_of(config) or 'none'}, and its prm.json names "
            f"{card.features or 'none'}. Check that prm.json belongs to this checkpoint."
        )
    if labels != 1 or card.head["kind"] != "one-logit":
        raise Fault(
            f"{folder} has {labels} labels and a head of kind {card.head['kind']!r}; checkpoints of the family cfprm "
            "have one logit per position. Check that prm.json belongs to this checkpoint."
        )
    model = _load(folder, AutoModelForTokenClassification, card, dtype)
    return StepGraph(model) if isinstance(model, StepFeatureModel) else _graph(model, model.score)


def _qwen(folder: Path, card: Card, dtype: torch.dtype) -> Graph:
    model = _load(folder, Qwen2ForProcessRewardModel, card, dtype)
    return _graph(model, model.score)


def _skywork(folder: Path, card: Card, dtype: torch.dtype) -> Graph:
    # TRL saves the model inside its wrapper under this name.
    model = _load(folder, Qwen2ForPrmModel, card, dtype, key_mapping={"^pretrained_model\\.": ""})
    return _graph(model, model.v_head)


def _language_model(folder: Path, card: Card, dtype: torch.dtype) -> Graph:
    """The two rows of the head that are read, "correct" first: the logits of the others are never computed."""
    if card.candidates is None:
        raise Fault(f"{folder}: prm.json names no two tokens (head), which {card.family} is read by.")
    model = _load(folder, AutoModelForCausalLM, card, dtype)
    whole = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    if not isinstance(whole, nn.Linear):
        raise Fault(f"{folder} is no language model with a plain head ({type(model).__name__}); none other is known.")
    rows = [token.id for token in card.candidates]
    head = nn.Linear(whole.in_features, 2, bias=whole.bias is not None, dtype=dtype)
    with torch.no_grad():
        head.weight.copy_(whole.weight[rows])
        if whole.bias is not None:
            head.bias.copy_(whole.bias[rows])
    return _graph(model, head)


_LOADERS: dict[str, Callable[[Path, Card, torch.dtype], Graph]] = {
    "cfprm": _cfprm,
    "qwen2.5-math-prm": _qwen,
    "skywork-o1-open-prm": _skywork,
    "math-shepherd": _language_model,
    "rlhflow": _language_model,
}
