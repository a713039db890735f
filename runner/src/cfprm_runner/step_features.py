"""Step features: numbers that `cfprm features` wrote for a file of rows (docs/step-features.md).

They lie beside the rows, `window-2.features.jsonl` beside `window-2.jsonl`, and name the file that they are of with
its hash. Nothing here computes a feature: there is one implementation, the extension's.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cfprm_runner.fault import Fault

Table = NDArray[np.float32]
"""Features [steps, size] of one solution."""


@dataclass(frozen=True)
class FeatureSpec:
    """A feature set, as `prm.json` names it."""

    set: str
    version: int
    size: int
    """Numbers per step."""

    @staticmethod
    def from_json(plain: dict[str, Any]) -> "FeatureSpec":
        """Of the entry `features`."""
        return FeatureSpec(str(plain["set"]), int(plain["version"]), int(plain["size"]))

    def to_json(self) -> dict[str, Any]:
        """The entry `features`."""
        return {"set": self.set, "version": self.version, "size": self.size}

    def __str__(self) -> str:
        return f"{self.set} {self.version} ({self.size} numbers)"


def features_file(rows: Path) -> Path:
    """Where the features of a file of rows lie."""
    return rows.with_name(f"{rows.stem}.features.jsonl")


def feature_spec(file: Path) -> FeatureSpec:
    """The set that a file of features holds. Fault: it is no such file."""
    return FeatureSpec.from_json(_head(file)["features"])


def check_features(rows: Path, wanted: FeatureSpec, sha256: str | None = None) -> Path:
    """The file with the features of a file of rows, whose hash may be known.

    Faults: there is none, it holds another set, version or number of columns than is wanted, or it was made of other
    rows.
    """
    file = features_file(rows)
    head = _head(file)
    found = FeatureSpec.from_json(head["features"])
    again = f"`cfprm features {rows.name} --out {file.name} --force`"
    if found != wanted:
        raise Fault(
            f"{file} holds the step features {found}, and the model takes {wanted}: write them again with {again}, by "
            "the version of cfprm that has the model's set, or make a model that takes these (`cfprm-runner backbone "
            "--features`)."
        )
    digest = sha256 if sha256 is not None else hashlib.sha256(rows.read_bytes()).hexdigest()
    if head["source"]["sha256"] != digest:
        raise Fault(f"{file} was made of another {rows.name} than is there now: write it again with {again}.")
    return file


def read_features(file: Path) -> Iterator[tuple[int, Table]]:
    """The row (from 1) and the features of every trajectory. Fault: a line is cut off or of another size."""
    size = feature_spec(file).size
    with file.open(encoding="utf-8") as stream:
        next(stream)
        for number, line in enumerate(stream, start=2):
            try:
                plain = json.loads(line)
                table = np.array(plain["features"], np.float32).reshape(-1, size)
                row = int(plain["row"])
            except (ValueError, KeyError, TypeError) as error:
                raise Fault(f"{file}, line {number}: no features ({error}). Write them again, {_AGAIN}.") from None
            if len(table) != len(plain["features"]):
                raise Fault(f"{file}, line {number}: a step has not {size} numbers. Write them again, {_AGAIN}.")
            yield row, table


class FeatureRows:
    """The features of a file's rows, taken in their order."""

    def __init__(self, file: Path) -> None:
        """`file` as `check_features` gives it."""
        self._file = file
        self._rows = read_features(file)

    def take(self, row: int, steps: int) -> Table:
        """The features of a row of so many steps. Fault: the next ones are of another row, or of other steps."""
        found, table = next(self._rows, (None, np.empty((0, 0), np.float32)))
        if found != row:
            raise Fault(
                f"{self._file} has no features of row {row} in its place. Each row needs one trajectory: write other "
                "rows as TRL rows first (`cfprm convert FILE --to trl`), then their features."
            )
        if len(table) != steps:
            raise Fault(
                f"{self._file}: row {row} has {steps} steps, and {len(table)} here. Write them again, {_AGAIN}."
            )
        return table


_AGAIN = "as `cfprm features ROWS --out FEATURES`"


def _head(file: Path) -> dict[str, Any]:
    try:
        with file.open(encoding="utf-8") as stream:
            head = json.loads(stream.readline())
        FeatureSpec.from_json(head["features"])
        str(head["source"]["sha256"])
    except FileNotFoundError:
        raise Fault(
            f"{file} is missing: the model takes step features. Write them with `cfprm features ROWS --out FEATURES`, "
            f"for every file of rows beside it ({file.name})."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{file} holds no step features ({error}). Write them again, {_AGAIN}.") from None
    return dict(head)
