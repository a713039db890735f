"""Checkpoints: folders `checkpoint-STEP` that have their name only once they are whole and on the disk."""

import re
import shutil
from pathlib import Path

from cfprm_runner.contract.files import publish_folder

NAME = re.compile(r"checkpoint-(\d+)")
PARTIAL = ".partial"


class Checkpoints:
    """The folder of a run's checkpoints."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder = folder
        self._keep = keep

    @property
    def partial(self) -> Path:
        """Where the next checkpoint is written."""
        return self.folder / PARTIAL

    def clear_partial(self) -> None:
        """Removes what a killed run left unfinished."""
        shutil.rmtree(self.partial, ignore_errors=True)

    def steps(self) -> list[int]:
        """The steps of the checkpoints that are whole, ascending."""
        names = [path.name for path in self.folder.glob("checkpoint-*") if path.is_dir()]
        return sorted(int(match[1]) for match in map(NAME.fullmatch, names) if match)

    def path(self, step: int) -> Path:
        """The folder of a checkpoint."""
        return self.folder / f"checkpoint-{step}"

    def latest(self) -> Path | None:
        """The last checkpoint that is whole."""
        steps = self.steps()
        return self.path(steps[-1]) if steps else None

    def publish(self, step: int) -> Path:
        """Gives the checkpoint in `partial` its name and removes those beyond the number that is kept."""
        target = self.path(step)
        publish_folder(self.partial / target.name, target)
        self.clear_partial()
        for old in self.steps()[: -self._keep]:
            shutil.rmtree(self.path(old), ignore_errors=True)
        return target
