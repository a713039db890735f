"""What the runner declares of its options is what its command line takes and what its options refuse."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tyro

from cfprm_runner.declaration import FILE, declaration, to_text
from cfprm_runner.fault import Fault
from cfprm_runner.options import TrainOptions

REQUIRED = {"--input": "merge", "--output": "run", "--model": "m"}
OPTIONS = declaration()["options"]


def taken(name: str, value: str) -> bool:
    """Whether the command line takes this value."""
    arguments = {**REQUIRED, f"--{name}": value}
    with suppress(Fault, SystemExit):
        tyro.cli(TrainOptions, args=[word for option in arguments.items() for word in option])
        return True
    return False


def valid(option: dict[str, Any]) -> list[str]:
    """Values at the edges of what is declared."""
    if "choices" in option:
        return list(option["choices"])
    if option["type"] in ("text", "path"):
        return ["a text"]
    step = 1 if option["type"] == "integer" else 0.001
    ends = [option.get("least"), option.get("most")]
    inside = [option["above"] + step] if "above" in option else []
    inside += [option["below"] - step] if "below" in option else []
    values = [end for end in ends if end is not None] + inside or [1]
    return [str(int(value) if option["type"] == "integer" else value) for value in values]


def invalid(option: dict[str, Any]) -> list[str]:
    """Values just outside of what is declared."""
    if "choices" in option:
        return ["no-such-choice"]
    if option["type"] == "path":
        return []
    if option["type"] == "text":
        return [""] * ("filled" in option) + ["a\\n"] * ("unescaped" in option)
    step = 1 if option["type"] == "integer" else 0.001
    values = [option["least"] - step] if "least" in option else []
    values += [option["most"] + step] if "most" in option else []
    values += [option[end] for end in ("above", "below") if end in option]
    numbers = [str(int(value) if option["type"] == "integer" else value) for value in values]
    return [*numbers, "much", "1.5" if option["type"] == "integer" else "nan"]


def test_the_file_is_the_declaration() -> None:
    assert Path(FILE).read_text(encoding="utf-8") == to_text(), "run python -m cfprm_runner.declaration"
    assert json.loads(to_text()) == declaration()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option["name"])
def test_what_is_declared_holds(option: dict[str, Any]) -> None:
    name = option["name"]
    assert [value for value in valid(option) if not taken(name, value)] == []
    assert [value for value in invalid(option) if taken(name, value)] == []
    assert taken(name, "None") == (
        option.get("optional", False) or (option["type"] in ("text", "path") and "choices" not in option)
    )


def test_what_others_call_an_option_is_no_option_here() -> None:
    names = {option["name"] for option in OPTIONS}
    others = [name for option in OPTIONS for name in option.get("knownAs", ())]
    assert len(others) == len(set(others))
    assert not names & set(others)
