"""Each thing that can be wrong stops early, says what to do, and costs nothing that was learnt."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForTokenClassification, AutoTokenizer

from cfprm_runner.dataset import build_dataset
from cfprm_runner.encode import ensure_separator, separator_id
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.manifest import read_manifest
from cfprm_runner.options import TrainOptions
from cfprm_runner.prm_json import PrmSpec, read_spec
from cfprm_runner.train import run

from conftest import MERGE, PYTHON, command_of, make_model, make_tokenizer, metrics_of, row, status_of, write_merge

Make = Callable[..., TrainOptions]


def refused(options: TrainOptions, code: ExitCode = ExitCode.REFUSED) -> str:
    """The message of a run that fails with this code; it is in status.json, and the exit code beside it."""
    assert run(options) == code
    status = status_of(options.output)
    assert status["state"] == "failed"
    assert (options.output / "exit_code").read_text() == f"{int(code)}\n"
    return str(status["error"]["message"])


@pytest.fixture
def merge(tmp_path: Path) -> Path:
    """A copy of the merge that may be broken."""
    return Path(shutil.copytree(MERGE, tmp_path / "merge"))


def test_a_file_that_changed_since_the_merge(options: Make, merge: Path) -> None:
    file = merge / "window-1.jsonl"
    file.write_bytes(file.read_bytes().replace(b"true", b"null", 1))
    message = refused(options(input=merge))
    assert "window-1.jsonl is not the file that was merged" in message
    assert "merge again into a new folder" in message
    assert not (options().output / "rows").exists()


def test_all_processes_are_told_at_once(options: Make, merge: Path) -> None:
    (merge / "window-1.jsonl").write_bytes(b"")
    made = options(input=merge, processes=2)
    ended = subprocess.run(command_of(made), capture_output=True, text=True, timeout=120)
    assert ended.returncode == ExitCode.REFUSED
    assert "window-1.jsonl is not the file that was merged" in status_of(made.output)["error"]["message"]
    # torchrun gives processes that do not end by themselves 30 seconds.
    assert "SIGKILL" not in ended.stderr


def test_a_file_that_is_missing(options: Make, merge: Path) -> None:
    (merge / "window-2.jsonl").unlink()
    assert "cannot be read" in refused(options(input=merge))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "give the folder that `cfprm merge"),
        ("{", "cannot be read"),
        ("[]", "is not the manifest of a merge"),
        ('{"options": {"to": "rlhflow", "keepDuplicates": false}, "source": {"name": "a", "sha256": ""}, "blocks": []}',
         "--to trl"),
        ('{"options": {"to": "trl", "keepDuplicates": false}, "source": {"name": "a", "sha256": ""}, "blocks": []}',
         "holds no rows"),
        ('{"options": {"to": "trl", "keepDuplicates": false}, "source": {"name": "a", "sha256": ""}, "blocks": '
         '[{"window": 1, "file": "../x", "repeat": 1, "rows": 1, "bytes": 1, "sha256": ""}]}',
         "is not the manifest of a merge"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none(options: Make, tmp_path: Path, text: str | None, told: str) -> None:
    folder = tmp_path / "merge"
    folder.mkdir()
    if text is not None:
        (folder / "manifest.json").write_text(text)
    assert told in refused(options(input=folder))


@pytest.mark.parametrize("label", [1.5, -1, "yes", 2, [1]])
def test_a_label_out_of_range(options: Make, tmp_path: Path, label: Any) -> None:
    rows = [row(2) for _ in range(9)] + [row(3, [True, label, False])]
    message = refused(options(input=write_merge(tmp_path / "merge", {1: rows})))
    assert "window-1.jsonl, row 10: the label of step 2 is" in message
    assert "correct it in the source and merge again" in message


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"prompt": "p", "completions": ["a"], "labels": [True, False]}, "1 completions and 2 labels"),
        ({"prompt": "p", "completions": ["a"]}, "lacks a prompt, completions or labels"),
        ({"prompt": "p", "completions": [1], "labels": [True]}, "lacks a prompt, completions or labels"),
        ([], "lacks a prompt, completions or labels"),
    ],
)
def test_a_row_that_is_none(options: Make, tmp_path: Path, broken: Any, told: str) -> None:
    message = refused(options(input=write_merge(tmp_path / "merge", {2: [row(2), broken]})))
    assert told in message
    assert "window-2.jsonl, row 2" in message


def test_too_many_labels_lost_by_cutting(options: Make, tmp_path: Path) -> None:
    long = [row(40), *[row(1) for _ in range(20)]]
    folder = write_merge(tmp_path / "merge", {1: long})
    message = refused(options(input=folder, max_length=64))
    assert "labels lie beyond --max-length 64, in 1 rows" in message
    assert "raise --max-length" in message
    # Allowed, it is counted and told.
    assert run(options(input=folder, max_length=64, max_lost=1.0, output=tmp_path / "allowed")) == ExitCode.DONE
    facts = json.loads(next((tmp_path / "allowed" / "rows").glob("*.json")).read_text())
    assert facts["rows_cut"] == 1
    assert facts["labels_lost"] + facts["labels"] == 60
    assert facts["labels_lost"] > 20


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = write_merge(tmp_path / "merge", {1: [row(2), row(2, [None, None]), row(2, [True, None])]})
    tokenizer = make_tokenizer()
    spec = PrmSpec("t", "<|prm|>", ensure_separator(tokenizer, "<|prm|>")[0])
    manifest = read_manifest(folder)
    rows, counts = build_dataset(manifest, tokenizer, spec, tmp_path / "rows")
    assert (counts.rows, counts.labels, counts.rows_without_label) == (2, 3, 1)
    assert rows["labels"][:] == [[1.0, 1.0], [1.0, -100.0]]
    # For the outcome reward model only a label on the last step is one.
    _, counts = build_dataset(manifest, tokenizer, spec, tmp_path / "rows", last_only=True)
    assert (counts.rows, counts.labels, counts.rows_without_label) == (1, 1, 2)


def test_a_tokenizer_without_the_separator(options: Make, backbone: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(backbone)
    with pytest.raises(Fault, match="take that of the model's own folder"):
        separator_id(tokenizer, "<|prm|>")
    # Training adds it.
    made = options(max_updates=1)
    assert run(made) == ExitCode.DONE
    spec = read_spec(made.output / "model")
    assert separator_id(AutoTokenizer.from_pretrained(made.output / "model"), "<|prm|>") == spec.separator_id


def test_a_checkpoint_of_another_model(options: Make, tmp_path: Path) -> None:
    first = options()
    assert run(first) == ExitCode.DONE
    shutil.rmtree(first.output / "model")
    before = sorted((first.output / "checkpoints").rglob("*"))
    other = make_model(tmp_path / "other", hidden=16)
    message = refused(options(model=str(other)))
    assert "is of another run (backbone:" in message
    assert "Give another --output" in message
    # A single checkpoint from elsewhere is seen too.
    wide = options(model=str(other), output=tmp_path / "wide")
    assert run(wide) == ExitCode.DONE
    shutil.rmtree(wide.output / "model")
    shutil.copytree(first.output / "checkpoints" / "checkpoint-12", wide.output / "checkpoints" / "checkpoint-13")
    assert "checkpoint-13 is of another run" in refused(wide)
    assert sorted((first.output / "checkpoints").rglob("*")) == before, "something that was learnt is gone"


def test_other_options_than_those_of_the_run(options: Make) -> None:
    assert run(options(max_updates=2)) == ExitCode.DONE
    message = refused(options(max_updates=2, learning_rate=5e-4))
    assert "learning_rate: 0.001 there, 0.0005 now" in message


def test_a_folder_with_a_model_that_nobody_vouches_for(options: Make) -> None:
    made = options()
    (made.output / "checkpoints" / "checkpoint-5").mkdir(parents=True)
    assert "give the checkpoint as --model" in refused(made)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"device": "cuda"}, "No GPU is at hand"),
        ({"device": "cuda"}, "--device cpu"),
        ({"batch": 9}, "--micro-batch 4 does not divide the 9 trajectories"),
        ({"batch": 1000, "micro_batch": None}, "lower --batch"),
        ({"max_length": 4096}, "reads 2048 tokens"),
        ({"model": "/nowhere/at-all"}, "cannot be loaded"),
        ({"preset": "7b-80gb"}, "set DS_ACCELERATOR=cpu"),
        ({"preset": "fsdp2", "lora": 4}, "--lora keeps the backbone"),
        ({"batching": "padding-free", "attention": "flex_attention"}, "keeps rows apart"),
        ({"report_to": ("wandb",)}, "pip install wandb"),
    ],
)
def test_options_that_do_not_fit(options: Make, changes: dict[str, Any], told: str) -> None:
    if changes == {"device": "cuda"} and torch.cuda.is_available():
        changes, told = {"preset": "fsdp2", "lora": 4}, "--lora keeps the backbone"
    assert told in refused(options(**changes))


def test_a_preset_whose_package_is_not_installed(options: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfprm_runner.machine.find_spec", lambda _: None)
    assert "needs DeepSpeed: pip install 'cfprm-runner[deepspeed]'" in refused(options(preset="7b-80gb"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"epochs": 0}, "--epochs is 0"),
        ({"learning_rate": -1.0}, "--learning-rate is -1.0: it must be greater than 0"),
        ({"separator": "\\n\\n"}, r"--separator .* write \$'\\n'"),
        ({"separator": ""}, "--separator is '': it must be a text that is not empty"),
        ({"warmup": 1.0}, "--warmup is 1.0"),
        ({"keep": 0}, "--keep is 0"),
        ({"preset": "huge"}, "--preset is 'huge': it must be one of single, 7b-80gb"),
        ({"zeta": float("nan")}, "--zeta is nan: it must be 0 or more"),
    ],
)
def test_values_out_of_range(options: Make, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(Fault, match=told):
        options(**changes)


def test_a_backbone_with_holes(options: Make, tmp_path: Path, backbone: Path) -> None:
    folder = Path(shutil.copytree(backbone, tmp_path / "holes"))
    weights = load_file(folder / "model.safetensors")
    first = {name: value for name, value in weights.items() if ".layers.1." not in name}
    save_file(first, folder / "model.safetensors", {"format": "pt"})
    lacking = len(weights) - len(first)
    assert lacking == 12
    message = refused(options(model=str(folder)))
    assert "lacks 12 weights that a model of its configuration has (model.layers.1." in message
    assert "copy or download it again" in message
    # A backbone has no head; a checkpoint of this runner must have one.
    made = options(max_updates=1, output=tmp_path / "whole")
    assert run(made) == ExitCode.DONE
    trained = load_file(made.output / "model/model.safetensors")
    headless = {name: value for name, value in trained.items() if not name.startswith("score.")}
    assert len(headless) < len(trained)
    save_file(headless, made.output / "model/model.safetensors", {"format": "pt"})
    assert "lacks" in refused(options(model=str(made.output / "model"), output=tmp_path / "again"))


def test_a_backbone_of_another_kind(options: Make, tmp_path: Path, backbone: Path) -> None:
    folder = tmp_path / "two"
    AutoModelForTokenClassification.from_pretrained(backbone, num_labels=2).save_pretrained(folder)
    AutoTokenizer.from_pretrained(backbone).save_pretrained(folder)
    assert "is a classifier of 2 labels" in refused(options(model=str(folder)))
    prm = {"schema": 1, "name": "x", "family": "qwen2.5-math-prm"}
    (folder / "prm.json").write_text(json.dumps(prm))
    assert "is of the family qwen2.5-math-prm" in refused(options(model=str(folder), output=tmp_path / "b"))


def test_a_loss_that_is_not_a_number(options: Make, tmp_path: Path, backbone: Path) -> None:
    # The weights of one layer are so large that what is computed from them is infinite.
    folder = tmp_path / "broken"
    shutil.copytree(backbone, folder)
    model = AutoModelForTokenClassification.from_pretrained(backbone, num_labels=1)
    with torch.no_grad():
        model.model.layers[1].mlp.up_proj.weight.fill_(1e38)
    model.save_pretrained(folder)
    message = refused(options(model=str(folder)), ExitCode.FAILED)
    assert "not a number at update 1 (window-2.jsonl, rows" in message
    assert "Lower --learning-rate" in message


def test_a_loss_that_becomes_none_keeps_what_was_learnt(options: Make) -> None:
    made = options(learning_rate=1e36, warmup=0.0, schedule="constant", max_grad_norm=0.0, save_every=100)
    message = refused(made, ExitCode.FAILED)
    last = metrics_of(made.output)[-1]["step"]
    assert f"at update {last + 1}" in message
    assert f"checkpoint-{last}" in message
    weights = made.output / "checkpoints" / f"checkpoint-{last}" / "model.safetensors"
    assert weights.exists()
    # It goes on from there, to the same end; nothing is lost by trying.
    assert f"at update {last + 1}" in refused(made, ExitCode.FAILED)
    assert weights.exists()


def test_no_room_on_the_disk(options: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=200_000))
    message = refused(options())
    assert "0.0 GB free" in message
    assert "--keep 1" in message


LIMITED = """
import resource, sys
from cfprm_runner.options import TrainOptions
from cfprm_runner.train import run
import json
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(run(TrainOptions.from_json(json.loads(sys.argv[1]))))
"""


def test_a_checkpoint_that_cannot_be_written_costs_no_other(options: Make) -> None:
    made = options(max_updates=8, save_every=4)
    assert run(replace(made, output=made.output.with_name("whole"))) == ExitCode.DONE
    size = (made.output.with_name("whole") / "checkpoints" / "checkpoint-8" / "optimizer.pt").stat().st_size
    # The rows, the weights and the events fit; the optimizer's state does not.
    found = subprocess.run(
        [PYTHON, "-c", LIMITED, made.to_text(), str(size - 1000)], capture_output=True, text=True, timeout=120
    )
    assert found.returncode == ExitCode.FAILED, found.stderr
    message = status_of(made.output)["error"]["message"]
    assert "The checkpoint of update 4 could not be written" in message
    assert "Make room" in message
    assert list((made.output / "checkpoints").iterdir()) == [], "half a checkpoint is left"
    # With room the same command goes through.
    assert subprocess.run(command_of(made), stdout=subprocess.DEVNULL, timeout=120).returncode == 0


def test_a_checkpoint_keeps_its_separator(options: Make, tmp_path: Path) -> None:
    first = options(max_updates=1, separator="<step>")
    assert run(first) == ExitCode.DONE
    model = str(first.output / "model")
    # Trained further, a checkpoint keeps its separator ...
    second = options(max_updates=1, model=model, output=tmp_path / "second")
    assert run(second) == ExitCode.DONE
    assert read_spec(second.output / "model").separator == "<step>"
    # ... and takes no other.
    third = options(max_updates=1, model=model, separator="\n", output=tmp_path / "third")
    assert "was trained with the separator '<step>'" in refused(third)
