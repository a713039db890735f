"""`reproduce jobs` and `reproduce run`: the plan's jobs as a list, and one after the other on this machine."""

from __future__ import annotations

import json
import multiprocessing
import shlex
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.child import PRELOADED, work
from cfprm_runner.reproduce.external import cfprm_command
from cfprm_runner.reproduce.grading import matching
from cfprm_runner.reproduce.jobs import CFPRM, RUNNER, Job, expand
from cfprm_runner.reproduce.options import Jobs, Run
from cfprm_runner.reproduce.plan import Plan, load_plan
from cfprm_runner.reproduce.problem_sets import read_problem_set
from cfprm_runner.reproduce.work import Work
from cfprm_runner.sample.problems import read_problems

STOPS = (signal.SIGTERM, signal.SIGINT)


def print_jobs(options: Jobs) -> int:
    """Prints a line of JSON per job; returns the exit code."""
    plan = load_plan(options)
    for job in expand(plan):
        line = {
            "job": job.id,
            "cell": job.cell,
            "command": [RUNNER, "reproduce", "run", *_choice_words(options), "--job", job.id],
            "does": job.command(options.data),
            "inputs": [*job.given, *job.inputs],
            "output": job.output,
            "after": [one.id for one in job.after],
        }
        print(json.dumps(line, ensure_ascii=False))
    return ExitCode.DONE


def run(options: Run) -> int:
    """
    Runs the jobs that are not finished. Returns the exit code: 1 if a job failed, which the last lines name.
    Fault: what can be seen before anything is spent does not allow it.
    """
    plan = load_plan(options)
    jobs = expand(plan)
    targets = _targets(jobs, options)
    folder = Work(options.work.resolve(), options.data.resolve())
    options.work.mkdir(parents=True, exist_ok=True)
    folder.check_same(jobs)
    queue = _queue(options, folder, jobs, targets)
    cfprm = _preflight(plan, folder, queue, options.cfprm)
    # Candidates that were there already are not sampled.
    queue = [job for job in queue if folder.state(job) != "finished"]
    if options.job is not None:
        return _Pass(folder, cfprm, len(queue)).run(queue)
    with _held(folder):
        passing = _Pass(folder, cfprm, len(queue))
        return passing.run(queue, None if options.keep_models else [job for job in jobs if job.kind == "score"])


def _choice_words(options: Jobs) -> list[str]:
    words = ["--plan", options.plan, "--work", str(options.work), "--data", str(options.data)]
    words += ["--cfprm", options.cfprm]
    if options.scale is not None:
        words += ["--scale", options.scale]
    return words if options.controls else [*words, "--no-controls"]


def _targets(jobs: Sequence[Job], options: Run) -> list[Job]:
    """The jobs that are asked for. Fault: there is none of that name."""
    if options.job is not None:
        found = [job for job in jobs if job.id == options.job]
        if not found:
            raise Fault(f"The plan has no job {options.job}. `reproduce jobs` lists them.")
        return found
    scores = [job for job in jobs if job.kind == "score"]
    if not options.only:
        return scores
    for pattern in options.only:
        if not any(fnmatch(str(job.cell), pattern) for job in scores):
            cells = sorted({str(job.cell) for job in scores})
            raise Fault(f"The plan has no cell {pattern}. It has {', '.join(cells)}; * stands for anything.")
    return [job for job in scores if any(fnmatch(str(job.cell), pattern) for pattern in options.only)]


def _queue(options: Run, folder: Work, jobs: Sequence[Job], targets: Sequence[Job]) -> list[Job]:
    """What is to be run, in order. Fault: a single job waits for one that is not finished."""
    if options.job is None:
        return folder.needed(jobs, targets)
    job = targets[0]
    if folder.state(job) == "finished":
        return []
    waits = next((one for one in job.after if folder.state(one) != "finished"), None)
    if waits is not None:
        raise Fault(f"{job.id} waits for {waits.id}, which is not finished. Run that one first.")
    return [job]


def _preflight(plan: Plan, folder: Work, queue: Sequence[Job], cfprm: str) -> list[str]:
    """
    How cfprm is called. Fault: a file is missing or does not fit, or cfprm cannot be called: all that can be known
    before anything is sampled or trained.
    """
    folder.check_given(queue)
    for one in plan.sets:
        if one.file is not None and any(one.file in job.given for job in queue):
            read_problem_set(folder.given(one.file), one.layout, one.none)
    for job in queue:
        if job.kind == "sample" and folder.output(job).exists():
            _adopt(plan, folder, job)
    return cfprm_command(cfprm) if any(job.kind in ("merge", "grade") for job in queue) else []


def _adopt(plan: Plan, folder: Work, job: Job) -> None:
    """
    Takes candidates that are there already, given or left by a run that was killed, as those of the plan; a file of
    candidates is always whole. Fault: they are not of its problems.
    """
    own = folder.root / job.option("--problems")
    if own.exists():
        problems, _ = read_problems(own)
    else:
        one = next(one for one in plan.sets if f"problems/{one.name}" in [before.id for before in job.after])
        problems = read_problem_set(folder.given(str(one.file)), one.layout, one.none).problems
    matching(problems, folder.output(job), int(job.option("--n")))
    folder.write_stamp(job, 0, 0.0)
    print(f"{folder.output(job)} is there already, and its candidates are of these problems: it is taken.")


@contextmanager
def _held(folder: Work) -> Iterator[None]:
    """One run at a time in a folder. Fault: another one is under way."""
    try:
        with FileLock(folder.root / "run.lock", timeout=0):
            yield
    except Timeout:
        raise Fault(f"A run is under way in {folder.root}. Wait for it, or give another --work.") from None


@dataclass
class _Pass:
    """One pass over the jobs; a signal ends the job that is under way, and the pass."""

    folder: Work
    cfprm: list[str]
    total: int
    failed: list[Job] = field(default_factory=list)
    held_up: dict[str, Job] = field(default_factory=dict)
    """Jobs that cannot be run, and the failed one that they wait for."""
    stopped: bool = False

    def run(self, queue: Sequence[Job], scores: Sequence[Job] | None = None) -> int:
        """Runs all; `scores` are all jobs that read models, which are then removed when nothing reads them any more."""
        former = {number: signal.signal(number, self._stop) for number in STOPS}
        try:
            for number, job in enumerate(queue, start=1):
                if self.stopped:
                    break
                cause = next((self.held_up[one.id] for one in job.after if one.id in self.held_up), None)
                if cause is not None:
                    self.held_up[job.id] = cause
                    continue
                self._one(job, number)
                if scores is not None and job.kind == "score":
                    self._spare(job, scores)
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
        return self._end()

    def _one(self, job: Job, number: int) -> None:
        print(f"[{number}/{self.total}] {job.id}", flush=True)
        self.folder.output(job).parent.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        code = self._code_of(job)
        if self.stopped:
            return
        self.folder.write_stamp(job, code, time.monotonic() - begun)
        if code == 0 and not self.folder.output(job).exists():
            raise RuntimeError(f"{job.id} ended well and wrote no {job.output}")
        if code != 0:
            self.failed.append(job)
            self.held_up[job.id] = job
            print(f"  failed with code {code}; others go on", flush=True)

    def _code_of(self, job: Job) -> int:
        """The exit code of the job's process."""
        program, *words = self.folder.command(job)
        words = [*(self.cfprm if program == CFPRM else [program]), *words]
        if job.kind == "grade":
            words += ["--cfprm", shlex.join(self.cfprm)]
        process = _context().Process(
            target=work, args=(words, self.folder.root, self.folder.log(job), self.folder.lock(job)), daemon=False
        )
        process.start()
        while process.is_alive():
            process.join(0.2)
            if self.stopped:
                process.terminate()
                process.join()
        return int(process.exitcode or 0)

    def _spare(self, job: Job, scores: Sequence[Job]) -> None:
        train = job.after[0]
        if all(self.folder.state(one) == "finished" for one in scores if one.after[0].id == train.id):
            self.folder.remove_model(train)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True

    def _end(self) -> int:
        for job in self.failed:
            waiting = sum(cause.id == job.id for cause in self.held_up.values()) - 1
            print(f"\n{job.id} failed; {waiting} jobs wait for it. {self.folder.log(job)} ends with:")
            print(self.folder.tail(job))
        if self.stopped:
            print("\nStopped. The same command goes on from here.")
            return ExitCode.STOPPED
        if self.failed:
            print("\nThe other cells stand. When the cause is mended, the same command does what is missing.")
            return ExitCode.FAILED
        print("All is finished; `reproduce report` shows what came out.")
        return ExitCode.DONE


def _context() -> Any:
    """Processes that do not each import torch, where the platform can fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context
