"""Checkpoints of every family become model folders that give PyTorch's scores, here and in the extension's scorer."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch.nn import functional

from cfprm_runner.cli import execute
from cfprm_runner.encode import encode
from cfprm_runner.export.check import Agreement, bundled_rows, judge
from cfprm_runner.export.checkpoint import load_checkpoint, load_mean
from cfprm_runner.export.command import ExportOptions, export
from cfprm_runner.export.graph import PRECISIONS, write_onnx
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.prm_json import read_spec
from cfprm_runner.scoring.align import align
from cfprm_runner.scoring.card import read_card
from cfprm_runner.scoring.scorers import OnnxScorer
from cfprm_runner.scoring.trajectories import read_trajectories

from conftest import command_of, tiny_options
from tiny_checkpoints import FAMILIES, REPOSITORY, command_line, export_options, make

ROWS = bundled_rows()
REAL_ROWS = REPOSITORY / "media" / "sample" / "processbench-gsm8k.jsonl"


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny checkpoint of every family."""
    root = tmp_path_factory.mktemp("checkpoints")
    return {family: make(family, root / family) for family in FAMILIES}


@pytest.fixture(scope="session")
def exported(checkpoints: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each of them, exported in single precision."""
    root = tmp_path_factory.mktemp("exported")
    for family, folder in checkpoints.items():
        export(export_options(family, folder, root / family))
    return {family: root / family for family in FAMILIES}


def hidden_states(folder: Path, ids: list[int]) -> torch.Tensor:
    """The last hidden states [positions, size] by the stock language model, whatever the checkpoint's head is."""
    plain = json.loads((folder / "config.json").read_text("utf-8"))
    plain = {key: value for key, value in plain.items() if key not in ("auto_map", "architectures")}
    config = transformers.AutoConfig.for_model(**plain)
    model = transformers.AutoModel.from_config(config).eval()
    weights = all_weights(folder)
    own = {name.removeprefix("model."): value for name, value in weights.items() if name.startswith("model.")}
    model.load_state_dict(own)
    with torch.inference_mode():
        hidden: torch.Tensor = model(torch.tensor([ids]), use_cache=False).last_hidden_state[0]
    return hidden


def all_weights(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = {}
    for file in folder.glob("*.safetensors"):
        weights |= load_file(file)
    for file in folder.glob("*.bin"):
        weights |= torch.load(file)
    return weights


def own_scores(family: str, folder: Path, ids: list[int], positions: list[int]) -> np.ndarray[Any, Any]:
    """The scores as the family's own code computes them, from the weights in the checkpoint's files."""
    hidden, weights = hidden_states(folder, ids)[positions], all_weights(folder)
    if family == "cfprm":
        scores = torch.sigmoid(functional.linear(hidden, weights["score.weight"], weights.get("score.bias")))[:, 0]
    elif family == "skywork-o1-open-prm":
        head = functional.linear(hidden, weights["v_head.summary.weight"], weights["v_head.summary.bias"])
        scores = torch.sigmoid(head)[:, 0]
    elif family == "qwen2.5-math-prm":
        inner = functional.relu(functional.linear(hidden, weights["score.0.weight"], weights["score.0.bias"]))
        logits = functional.linear(inner, weights["score.2.weight"], weights["score.2.bias"])
        scores = logits.softmax(-1)[:, 1]
    else:
        pair = [648, 387] if family == "math-shepherd" else [10, 12]
        scores = functional.linear(hidden, weights["lm_head.weight"])[:, pair].softmax(-1)[:, 0]
    return np.asarray(scores.double().numpy())


@pytest.mark.parametrize("family", FAMILIES)
def test_an_exported_model_gives_the_scores_of_the_family_s_own_code(
    family: str, checkpoints: dict[str, Path], exported: dict[str, Path]
) -> None:
    scorer = OnnxScorer(exported[family])
    scores = dict(scorer.score(ROWS))
    for index, solution in enumerate(ROWS):
        aligned = align(scorer.card, solution, scorer.tokenizer)
        wanted = own_scores(family, checkpoints[family], aligned.ids, aligned.positions)
        assert scores[index] == pytest.approx(wanted, abs=1e-5)
    spread = np.concatenate([np.array(value) for value in scores.values()])
    assert spread.std() > 0.005, "scores that are all the same prove nothing"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_extension_s_scorer_gives_the_same_scores(
    family: str, exported: dict[str, Path], checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [json.dumps({"prompt": row.problem, "completions": row.steps}) for row in ROWS]
    rows.write_text("\n".join(lines) + "\n", "utf-8")
    out = tmp_path / "scored.jsonl"
    command = ["node", command_line(), "score", rows, "--model", exported[family], "--out", out, "--provider", "cpu"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    scored = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    scorer = OnnxScorer(exported[family])
    for row, solution in zip(scored, ROWS, strict=True):
        aligned = align(scorer.card, solution, scorer.tokenizer)
        wanted = own_scores(family, checkpoints[family], aligned.ids, aligned.positions)
        assert row["scores"] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(
    ("family", "precision", "apart"),
    [("cfprm", "fp16", False), ("cfprm", "int4", True), ("qwen2.5-math-prm", "int8", True), ("rlhflow", "int8", False)],
)
def test_every_precision_stays_within_its_tolerance(
    family: str, precision: str, apart: bool, checkpoints: dict[str, Path], exported: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    wanted = export_options(family, checkpoints[family], out, precision=precision)
    agreement = export(wanted, inline_bytes=1000 if apart else 10**9)
    assert (agreement.rows, agreement.steps) == (10, 49)
    assert 0 < agreement.largest <= PRECISIONS[precision].largest
    operators = {node.op_type for node in onnx.load(out / "model.onnx").graph.node}
    typical = {"int8": "MatMulInteger", "int4": "MatMulNBits"}
    assert precision not in typical or typical[precision] in operators
    names = {"model.onnx", *(["model.onnx.data"] if apart else [])}
    assert {file.name for file in out.iterdir()} == {
        *("prm.json", "export.json", "tokenizer.json", "tokenizer_config.json"),
        *names,
    }
    whole = (exported[family] / "model.onnx").stat().st_size
    assert sum((out / name).stat().st_size for name in names) < whole


def test_the_folder_names_what_it_is_and_where_it_does_not_come_from(exported: dict[str, Path]) -> None:
    for family, folder in exported.items():
        card = json.loads((folder / "prm.json").read_text("utf-8"))
        assert card["family"] == family
        assert isinstance(card["separator"]["id"], int)
        report = json.loads((folder / "export.json").read_text("utf-8"))
        assert report["check"]["largest"] < 1e-4
        # The exporter notes the source lines of every node.
        assert str(Path(transformers.__file__).parent).encode() not in (folder / "model.onnx").read_bytes()
        model = onnx.load(folder / "model.onnx").graph
        shapes = {
            value.name: [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
            for value in [*model.input, *model.output]
        }
        width = 1 if family in ("cfprm", "skywork-o1-open-prm") else 2
        assert shapes == {
            "input_ids": ["batch", "length"],
            "attention_mask": ["batch", "length"],
            "logits": ["batch", "length", width],
        }


def test_a_model_in_training_mode_is_never_written(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    graph = load_checkpoint(checkpoints["cfprm"]).graph
    assert not graph.training
    with pytest.raises(ValueError, match=r"training mode"):
        write_onnx(graph.train(), "fp32", tmp_path / "model.onnx")


def test_a_disagreement_leaves_nothing_and_an_older_export_as_it_was(
    checkpoints: dict[str, Path], exported: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model"
    shutil.copytree(exported["cfprm"], target)
    before = {file.name: file.read_bytes() for file in target.iterdir()}

    def spoiled(graph: Any, *rest: Any) -> None:
        with torch.no_grad():
            graph.head.weight.mul_(1.5)
        write_onnx(graph, *rest)

    monkeypatch.setattr("cfprm_runner.export.command.write_onnx", spoiled)
    with pytest.raises(Fault, match=r"disagrees with PyTorch: .* Nothing was written"):
        export(export_options("cfprm", checkpoints["cfprm"], target, force=True))
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_what_is_too_far_off_is_refused_with_what_would_allow_it() -> None:
    good = Agreement(rows=10, steps=49, largest=0.1, mean=0.02, logits=0.5, padded=0.1)
    int8 = PRECISIONS["int8"]
    judge(good, int8)
    with pytest.raises(Fault, match=r"differ by up to 0.3 \(0.15 is allowed\).*--tolerance 0.30"):
        judge(replace(good, largest=0.3), int8)
    # A wrong graph moves the mean; the tolerance that is named would hold for it, too.
    with pytest.raises(Fault, match=r"in the mean by 0.05 \(0.03\).*--tolerance 0.25") as refused:
        judge(replace(good, mean=0.05), int8)
    judge(replace(good, mean=0.05), int8, tolerance=0.25)
    assert refused.value.code == ExitCode.FAILED
    with pytest.raises(Fault, match=r"padded from alone by up to 0.2"):
        judge(replace(good, padded=0.2), int8)
    with pytest.raises(Fault, match=r"The graph is wrong for this architecture"):
        judge(good, PRECISIONS["fp32"])


def test_rows_of_one_s_own(checkpoints: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"problem": "1+1?", "steps": ["1 + 1 = 2"], "label": -1}), "utf-8")
    command = ["export", "--checkpoint", checkpoints["cfprm"], "--output", tmp_path / "a", "--rows", rows]
    command += ["--name", "mine", "--licence", "MIT"]
    assert execute([*map(str, command)]) == 0
    assert "fp32, checked on 1 rows with 1 steps" in capsys.readouterr().out
    card = json.loads((tmp_path / "a" / "prm.json").read_text("utf-8"))
    assert (card["name"], card["licence"]) == ("mine", "MIT")
    assert execute([*map(str, command)]) == 2
    assert "--force" in capsys.readouterr().err
    rows.write_text(json.dumps({"prompt": "p", "completions": ["word " * 5000]}), "utf-8")
    with pytest.raises(Fault, match=r"None of the rows to check with can be scored: The solution is"):
        export(export_options("cfprm", checkpoints["cfprm"], tmp_path / "c", rows=rows))


def test_validation_rows_give_the_model_its_operating_points(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(export_options("cfprm", checkpoints["cfprm"], out, validation_rows=REAL_ROWS))
    points = read_card(out).operating_points
    assert points is not None
    rows = read_trajectories(REAL_ROWS)
    results = dict(OnnxScorer(out).score([row.solution for row in rows]))
    # The others are longer than the tiny model reads.
    scored = {i: scores for i, scores in results.items() if isinstance(scores, list)}
    correct = [s for i, own in scored.items() for s, label in zip(own, rows[i].labels, strict=True) if label == 1]
    assert len(scored) > 1
    assert points["rows"] == REAL_ROWS.name
    assert points["correct"]["steps"] == len(correct)
    assert points["correct"]["quantiles"] == pytest.approx(np.quantile(correct, np.linspace(0, 1, 21)), abs=1e-4)
    assert points["firstError"]["solutions"] == len(scored)
    # A mean of several checkpoints is another model, and one of them has other scores.
    shutil.copytree(checkpoints["cfprm"], tmp_path / "other")
    card = json.loads((tmp_path / "other" / "prm.json").read_text("utf-8"))
    (tmp_path / "other" / "prm.json").write_text(json.dumps({**card, "operatingPoints": points}), "utf-8")
    assert load_checkpoint(tmp_path / "other").card.operating_points == points
    assert load_mean([tmp_path / "other", checkpoints["cfprm"]]).card.operating_points is None


def test_validation_rows_of_one_kind_are_refused(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"problem": "1+1?", "steps": ["1 + 1 = 2"], "label": -1}), "utf-8")
    with pytest.raises(Fault, match=r"1 are labelled correct and 0 incorrect, and operating points need both"):
        export(export_options("cfprm", checkpoints["cfprm"], tmp_path / "out", validation_rows=rows))
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_in_trl_s_wrapper_is_the_same(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    """TRL's models with a value head save the model under a name of its own."""
    shutil.copytree(checkpoints["skywork-o1-open-prm"], tmp_path / "wrapped")
    file = tmp_path / "wrapped" / "pytorch_model.bin"
    weights = torch.load(file)
    torch.save({f"pretrained_model.{k}" if k.startswith(("model.", "lm")) else k: w for k, w in weights.items()}, file)
    plain, wrapped = (load_checkpoint(folder).graph for folder in (checkpoints["skywork-o1-open-prm"], file.parent))
    for one, other in zip(plain.parameters(), wrapped.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.fixture
def broken(checkpoints: dict[str, Path], tmp_path: Path) -> Any:
    """Copies a checkpoint so that a test can break it."""

    def copy(family: str) -> Path:
        folder = tmp_path / family
        shutil.copytree(checkpoints[family], folder)
        return folder

    return copy


def edit(folder: Path, name: str, **changes: Any) -> None:
    plain = json.loads((folder / name).read_text("utf-8"))
    (folder / name).write_text(json.dumps({**plain, **changes}), "utf-8")


def test_a_checkpoint_that_is_none_says_what_it_lacks(broken: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = broken("cfprm")
    (folder / "prm.json").unlink()
    with pytest.raises(Fault, match=r"has no prm.json, and its architecture \(Qwen2ForTokenClassification\)"):
        export(ExportOptions(folder, out))
    (folder / "config.json").unlink()
    with pytest.raises(Fault, match=r"has no config.json: it is no checkpoint"):
        export(ExportOptions(folder, out))
    with pytest.raises(Fault, match=r"is no folder"):
        export(ExportOptions(tmp_path / "none", out))
    folder = broken("qwen2.5-math-prm")
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(Fault, match=r"lacks 1 of 2 files of weights \(model-00002-of-00002.safetensors\)"):
        export(ExportOptions(folder, out))
    folder = broken("skywork-o1-open-prm")
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(Fault, match=r"has no weights"):
        export(ExportOptions(folder, out))
    assert not out.exists()


def test_a_checkpoint_of_another_family_is_refused(broken: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = broken("cfprm")
    with pytest.raises(Fault, match=r"is of the family cfprm by its prm.json, not rlhflow"):
        export(ExportOptions(folder, out, family="rlhflow"))
    edit(folder, "prm.json", family="qwen2.5-math-prm", separator={"text": "<extra_0>"})
    with pytest.raises(Fault, match=r"lacks 4 weights that qwen2.5-math-prm has \(score.0.bias"):
        export(ExportOptions(folder, out))
    edit(folder, "prm.json", family="cfprm", head={"kind": "two-logits", "positive": 1})
    with pytest.raises(Fault, match=r"one logit per position"):
        export(ExportOptions(folder, out))
    folder = broken("rlhflow")
    with pytest.raises(Fault, match=r"has no prm.json, and its architecture \(LlamaForCausalLM\)"):
        export(ExportOptions(folder, out))
    with pytest.raises(Fault, match=r"at the id 648, where '\+' is"):
        export(ExportOptions(folder, out, family="math-shepherd"))
    edit(folder, "config.json", model_type="unheard-of")
    with pytest.raises(Fault, match=r"cannot be loaded as rlhflow"):
        export(ExportOptions(folder, out, family="rlhflow"))
    (folder / "adapter_config.json").write_text("{}", "utf-8")
    with pytest.raises(Fault, match=r"is an adapter"):
        export(ExportOptions(folder, out, family="rlhflow"))
    assert not out.exists()


def test_targets_that_hold_something_are_spared(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoints["cfprm"]
    with pytest.raises(Fault, match=r"holds the checkpoint"):
        export(ExportOptions(folder, folder, force=True))
    with pytest.raises(Fault, match=r"holds the checkpoint"):
        export(ExportOptions(folder, folder.parent, force=True))
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.tex").write_text("years", "utf-8")
    with pytest.raises(Fault, match=r"exists. Name another folder, or replace"):
        export(ExportOptions(folder, tmp_path / "work"))
    with pytest.raises(Fault, match=r"is no exported model"):
        export(ExportOptions(folder, tmp_path / "work", force=True))
    assert (tmp_path / "work" / "thesis.tex").exists()


def test_a_full_disk_is_seen_before_anything_is_written(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    with pytest.raises(Fault, match=r"free, and the export needs up to"):
        export(ExportOptions(checkpoints["cfprm"], tmp_path / "deep" / "out"))
    assert not list(tmp_path.iterdir())


def test_what_train_writes_is_exported(backbone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    subprocess.run(command_of(tiny_options(backbone, run, max_updates=2)), check=True, capture_output=True)
    command = ["export", "--checkpoint", str(run / "model"), "--output", str(tmp_path / "model"), "--json"]
    assert execute(command) == 0
    assert json.loads(capsys.readouterr().out)["check"]["steps"] == 49
    card = json.loads((tmp_path / "model" / "prm.json").read_text("utf-8"))
    assert card == {**json.loads((run / "model" / "prm.json").read_text("utf-8")), "file": "model.onnx"}
    # Fed as it was in training.
    spec, tokenizer = read_spec(run / "model"), transformers.AutoTokenizer.from_pretrained(run / "model")
    scorer = OnnxScorer(tmp_path / "model")
    trained = encode(tokenizer, spec, [(row.problem, row.steps) for row in ROWS])
    for row, encoded in zip(ROWS, trained, strict=True):
        aligned = align(scorer.card, row, scorer.tokenizer)
        assert (aligned.ids, aligned.positions) == (encoded.ids, encoded.positions)
