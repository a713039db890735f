"""The output folder of a run: what is where, who holds it, and which run it is."""

import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cfprm_runner.contract.checkpoints import Checkpoints
from cfprm_runner.contract.files import write_json, write_text
from cfprm_runner.contract.stop import FILE as STOP_FILE
from cfprm_runner.fault import ExitCode, Fault

IDENTITY_FILE = "run.json"
EXIT_FILE = "exit_code"


class RunFolder:
    """Paths of a run's folder.

    model/ is the finished model, checkpoints/ what a relaunch goes on from, tensorboard/ the curves, rows/ the rows as
    token ids; status.json, metrics.jsonl, exit_code and run.json are for the launcher.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.model = root / "model"
        self.rows = root / "rows"
        self.tensorboard = root / "tensorboard"
        self.identity = root / IDENTITY_FILE
        self._lock = FileLock(root / "lock")

    def create(self) -> None:
        """Makes the folder. Fault: it cannot be made."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Fault(f"--output {self.root} cannot be made ({error.strerror}): give another folder.") from None

    def hold(self) -> None:
        """Takes the folder for this process, until its end. Fault: another process has it."""
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise Fault(
                f"A run is under way in {self.root}: wait for it, or stop it (TERM to the process that its status.json "
                "names, or a file named stop in the folder)."
            ) from None
        except OSError as error:
            raise Fault(f"{self.root} cannot be written to ({error.strerror}): give another folder.") from None

    def release(self) -> None:
        """Lets another process take the folder."""
        self._lock.release()

    def begin(self) -> None:
        """Takes away what a former launch said of its end, and a request to stop that it answered."""
        for name in (EXIT_FILE, STOP_FILE):
            (self.root / name).unlink(missing_ok=True)

    def end(self, code: ExitCode) -> None:
        """Says how the run ended, for launchers that cannot wait for its process."""
        write_text(self.root / EXIT_FILE, f"{int(code)}\n")

    def exit_code(self) -> int | None:
        """What `end` said; None if it did not."""
        try:
            return int((self.root / EXIT_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def checkpoints(self, keep: int) -> Checkpoints:
        """The run's checkpoints."""
        return Checkpoints(self.root / "checkpoints", keep)


def claim(folder: RunFolder, identity: dict[str, Any], latest: Path | None) -> None:
    """Makes the folder that of this run, or sees that it is.

    Fault: it, or the checkpoint that would be gone on from, is of another run; the message says in what they differ.
    """
    if not folder.identity.exists():
        if latest is not None or folder.model.exists():
            raise Fault(
                f"{folder.root} holds a checkpoint, and nothing that says of which run ({IDENTITY_FILE}): give an "
                "empty folder as --output; to train that model further, give the checkpoint as --model."
            )
        write_json(folder.identity, identity)
        return
    _compare(folder.identity, identity)
    if latest is not None:
        _compare(latest / IDENTITY_FILE, identity)


def _compare(file: Path, identity: dict[str, Any]) -> None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(
            f"{file} cannot be read ({error}): move that folder away, and the run goes on without it."
        ) from None
    # What was written went through JSON.
    wanted = json.loads(json.dumps(identity))
    names = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    if names:
        differences = "; ".join(
            f"{name}: {_short(found.get(name))} there, {_short(wanted.get(name))} now" for name in names
        )
        raise Fault(
            f"{file.parent} is of another run ({differences}). Give another --output, or the options of that run to go "
            "on with it."
        )


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
