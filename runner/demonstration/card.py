"""The model card, made of the evaluation."""

from pathlib import Path
from typing import Any

TITLES = {
    "int8": "**this model (int8)**",
    "fp32": "the same in single precision",
    "seed 0": "seed 0 alone",
    "seed 1": "seed 1 alone",
    "seed 2": "seed 2 alone",
    "- tokens": "minus the tokens of the step",
    "- index": "minus the index of the step",
    "- problem_tokens": "minus the tokens of the problem",
    "length and place": "trees on length and place",
}
GROUPS = {"gsm8k": "GSM8K", "math": "MATH", "both": "Both together"}


def model_card(evaluation: dict[str, Any], folder: Path) -> str:
    """The text. `folder` is the finished model's, for the sizes of its files."""
    model, counts = evaluation["model"], evaluation["counts"]
    megabytes = sum(file.stat().st_size for file in folder.iterdir() if file.name != "MODEL_CARD.md") / 1e6
    held = "; ".join(
        f"{GROUPS[part]} {counts[part]['solutions']} solutions, {counts[part]['steps']:,} steps, "
        f"{counts[part]['errors']} errors"
        for part in ("gsm8k", "math")
    )
    training = ", ".join(f"{name} {count:,}" for name, count in evaluation["splits"]["training"]["all"].items())
    sections = [
        "# CFPRM demonstration model",
        "A process reward model for trying CFPRM out: scores appear as soon as a trajectory is open. It is a "
        "**demonstration**: do not rely on its scores, do not filter data or choose answers with them. For work take a "
        "model of your own (docs/models.md).",
        f"- **What it is.** The mean of {model['seeds']} decoders of {model['parameters']:,} parameters each, trained "
        f"from nothing on CPUs by `cfprm-runner train` on CFPRM blocks (windows of 2 steps, then of 1), in one graph, "
        f"int8; {megabytes:.1f} MB. Beside the tokens they take {model['features']['size']} numbers per step "
        f"(`{model['features']['set']}`, version {model['features']['version']}). Its labels are those of a teacher, "
        "the mean of trees on the same numbers and of a step's length alone, which never labelled a step that it was "
        "trained on.\n"
        "- **Licence.** MIT for the weights; the data's licences are in NOTICE.md.\n"
        f"- **Trained on** (rows, copies counted): {training}. ProcessBench also brings OlympiadBench and "
        "Omni-MATH.\n"
        "- **Made again** by `npm run demonstration-model`; all figures below are computed by that command.",
        "## How good it is",
        _verdict(evaluation),
        f"On all solutions of GSM8K and MATH in our rows of ProcessBench: {held}. The model was trained on them in the "
        "end; so the figures are those of five models made in the same way, by the same command, each without a fifth "
        "of the problems, and every solution is scored by the one that saw neither it nor another solution of its "
        "problem. Steps up to and including the first error. The AUC is the chance that a correct step has a higher "
        "score than an incorrect one; at the same place, among steps with the same index alone. First errors: F1 at a "
        "threshold chosen on the four other fifths. In brackets 95 % intervals (bootstrap over solutions).",
        *(_table(evaluation["apart"], part, title) for part, title in GROUPS.items()),
        "## What it is better than",
        "This model minus another score on the same solutions; a difference whose interval holds 0 is none.",
        *(_differences(evaluation["difference"], part, title) for part, title in GROUPS.items()),
        f"int8 moves a score by {evaluation['largestDifferenceOfInt8']:.3f} at most.",
        "## Its colours",
        _colours(evaluation["colours"]),
        "The recipe's choices (mix of the data, shape of the decoders, the teacher) were made with figures on these "
        "same solutions in view, most of them on a part of them, with trees or single runs, and few in number. The "
        "intervals do not hold that; on solutions of other sources expect somewhat less.",
        "## Limits",
        "English school mathematics in steps of a sentence or a few. It has read about 900 labelled solutions of "
        "ProcessBench and knows no mathematics: what it finds are false equations, numbers from nowhere, and the look "
        "of steps that tend to be wrong, length above all. It does not tell a good plan from a bad one. Solutions of "
        "more than 2,048 tokens are not scored.",
    ]
    return "\n\n".join(sections) + "\n"


def _table(found: dict[str, Any], part: str, title: str) -> str:
    heads = {"auc": "AUC", "aucAtSamePlace": "AUC at the same place", "f1": "first error, F1"}
    lines = [f"| {title} | " + " | ".join(heads.values()) + " |", "|---|" + "---|" * len(heads)]
    for way, label in TITLES.items():
        cells = [_estimate(found[way][part][name]) for name in heads]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _differences(found: dict[str, Any], part: str, title: str) -> str:
    lines = [f"| {title}: this model minus | AUC | AUC at the same place |", "|---|---|---|"]
    for way, label in TITLES.items():
        if way in found:
            own = found[way][part]
            lines.append(f"| {label} | {_estimate(own['auc'])} | {_estimate(own['aucAtSamePlace'])} |")
    return "\n".join(lines)


def _verdict(evaluation: dict[str, Any]) -> str:
    """Says for each group which of the scores that need no model this one is better than."""
    sentences = []
    for group, title in GROUPS.items():
        told: dict[str, list[str]] = {"better than": [], "not told from": [], "worse than": []}
        for way, own in evaluation["difference"].items():
            if way == "fp32":
                continue
            value, low, high = (own[group]["auc"][name] for name in ("value", "low", "high"))
            # Only what lies above 0 with its whole interval is told as better.
            if low > 0:
                told["better than"].append(TITLES[way])
            elif high < 0:
                told["worse than"].append(TITLES[way])
            else:
                told["not told from"].append(f"{TITLES[way]} ({value:+.3f} [{low:.3f}, {high:.3f}])")
        sentences.append(f"- {title}: " + "; ".join(f"{word} {', '.join(ways)}" for word, ways in told.items() if ways))
    return "By its AUC, with 95 % of certainty, this model is\n\n" + ".\n".join(sentences) + "."


def _colours(found: dict[str, Any]) -> str:
    """How the colours separate, on what the model did not see and on what it learned."""
    apart, own = found["apart"], found["own"]
    seen = (
        f"On all {own['firstErrors']['count']} first errors and {own['correctSteps']['count']:,} correct steps of the "
        "solutions above, for which the model learned soft labels of teachers that had not seen their labels, "
        f"{_shares(own)}."
    )
    unseen = (
        f"On rows that were kept from training ({', '.join(found['folds'])}: {apart['firstErrors']['count']} first "
        f"errors, {apart['correctSteps']['count']:,} correct steps, each scored by a model made without their "
        f"problems) {_shares(apart)}. "
        if apart is not None
        else ""
    )
    return (
        f"The scores lie close together and high, so that 0.7 says nothing: a score is coloured good from "
        f"{found['good']:.3f} on, above the lowest 22 % of the correct steps, and bad below the threshold for first "
        f"errors. prm.json has these points (`operatingPoints`). {unseen}{seen}"
    )


def _shares(one: dict[str, Any]) -> str:
    errors, correct = one["firstErrors"]["notGood"], one["correctSteps"]["notGood"]
    return f"{errors:.1%} of the first errors and {correct:.1%} of the correct steps are not good"


def _estimate(one: dict[str, float | None]) -> str:
    if one["value"] is None:
        return "–"
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
