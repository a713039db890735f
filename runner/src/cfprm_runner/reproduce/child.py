"""A job in a process of its own: what it prints goes to its log, and its exit code is the process's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from cfprm_runner.cli import execute
from cfprm_runner.reproduce.jobs import RUNNER

PRELOADED = ["cfprm_runner.train", "cfprm_runner.sample.command", "cfprm_runner.reproduce.scores"]
"""What jobs import, done once for all of them where processes can be forked."""


def work(argv: Sequence[str], folder: Path, log: Path, lock: Path) -> None:
    """Does a job in this process, which ends with its exit code. Waits for a process that was left behind with it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    os.chdir(folder)
    print(f"$ {' '.join(argv)}", flush=True)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        program, *words = argv
        code = execute(words) if program == RUNNER else subprocess.run(argv, check=False).returncode
    sys.stdout.flush()
    sys.exit(code)
