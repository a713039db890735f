"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
DASH = "–"
NOT_RUN = "not run"


def markdown(document: Json) -> str:
    """The tables of the document of `reproduce report`."""
    scale = f", at scale {document['scale']}" if document["scale"] else ""
    blocks = [
        f"### {document['title']}{scale}",
        f"Trained on: {document['trainedOn']}. Seeds: {', '.join(map(str, document['seeds']))}. Paper: "
        f"{document['paper']}. Made by {document['madeBy']} in {document['seconds'] / 60:.0f} minutes of jobs.",
    ]
    for one in document["sets"]:
        blocks += _set_blocks(document, one)
    if document["missing"]:
        blocks.append(_missing(document["missing"]))
    return "\n\n".join(blocks) + "\n"


def _missing(jobs: Sequence[Json]) -> str:
    """Failed jobs, each with the last line that it printed, and those that were not run, by cell."""
    failed = [f"- `{one['job']}` failed: {_last_line(one['why'])}" for one in jobs if one["why"] != NOT_RUN]
    open_jobs = [one["job"] for one in jobs if one["why"] == NOT_RUN]
    cells = list(dict.fromkeys(job.removeprefix("score/").rpartition("/")[0] for job in open_jobs))
    not_run = [f"- not run: {', '.join(f'`{cell}`' for cell in cells)}"] if cells else []
    return "\n".join(["Missing:", "", *failed, *not_run])


def _set_blocks(document: Json, one: Json) -> list[str]:
    here = [cell for cell in document["cells"] if (cell["backbone"], cell["set"]) == (one["backbone"], one["set"])]
    sizes = [*map(str, document["sizes"]), "mean"]
    head = ["loss", "variant", *(f"@{n}" for n in sizes[:-1]), "mean", "minus baseline", "ties", "seeds", "paper"]
    rows = [
        [
            cell["loss"],
            cell["variant"] + (" (control)" if cell["control"] else ""),
            *(f"{cell['accuracy'][n]['value']:.1f}" for n in sizes[:-1]),
            _interval(cell["accuracy"]["mean"]),
            _interval(cell["minusBaseline"], signed=True),
            f"{100 * cell['ties']:.0f} % ({100 * cell['tiesThatDecide']:.0f} %)",
            str(len(cell["seeds"])),
            _paper(cell["paper"]),
        ]
        for cell in here
    ]
    for name, words in (("random", "any candidate"), ("oracle", "a right one if there is one")):
        values = [f"{one[name][n]['value']:.1f}" for n in sizes[:-1]]
        rows.append([DASH, words, *values, _interval(one[name]["mean"]), DASH, DASH, DASH, DASH])
    blocks = [
        f"**{one['set']}**, candidates of {one['backbone']}: {one['problems']} problems, {one['candidates']:,} "
        f"candidates, grader {one['grader']}" + (f', "None" answers: {one["none"]}' if one["none"] else "") + ".",
        _table(head, rows),
    ]
    return [*blocks, *_control_block(document, one)]


def _control_block(document: Json, one: Json) -> list[str]:
    here = [row for row in document["controls"] if (row["backbone"], row["set"]) == (one["backbone"], one["set"])]
    if not here:
        return []
    controls = list(dict.fromkeys(row["control"] for row in here))
    rows = []
    for loss in dict.fromkeys(row["loss"] for row in here):
        by_name = {row["control"]: row["methodMinusControl"] for row in here if row["loss"] == loss}
        rows.append([loss, *(_interval(by_name.get(name), signed=True) for name in controls)])
    head = ["loss", *(f"{here[0]['method']} minus {name}" for name in controls)]
    return ["The same with as many updates:", _table(head, rows)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _interval(value: Json | None, signed: bool = False) -> str:
    if value is None:
        return DASH
    form = "{:+.1f}" if signed else "{:.1f}"
    number, low, high = (form.format(value[key]).replace("-", "−") for key in ("value", "low", "high"))
    return f"{number} [{low}, {high}]"


def _paper(figures: Json) -> str:
    return ", ".join(f"{value:.1f} ({n if n == 'mean' else f'@{n}'})" for n, value in figures.items()) or DASH


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1].strip() if text.strip() else "it printed nothing"
