"""Plans: how many jobs they are, which is behind which, and what is refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cfprm_runner.cli import execute
from cfprm_runner.fault import Fault
from cfprm_runner.reproduce.jobs import Job, expand
from cfprm_runner.reproduce.options import PlanChoice
from cfprm_runner.reproduce.plan import load_plan


def jobs_of(plan: str, **choice: Any) -> list[Job]:
    return expand(load_plan(PlanChoice(plan, **choice)))


def test_table_2_has_the_jobs_that_the_paper_describes() -> None:
    # 2 backbones × 4 losses × (without, with CFPRM) × 5 seeds = 80 trainings, each scored on 2 sets; candidates and
    # verdicts for 2 backbones × 2 sets; windows of 1 and of 2 and 1.
    counts = Counter(job.kind for job in jobs_of("table-2", controls=False))
    assert counts == {"problems": 2, "sample": 4, "grade": 4, "merge": 2, "train": 80, "score": 160}


def test_the_controls_train_on_what_cfprm_trains_on() -> None:
    jobs = jobs_of("table-2")
    # Three controls more: 2 × 4 × 5 × 5 = 200 trainings, and no further merge.
    assert Counter(job.kind for job in jobs)["train"] == 200
    inputs = {(job.id.split("/")[3], job.argv[job.argv.index("--input") + 1]) for job in jobs if job.kind == "train"}
    assert inputs == {
        ("baseline", "merges/max-1"),
        *((name, "merges/max-2") for name in ("cfprm", "shuffled", "fine-to-coarse", "fine-only")),
    }


def test_figure_3_trains_at_each_size_by_loss() -> None:
    jobs = jobs_of("figure-3")
    # 2 backbones × 3 losses × (1, 2, 3, 4) × 5 seeds.
    assert Counter(job.kind for job in jobs)["train"] == 120
    merges = [job.argv[-4:] for job in jobs if job.kind == "merge"]
    assert merges == [("--to", "trl", "--force", "--max", "1")[-4:]] + [
        ("--max", str(size), "--blocks", "single") for size in (2, 3, 4)
    ]


def test_the_tiny_scale_is_the_same_plan_with_a_backbone_of_its_own() -> None:
    # 4 losses × 5 variants × 2 seeds = 40 trainings on 2 sets.
    counts = Counter(job.kind for job in jobs_of("table-2", scale="tiny"))
    assert counts == {
        **{"chains": 1, "pretrain": 1, "problems": 2, "sample": 3, "label": 1, "grade": 2, "merge": 2},
        **{"train": 40, "score": 80},
    }


def test_every_job_is_behind_those_that_it_waits_for_and_reads_what_they_write() -> None:
    for plan, scale in (("table-2", None), ("figure-3", None), ("table-2", "tiny"), ("figure-3", "tiny")):
        seen: set[str] = set()
        for job in jobs_of(plan, scale=scale):
            assert {one.id for one in job.after} <= seen
            seen.add(job.id)
            assert job.inputs == tuple(one.output for one in job.after)
            words = " ".join(job.argv)
            assert job.output.removesuffix("/model") in words
            assert all(name in words or name == "constructed" for name in job.inputs)


def test_another_setting_before_a_job_is_another_job(tmp_path: Path) -> None:
    scale = tmp_path / "scale.json"
    scale.write_text(json.dumps({"sampling": {"n": 64, "temperature": 0.5}}))
    usual = {job.id: job.spec for job in jobs_of("table-2")}
    other = {job.id: job.spec for job in jobs_of("table-2", scale=str(scale))}
    changed = {name for name in usual if usual[name] != other[name]}
    assert {name.split("/")[0] for name in changed} == {"sample", "grade", "score"}


def test_jobs_are_printed_as_commands_for_any_launcher(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--plan", "table-2", "--data", str(tmp_path), "--work", "w", "--no-controls"]
    assert execute(["reproduce", "jobs", *words]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 252
    train = next(line for line in lines if line["job"].startswith("train/qwen2.5-math-7b/q-ranking/cfprm/seed-4"))
    assert train["command"][:3] == ["cfprm-runner", "reproduce", "run"]
    assert train["command"][-2:] == ["--job", train["job"]]
    assert train["after"] == ["merge/max-2"]
    assert train["does"][:4] == ["cfprm-runner", "train", "--input", "merges/max-2"]
    merge = next(line for line in lines if line["job"] == "merge/max-2")
    assert merge["inputs"] == ["phase2_train.jsonl"]
    assert str(tmp_path / "phase2_train.jsonl") in merge["does"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"losses": ["hinge"]}, "the loss is 'hinge'"),
        ({"sizes": [8, 128]}, "asks for the best of 128, and n is 64"),
        ({"aggregates": {}}, "the aggregate is None"),
        ({"seeds": []}, "nothing to run"),
        ({"backbones": [{"name": "a", "model": "x"}, {"name": "a", "model": "y"}]}, "a occurs twice"),
        ({"sets": [{"name": "x", "layout": "aime"}]}, "the layout is 'aime'"),
        ({"variants": [{"nam": "x"}]}, "not laid out as a plan"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    scale = tmp_path / "scale.json"
    scale.write_text(json.dumps(changes))
    with pytest.raises(Fault, match=words):
        load_plan(PlanChoice("table-2", scale=str(scale)))


def test_a_name_that_is_no_plan_tells_which_there_are() -> None:
    with pytest.raises(Fault, match=r"There is no plan table-3. --plan takes figure-3, table-2"):
        load_plan(PlanChoice("table-3"))
    with pytest.raises(Fault, match=r"There is no scale small. --scale takes tiny"):
        load_plan(PlanChoice("table-2", scale="small"))
