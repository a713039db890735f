"""What data, files, options or the machine can cause; everything else that is raised is a bug."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; also what the file `exit_code` of a run's output folder holds."""

    DONE = 0
    FAILED = 1
    """A bug, or a fault of the machine while the run was under way."""
    REFUSED = 2
    """The input, the options or the machine do not allow it; nothing was started."""
    STOPPED = 75
    """Stopped by a signal, with a checkpoint: the same command goes on."""


class Fault(Exception):  # noqa: N818 - the project's word
    """A fault that its message explains, together with the way out.

    A fault ends the command: the message goes to standard error and, in a run, to `status.json`.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.code = code


class Stopped(Exception):  # noqa: N818 - not an error
    """Someone asked the run to stop (TERM, USR1 or the file `stop`)."""
