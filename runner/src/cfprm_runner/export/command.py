"""`cfprm-runner export`: a checkpoint becomes a model folder, or nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from cfprm_runner import __version__
from cfprm_runner.contract.files import publish_folder, write_json
from cfprm_runner.evaluate.operating_points import operating_points
from cfprm_runner.evaluate.source import Unscored, labelled
from cfprm_runner.export.check import Agreement, bundled_rows, compare, judge, reference
from cfprm_runner.export.checkpoint import Checkpoint, load_mean
from cfprm_runner.export.graph import INLINE_BYTES, PRECISIONS, write_onnx
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.scoring.align import Solution
from cfprm_runner.scoring.card import CARD_FILE, read_card
from cfprm_runner.scoring.scorers import OnnxScorer, TorchScorer
from cfprm_runner.scoring.trajectories import read_trajectories
from cfprm_runner.step_features import FeatureSpec

REPORT_FILE = "export.json"
CHECK_ROWS = 64
"""Rows of a file that are checked with: enough to see a wrong graph."""

_COPIED = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "LICENSE", "LICENSE.md", "NOTICE")


@dataclass(frozen=True)
class ExportOptions:
    """Turn a checkpoint into a model that the extension scores with."""

    checkpoint: Path
    """The folder of the checkpoint: one of `train`, or a published model."""
    output: Path
    """The folder to write."""
    average: tuple[Path, ...] = ()
    """Further checkpoints that differ in their seeds alone: the model's logits are the mean of all."""
    precision: Literal["fp32", "fp16", "int8", "int4"] = "fp32"
    """fp16 is for GPUs, int8 for the CPU, int4 for both; see docs/models.md."""
    family: Literal["qwen2.5-math-prm", "math-shepherd", "skywork-o1-open-prm", "rlhflow"] | None = None
    """The family of a published model, where its files do not tell."""
    name: str | None = None
    """What the model is called beside its scores; the checkpoint's name if absent."""
    licence: str | None = None
    """Licence of the weights, for prm.json."""
    rows: Path | None = None
    """Trajectories to check with (TRL or ProcessBench rows), instead of the ten that come with the runner."""
    validation_rows: Path | None = None
    """Labelled solutions that the model did not learn from: prm.json then says how its scores lie on them."""
    tolerance: float | None = None
    """Largest difference of a score from PyTorch's, instead of the precision's own."""
    force: bool = False
    """Replace an exported model at the output."""
    json: bool = False
    """Print the report as JSON."""


def run(options: ExportOptions) -> int:
    """The command; returns the exit code."""
    agreement = export(options)
    if options.json:
        print((options.output / REPORT_FILE).read_text("utf-8"), end="")
    else:
        print(
            f"{options.output}: {options.precision}, checked on {agreement.rows} rows with {agreement.steps} steps.\n"
            f"Scores differ from PyTorch's by {agreement.largest:.1e} at most and {agreement.mean:.1e} in the mean "
            f"(logits: {agreement.logits:.1e}), padded from alone by {agreement.padded:.1e}."
        )
    return ExitCode.DONE


def export(options: ExportOptions, inline_bytes: int = INLINE_BYTES) -> Agreement:
    """
    Writes the model folder and returns how well it agrees with the checkpoint. The folder appears when it is
    checked and complete; a fault leaves what was there.
    """
    target = options.output
    _refuse_target(options)
    checkpoint = load_mean([options.checkpoint, *options.average], options.family)
    features = checkpoint.card.features
    solutions = bundled_rows(features) if options.rows is None else _rows(options.rows, features)
    _refuse_full_disk(checkpoint, target)
    precision = PRECISIONS[options.precision]
    # Before the graph's weights are rounded.
    rows = reference(TorchScorer(checkpoint.graph, checkpoint.card, checkpoint.tokenizer), solutions)
    with _unfinished(target) as folder:
        _describe(options, checkpoint, folder)
        write_onnx(checkpoint.graph, options.precision, folder / "model.onnx", inline_bytes)
        agreement = compare(OnnxScorer(folder), rows)
        judge(agreement, precision, options.tolerance)
        if options.validation_rows is not None:
            _add_points(options.validation_rows, folder)
        write_json(folder / REPORT_FILE, _report(options, checkpoint, agreement))
        publish_folder(folder, target)
    return agreement


def _rows(file: Path, features: FeatureSpec | None) -> list[Solution]:
    return [trajectory.solution for trajectory in read_trajectories(file, features)[:CHECK_ROWS]]


def _refuse_target(options: ExportOptions) -> None:
    target, source = options.output.resolve(), options.checkpoint.resolve()
    if target == source or target in source.parents:
        raise Fault(f"{options.output} holds the checkpoint, which is not overwritten. Name another folder.")
    if not target.exists():
        return
    if not options.force:
        raise Fault(f"{options.output} exists. Name another folder, or replace it with --force.")
    if any(target.iterdir()) and not (target / REPORT_FILE).is_file():
        raise Fault(f"{options.output} is no exported model, so --force does not replace it. Name another folder.")


def _refuse_full_disk(checkpoint: Checkpoint, target: Path) -> None:
    """The single-precision graph is written before it is rounded."""
    needed = 2 * sum(weight.nbytes for weight in checkpoint.graph.state_dict().values())
    existing = next(folder for folder in target.absolute().parents if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise Fault(
            f"{existing} has {free / 1e9:.1f} GB free, and the export needs up to {needed / 1e9:.1f} GB. "
            "Free some, or write to another disk."
        )


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A folder beside the target that is removed unless it was published."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.with_name(f".{target.name}.partial")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _describe(options: ExportOptions, checkpoint: Checkpoint, folder: Path) -> None:
    """Writes all of the model folder but the model."""
    card = checkpoint.card
    card = replace(card, name=options.name or card.name, licence=options.licence or card.licence, file="model.onnx")
    write_json(folder / CARD_FILE, card.spelled_out())
    for name in _COPIED:
        if (checkpoint.folder / name).is_file():
            shutil.copyfile(checkpoint.folder / name, folder / name)


def _add_points(rows: Path, folder: Path) -> None:
    """Writes the operating points into the card of an exported model. Fault: the rows have no labels, or one kind."""
    evaluated, _ = labelled(rows, OnnxScorer(folder), Unscored())
    card = replace(read_card(folder), operating_points=operating_points(evaluated, rows.name))
    write_json(folder / CARD_FILE, card.spelled_out())


def _report(options: ExportOptions, checkpoint: Checkpoint, agreement: Agreement) -> dict[str, object]:
    return {
        "cfprm": __version__,
        "checkpoint": checkpoint.folder.resolve().name,
        "averaged": len(options.average) + 1,
        "family": checkpoint.card.family,
        "precision": options.precision,
        "check": asdict(agreement),
        "rows": "bundled" if options.rows is None else options.rows.name,
        "versions": {name: version(name) for name in ("torch", "transformers", "onnx", "onnxruntime")},
    }
