"""The document of `cfprm-runner evaluate`, and its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from cfprm_runner.evaluate.bon import SELECTORS, BonTable
from cfprm_runner.evaluate.candidates import Pool
from cfprm_runner.evaluate.metrics import (
    Auc,
    FirstErrorF1,
    Floats,
    best_threshold,
    bootstrap,
    brier,
    calibration_error,
    reliability,
)
from cfprm_runner.evaluate.steps import Evaluated

Json = dict[str, Any]


def step_report(evaluated: Evaluated, threshold: float, threshold_from: str, bins: int, seed: int) -> Json:
    """AUC, first errors and calibration, with intervals over solutions."""
    steps, firsts = evaluated.steps, evaluated.first_errors
    solutions = int(steps.solutions.max(initial=-1)) + 1

    def over_steps(statistic: Callable[[Floats], float | None]) -> Json:
        """Resamples take solutions as a whole, because their steps are not independent."""
        return asdict(bootstrap(lambda weights: statistic(weights[steps.solutions]), solutions, seed))

    first_error = FirstErrorF1(firsts, threshold)
    found = first_error()
    f1 = bootstrap(lambda weights: first_error(weights).f1, len(firsts.errors), seed)
    return {
        "steps": {
            "counted": len(steps.labels),
            "correct": int(steps.labels.sum()),
            "incorrect": int(len(steps.labels) - steps.labels.sum()),
            "soft": evaluated.soft,
            "unlabelled": evaluated.unlabelled,
            "unscored": evaluated.unscored,
        },
        "scoresWere": "logits" if evaluated.were_logits else "probabilities",
        "auc": over_steps(Auc(steps.labels, steps.scores)),
        "aucAtSamePlace": over_steps(Auc(steps.labels, steps.scores, steps.places)),
        "firstError": {
            "solutions": len(firsts.errors),
            "withError": int((firsts.errors >= 0).sum()),
            "unplaced": evaluated.unplaced,
            "threshold": threshold,
            "thresholdFrom": threshold_from,
            "f1": asdict(f1),
            "erroneous": found.erroneous,
            "correct": found.correct,
            "bestThresholdHere": best_threshold(firsts),
        },
        "calibration": {
            "ece": over_steps(lambda own: calibration_error(steps.labels, steps.scores, bins, own)),
            "brier": brier(steps.labels, steps.scores),
            "bins": [asdict(one) for one in reliability(steps.labels, steps.scores, bins)],
        },
    }


def bon_report(pool: Pool, table: BonTable) -> Json:
    """Best-of-N accuracies by n, then by selector."""
    return {
        "problems": len(pool.problems),
        "candidates": pool.candidates,
        "excluded": {
            "noVerdict": pool.no_verdict,
            "noScores": pool.no_scores,
            "partialScores": pool.partial_scores,
        },
        "n": {
            str(n): {name: {**asdict(one), "problems": table.problems[n]} for name, one in row.items()}
            for n, row in table.accuracy.items()
        },
        "ties": table.ties,
    }


def table_of(report: Json) -> str:
    """The document as a person reads it."""
    lines = [f"scores: {report['scores']}"]
    if report.get("unscored"):
        lines += [f"  not scored: {count} × {kind}" for kind, count in report["unscored"].items()]
    if "rows" in report:
        lines += [
            "",
            f"{report['rows']['file']}: {report['rows']['solutions']} solutions",
            *_step_lines(report["rows"]),
        ]
    if "bon" in report:
        lines += ["", *_bon_lines(report["bon"])]
    return "\n".join(lines)


def _step_lines(rows: Json) -> list[str]:
    steps, first, calibration = rows["steps"], rows["firstError"], rows["calibration"]
    left_out = ", ".join(f"{steps[key]} {key}" for key in ("soft", "unlabelled", "unscored") if steps[key])
    lines = [
        f"  steps                   {steps['counted']}: {steps['correct']} correct, {steps['incorrect']} incorrect"
        + (f" ({left_out})" if left_out else ""),
        f"  AUC                     {_interval(rows['auc'])}",
        f"  AUC at the same place   {_interval(rows['aucAtSamePlace'])}",
        f"  first error, F1         {_interval(first['f1'])} at threshold {first['threshold']:.3g} "
        f"({first['thresholdFrom']})",
        f"    with an error         {_share(first['erroneous'])} of {first['withError']} found exactly",
        f"    without               {_share(first['correct'])} of {first['solutions'] - first['withError']} left alone",
        f"  calibration error       {_interval(calibration['ece'])}, Brier {_share(calibration['brier'])}",
        "    scores        steps  mean score  correct",
    ]
    for one in calibration["bins"]:
        span = f"{one['low']:.2f} to {one['high']:.2f}"
        lines.append(f"    {span}  {one['count']:>5}  {_share(one['score']):>10}  {_share(one['correct']):>7}")
    return lines


def _bon_lines(bon: Json) -> list[str]:
    excluded = ", ".join(f"{count} {kind}" for kind, count in bon["excluded"].items() if count)
    lines = [
        f"{bon['file']}: best of N, {bon['problems']} problems, {bon['candidates']} candidates"
        + (f" (left out: {excluded})" if excluded else ""),
        "mean over all subsets of n candidates; ties go to the lowest index; 95 % bootstrap intervals over problems",
        "".join(["          ", *(f"{'@' + n:>22}" for n in bon["n"])]),
    ]
    for name in SELECTORS:
        cells = (f"{_percent(row[name]):>22}" for row in bon["n"].values())
        lines.append(f"  {name:<8}{''.join(cells)}")
    return lines


def _interval(estimate: Json) -> str:
    if estimate["value"] is None:
        return "– (needs labels of both kinds)"
    return f"{estimate['value']:.3f} [{estimate['low']:.3f}, {estimate['high']:.3f}]"


def _percent(estimate: Json) -> str:
    return f"{100 * estimate['value']:.1f} [{100 * estimate['low']:.1f}, {100 * estimate['high']:.1f}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
