"""The files of `--scale tiny`: constructed problems and solutions, and labels by what is right."""

from __future__ import annotations

import random
from pathlib import Path

from cfprm_runner.contract.files import publish_folder, write_text
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.chains import Chain, draw_chains, label_steps, read_chain
from cfprm_runner.reproduce.lines import json_lines
from cfprm_runner.reproduce.options import Chains, Label
from cfprm_runner.scoring.trajectories import read_trajectories

SHORT, LONG = (3, 4), (5, 6)
"""Operations of the problems of the two sets; those that are trained on have as many as the first."""


def write_chains(options: Chains) -> int:
    """
    Writes solutions.jsonl to pre-train on (2 to 6 operations), training.jsonl, and the sets chains.jsonl and
    longer.jsonl. No problem is in two of them. Returns the exit code.
    """
    taken, draw = set[Chain](), random.Random(options.seed)
    problems = {
        "chains": draw_chains(options.test, SHORT, options.seed + 1, taken),
        "longer": draw_chains(options.test, LONG, options.seed + 2, taken),
        "training": draw_chains(options.training, SHORT, options.seed + 3, taken),
    }
    solved = draw_chains(options.solutions, (2, *SHORT, *LONG), options.seed + 4, taken)
    partial = options.output.with_name(f".{options.output.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    for name, chains in problems.items():
        rows = [
            {"id": f"{name}-{k}", "problem": one.problem, "gold": str(one.values[-1])}
            for k, one in enumerate(chains, start=1)
        ]
        _write(partial / f"{name}.jsonl", json_lines(rows))
    solutions = [{"prompt": one.problem, "completions": one.solution(draw)} for one in solved]
    _write(partial / "solutions.jsonl", json_lines(solutions))
    publish_folder(partial, options.output)
    print(f"{options.output}: {len(solutions):,} solutions, {len(problems['training']):,} problems to train on")
    return ExitCode.DONE


def label(options: Label) -> int:
    """Writes TRL rows with a label per step (`label_steps`). Returns the exit code. Fault: a problem is not ours."""
    rows, wrong = [], 0
    for one in read_trajectories(options.input):
        chain = read_chain(one.solution.problem)
        if chain is None:
            raise Fault(
                f"{options.input}, row {one.row}: its problem is not of the constructed ones, so nothing is known of "
                "its steps. Give candidates of `reproduce chains`."
            )
        labels = label_steps(chain, one.solution.steps)
        wrong += not all(labels)
        if labels:
            rows.append({"prompt": chain.problem, "completions": list(one.solution.steps), "labels": labels})
    options.output.parent.mkdir(parents=True, exist_ok=True)
    write_text(options.output, json_lines(rows))
    print(f"{options.output}: {len(rows):,} solutions, {wrong:,} of them with a wrong step")
    return ExitCode.DONE


def _write(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
