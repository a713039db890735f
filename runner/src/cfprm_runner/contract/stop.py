"""How a run is asked to stop: TERM, USR1 or INT to any of its first process's parents, or the file `stop`."""

import signal
from pathlib import Path

from cfprm_runner.fault import Stopped

FILE = "stop"
SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGUSR1", "SIGINT") if hasattr(signal, name)]


class StopRequest:
    """Remembers that the run shall stop; what is under way looks at it where it can stop well."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._signalled = False

    def listen(self) -> None:
        """Takes the signals over for the rest of the process."""
        for number in SIGNALS:
            signal.signal(number, self._take)

    def _take(self, number: int, frame: object) -> None:
        self._signalled = True

    @property
    def requested(self) -> bool:
        """Whether the run shall stop."""
        return self._signalled or self._file.exists()

    def check(self) -> None:
        """Raises `Stopped` if the run shall stop."""
        if self.requested:
            raise Stopped


def request_stop(folder: Path) -> None:
    """Asks the run in this folder to stop, from another process."""
    (folder / FILE).touch()
