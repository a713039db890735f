"""Step features: what `cfprm features` wrote goes through training, exporting and evaluating, or is refused by name."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from transformers import AutoModelForTokenClassification

from cfprm_runner.evaluate.command import EvaluateOptions, evaluate
from cfprm_runner.export.check import bundled_rows
from cfprm_runner.export.checkpoint import load_checkpoint
from cfprm_runner.export.command import ExportOptions, export
from cfprm_runner.export.graph import last_products, quantize_int8
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.prm_json import read_spec
from cfprm_runner.scoring.scorers import OnnxScorer, TorchScorer
from cfprm_runner.small_backbone import BackboneOptions, make_backbone, make_tokenizer
from cfprm_runner.step_features import FeatureRows, FeatureSpec, check_features, feature_spec, features_file
from cfprm_runner.train import run

from conftest import MERGE, status_of, tiny_options, weights_of
from tiny_checkpoints import command_line

FEATURES = FeatureSpec("cfprm-steps", 1, 108)
CHECK_ROWS = Path(str(export.__code__.co_filename)).with_name("check_rows.jsonl")


def write_features(rows: Path) -> Path:
    """The features of a file, beside it, by the extension's own code."""
    out = features_file(rows)
    command = ["node", command_line(), "features", rows, "--out", out, "--force"]
    subprocess.run(command, check=True, capture_output=True)
    return out


def changed(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the first line of a file of features."""
    first, _, rest = file.read_text("utf-8").partition("\n")
    head = json.loads(first)
    change(head)
    file.write_text(json.dumps(head) + "\n" + rest, "utf-8")


@pytest.fixture(scope="module")
def merge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A merge with the features of its windows."""
    folder = Path(shutil.copytree(MERGE, tmp_path_factory.mktemp("features") / "merge"))
    for window in ("window-2.jsonl", "window-1.jsonl"):
        write_features(folder / window)
    return folder


@pytest.fixture(scope="module")
def trained(merge: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two finished runs that differ in their seeds."""
    root = tmp_path_factory.mktemp("trained")
    for seed in (0, 1):
        small = BackboneOptions((merge / "window-1.jsonl",), root / f"backbone-{seed}", True, 400, 64, 1, 1024, seed)
        make_backbone(small)
        options = tiny_options(root / f"backbone-{seed}", root / f"run-{seed}", input=merge, seed=seed, max_length=1024)
        assert run(options) == ExitCode.DONE
    return [root / "run-0", root / "run-1"]


@pytest.fixture(scope="module")
def exported(trained: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mean of both, exported."""
    out = tmp_path_factory.mktemp("exported") / "model"
    export(ExportOptions(trained[0] / "model", out, average=(trained[1] / "model",)))
    return out


def test_a_run_learns_from_the_features_and_says_which_it_takes(trained: list[Path], merge: Path) -> None:
    spec = read_spec(trained[0] / "model")
    assert spec.features == FEATURES == feature_spec(merge / "window-1.features.jsonl")
    model = AutoModelForTokenClassification.from_pretrained(trained[0] / "model", dtype=torch.float32)
    before = AutoModelForTokenClassification.from_pretrained(trained[0].parent / "backbone-0", dtype=torch.float32)
    for name in ("early.0.weight", "late.0.weight", "late.2.weight"):
        assert not torch.equal(model.state_dict()[name], before.state_dict()[name]), f"{name} did not learn"
    # What brings features to a common scale is of the data, and is not trained.
    table = np.concatenate([np.array(json.loads(line)["features"]) for line in
                            (merge / "window-1.features.jsonl").read_text("utf-8").splitlines()[1:]])  # fmt: skip
    assert model.normal.mean.numpy() == pytest.approx(table.mean(0), abs=1e-5)
    assert model.normal.deviation.numpy()[0] == pytest.approx(table.std(0)[0], abs=1e-5)


def test_a_step_takes_its_own_features_wherever_its_row_stands_in_a_batch(trained: list[Path]) -> None:
    model = AutoModelForTokenClassification.from_pretrained(trained[0] / "model", dtype=torch.float32).eval()
    ids = torch.tensor([[9, 1, 8, 7, 1, 0, 0], [9, 8, 7, 6, 5, 4, 1]])
    mask = (ids != 0).long()
    features = torch.randn((2, 2, 108), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        both = model(ids, mask, features=features).logits
        alone = model(ids[:1, :5], features=features[:1]).logits
        other = features.clone()
        other[0, 1] += 1
        moved = model(ids, mask, features=other).logits
    assert torch.allclose(both[0, :5], alone[0], atol=1e-6)
    assert torch.equal(both[0, :4], moved[0, :4]), "a later step's features changed an earlier score"
    assert not torch.allclose(both[0, 4], moved[0, 4])
    assert torch.equal(both[1], moved[1])


def test_no_text_becomes_the_separator() -> None:
    tokenizer = make_tokenizer(iter(["one <|prm|> two", "Seven 1234"]), 300)
    vocabulary = tokenizer.get_vocab()
    ids = tokenizer.encode("A <|prm|> b <|pad|>", add_special_tokens=False)
    assert not {vocabulary["<|prm|>"], vocabulary["<|pad|>"]} & set(ids)
    assert len(tokenizer.encode("1234", add_special_tokens=False)) == 4
    assert tokenizer.encode("SEVEN", add_special_tokens=False) == tokenizer.encode("seven", add_special_tokens=False)


def test_the_same_command_makes_the_same_backbone(merge: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_backbone(BackboneOptions((merge / "window-1.jsonl",), tmp_path / name, True, 400, 64, 1))
    for file in ("model.safetensors", "tokenizer.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    with pytest.raises(Fault, match="exists"):
        make_backbone(BackboneOptions((merge / "window-1.jsonl",), tmp_path / "a"))


def test_an_average_in_one_graph_is_the_mean_of_its_members(exported: Path, trained: list[Path]) -> None:
    rows = bundled_rows(FEATURES)
    logits = []
    for one in trained:
        checkpoint = load_checkpoint(one / "model")
        scores = dict(TorchScorer(checkpoint.graph, checkpoint.card, checkpoint.tokenizer).score(rows))
        flat = np.concatenate([np.array(scores[row]) for row in range(10)])
        logits.append(np.log(flat / (1 - flat)))
    both = dict(OnnxScorer(exported).score(rows))
    found = np.concatenate([np.array(both[row]) for row in range(10)])
    assert found == pytest.approx(1 / (1 + np.exp(-np.mean(logits, axis=0))), abs=1e-5)
    assert np.abs(logits[0] - logits[1]).max() > 0.01, "members that are the same prove nothing"


def test_the_extension_s_scorer_gives_the_same_scores(exported: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.jsonl"
    command = [
        "node", command_line(), "score", CHECK_ROWS, "--model", exported, "--out", out, "--provider", "cpu",
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    wanted = dict(OnnxScorer(exported).score(bundled_rows(FEATURES)))
    for index, line in enumerate(out.read_text("utf-8").splitlines()):
        assert json.loads(line)["scores"] == pytest.approx(wanted[index], abs=1e-5)


def test_int8_rounds_all_products_but_the_last_ones(exported: Path, tmp_path: Path) -> None:
    graph = onnx.load(exported / "model.onnx")
    last = last_products(graph)
    # Of each of the two members: that of the hidden states, and that of the step features.
    assert len(last) == 4
    quantize_int8(exported / "model.onnx", tmp_path / "int8.onnx", last, large=False)
    rounded = onnx.load(tmp_path / "int8.onnx").graph
    assert set(last) <= {node.name for node in rounded.node if node.op_type in ("MatMul", "Gemm")}
    assert sum(node.op_type == "MatMulInteger" for node in rounded.node) >= 2 * 9
    assert [entry.name for entry in rounded.input] == ["input_ids", "attention_mask", "features"]


def test_the_bundled_features_are_those_of_the_extension(tmp_path: Path) -> None:
    rows = tmp_path / "check_rows.jsonl"
    shutil.copy(CHECK_ROWS, rows)
    assert write_features(rows).read_text("utf-8") == features_file(CHECK_ROWS).read_text("utf-8"), (
        "write them again: cfprm features check_rows.jsonl --out check_rows.features.jsonl --force"
    )


def test_evaluating_takes_the_features_beside_the_rows(exported: Path, merge: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    shutil.copy(merge / "window-1.jsonl", rows)
    with pytest.raises(Fault, match=r"rows\.features\.jsonl is missing: the model takes step features"):
        evaluate(EvaluateOptions(rows, model=exported))
    write_features(rows)
    assert evaluate(EvaluateOptions(rows, model=exported))["unscored"] == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda head: head["features"].update(version=2),
            r"holds the step features cfprm-steps 2 \(108 numbers\), and",
        ),
        (lambda head: head["features"].update(size=107), r"cfprm-steps 1 \(107 numbers\), and the model takes"),
        (lambda head: head["source"].update(sha256="0"), r"was made of another window-1\.jsonl than is there now"),
        (lambda head: head.clear(), "holds no step features"),
    ],
)
def test_features_that_do_not_fit_stop_a_run_before_it_starts(
    change: Callable[[dict[str, Any]], None], told: str, merge: Path, trained: list[Path], tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(merge, tmp_path / "merge"))
    changed(broken / "window-1.features.jsonl", change)
    options = tiny_options(trained[0].parent / "backbone-0", tmp_path / "run", input=broken, max_length=1024)
    assert run(options) == ExitCode.REFUSED
    message = status_of(options.output)["error"]["message"]
    with pytest.raises(Fault, match=told):
        raise Fault(message)
    assert "cfprm features" in message
    assert not list((tmp_path / "run").glob("rows/*")), "rows were encoded"


def test_features_of_other_steps_are_refused(merge: Path, tmp_path: Path) -> None:
    rows = tmp_path / "window-1.jsonl"
    shutil.copy(merge / rows.name, rows)
    shutil.copy(merge / "window-1.features.jsonl", tmp_path)
    features = FeatureRows(check_features(rows, FEATURES))
    with pytest.raises(Fault, match="row 1 has 99 steps"):
        features.take(1, 99)
    with pytest.raises(Fault, match="no features of row 7 in its place"):
        features.take(7, 1)


def test_models_that_are_fed_in_other_ways_have_no_mean(trained: list[Path], tmp_path: Path) -> None:
    other = Path(shutil.copytree(trained[1] / "model", tmp_path / "other"))
    card = json.loads((other / "prm.json").read_text("utf-8"))
    (other / "prm.json").write_text(json.dumps({**card, "maxLength": 77}), "utf-8")
    with pytest.raises(Fault, match="is fed or read in another way"):
        export(ExportOptions(trained[0] / "model", tmp_path / "out", average=(other,)))
    assert not (tmp_path / "out").exists()


def test_a_model_whose_card_names_other_features_is_refused(trained: list[Path], tmp_path: Path) -> None:
    other = Path(shutil.copytree(trained[1] / "model", tmp_path / "other"))
    card = json.loads((other / "prm.json").read_text("utf-8"))
    card["features"]["version"] = 2
    (other / "prm.json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(Fault, match="takes the step features cfprm-steps 1"):
        export(ExportOptions(other, tmp_path / "out"))


def test_padding_free_batches_give_the_same_weights(trained: list[Path], merge: Path, tmp_path: Path) -> None:
    options = tiny_options(
        trained[0].parent / "backbone-0", tmp_path / "run", input=merge, max_length=1024, batching="padding-free"
    )
    assert run(options) == ExitCode.DONE
    assert len(weights_of(options.output)) == len(weights_of(trained[0]))
    padded, free = (
        AutoModelForTokenClassification.from_pretrained(folder / "model", dtype=torch.float32).state_dict()
        for folder in (trained[0], options.output)
    )
    assert torch.allclose(padded["late.2.weight"], free["late.2.weight"], atol=2e-3)
