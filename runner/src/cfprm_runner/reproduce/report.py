"""`reproduce report`: what came out, beside the paper's figures, with intervals and controls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cfprm_runner import __version__
from cfprm_runner.contract.files import write_json, write_text
from cfprm_runner.evaluate.metrics import Floats
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.jobs import Job, expand
from cfprm_runner.reproduce.options import Report
from cfprm_runner.reproduce.plan import PLANS, Cell, Plan, TestSet, Variant, load_plan
from cfprm_runner.reproduce.scores import Choices, read_choices
from cfprm_runner.reproduce.statistics import Interval, Resamples
from cfprm_runner.reproduce.tables import NOT_RUN, markdown
from cfprm_runner.reproduce.work import Work

Json = dict[str, Any]

MEAN = "mean"
"""Of all sizes, as the paper has it."""


@dataclass(frozen=True)
class Outcome:
    """What the models of a cell chose in a set, by seed."""

    cell: Cell
    test: TestSet
    choices: Mapping[int, Choices]


def report(options: Report) -> int:
    """The command; returns the exit code: 1 if cells are missing, which are listed. Fault: there is no result."""
    plan = load_plan(options)
    work = Work(options.work.resolve(), options.data.resolve())
    document = document_of(plan, work, read_paper(options.paper), options.seed)
    folder = options.output or options.work
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "report.json", document)
    write_text(folder / "report.md", markdown(document))
    print(markdown(document))
    _plot(document, folder / "report.png")
    return ExitCode.FAILED if document["missing"] else ExitCode.DONE


def read_paper(file: Path | None) -> Json:
    """The paper's figures. Fault: the file is not laid out as `plans/paper.json`."""
    source = file or PLANS / "paper.json"
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        figures = {(one["cell"], one["set"], str(one["n"])): float(one["value"]) for one in document["figures"]}
        return {"source": document["source"], "figures": figures}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(
            f"--paper {source} cannot be read ({error!r}). It must be JSON with source, and figures: cell, set, n "
            '("mean" or a number of candidates) and value in percent.'
        ) from error


def document_of(plan: Plan, work: Work, paper: Json, seed: int) -> Json:
    """The document of a plan's results. Fault: there is none yet."""
    jobs = expand(plan)
    outcomes = _outcomes(plan, jobs, work)
    if not outcomes:
        raise Fault(f"{work.root} holds no result of plan {plan.name} yet. `reproduce run` makes them.")
    return {
        "plan": plan.name,
        "title": plan.title,
        "scale": plan.scale,
        "madeBy": f"cfprm-runner {__version__}",
        "trainedOn": plan.trajectories.note,
        "sizes": list(plan.sizes),
        "seeds": list(plan.seeds),
        "paper": paper["source"],
        "sets": _sets(outcomes, seed),
        "cells": [_cell(plan, one, outcomes, paper["figures"], seed) for one in outcomes],
        "controls": _controls(plan, outcomes, seed),
        "missing": _missing(jobs, work),
        "seconds": _seconds(jobs, work),
    }


def _outcomes(plan: Plan, jobs: Sequence[Job], work: Work) -> list[Outcome]:
    done = {job.output for job in jobs if job.kind == "score" and _is_done(job, work)}
    outcomes = []
    for test in plan.sets:
        for cell in plan.cells:
            files = {seed: f"results/{cell.name}/seed-{seed}/{test.name}.json" for seed in plan.seeds}
            found = {seed: read_choices(work.root / file) for seed, file in files.items() if file in done}
            if found:
                outcomes.append(Outcome(cell, test, found))
    return outcomes


def _is_done(job: Job, work: Work) -> bool:
    stamp = work.stamp(job)
    return stamp is not None and stamp.spec == job.spec and stamp.code == 0 and work.output(job).exists()


def _table(one: Outcome, selector: str, n: str, seeds: Sequence[int]) -> Floats:
    """Verdicts [seeds, problems] of a selector at n candidates, or their mean over all n."""
    rows = []
    for seed in seeds:
        right = one.choices[seed].right[selector]
        rows.append(np.mean(list(right.values()), axis=0) if n == MEAN else np.array(right[n]))
    return np.array(rows, np.float64)


def _aggregate(plan: Plan, one: Outcome) -> str:
    return plan.aggregates[one.cell.loss]


def _sets(outcomes: Sequence[Outcome], seed: int) -> list[Json]:
    """Per backbone and set: what any choice rests on."""
    found: dict[tuple[str, str], Json] = {}
    for one in outcomes:
        key = (one.cell.backbone.name, one.test.name)
        if key in found:
            continue
        first = next(iter(one.choices))
        choices, problems = one.choices[first], len(one.choices[first].ties["min"])
        resamples = Resamples(1, problems, seed)
        references = {
            name: {n: asdict(resamples.interval(_table(one, name, n, [first]))) for n in (*choices.right[name], MEAN)}
            for name in ("random", "oracle")
        }
        found[key] = {
            "backbone": key[0],
            "set": key[1],
            "problems": problems,
            "candidates": choices.candidates,
            "none": one.test.none if one.test.layout == "gsm-plus" else None,
            "grader": choices.grader,
            **references,
        }
    return list(found.values())


def _cell(plan: Plan, one: Outcome, outcomes: Sequence[Outcome], paper: Mapping[Any, float], seed: int) -> Json:
    seeds, aggregate = list(one.choices), _aggregate(plan, one)
    sizes = [*map(str, plan.sizes), MEAN]
    problems = len(one.choices[seeds[0]].ties[aggregate])
    resamples = Resamples(len(seeds), problems, seed)
    own = {n: resamples.interval(_table(one, aggregate, n, seeds)) for n in sizes}
    baseline = _sibling(outcomes, one, plan.variants[0])
    return {
        "cell": one.cell.name,
        "backbone": one.cell.backbone.name,
        "loss": one.cell.loss,
        "variant": one.cell.variant.name,
        "control": one.cell.variant.control,
        "set": one.test.name,
        "aggregate": aggregate,
        "seeds": seeds,
        "accuracy": {n: asdict(value) for n, value in own.items()},
        "minusBaseline": None if baseline is one else _difference(plan, one, baseline, seed),
        "ties": _share([one.choices[k].ties[aggregate] for k in seeds]),
        "tiesThatDecide": _share([one.choices[k].undecided[aggregate] for k in seeds]),
        "unscored": sum(sum(one.choices[k].unscored.values()) for k in seeds),
        "paper": {
            n: paper[one.cell.name, one.test.name, n] for n in sizes if (one.cell.name, one.test.name, n) in paper
        },
    }


def _controls(plan: Plan, outcomes: Sequence[Outcome], seed: int) -> list[Json]:
    """Every control against the variant that trains on the same windows in the manifest's own order."""
    found = []
    for one in outcomes:
        if not one.cell.variant.control:
            continue
        method = next(own for own in plan.variants if not own.control and own.merge == one.cell.variant.merge)
        other = _sibling(outcomes, one, method)
        found.append(
            {
                "backbone": one.cell.backbone.name,
                "loss": one.cell.loss,
                "set": one.test.name,
                "method": method.name,
                "control": one.cell.variant.name,
                "methodMinusControl": None if other is None else _difference(plan, other, one, seed),
            }
        )
    return found


def _sibling(outcomes: Sequence[Outcome], one: Outcome, variant: Variant) -> Outcome | None:
    """The outcome that differs in the variant alone."""
    return next(
        (
            other
            for other in outcomes
            if other.cell == Cell(one.cell.backbone, one.cell.loss, variant) and other.test == one.test
        ),
        None,
    )


def _difference(plan: Plan, one: Outcome, other: Outcome | None, seed: int) -> Json | None:
    """The mean of one minus that of the other, on the problems and seeds that both have; in points."""
    seeds = [k for k in one.choices if other is not None and k in other.choices]
    if other is None or not seeds:
        return None
    aggregate = _aggregate(plan, one)
    values = _table(one, aggregate, MEAN, seeds) - _table(other, aggregate, MEAN, seeds)
    found: Interval = Resamples(len(seeds), values.shape[1], seed).interval(values)
    return asdict(found)


def _share(rows: Sequence[Sequence[bool]]) -> float:
    return float(np.mean(rows))


def _missing(jobs: Sequence[Job], work: Work) -> list[Json]:
    """Jobs of cells that are not done: failed ones with the end of what they printed."""
    found = []
    for job in jobs:
        if job.cell is None or _is_done(job, work):
            continue
        stamp = work.stamp(job)
        failed = stamp is not None and stamp.spec == job.spec and stamp.code != 0
        if failed or job.kind == "score":
            found.append({"job": job.id, "why": work.tail(job).strip() if failed else NOT_RUN})
    return found


def _seconds(jobs: Sequence[Job], work: Work) -> float:
    stamps = [stamp for job in jobs if (stamp := work.stamp(job)) is not None]
    return round(sum(stamp.seconds for stamp in stamps), 1)


def _plot(document: Json, file: Path) -> None:
    try:
        from cfprm_runner.reproduce.plot import plot
    except ImportError:
        print("There is no plot: it needs matplotlib (pip install 'cfprm-runner[reproduce]').")
        return
    plot(document, file)
    print(f"{file}: the plot")
