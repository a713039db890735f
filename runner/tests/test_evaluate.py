"""`evaluate`: the same numbers from a checkpoint, its export and a scored file; Best-of-N as `cfprm bon` has it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cfprm_runner.cli import execute
from cfprm_runner.evaluate.command import EvaluateOptions, evaluate
from cfprm_runner.export.command import ExportOptions, export
from cfprm_runner.fault import Fault

from tiny_checkpoints import REPOSITORY, command_line, make

REAL_ROWS = REPOSITORY / "media" / "sample" / "processbench-gsm8k.jsonl"


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("qwen2.5-math-prm", tmp_path_factory.mktemp("evaluate") / "prm")


@pytest.fixture(scope="session")
def model(checkpoint: Path) -> Path:
    """The checkpoint, exported in single precision."""
    export(ExportOptions(checkpoint, checkpoint.with_name("exported")))
    return checkpoint.with_name("exported")


def cfprm(*arguments: Any) -> str:
    """The extension's own command line."""
    ended = subprocess.run(["node", command_line(), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def test_a_checkpoint_its_export_and_a_scored_file_have_the_same_numbers(
    checkpoint: Path, model: Path, tmp_path: Path
) -> None:
    scored = tmp_path / "scored.jsonl"
    cfprm("score", REAL_ROWS, "--model", model, "--out", scored, "--provider", "cpu")
    reports = [
        evaluate(EvaluateOptions(rows=REAL_ROWS, model=checkpoint, device="cpu")),
        evaluate(EvaluateOptions(rows=REAL_ROWS, model=model)),
        evaluate(EvaluateOptions(rows=scored)),
    ]
    assert [report["scores"] for report in reports] == ["prm", "prm", "recorded"]
    first = reports[0]["rows"]
    assert first["solutions"] == 34
    assert first["firstError"]["solutions"] == 34
    assert first["steps"]["incorrect"] == first["firstError"]["withError"] > 5
    for other in (report["rows"] for report in reports[1:]):
        assert other["steps"] == first["steps"]
        for key in ("auc", "aucAtSamePlace"):
            assert other[key]["value"] == pytest.approx(first[key]["value"], abs=1e-6)
            assert other[key]["low"] == pytest.approx(first[key]["low"], abs=1e-6)
        assert other["firstError"]["f1"] == pytest.approx(first["firstError"]["f1"])
        assert other["calibration"]["ece"]["value"] == pytest.approx(first["calibration"]["ece"]["value"], abs=1e-5)


def candidates(seed: int, problems: int = 40, most: int = 9) -> list[dict[str, Any]]:
    """Problems with up to nine candidates, scores with ties, and all that takes no part."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(problems):
        for _ in range(int(random.integers(1, most + 1))):
            steps = [f"step {k}" for k in range(int(random.integers(1, 5)))]
            scores: list[float | None] = [round(float(score), 1) for score in random.random(len(steps))]
            correct: bool | None = bool(random.random() < 0.4)
            odd = random.random()
            if odd < 0.03:
                correct = None
            elif odd < 0.06:
                scores = [None] * len(steps)
            elif odd < 0.09:
                scores[0] = None
            rows.append(
                {
                    "prompt": f"Problem  {number}?" if random.random() < 0.5 else f" Problem {number}?",
                    "completions": steps,
                    "scores": scores,
                    "final_correct": correct,
                }
            )
    random.shuffle(rows)  # type: ignore[arg-type]
    return rows


@pytest.mark.parametrize("logits", [False, True])
def test_best_of_n_is_that_of_cfprm_bon(logits: bool, tmp_path: Path) -> None:
    rows = candidates(seed=3)
    for row in rows if logits else []:
        row["scores"] = [None if score is None else 6 * score - 3 for score in row["scores"]]
    file = write(tmp_path / "candidates.jsonl", rows)
    theirs = json.loads(cfprm("bon", file, "--verdicts", "recorded", "--json"))
    ours = evaluate(EvaluateOptions(candidates=file))["bon"]
    excluded = {key: theirs["excluded"][key] for key in ("noVerdict", "noScores", "partialScores")}
    assert ours["excluded"] == {**excluded}
    assert (ours["problems"], ours["candidates"]) == (theirs["problems"], theirs["candidates"])
    assert ours["ties"] == theirs["ties"]
    assert list(ours["n"]) == list(theirs["n"]) == ["1", "2", "4", "8", "9"]
    for n, row in ours["n"].items():
        for name, estimate in row.items():
            other = theirs["n"][n][name]
            assert estimate["value"] == pytest.approx(other["accuracy"], abs=1e-12), (n, name)
            assert estimate["problems"] == other["problems"]
            # Other random resamples of the same problems.
            near = 0.02 + 1 / estimate["problems"]
            assert estimate["low"] == pytest.approx(other["low"], abs=near)
            assert estimate["high"] == pytest.approx(other["high"], abs=near)


def test_answers_as_lists_are_candidates_too(tmp_path: Path, model: Path) -> None:
    rows = [
        {
            "prompt": "What is 3 * 4 - 5?",
            "answers": ["3 * 4 = 12\n\nThe answer is 7", "4 - 5 = -1\nThe answer is -3", "One\n\ntwo\nthree"],
            "label": [1, 0, None],
            "step_scores": [[0.9, 0.8], [0.2, 0.6], [0.1, 0.2]],
        }
    ]
    file = write(tmp_path / "answers.jsonl", rows)
    report = evaluate(EvaluateOptions(candidates=file))["bon"]
    assert (report["candidates"], report["excluded"]["noVerdict"]) == (2, 1)
    assert report["n"]["2"]["min"]["value"] == 1
    again = evaluate(EvaluateOptions(candidates=file, model=model))["bon"]
    assert again["candidates"] == 2


def test_the_threshold_is_chosen_on_other_rows(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "completions": ["a", "b"], "labels": labels, "scores": scores}
        for labels, scores in (([1, 0], [0.9, 0.75]), ([1, 1], [0.9, 0.85]), ([1, 1], [0.95, 0.9]))
    ]
    file, other = write(tmp_path / "rows.jsonl", rows), write(tmp_path / "other.jsonl", rows)
    usual = evaluate(EvaluateOptions(rows=file))["rows"]["firstError"]
    assert (usual["threshold"], usual["thresholdFrom"], usual["f1"]["value"]) == (0.5, "usual", 0)
    given = evaluate(EvaluateOptions(rows=file, threshold=0.8))["rows"]["firstError"]
    assert (given["thresholdFrom"], given["f1"]["value"]) == ("given", 1)
    chosen = evaluate(EvaluateOptions(rows=file, threshold_rows=other))["rows"]["firstError"]
    assert chosen["threshold"] == pytest.approx(0.8)
    assert (chosen["thresholdFrom"], chosen["f1"]["value"]) == ("chosen on other.jsonl", 1)
    with pytest.raises(Fault, match=r"are the same file"):
        evaluate(EvaluateOptions(rows=file, threshold_rows=file))
    write(other, rows[1:])
    with pytest.raises(Fault, match=r"has not both solutions with and without an error"):
        evaluate(EvaluateOptions(rows=file, threshold_rows=other))


def test_the_table_and_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"prompt": "p", "completions": ["a", "b"], "labels": [True, 0.2], "scores": [0.9, 0.2]},
        {"prompt": "p", "completions": ["a", "b"], "labels": [1, None], "scores": [0.8, 0.7]},
    ]
    file = write(tmp_path / "rows.jsonl", rows)
    out = tmp_path / "report.json"
    assert execute(["evaluate", "--rows", str(file), "--output", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "steps                   3: 2 correct, 1 incorrect (1 soft, 1 unlabelled)" in shown
    assert "AUC                     1.000 [1.000, 1.000]" in shown
    assert "AUC at the same place   – (needs labels of both kinds)" in shown
    assert "at threshold 0.5 (usual)" in shown
    assert "0.90 to 1.00" in shown
    assert execute(["evaluate", "--rows", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text("utf-8"))
    assert execute(["evaluate", "--candidates", str(write(tmp_path / "c.jsonl", candidates(1)))]) == 0
    assert "best of N, 40 problems" in capsys.readouterr().out


def test_what_cannot_be_scored_is_counted_and_named(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"prompt": "p", "completions": ["a<extra_0>"], "labels": [True]},
        {"prompt": "p", "completions": ["a"], "labels": [True]},
    ]
    file = write(tmp_path / "rows.jsonl", rows)
    assert execute(["evaluate", "--rows", str(file), "--model", str(model)]) == 1
    assert "not scored: 1 × separator-in-text" in capsys.readouterr().out
    write(file, rows[:1])
    with pytest.raises(Fault, match=r"has both a label and a score: Step 1 holds '<extra_0>'"):
        evaluate(EvaluateOptions(rows=file, model=model))


STEPS = {"prompt": "p", "completions": ["a", "b"]}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**STEPS, "scores": [1, 0]}, "has no labels, so its scores cannot be compared"),
        ({**STEPS, "labels": [1, 0]}, "has no scores. Name the model that is to give them with --model"),
        ({**STEPS, "labels": [1, None], "scores": [None, 1]}, "No step of .* has both a label and a score"),
        ({**STEPS, "labels": [1, 2]}, "row 1: the label of step 2 is 2. Labels are true"),
        ({**STEPS, "labels": [1]}, "one label for each of the 2 completions"),
        ({**STEPS, "labels": [1, 0], "scores": [1]}, "one number for each of the 2 steps"),
        ({**STEPS, "labels": [1, 0], "scores": [1, "x"]}, 'the score of step 2 is "x", which is no number'),
        ({"problem": "p", "steps": ["a"], "label": 1}, "label is 1: it must be the first wrong step from 0"),
        ({"question": "p"}, "cfprm convert FILE --to trl"),
        ([1], "is no JSON object"),
    ],
)
def test_rows_that_cannot_be_evaluated_say_why(row: Any, message: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row) if isinstance(row, dict) else "[[1]]", "utf-8")
    with pytest.raises(Fault, match=message):
        evaluate(EvaluateOptions(rows=file))


def test_files_without_candidates_say_what_they_lack(tmp_path: Path, model: Path) -> None:
    file = tmp_path / "rows.jsonl"
    write(file, [STEPS, {**STEPS, "prompt": "q"}])
    with pytest.raises(Fault, match=r"2 solutions of as many problems, so there is nothing to choose from"):
        evaluate(EvaluateOptions(candidates=file))
    write(file, [STEPS, STEPS])
    with pytest.raises(Fault, match=r"has no scores. Name the model"):
        evaluate(EvaluateOptions(candidates=file))
    with pytest.raises(Fault, match=r"None of the candidates in .* has a verdict"):
        evaluate(EvaluateOptions(candidates=file, model=model))
    write(file, [{"text": "x"}])
    with pytest.raises(Fault, match=r"it holds no candidates"):
        evaluate(EvaluateOptions(candidates=file))
    write(file, [{"prompt": "p", "answers": ["a", "b"], "label": [1]}])
    with pytest.raises(Fault, match=r"label must be a list with an entry for each of the 2 answers"):
        evaluate(EvaluateOptions(candidates=file))


def test_options_that_go_nowhere(tmp_path: Path, checkpoint: Path) -> None:
    with pytest.raises(Fault, match=r"There is nothing to evaluate on"):
        evaluate(EvaluateOptions())
    with pytest.raises(Fault, match=r"chooses the threshold for --rows, which are missing"):
        evaluate(EvaluateOptions(candidates=REAL_ROWS, threshold_rows=REAL_ROWS))
    with pytest.raises(Fault, match=r"--bins is 0"):
        evaluate(EvaluateOptions(rows=REAL_ROWS, bins=0))
    with pytest.raises(Fault, match=r"is no folder"):
        evaluate(EvaluateOptions(rows=REAL_ROWS, model=tmp_path / "none"))
    with pytest.raises(Fault, match=r"does not exist"):
        evaluate(EvaluateOptions(rows=tmp_path / "none", model=checkpoint))
