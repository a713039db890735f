"""The command `cfprm-runner`: one table of commands, each a dataclass of options and a function that takes it.

The options' types, defaults and doc strings are the command line (tyro). Modules of a command are imported when it
is chosen, so that `--help` does not wait for torch.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import tyro

from cfprm_runner.fault import ExitCode, Fault


@dataclass(frozen=True)
class Command:
    """A command: where its options (a dataclass) and the function that runs it are, as `module:name`.

    The function takes the options and returns the exit code; a `Fault` of options or function is printed.
    """

    summary: str
    options: str
    run: str


COMMANDS: dict[str, Command] = {
    "train": Command(
        "Train a process reward model on the blocks of a merge.",
        "cfprm_runner.options:TrainOptions",
        "cfprm_runner.launch:run",
    ),
    "evaluate": Command(
        "Say how good a model's scores are: AUC, first errors, calibration, Best-of-N.",
        "cfprm_runner.evaluate.command:EvaluateOptions",
        "cfprm_runner.evaluate.command:run",
    ),
    "export": Command(
        "Turn a checkpoint into a model that the extension scores with.",
        "cfprm_runner.export.command:ExportOptions",
        "cfprm_runner.export.command:run",
    ),
    "backbone": Command(
        "Make a small decoder with random weights, to train on a CPU.",
        "cfprm_runner.small_backbone:BackboneOptions",
        "cfprm_runner.small_backbone:run",
    ),
    "sample": Command(
        "Generate candidates for problems.",
        "cfprm_runner.sample.command:SampleOptions",
        "cfprm_runner.sample.command:run",
    ),
    "reproduce": Command(
        "Run the paper's tables as plans of jobs, and report what came out.",
        "cfprm_runner.reproduce.options:ReproduceOptions",
        "cfprm_runner.reproduce.command:run",
    ),
    "preflight": Command(
        "Say whether this machine can do a training run, without starting it.",
        "cfprm_runner.preflight:PreflightOptions",
        "cfprm_runner.preflight:run",
    ),
}


def _named(path: str) -> Any:
    module, name = path.split(":")
    return getattr(import_module(module), name)


def _help() -> str:
    width = max(map(len, COMMANDS))
    rows = [f"  {name.ljust(width)}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: cfprm-runner COMMAND [OPTIONS]",
            "",
            *rows,
            "",
            "cfprm-runner COMMAND --help lists its options.",
        ]
    )


def execute(arguments: Sequence[str]) -> int:
    """Runs a command line without the program's name; returns the exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_help())
        return ExitCode.DONE if arguments else ExitCode.REFUSED
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f'"{arguments[0]}" is no command of cfprm-runner.\n\n{_help()}', file=sys.stderr)
        return ExitCode.REFUSED
    try:
        options = tyro.cli(
            _named(command.options),
            prog=f"cfprm-runner {arguments[0]}",
            description=command.summary,
            args=list(arguments[1:]),
        )
        run: Callable[[Any], int] = _named(command.run)
        return run(options)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return fault.code


def main() -> None:
    """The entry of the installed program."""
    sys.exit(execute(sys.argv[1:]))
