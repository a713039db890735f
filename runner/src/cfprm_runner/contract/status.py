"""`status.json`: what a run is doing, for whoever looks at its folder."""

import os
import socket
import threading
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from typing_extensions import Self

from cfprm_runner import __version__
from cfprm_runner.contract.files import write_json

State = Literal["queued", "running", "checkpointing", "finished", "failed", "stopped"]
FILE = "status.json"
ENDS = ("finished", "failed", "stopped")
BEAT_SECONDS = 5.0


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Status:
    """Takes what a run says of itself and tells nobody: for all processes but the first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return

    def update(self, **changes: Any) -> None:
        """Sets fields (state, step, total, checkpoint, error)."""


class StatusFile(Status):
    """Writes `status.json` at every change and, while the process lives, every few seconds (`heartbeat`).

    A run whose heartbeat is old and whose state is not an end has been killed; the same command goes on with it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._values: dict[str, Any] = {
            "cfprm": __version__,
            "state": "queued",
            "step": 0,
            "total": None,
            "started": now(),
            "heartbeat": now(),
            "process": os.getpid(),
            "host": socket.gethostname(),
            "checkpoint": None,
            "error": None,
        }

    def __enter__(self) -> Self:
        self.update()
        self._beat = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        self._beat.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._beat.join()

    def update(self, **changes: Any) -> None:
        """Sets fields and writes the file."""
        with self._lock:
            self._values.update(changes, heartbeat=now())
            write_json(self._file, self._values, keep=self._values["state"] in ENDS)

    def _keep_beating(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                self.update()
            except OSError:
                # A full disk ends the run where it matters, at a checkpoint; a beat that is lost does not.
                continue
