"""The options of `train` as data: `options.json`, by which CFPRM checks what a person gives before anything is sent.

`python -m cfprm_runner.declaration` writes that file anew from `TrainOptions`; a test holds the two equal.
"""

import json
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from cfprm_runner.allowed import Allowed, allowed_of
from cfprm_runner.options import TrainOptions

FILE = Path(__file__).with_name("options.json")

_NO_LIMITS = asdict(Allowed())
_TYPES = {int: "integer", float: "number", str: "text", Path: "path"}


def declaration() -> dict[str, Any]:
    """Each option: `name`, `type` (integer, number, text, path), and where they hold `required`, `optional` (it may be
    `None`), `many` (several values), `choices`, and the limits of `Allowed`.
    """
    hints = get_type_hints(TrainOptions, include_extras=True)
    options = []
    for field in fields(TrainOptions):
        hint = hints[field.name]
        rule = allowed_of(hint)
        limits = {_camel(key): value for key, value in asdict(rule).items() if value != _NO_LIMITS[key]}
        shape = _shape(hint)
        required = {"required": True} if field.default is MISSING else {}
        options.append({"name": field.name.replace("_", "-"), **shape, **required, **limits})
    return {"version": 1, "command": "train", "options": json.loads(json.dumps(options))}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _shape(hint: Any) -> dict[str, Any]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _shape(parts[0])
    if origin is Literal:
        return {"type": "text", "choices": list(parts)}
    if origin in (Union, UnionType):
        return {**_shape(next(part for part in parts if part is not type(None))), "optional": True}
    if origin is tuple:
        return {**_shape(parts[0]), "many": True}
    return {"type": _TYPES[hint]}


def to_text() -> str:
    """The declaration as the file has it."""
    rows = ",\n".join(f"    {json.dumps(option, ensure_ascii=False)}" for option in declaration()["options"])
    return f'{{\n  "version": 1,\n  "command": "train",\n  "options": [\n{rows}\n  ]\n}}\n'


if __name__ == "__main__":
    FILE.write_text(to_text(), encoding="utf-8")
