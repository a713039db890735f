"""A whole plan at the smallest scale: the real merge, grader, sampler and trainer, also when it is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from cfprm_runner.fault import Fault
from cfprm_runner.reproduce.execution import run
from cfprm_runner.reproduce.options import Report, Run
from cfprm_runner.reproduce.plan import load_plan
from cfprm_runner.reproduce.report import document_of, read_paper, report
from cfprm_runner.reproduce.work import Work

from tiny_checkpoints import command_line

SMALLEST: dict[str, Any] = {
    "backbones": [{"name": "tiny", "made": {"hidden": 32, "layers": 1, "batch": 16, "learning-rate": 3e-3}}],
    "trajectories": {
        "is": "constructed",
        "made": {"solutions": 64, "training": 6, "test": 3, "sampling": {"n": 4, "seed": 1}},
    },
    "sets": [{"name": "chains", "layout": "plain"}],
    "losses": ["bce"],
    "variants": [{"name": "baseline", "merge": {"max": 1}}, {"name": "cfprm", "merge": {"max": 2}}],
    "seeds": [0, 1],
    "sizes": [2, 4],
    "sampling": {
        **{"n": 4, "temperature": 1.0, "max-tokens": 24, "split": "line", "seed": 0, "prompt": "{problem}\n"},
        **{"backend": "transformers", "device": "cpu", "batch": 16},
    },
    "training": {"device": "cpu", "learning-rate": 1e-3, "batch": 4, "micro-batch": 4, "max-length": 512},
    "scoring": {"device": "cpu"},
}
JOBS = 17
"""1 chains, 1 backbone, 1 problems, 2 candidates, 1 labels, 1 verdicts, 2 merges, 4 trainings, 4 scores."""
LIMIT_SECONDS = 200


def write_scale(folder: Path, **changes: Any) -> Path:
    file = folder / "smallest.json"
    file.write_text(json.dumps({**SMALLEST, **changes}), "utf-8")
    return file


def options(work: Path, scale: Path, **more: Any) -> Run:
    return Run("table-2", scale=str(scale), work=work, cfprm=f"node {command_line()}", **more)


def command(work: Path, scale: Path) -> list[str]:
    words = ["--plan", "table-2", "--scale", str(scale), "--work", str(work), "--cfprm", f"node {command_line()}"]
    return [sys.executable, "-m", "cfprm_runner", "reproduce", "run", *words]


def results(work: Path) -> dict[str, bytes]:
    return {str(file.relative_to(work)): file.read_bytes() for file in sorted((work / "results").rglob("*.json"))}


def stamped(work: Path) -> dict[str, Any]:
    folder = work / "stamps"
    return {str(file.relative_to(folder)): json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))}


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scale(tmp_path_factory.mktemp("scale"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, scale: Path) -> Path:
    """The folder of a run that nobody disturbed."""
    work = tmp_path_factory.mktemp("whole")
    done = subprocess.run(command(work, scale), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return work


def test_all_jobs_are_done_and_not_again(whole: Path, scale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = stamped(whole)
    assert len(before) == JOBS
    assert len(results(whole)) == 4
    assert run(options(whole, scale)) == 0
    assert capsys.readouterr().out == "All is finished; `reproduce report` shows what came out.\n"
    assert stamped(whole) == before


def test_the_report_holds_every_cell_with_what_it_rests_on(whole: Path, scale: Path, tmp_path: Path) -> None:
    choice = Report("table-2", scale=str(scale), work=whole, output=tmp_path)
    assert report(choice) == 0
    document = json.loads((tmp_path / "report.json").read_text())
    assert [(cell["cell"], cell["seeds"]) for cell in document["cells"]] == [
        ("tiny/bce/baseline", [0, 1]),
        ("tiny/bce/cfprm", [0, 1]),
    ]
    assert (document["missing"], document["sets"][0]["grader"]) == ([], "cfprm 1")
    assert (document["sets"][0]["problems"], document["sets"][0]["candidates"]) == (3, 12)
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert "| bce | cfprm |" in (tmp_path / "report.md").read_text()


def test_stopped_and_killed_it_goes_on_and_ends_the_same(whole: Path, scale: Path, tmp_path: Path) -> None:
    for number, stamp, code in (
        (signal.SIGTERM, "merge/tiny/max-1.json", 75),
        (signal.SIGKILL, "score/tiny/bce/baseline/seed-0/chains.json", -signal.SIGKILL),
    ):
        process = subprocess.Popen(command(tmp_path, scale), stdout=subprocess.DEVNULL)
        ends = time.monotonic() + LIMIT_SECONDS
        while not (tmp_path / "stamps" / stamp).exists():
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < ends
            time.sleep(0.01)
        os.kill(process.pid, number)
        assert process.wait(LIMIT_SECONDS) == code
        assert len(stamped(tmp_path)) < JOBS
    done = subprocess.run(command(tmp_path, scale), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout
    assert f"/{JOBS}]" not in done.stdout, "what was finished is not run again"
    assert results(tmp_path) == results(whole)


def test_a_cell_that_fails_is_named_and_the_others_stand(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    shutil.copytree(whole, work)
    odd = {"name": "odd", "merge": {"max": 2, "tail": "sideways"}}
    scale = write_scale(tmp_path, variants=[odd, *SMALLEST["variants"]], seeds=[0, 1])
    assert run(options(work, scale)) == 1
    out = capsys.readouterr().out
    assert "merge/tiny/max-2-tail-sideways failed; 4 jobs wait for it." in out
    assert "argument 'sideways' is invalid" in out
    choice = Report("table-2", scale=str(scale), work=work)
    document = document_of(load_plan(choice), Work(work, Path()), read_paper(None), 0)
    assert [cell["cell"] for cell in document["cells"]] == ["tiny/bce/baseline", "tiny/bce/cfprm"]
    assert {one["job"] for one in document["missing"]} == {f"score/tiny/bce/odd/seed-{seed}/chains" for seed in (0, 1)}


def test_candidates_that_a_killed_run_left_are_not_sampled_again(whole: Path, scale: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(whole, work)
    before = stamped(work)
    for name in ("sample/tiny/chains", "score/tiny/bce/cfprm/seed-1/chains"):
        (work / f"stamps/{name}.json").unlink()
    assert run(options(work, scale)) == 0
    assert stamped(work).keys() == before.keys()
    assert results(work) == results(whole)


def test_one_job_is_run_when_it_is_its_turn(whole: Path, scale: Path, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="pretrain/tiny waits for chains, which is not finished"):
        run(options(tmp_path, scale, job="pretrain/tiny"))
    assert run(options(tmp_path, scale, job="chains")) == 0
    assert set(stamped(tmp_path)) == {"chains.json"}
    with pytest.raises(Fault, match="The plan has no job cells"):
        run(options(tmp_path, scale, job="cells"))


def test_a_folder_of_another_plan_is_refused(whole: Path, tmp_path: Path) -> None:
    scale = write_scale(tmp_path, training={**SMALLEST["training"], "learning-rate": 0.5})
    with pytest.raises(Fault, match="was made by another plan, scale or data"):
        run(options(whole, scale))


def test_a_folder_takes_one_run_at_a_time(whole: Path, scale: Path) -> None:
    with FileLock(whole / "run.lock"), pytest.raises(Fault, match="A run is under way"):
        run(options(whole, scale))


def test_models_can_be_removed_when_nothing_reads_them_any_more(whole: Path, scale: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(whole, work)
    for file in (work / "stamps/score/tiny/bce/cfprm/seed-1").iterdir():
        file.unlink()
    assert run(options(work, scale, keep_models=False)) == 0
    assert not (work / "runs/tiny/bce/cfprm/seed-1/model").exists()
    assert (work / "runs/tiny/bce/cfprm/seed-1/metrics.jsonl").exists()
    assert run(options(work, scale)) == 0, "and what was made of them is still finished"
    assert results(work) == results(whole)


class TestBeforeAnythingIsSpent:
    """What can be known at the start is said at the start."""

    @pytest.fixture
    def scale(self, tmp_path: Path) -> Path:
        rows = [{"question": f"What is {k} + 1?", "answer": f"#### {k + 1}"} for k in range(2)]
        (tmp_path / "gsm8k.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        (tmp_path / "phase2_train.jsonl").write_text("{}\n", "utf-8")
        return write_scale(
            tmp_path,
            backbones=[{"name": "some", "model": "no/such-model"}],
            trajectories={"file": "phase2_train.jsonl"},
            sets=[{"name": "gsm8k", "file": "gsm8k.jsonl", "layout": "gsm8k"}],
        )

    def test_without_cfprm(self, tmp_path: Path, scale: Path) -> None:
        choice = Run("table-2", scale=str(scale), data=tmp_path, work=tmp_path / "w", cfprm="no-such-program")
        with pytest.raises(Fault, match="--cfprm no-such-program: there is no such program"):
            run(choice)

    def test_without_the_files_of_the_plan(self, tmp_path: Path, scale: Path) -> None:
        (tmp_path / "phase2_train.jsonl").unlink()
        with pytest.raises(Fault, match=r"phase2_train.jsonl cannot be read .* say with --data"):
            run(options(tmp_path / "w", scale, data=tmp_path))
        assert not (tmp_path / "w/logs").exists(), "no job was begun"

    def test_problems_without_gold_answers(self, tmp_path: Path, scale: Path) -> None:
        (tmp_path / "gsm8k.jsonl").write_text('{"question": "What is 1 + 1?"}\n', "utf-8")
        with pytest.raises(Fault, match=r"gsm8k.jsonl, row 1: the problem has no gold answer"):
            run(options(tmp_path / "w", scale, data=tmp_path))

    def test_candidates_of_other_problems(self, tmp_path: Path, scale: Path) -> None:
        self.candidates(tmp_path, ["What is 7 + 1?"])
        with pytest.raises(Fault, match=r"row 1: its problem is not in the file of problems"):
            run(options(tmp_path / "w", scale, data=tmp_path))

    def test_candidates_that_are_there_are_taken(
        self, tmp_path: Path, scale: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.candidates(tmp_path, ["What is 1 + 1?", "What is 0 + 1?"])
        assert run(options(tmp_path / "w", scale, data=tmp_path, only=("some/*/cfprm",))) == 1
        out = capsys.readouterr().out
        assert "its candidates are of these problems: it is taken" in out
        # The rest cannot be done: the training data are none, and the model is not there.
        assert "merge/max-2 failed" in out
        verdicts = json.loads((tmp_path / "w/verdicts/some/gsm8k.json").read_text())
        assert verdicts == {"grader": "cfprm 1", "correct": [True, False, False, False] * 2, "undecided": 0}

    def candidates(self, folder: Path, problems: list[str]) -> None:
        file = folder / "w/candidates/some/gsm8k.jsonl"
        file.parent.mkdir(parents=True)
        answers = {"What is 1 + 1?": "2", "What is 0 + 1?": "1"}
        rows = [
            {"prompt": one, "completions": ["We add.", f"The answer is \\boxed{{{answer}}}."]}
            for one in problems
            for answer in (answers.get(one, "0"), "17", "3", "x")
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_a_cell_that_there_is_not_is_told(whole: Path, scale: Path) -> None:
    with pytest.raises(Fault, match=r"The plan has no cell tiny/orm/\*. It has tiny/bce/baseline, tiny/bce/cfprm"):
        run(options(whole, scale, only=("tiny/orm/*",)))
