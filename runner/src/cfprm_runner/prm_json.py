"""`prm.json`: how a process reward model is fed and read (media/prm.schema.json, family cfprm)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.contract.files import write_json
from cfprm_runner.fault import Fault
from cfprm_runner.step_features import FeatureSpec

FILE = "prm.json"
FAMILY = "cfprm"


@dataclass(frozen=True)
class PrmSpec:
    """A model of the family cfprm: start and steps tokenized apart, one logit read at each separator."""

    name: str
    separator: str
    separator_id: int
    start: str = "{problem}\n"
    """The text before the steps; {problem} and {bos} are filled in."""
    activation: Literal["sigmoid", "none"] = "sigmoid"
    max_length: int = 2048
    trained_on: str | None = None
    features: FeatureSpec | None = None
    """The step features that it takes."""

    def to_json(self) -> dict[str, Any]:
        """The content of prm.json; nothing is left to defaults."""
        spec: dict[str, Any] = {
            "schema": 1,
            "name": self.name,
            "family": FAMILY,
            "separator": {"text": self.separator, "id": self.separator_id},
            "read": "at-separator",
            "head": {"kind": "one-logit"},
            "activation": self.activation,
            "template": {
                "kind": "plain",
                "start": self.start,
                "prefix": "",
                "beforeSeparator": "",
                "joiner": "",
            },
            "tokenize": "pieces",
            "specialTokens": False,
            "maxLength": self.max_length,
        }
        if self.features is not None:
            spec["features"] = self.features.to_json()
        if self.trained_on is not None:
            spec["trainedOn"] = self.trained_on
        return spec


def write_spec(folder: Path, spec: PrmSpec) -> None:
    """Writes prm.json into a folder."""
    write_json(folder / FILE, spec.to_json())


def read_spec(folder: Path) -> PrmSpec:
    """Reads the prm.json of a checkpoint of this runner.

    Faults: there is none, it is no JSON, or it describes another family or way of reading, which this runner would
    feed wrongly.
    """
    file = folder / FILE
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Fault(f"{folder} has no {FILE}: give a folder that `cfprm-runner train` wrote.") from None
    except (OSError, ValueError) as error:
        raise Fault(f"{file} cannot be read ({error}): take it from the run that wrote the model.") from None
    family = plain.get("family") if isinstance(plain, dict) else None
    if family != FAMILY:
        raise Fault(
            f"{file} is of the family {family}, and checkpoints of this runner are {FAMILY}: "
            "give a folder that `cfprm-runner train` wrote, or convert the model with `cfprm-runner export`."
        )
    try:
        spec = PrmSpec(
            name=plain["name"],
            separator=plain["separator"]["text"],
            separator_id=plain["separator"]["id"],
            start=plain["template"]["start"],
            activation=plain["activation"],
            max_length=plain["maxLength"],
            trained_on=plain.get("trainedOn"),
            features=FeatureSpec.from_json(plain["features"]) if "features" in plain else None,
        )
    except (KeyError, TypeError) as error:
        raise Fault(f"{file} lacks {error}: take it from the run that wrote the model.") from None
    described = spec.to_json()
    strange = sorted(key for key, value in described.items() if plain.get(key) != value)
    if strange:
        raise Fault(f"{file} states another {', '.join(strange)} than this runner's models have: it cannot feed it.")
    return spec
