"""A decoder that takes step features beside the tokens: small models cannot work out what a few rules can.

A step's numbers go in twice, at the position of its separator: added to the embedding, so that later steps see them,
and through a layer of their own to the logit (issue 7). `AutoModelForTokenClassification` knows the class once this
module is imported, so that training, checkpoints and exporting treat it as any other.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    Qwen2Config,
    Qwen2Model,
    Qwen2PreTrainedModel,
)
from transformers.modeling_outputs import TokenClassifierOutput

from cfprm_runner.step_features import FeatureSpec

CLIP = 4.0
"""Normalised features are kept within [-CLIP, CLIP]: no text, however odd, leads far outside of what was trained on."""

LATE_WIDTH = 64


class StepFeatureConfig(Qwen2Config):  # type: ignore[no-untyped-call]
    """Qwen2's, with the features that are taken and the separator at which they belong."""

    model_type = "cfprm-step-features"

    step_features: dict[str, Any] | None = None
    separator_id: int = 0


class Normal(nn.Module):
    """Brings features to mean 0 and deviation 1, as they were where the model was made, and clips them."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))

    def forward(self, features: Tensor) -> Tensor:
        """Features of any shape [..., size]."""
        return ((features - self.mean) / self.deviation).clamp(-CLIP, CLIP)


class StepFeatureModel(Qwen2PreTrainedModel):
    """One logit per position; it is read at the separators. Weights start as Qwen2's do."""

    config_class = StepFeatureConfig
    base_model_prefix = "model"

    def __init__(self, config: StepFeatureConfig) -> None:
        super().__init__(config)
        assert config.step_features is not None, "the configuration names no feature set"
        size, width = int(config.step_features["size"]), config.hidden_size
        self.model = Qwen2Model(config)
        self.normal = Normal(size)
        self.early = nn.Sequential(nn.Linear(size, width), nn.GELU(), nn.Linear(width, width))
        self.late = nn.Sequential(nn.Linear(size, LATE_WIDTH), nn.GELU(), nn.Linear(LATE_WIDTH, 1))
        self.score = nn.Linear(width, 1)
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        features: Tensor | None = None,
        **more: Any,
    ) -> TokenClassifierOutput:
        """Logits [B, S, 1] for ids [B, S] and features [B, T, size], of which T is at least the separators of a row."""
        assert features is not None, "the model takes step features"
        normal = self.normal(features)
        ends = (input_ids == self.config.separator_id).unsqueeze(-1)
        step = (ends.long().cumsum(dim=1) - 1).clamp(0, features.shape[1] - 1)

        def placed(each: Tensor) -> Tensor:
            spread = each.gather(1, step.expand(-1, -1, each.shape[-1]))
            return torch.where(ends, spread, torch.zeros_like(spread))

        embedded = self.model.embed_tokens(input_ids)
        hidden = self.model(
            inputs_embeds=embedded + placed(self.early(normal)).to(embedded.dtype),
            attention_mask=attention_mask,
            position_ids=position_ids,
            **more,
        ).last_hidden_state
        logits = self.score(hidden)
        return TokenClassifierOutput(logits=logits + placed(self.late(normal)).to(logits.dtype))


def features_of(config: Any) -> FeatureSpec | None:
    """The step features that the model of a configuration takes."""
    plain = getattr(config, "step_features", None)
    return None if plain is None else FeatureSpec.from_json(plain)


AutoConfig.register(StepFeatureConfig.model_type, StepFeatureConfig, exist_ok=True)
AutoModelForTokenClassification.register(StepFeatureConfig, StepFeatureModel, exist_ok=True)
