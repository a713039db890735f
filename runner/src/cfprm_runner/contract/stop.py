"""How a run is asked to stop: TERM, USR1 or INT to one of its processes, or the file `stop` in its folder."""

import signal
import threading
from pathlib import Path

from cfprm_runner.fault import Stopped

FILE = "stop"
SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGUSR1", "SIGINT") if hasattr(signal, name)]


class StopRequest:
    """Remembers that the run shall stop; what is under way looks at it where it can stop well."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self.signalled = False
        """Whether a signal came."""

    def listen(self) -> None:
        """Takes the signals over for the rest of the process; in a thread (Ray's workers) there is only the file."""
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                signal.signal(number, self._take)

    def _take(self, *_: object) -> None:
        self.signalled = True

    @property
    def requested(self) -> bool:
        """Whether the run shall stop."""
        return self.signalled or self._file.exists()

    def check(self) -> None:
        """Raises `Stopped` if the run shall stop."""
        if self.requested:
            raise Stopped


def request_stop(folder: Path) -> None:
    """Asks the run in this folder to stop, from another process."""
    (folder / FILE).touch()
