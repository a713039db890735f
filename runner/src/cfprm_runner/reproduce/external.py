"""The command line `cfprm`, which merges windows and grades answers; it is not a part of this package."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from cfprm_runner.fault import Fault


def cfprm_command(call: str) -> list[str]:
    """The program and its first arguments. Fault: there is no such program, or it is not cfprm."""
    words = shlex.split(call, posix=os.name != "nt")
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise _missing(call, "there is no such program")
    # Jobs run in another folder than the one in which the call was given.
    command = [program, *(str(Path(word).resolve()) if Path(word).is_file() else word for word in words[1:])]
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _missing(call, str(error)) from error
    if done.returncode != 0:
        raise _missing(call, (done.stderr or done.stdout).strip() or f"it ended with {done.returncode}")
    return command


def _missing(call: str, why: str) -> Fault:
    return Fault(
        f"--cfprm {call}: {why}. Merging and grading are done by the command line of the extension, which needs "
        'Node 20: name it, for example --cfprm "node EXTENSION/dist/cli.js", where EXTENSION is the folder of the '
        "extension or of the built repository."
    )
