"""`cfprm-runner reproduce`: hands its options to the function that takes them."""

from __future__ import annotations

from importlib import import_module

from cfprm_runner.reproduce import options as of
from cfprm_runner.reproduce.options import ReproduceOptions

_RUN = {
    of.Jobs: "execution:print_jobs",
    of.Run: "execution:run",
    of.Report: "report:report",
    of.Problems: "problem_sets:write_problems",
    of.Grade: "grading:grade",
    of.Score: "scores:score",
    of.Chains: "constructed:write_chains",
    of.Label: "constructed:label",
    of.Pretrain: "pretrain:pretrain",
}
"""Imported when it is chosen: to list jobs takes no torch."""


def run(options: ReproduceOptions) -> int:
    """The command; returns the exit code."""
    module, name = _RUN[type(options.command)].split(":")
    return int(getattr(import_module(f"cfprm_runner.reproduce.{module}"), name)(options.command))
