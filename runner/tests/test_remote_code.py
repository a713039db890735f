"""A model's folder is data: no code that lies in it is run."""

import ast
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfprm_runner.backbone import load_model, load_tokenizer
from cfprm_runner.fault import Fault
from cfprm_runner.options import TrainOptions

from conftest import make_model

RUNNER = Path(__file__).parents[1]
LOADERS = {"from_pretrained", "from_config", "LLM"}


def loads(file: Path) -> list[tuple[int, str]]:
    """Where a file loads a model, a tokenizer or a configuration, and whether it forbids the code beside it."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in LOADERS:
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        trusts = given.get("trust_remote_code")
        found.append((node.lineno, ast.unparse(trusts) if trusts is not None else "left out"))
    return found


def test_every_load_forbids_code() -> None:
    files = [*RUNNER.glob("src/**/*.py"), *RUNNER.glob("bench/**/*.py")]
    all_loads = [(f"{file.relative_to(RUNNER)}:{line}", trusts) for file in files for line, trusts in loads(file)]
    assert len(all_loads) >= 10
    assert [place for place, trusts in all_loads if trusts != "False"] == []


@pytest.mark.parametrize("part", ["config", "tokenizer_config"])
def test_code_in_the_folder_is_not_run(options: Callable[..., TrainOptions], tmp_path: Path, part: str) -> None:
    folder = make_model(tmp_path / "model")
    mark = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(mark)!r}, 'w')\n")
    file = folder / f"{part}.json"
    found = json.loads(file.read_text())
    names = {"AutoConfig": "own.Own", "AutoModelForTokenClassification": "own.Own", "AutoTokenizer": ["own.Own", None]}
    # A type that transformers does not know leads it to the code beside the configuration.
    changed = {"model_type": "own"} if part == "config" else {"tokenizer_class": "OwnTokenizer"}
    file.write_text(json.dumps({**found, **changed, "auto_map": names}))
    made = options(model=str(folder))
    refused = pytest.raises(Fault) if part == "config" else contextlib.nullcontext()
    with refused:
        load_model(made, *load_tokenizer(made))
    assert not mark.exists()
