"""The folder of the work: which jobs are finished, by what they wrote and the stamp of what it was made of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.contract.files import write_json
from cfprm_runner.fault import Fault
from cfprm_runner.manifest import sha256_of
from cfprm_runner.reproduce.jobs import Job

State = Literal["finished", "failed", "open"]
TAIL_LINES = 12


@dataclass(frozen=True)
class Stamp:
    """What a job left behind: `code` is its exit code."""

    spec: str
    given: dict[str, str]
    """SHA-256 of the files of the data, by name."""
    code: int
    seconds: float


class Work:
    """Stamps and logs of jobs in a folder. `data` is where the plan's own files are."""

    def __init__(self, root: Path, data: Path) -> None:
        self.root = root
        self._data = data
        self._hashes: dict[str, str] = {}

    def output(self, job: Job) -> Path:
        """What the job writes."""
        return self.root / job.output

    def given(self, name: str) -> Path:
        """A file of the data."""
        return self._data / name

    def command(self, job: Job) -> list[str]:
        """The job's command line."""
        return job.command(self._data)

    def log(self, job: Job) -> Path:
        """Where what it prints is kept."""
        return self.root / "logs" / f"{job.id}.log"

    def lock(self, job: Job) -> Path:
        """What the process that does the job holds."""
        return self.root / "stamps" / f"{job.id}.lock"

    def state(self, job: Job) -> State:
        """Whether the job is finished, for these inputs; failed at its last try; or neither."""
        stamp = self.stamp(job)
        if stamp is None or not self._fits(job, stamp):
            return "open"
        if stamp.code != 0:
            return "failed"
        return "finished" if self.output(job).exists() else "open"

    def stamp(self, job: Job) -> Stamp | None:
        """What the job's last run left; None if it never ended."""
        try:
            return Stamp(**json.loads(self._stamp_file(job).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise Fault(
                f"{self._stamp_file(job)} cannot be read ({error}). Remove it, and the job is done again."
            ) from error

    def write_stamp(self, job: Job, code: int, seconds: float) -> None:
        """Says how the job ended."""
        file = self._stamp_file(job)
        file.parent.mkdir(parents=True, exist_ok=True)
        stamp: dict[str, Any] = {
            "spec": job.spec,
            "given": self._given(job),
            "code": code,
            "seconds": round(seconds, 3),
        }
        write_json(file, stamp)

    def needed(self, jobs: Iterable[Job], targets: Iterable[Job]) -> list[Job]:
        """The jobs to run so that the targets are finished, in order; what a finished job was made of is not needed."""
        wanted, todo = set[str](), list(targets)
        while todo:
            job = todo.pop()
            if job.id not in wanted and self.state(job) != "finished":
                wanted.add(job.id)
                todo += job.after
        return [job for job in jobs if job.id in wanted]

    def check_same(self, jobs: Iterable[Job]) -> None:
        """Fault: the folder holds a result of a job of this name that was made of something else."""
        for job in jobs:
            stamp = self.stamp(job)
            if stamp is not None and stamp.code == 0 and not self._fits(job, stamp) and self.output(job).exists():
                raise Fault(
                    f"{self.output(job)} was made by another plan, scale or data than these ({job.id}). Give another "
                    f"folder as --work, or remove {self._stamp_file(job)} and that output to do the job again."
                )

    def check_given(self, jobs: Iterable[Job]) -> None:
        """Fault: a file of the data that one of the jobs reads is not there."""
        for job in jobs:
            self._given(job)

    def tail(self, job: Job) -> str:
        """The last lines that the job printed."""
        try:
            lines = self.log(job).read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
        except OSError:
            return "(it printed nothing)"
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:]) or "(it printed nothing)"

    def remove_model(self, train: Job) -> None:
        """Takes away what training wrote, but for its curves."""
        for name in ("model", "checkpoints", "rows"):
            shutil.rmtree(self.output(train).with_name(name), ignore_errors=True)

    def _fits(self, job: Job, stamp: Stamp) -> bool:
        return stamp.spec == job.spec and stamp.given == self._given(job)

    def _given(self, job: Job) -> dict[str, str]:
        """Hashes of all files of the data that the job or those before it read."""
        found = {name: self._hash(name) for name in job.given}
        for one in job.after:
            found |= self._given(one)
        return found

    def _hash(self, name: str) -> str:
        if name not in self._hashes:
            file = self.given(name)
            try:
                self._hashes[name] = sha256_of(file)
            except OSError as error:
                raise Fault(
                    f"{file} cannot be read ({error.strerror}). The plan names it: put the file there, or say with "
                    "--data in which folder it is."
                ) from None
        return self._hashes[name]

    def _stamp_file(self, job: Job) -> Path:
        return self.root / "stamps" / f"{job.id}.json"
