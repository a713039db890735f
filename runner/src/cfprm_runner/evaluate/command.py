"""`cfprm-runner evaluate`: how good the scores of a model, or of a file, are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.contract.files import write_json
from cfprm_runner.evaluate.bon import bon_table
from cfprm_runner.evaluate.candidates import pool, read_candidates, with_scores
from cfprm_runner.evaluate.metrics import best_threshold
from cfprm_runner.evaluate.report import bon_report, step_report, table_of
from cfprm_runner.evaluate.source import Unscored, labelled, open_scorer, score_all
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.scoring.scorers import Scorer


@dataclass(frozen=True)
class EvaluateOptions:
    """Say how good a model's scores are, on labelled solutions, on candidates, or both."""

    rows: Path | None = None
    """Labelled solutions: TRL or ProcessBench rows."""
    candidates: Path | None = None
    """Several candidates per problem, with verdicts: Best-of-N."""
    model: Path | None = None
    """A checkpoint or an exported folder; if absent, the files hold scores already (`cfprm score`)."""
    family: Literal["qwen2.5-math-prm", "math-shepherd", "skywork-o1-open-prm", "rlhflow"] | None = None
    """The family of a published checkpoint, where its files do not tell."""
    threshold: float = 0.5
    """A step whose score is below counts as wrong, for first errors."""
    threshold_rows: Path | None = None
    """Other labelled solutions, on which the threshold with the highest F1 is chosen instead."""
    bins: int = 10
    """Bins of the reliability table."""
    seed: int = 0
    """Of the bootstrap."""
    device: Literal["cpu", "cuda"] | None = None
    """Where a checkpoint runs; the GPU if there is one."""
    output: Path | None = None
    """A file for the JSON document."""
    json: bool = False
    """Print the JSON document instead of the table."""


def run(options: EvaluateOptions) -> int:
    """The command; returns the exit code: 1 if solutions could not be scored, which are counted."""
    report = evaluate(options)
    if options.output is not None:
        write_json(options.output, report)
    print(json.dumps(report, indent=2, ensure_ascii=False) if options.json else table_of(report))
    return ExitCode.FAILED if report["unscored"] else ExitCode.DONE


def evaluate(options: EvaluateOptions) -> dict[str, Any]:
    """
    The document. Fault: no file is named, a file cannot be read or has no labels, scores or candidates, or the model
    cannot be loaded.
    """
    _check(options)
    scorer = None if options.model is None else open_scorer(options.model, options.family, options.device)
    unscored = Unscored()
    report: dict[str, Any] = {"scores": "recorded" if scorer is None else scorer.card.name}
    if options.rows is not None:
        threshold, source = options.threshold, "given" if options.threshold != 0.5 else "usual"
        if options.threshold_rows is not None:
            chosen = best_threshold(labelled(options.threshold_rows, scorer, Unscored())[0].first_errors)
            if chosen is None:
                raise Fault(
                    f"{options.threshold_rows} has not both solutions with and without an error, so no threshold can "
                    "be chosen on it. Give other rows, or --threshold."
                )
            threshold, source = chosen, f"chosen on {options.threshold_rows.name}"
        evaluated, solutions = labelled(options.rows, scorer, unscored)
        steps = step_report(evaluated, threshold, source, options.bins, options.seed)
        report["rows"] = {"file": options.rows.name, "solutions": solutions, **steps}
    if options.candidates is not None:
        report["bon"] = _best_of_n(options.candidates, scorer, unscored, options.seed)
    report["unscored"] = dict(unscored.counts)
    report["why"] = unscored.examples
    return report


def _check(options: EvaluateOptions) -> None:
    if options.rows is None and options.candidates is None:
        raise Fault("There is nothing to evaluate on. Name labelled solutions (--rows), --candidates, or both.")
    if options.threshold_rows is not None and options.rows is None:
        raise Fault("--threshold-rows chooses the threshold for --rows, which are missing. Name them.")
    if options.threshold_rows is not None and options.rows is not None:
        files = [options.threshold_rows.resolve(), options.rows.resolve()]
        if files[0] == files[1]:
            raise Fault("--threshold-rows and --rows are the same file: its F1 would be too good. Name other rows.")
    if options.bins < 1:
        raise Fault(f"--bins is {options.bins}: it must be from 1 on.")


def _best_of_n(file: Path, scorer: Scorer | None, unscored: Unscored, seed: int) -> dict[str, Any]:
    answers = read_candidates(file)
    if scorer is not None:
        answers = with_scores(answers, score_all(scorer, [one.solution for one in answers], unscored))
    gathered = pool(answers, file)
    return {"file": file.name, **bon_report(gathered, bon_table(gathered.problems, seed))}
