"""`prm.json`: how a process reward model is fed and read (docs/models.md)."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema

from cfprm_runner.fault import Fault
from cfprm_runner.step_features import FeatureSpec

CARD_FILE = "prm.json"

INPUTS = {"ids": "input_ids", "mask": "attention_mask", "positions": "position_ids", "features": "features"}
"""What a model's inputs are called if its card does not say."""

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Token:
    """A text that is one token; `id` is None where the tokenizer is to say it."""

    text: str
    id: int | None = None


@dataclass(frozen=True)
class Card:
    """A `prm.json` with its family's defaults filled in; the words are those of `prm.schema.json`."""

    name: str
    family: str
    file: str
    separator: Token
    read: str
    head: Json
    activation: str
    template: Json
    tokenize: str
    special_tokens: bool
    max_length: int
    inputs: dict[str, str]
    output: str
    licence: str | None = None
    trained_on: str | None = None
    features: FeatureSpec | None = None
    """The step features that the model takes."""
    operating_points: Json | None = None
    """How its scores lie on rows that it did not learn from; None where no validation is known."""

    @property
    def candidates(self) -> tuple[Token, Token] | None:
        """The tokens that mean correct and incorrect, for heads of the vocabulary."""
        if self.head["kind"] != "vocabulary":
            return None
        return _token(self.head["positive"]), _token(self.head["negative"])

    @property
    def width(self) -> int:
        """Logits per position of a model that was exported with this card."""
        return 1 if self.head["kind"] in ("one-logit", "rewards") else 2

    def spelled_out(self) -> Json:
        """The entries as a `prm.json` that needs no defaults."""
        separator = {"text": self.separator.text, "id": self.separator.id}
        entries: Json = {
            "schema": 1,
            "name": self.name,
            "family": self.family,
            "file": self.file,
            "separator": {key: value for key, value in separator.items() if value is not None},
            "read": self.read,
            "head": self.head,
            "activation": self.activation,
            "template": self.template,
            "tokenize": self.tokenize,
            "specialTokens": self.special_tokens,
            "maxLength": self.max_length,
            "features": None if self.features is None else self.features.to_json(),
            "operatingPoints": self.operating_points,
            "licence": self.licence,
            "trainedOn": self.trained_on,
        }
        return {key: value for key, value in entries.items() if value is not None}


@cache
def families() -> dict[str, Json]:
    """The defaults of every family, the same that the extension's scorer has."""
    text = resources.files(__package__).joinpath("families.json").read_text("utf-8")
    return dict(json.loads(text))


@cache
def schema() -> Json:
    """The schema of `prm.json`, a copy of the extension's."""
    text = resources.files(__package__).joinpath("prm.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def read_card(folder: Path) -> Card:
    """Reads the `prm.json` of a folder. Fault: it is missing, no JSON, or an entry is wrong."""
    path = folder / CARD_FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Fault(
            f"{folder} has no {CARD_FILE}, so nothing says how this model is fed and read. "
            "A checkpoint of `cfprm-runner train` has one; for a published model name its family "
            f"(`cfprm-runner export --family`): {', '.join(families())}."
        ) from None
    except OSError as error:
        raise Fault(f"{path} cannot be read ({error.strerror}).") from error
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise Fault(f"{path} is not valid JSON ({error}). Correct it, or copy it again.") from error
    return parse_card(entries, str(path))


def parse_card(entries: Any, source: str) -> Card:
    """Checks the entries of a `prm.json` and fills in its family's defaults. Fault: an entry is wrong."""
    problems = jsonschema.Draft7Validator(schema()).iter_errors(entries)
    first = jsonschema.exceptions.best_match(problems)
    if first is not None:
        where = ".".join(str(part) for part in first.absolute_path) or "the file"
        raise Fault(f"{source}: {where}: {first.message}. The entries are described in docs/models.md.")
    merged: Json = {**families()[entries["family"]], **entries}
    if "separator" not in merged:
        raise Fault(
            f"{source}: separator is missing: the family {merged['family']} has no default, so name its text and id."
        )
    head = merged["head"]
    if "head" in entries and "activation" not in entries:
        merged["activation"] = {"rewards": "none", "one-logit": "sigmoid"}.get(head["kind"], "softmax")
    odd = _odd_points(merged.get("operatingPoints"), merged["activation"])
    if odd is not None:
        raise Fault(f"{source}: {odd}.")
    return Card(
        name=merged["name"],
        family=merged["family"],
        file=merged.get("file", "model.onnx"),
        separator=_token(merged["separator"]),
        read=merged["read"],
        head=head,
        activation=merged["activation"],
        template=merged["template"],
        tokenize=merged["tokenize"],
        special_tokens=merged["specialTokens"],
        max_length=merged["maxLength"],
        inputs={**INPUTS, **merged.get("inputs", {})},
        output=merged.get("output", "rewards" if head["kind"] == "rewards" else "logits"),
        licence=merged.get("licence"),
        trained_on=merged.get("trainedOn"),
        features=FeatureSpec.from_json(merged["features"]) if "features" in merged else None,
        operating_points=merged.get("operatingPoints"),
    )


def _token(entry: Json) -> Token:
    return Token(entry["text"], entry.get("id"))


def _odd_points(points: Json | None, activation: str) -> str | None:
    """What the schema cannot say of operating points: quantiles rise, and all are scores that the model can give."""
    if points is None:
        return None
    for label in ("correct", "incorrect"):
        quantiles = points[label]["quantiles"]
        for place, (before, value) in enumerate(itertools.pairwise(quantiles), start=1):
            if value < before:
                return (
                    f"operatingPoints.{label}.quantiles[{place}] is {value}, less than the one before: order them from "
                    "the lowest score to the highest"
                )
    named = [*points["correct"]["quantiles"], *points["incorrect"]["quantiles"]]
    if "firstError" in points:
        named.append(points["firstError"]["threshold"])
    outside = next((value for value in named if not 0 <= value <= 1), None)
    if activation == "none" or outside is None:
        return None
    return (
        f'operatingPoints has the score {outside}, and activation "{activation}" gives scores from 0 to 1: measure '
        "them again"
    )
