"""Scoring in Python gives the ids and scores that the extension's scorer has to give (test/scorer)."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import CannotScore, Solution, align
from cfprm_runner.scoring.card import families, parse_card, read_card, schema
from cfprm_runner.scoring.readout import margins, scores_of
from cfprm_runner.scoring.scorers import OnnxScorer, padded
from cfprm_runner.scoring.tokens import ModelTokenizer

from tiny_checkpoints import REPOSITORY, SCORER_MODELS

EXPECTED: dict[str, Any] = json.loads((SCORER_MODELS / "expected.json").read_text("utf-8"))
MODELS = ["cfprm", "external", "qwen", "int8", "int4", "shepherd", "skywork"]


def folder_of(name: str, scratch: Path) -> Path:
    """A whole model folder of test/scorer: the tokenizers lie apart there."""
    folder = scratch / name
    shutil.copytree(SCORER_MODELS / name, folder)
    for file in (SCORER_MODELS / "tokenizers" / EXPECTED[name]["tokenizer"]).iterdir():
        shutil.copy(file, folder)
    return folder


def solution(row: dict[str, Any]) -> Solution:
    return Solution(row["problem"], tuple(row["steps"]))


@pytest.mark.parametrize("name", MODELS)
def test_every_family_is_fed_and_read_as_its_own_script_does_it(name: str, tmp_path: Path) -> None:
    scorer = OnnxScorer(folder_of(name, tmp_path))
    rows = EXPECTED[name]["rows"]
    for row in rows:
        assert align(scorer.card, solution(row), scorer.tokenizer).ids == row["ids"]
    scores = dict(scorer.score([solution(row) for row in rows]))
    for index, row in enumerate(rows):
        assert scores[index] == pytest.approx(row["scores"], abs=2e-3 if name == "skywork" else 1e-5)


def test_a_turn_per_step_is_read_where_the_answer_is_predicted(tmp_path: Path) -> None:
    folder = folder_of("rlhflow", tmp_path)
    card, tokenizer = read_card(folder), ModelTokenizer(folder)
    plus = tokenizer.id_of(card.separator)
    for row in EXPECTED["rlhflow"]["rows"]:
        aligned = align(card, solution(row), tokenizer)
        assert aligned.ids == row["ids"]
        assert [aligned.ids[place + 1] for place in aligned.positions] == [plus] * len(row["steps"])


def test_families_and_schema_are_those_of_the_extension() -> None:
    assert schema() == json.loads((REPOSITORY / "media" / "prm.schema.json").read_text("utf-8"))
    assert list(families()) == schema()["properties"]["family"]["enum"]


def test_a_card_spelled_out_says_what_its_defaults_said(tmp_path: Path) -> None:
    for name in (*MODELS, "rlhflow"):
        card = read_card(SCORER_MODELS / name)
        (tmp_path / "prm.json").write_text(json.dumps(card.spelled_out()), "utf-8")
        assert read_card(tmp_path) == card


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"schema": 1, "name": "x", "family": "gpt"}, r"family: 'gpt' is not one of"),
        ({"schema": 1, "name": "x", "family": "cfprm"}, r"separator is missing: the family cfprm has no default"),
        ({"schema": 2, "name": "x", "family": "rlhflow"}, r"schema: 2 is not one of \[1\]"),
        ({"schema": 1, "name": "x", "family": "rlhflow", "maxlength": 5}, r"Additional properties"),
        ([], r"the file: \[\] is not of type 'object'"),
    ],
)
def test_a_wrong_card_is_refused_with_its_entry(entries: Any, message: str) -> None:
    with pytest.raises(Fault, match=message):
        parse_card(entries, "prm.json")


def test_what_cannot_be_scored_says_why_and_nothing_is_cut(tmp_path: Path) -> None:
    scorer = OnnxScorer(folder_of("qwen", tmp_path))
    rows = [
        Solution("p", ("a", "b<extra_0>c")),
        Solution("p<extra_0>", ("a",)),
        Solution("p", ("word " * 600,)),
        Solution("p", ()),
        Solution("p", ("a",)),
    ]
    found = dict(scorer.score(rows))
    kinds = [value.kind if isinstance(value, CannotScore) else len(value) for value in found.values()]
    assert sorted(map(str, kinds)) == ["0", "1", "separator-in-text", "separator-in-text", "too-long"]
    assert "Step 2 holds '<extra_0>'" in str(found[0])
    assert "is 603" in str(found[2]) or "tokens long, and qwen reads 512" in str(found[2])


def test_a_broken_model_folder_names_the_file_and_the_way_out(tmp_path: Path) -> None:
    folder = folder_of("cfprm", tmp_path)
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(Fault, match=r"cannot be loaded"):
        OnnxScorer(folder)
    (folder / "model.onnx").unlink()
    with pytest.raises(Fault, match=r"is missing. Export the checkpoint again"):
        OnnxScorer(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(Fault, match=r"tokenizer.json is missing. Copy it .*save_pretrained"):
        OnnxScorer(folder)
    (folder / "prm.json").unlink()
    with pytest.raises(Fault, match=r"has no prm.json"):
        OnnxScorer(folder)
    with pytest.raises(Fault, match=r"gives finished rewards"):
        OnnxScorer(folder_of("rewards", tmp_path))
    found = dict(OnnxScorer(folder_of("nan", tmp_path)).score([Solution("p", ("a", "🙂"))]))
    assert isinstance(found[0], CannotScore)
    assert "gave a number that is no score" in str(found[0])


def test_padding_does_not_change_a_score(tmp_path: Path) -> None:
    scorer = OnnxScorer(folder_of("qwen", tmp_path))
    rows = [align(scorer.card, solution(row), scorer.tokenizer) for row in EXPECTED["qwen"]["rows"]]
    together = scorer.logits(*padded([row.ids for row in rows]))
    for place, row in enumerate(rows):
        alone = scorer.logits(*padded([row.ids]))
        assert np.abs(together[place, row.positions] - alone[0, row.positions]).max() < 1e-5


@pytest.mark.parametrize("tokens", [1, 150, 10_000])
def test_rows_that_run_together_have_the_scores_of_rows_alone(
    tokens: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = OnnxScorer(folder_of("qwen", tmp_path))
    rows = [solution(row) for row in EXPECTED["qwen"]["rows"]] * 3
    alone = dict(scorer.score(rows))
    # As on an accelerator.
    scorer._pads = True
    monkeypatch.setattr("cfprm_runner.scoring.scorers.TOKENS_PER_BATCH", tokens)
    shapes: list[tuple[int, ...]] = []
    run = scorer.logits
    monkeypatch.setattr(scorer, "logits", lambda ids, mask, _: shapes.append(ids.shape) or run(ids, mask))
    together = dict(scorer.score(rows))
    assert together.keys() == alone.keys()
    for index, scores in alone.items():
        assert together[index] == pytest.approx(scores, abs=1e-6)
    assert sum(rows for rows, _ in shapes) == 9
    assert len(shapes) == {1: 9, 10_000: 1}.get(tokens, len(shapes))
    assert all(rows == 1 or rows * length <= tokens for rows, length in shapes)


@given(st.lists(st.tuples(st.floats(-700, 700), st.floats(-700, 700)), min_size=1))
def test_softmax_of_a_pair_neither_overflows_nor_depends_on_a_shift(pairs: list[tuple[float, float]]) -> None:
    card = parse_card({"schema": 1, "name": "x", "family": "qwen2.5-math-prm"}, "")
    logits = np.array(pairs)
    scores = scores_of(card, margins(card, logits))
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.allclose(scores, scores_of(card, margins(card, logits + 3)), atol=1e-9)
    swapped = scores_of(card, margins(card, logits[:, ::-1]))
    assert np.allclose(scores + swapped, 1)


def test_the_head_has_to_fit_the_width() -> None:
    card = parse_card({"schema": 1, "name": "x", "family": "math-shepherd"}, "")
    whole = np.zeros((1, 700))
    whole[0, 648], whole[0, 387] = 3, 1
    assert margins(card, whole, (648, 387)).tolist() == [2]
    assert margins(card, np.array([[3.0, 1.0]])).tolist() == [2]
    with pytest.raises(Fault, match=r"gives 1 numbers per position"):
        margins(card, np.zeros((1, 1)), (648, 387))


SCORES = {"steps": 40, "quantiles": [0.2, 0.8, 1]}
POINTS = {"rows": "dev.jsonl", "correct": SCORES, "incorrect": SCORES}
MINIMAL = {"schema": 1, "name": "M", "family": "qwen2.5-math-prm"}


def test_operating_points_are_read_and_written_as_they_stand() -> None:
    card = parse_card({**MINIMAL, "operatingPoints": POINTS}, "prm.json")
    assert card.operating_points == POINTS
    assert parse_card(card.spelled_out(), "prm.json") == card
    assert "operatingPoints" not in parse_card(MINIMAL, "prm.json").spelled_out()


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({"rows": "dev", "correct": SCORES}, "'incorrect' is a required property"),
        ({**POINTS, "correct": {"steps": 4, "quantiles": [0.5]}}, "operatingPoints.correct.quantiles"),
        ({**POINTS, "correct": {"steps": 4, "quantiles": [0.5, 0.4]}}, r"quantiles\[1\] is 0.4, less than the one"),
        ({**POINTS, "correct": {"steps": 4, "quantiles": [0.5, 1.4]}}, "has the score 1.4, and activation"),
        ({**POINTS, "firstError": {"threshold": -1, "f1": 0.5, "solutions": 4}}, "has the score -1"),
    ],
)
def test_operating_points_that_cannot_be_are_refused_by_name(points: dict[str, Any], message: str) -> None:
    with pytest.raises(Fault, match=message):
        parse_card({**MINIMAL, "operatingPoints": points}, "prm.json")
