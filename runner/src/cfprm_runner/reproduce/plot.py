"""The report as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Json = dict[str, Any]
SPREAD = 0.7
"""Width of a loss's group of points, of 1."""


def plot(document: Json, file: Path) -> None:
    """
    Writes a PNG: a panel per backbone and set; for each loss the mean over all n of every variant, with its 95 %
    interval, hollow for controls; black diamonds are the paper's figures, the line is what any candidate gives.
    """
    sets = document["sets"]
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(6.2 * min(2, len(sets)), 4.0 * ((len(sets) + 1) // 2)), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots((len(sets) + 1) // 2, min(2, len(sets)), squeeze=False)
        for place, (axes, one) in enumerate(zip(grid.flat, sets, strict=False)):
            _panel(axes, document, one)
            if place == 0:
                figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False)
        for axes in list(grid.flat)[len(sets) :]:
            axes.set_axis_off()
        scale = f", scale {document['scale']}" if document["scale"] else ""
        figure.suptitle(f"{document['title']}{scale}", fontsize=10)
        figure.savefig(file, dpi=150)


def _panel(axes: Any, document: Json, one: Json) -> None:
    here = [cell for cell in document["cells"] if (cell["backbone"], cell["set"]) == (one["backbone"], one["set"])]
    losses = list(dict.fromkeys(cell["loss"] for cell in here))
    variants = list(dict.fromkeys(cell["variant"] for cell in here))
    for k, variant in enumerate(variants):
        own = [cell for cell in here if cell["variant"] == variant]
        x = [losses.index(cell["loss"]) + SPREAD * ((k + 0.5) / len(variants) - 0.5) for cell in own]
        means = [cell["accuracy"]["mean"] for cell in own]
        error = [[m["value"] - m["low"] for m in means], [m["high"] - m["value"] for m in means]]
        control = own[0]["control"]
        axes.errorbar(
            *(x, [m["value"] for m in means], error),
            fmt="o" if not control else "s",
            color=f"C{k}",
            markerfacecolor="white" if control else f"C{k}",
            markersize=5,
            capsize=2,
            linewidth=1,
            label=variant + (" (control)" if control else ""),
        )
        for place, cell in zip(x, own, strict=True):
            if "mean" in cell["paper"]:
                axes.plot(place, cell["paper"]["mean"], "D", color="black", markersize=5)
    axes.axhline(one["random"]["mean"]["value"], color="gray", linestyle=":", linewidth=1, label="any candidate")
    axes.set_xticks(range(len(losses)), losses)
    axes.set_xlim(-0.5, len(losses) - 0.5)
    axes.set_ylabel(f"right choices, %, mean of {', '.join(f'@{n}' for n in document['sizes'])}")
    best = f"{one['oracle']['mean']['value']:.1f} % at best"
    axes.set_title(f"{one['set']}, candidates of {one['backbone']}: {one['problems']} problems, {best}", fontsize=9)
    axes.grid(axis="y", linewidth=0.4, alpha=0.6)
