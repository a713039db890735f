"""The jobs of a plan: one command line each, and what each waits for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.reproduce.plan import Backbone, Cell, Plan, Settings, TestSet

Kind = Literal["chains", "pretrain", "sample", "label", "problems", "grade", "merge", "train", "score"]

RUNNER, CFPRM = "cfprm-runner", "cfprm"
"""The programs that jobs call."""

_DATA = "{data}/"
"""Stands in a command for the folder of the data: where that lies makes no difference to what comes out."""


@dataclass(frozen=True)
class Job:
    """A command that makes one file or folder. All names are relative to the folder of the work."""

    id: str
    kind: Kind
    argv: tuple[str, ...]
    inputs: tuple[str, ...]
    """Files and folders of other jobs."""
    output: str
    after: tuple[Job, ...]
    given: tuple[str, ...] = ()
    """Files of the data, by their names there."""
    cell: str | None = None

    @cached_property
    def spec(self) -> str:
        """What the result depends on, as a hash: the command, and those of all jobs before it."""
        parts = [self.argv, [one.spec for one in self.after]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def option(self, name: str) -> str:
        """The value of an option of the command."""
        return self.argv[self.argv.index(name) + 1]

    def command(self, data: Path) -> list[str]:
        """The command line, for this folder of the data."""
        return [
            str(data.resolve() / word.removeprefix(_DATA)) if word.startswith(_DATA) else word for word in self.argv
        ]


def expand(plan: Plan) -> list[Job]:
    """All jobs, each behind those that it waits for."""
    return list(_Expansion(plan).jobs())


class _Expansion:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._made: dict[str, Job] = {}

    def jobs(self) -> Iterator[Job]:
        plan = self._plan
        # A seed of all cells before the next one: what stands at any time can be compared.
        for seed in plan.seeds:
            for cell in plan.cells:
                for one in plan.sets:
                    self._score(cell, seed, one)
        yield from self._made.values()

    def _job(
        self,
        kind: Kind,
        place: str,
        output: str,
        argv: list[str],
        after: tuple[Job, ...] = (),
        given: tuple[str, ...] = (),
        cell: str | None = None,
    ) -> Job:
        name = f"{kind}/{place}" if place else kind
        job = Job(name, kind, tuple(argv), tuple(one.output for one in after), output, after, given, cell)
        return self._made.setdefault(name, job)

    def _chains(self) -> Job:
        made = self._plan.trajectories.made or {}
        options = {key: value for key, value in made.items() if key != "sampling"}
        return self._job(
            "chains", "", "constructed", [*_reproduce("chains"), "--output", "constructed", *_flags(options)]
        )

    def _backbone(self, backbone: Backbone) -> tuple[str, tuple[Job, ...]]:
        """The model's name or folder, and the job that makes it."""
        if backbone.model is not None:
            return backbone.model, ()
        output, source = f"backbones/{backbone.name}", self._chains()
        argv = [*_reproduce("pretrain"), "--input", "constructed/solutions.jsonl", "--output", output]
        job = self._job("pretrain", backbone.name, output, [*argv, *_flags(backbone.made or {})], (source,))
        return output, (job,)

    def _problems(self, one: TestSet) -> Job:
        output = f"problems/{one.name}.jsonl"
        after = () if one.file else (self._chains(),)
        source = _DATA + one.file if one.file else f"constructed/{one.name}.jsonl"
        argv = [*_reproduce("problems"), "--input", source, "--output", output, "--layout", one.layout]
        given = (one.file,) if one.file else ()
        return self._job("problems", one.name, output, [*argv, "--none", one.none], after, given)

    def _sample(self, backbone: Backbone, place: str, problems: str, source: Job, settings: Settings) -> Job:
        model, made = self._backbone(backbone)
        output = f"candidates/{backbone.name}/{place}.jsonl"
        argv = [RUNNER, "sample", "--problems", problems, "--output", output, "--model", model, *_flags(settings)]
        return self._job("sample", f"{backbone.name}/{place}", output, argv, (source, *made))

    def _candidates(self, backbone: Backbone, one: TestSet) -> Job:
        problems = self._problems(one)
        return self._sample(backbone, one.name, problems.output, problems, self._plan.sampling)

    def _verdicts(self, backbone: Backbone, one: TestSet) -> Job:
        problems, candidates = self._problems(one), self._candidates(backbone, one)
        output = f"verdicts/{backbone.name}/{one.name}.json"
        argv = [*_reproduce("grade"), "--problems", problems.output, "--candidates", candidates.output]
        argv += ["--output", output, "--n", str(self._plan.sampling["n"])]
        return self._job("grade", f"{backbone.name}/{one.name}", output, argv, (problems, candidates))

    def _trajectories(self, backbone: Backbone) -> tuple[str, tuple[Job, ...], tuple[str, ...]]:
        """The file to merge, the job that makes it, and the given file that it is."""
        source = self._plan.trajectories
        if source.file is not None:
            return _DATA + source.file, (), (source.file,)
        settings = {**self._plan.sampling, **(source.made or {}).get("sampling", {})}
        samples = self._sample(backbone, "training", "constructed/training.jsonl", self._chains(), settings)
        output = f"trajectories/{backbone.name}.jsonl"
        argv = [*_reproduce("label"), "--input", samples.output, "--output", output]
        return output, (self._job("label", backbone.name, output, argv, (samples,)),), ()

    def _merge(self, cell: Cell) -> Job:
        file, after, given = self._trajectories(cell.backbone)
        settings = dict(cell.variant.merge)
        words = [f"{key}-{value}" for key, value in settings.items()]
        # What all backbones are trained on is merged once.
        place = "/".join([*((cell.backbone.name,) if after else ()), "-".join(words)])
        output = f"merges/{place}"
        argv = [CFPRM, "merge", file, "--out", output, "--to", "trl", "--force", *_flags(settings)]
        return self._job("merge", place, output, argv, after, given)

    def _train(self, cell: Cell, seed: int) -> Job:
        merge, (model, made) = self._merge(cell), self._backbone(cell.backbone)
        place = f"{cell.name}/seed-{seed}"
        argv = [RUNNER, "train", "--input", merge.output, "--output", f"runs/{place}", "--model", model]
        argv += ["--loss", cell.loss, "--order", cell.variant.order, "--seed", str(seed)]
        argv += ["--name", f"{cell.name}/seed-{seed}", *_flags(self._plan.training)]
        return self._job("train", place, f"runs/{place}/model", argv, (merge, *made), cell=cell.name)

    def _score(self, cell: Cell, seed: int, one: TestSet) -> Job:
        candidates, verdicts = self._candidates(cell.backbone, one), self._verdicts(cell.backbone, one)
        train = self._train(cell, seed)
        output = f"results/{cell.name}/seed-{seed}/{one.name}.json"
        argv = [*_reproduce("score"), "--model", train.output, "--candidates", candidates.output]
        argv += ["--verdicts", verdicts.output, "--output", output]
        argv += ["--sizes", *map(str, self._plan.sizes), *_flags(self._plan.scoring)]
        place = f"{cell.name}/seed-{seed}/{one.name}"
        return self._job("score", place, output, argv, (train, candidates, verdicts), cell=cell.name)


def _reproduce(command: str) -> list[str]:
    return [RUNNER, "reproduce", command]


def _flags(settings: Settings) -> list[str]:
    """Options as a command line has them; a list is an option with several words, true one without."""
    found: list[str] = []
    for key, value in settings.items():
        found.append(f"--{key}")
        if isinstance(value, list):
            found += map(str, value)
        elif value is not True:
            found.append(_word(value))
    return found


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
