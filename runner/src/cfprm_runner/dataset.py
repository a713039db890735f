"""Rows as token ids on disk, once per run: what is cut is counted, and too much of it stops the run."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Sequence, Value
from datasets.arrow_writer import ArrowWriter
from transformers import PreTrainedTokenizerBase

from cfprm_runner.contract.files import write_json
from cfprm_runner.encode import cut, encode
from cfprm_runner.fault import Fault
from cfprm_runner.manifest import Manifest
from cfprm_runner.prm_json import PrmSpec
from cfprm_runner.rows import Row, read_rows
from cfprm_runner.step_features import FeatureRows, check_features, features_file

MASKED = -100.0
"""Stands in `labels` for a step without a label."""

FEATURES = Features(
    {
        "input_ids": Sequence(Value("int32")),
        "positions": Sequence(Value("int32")),
        "labels": Sequence(Value("float32")),
        "block": Value("int32"),
        "row": Value("int32"),
        "length": Value("int32"),
        "single": Value("bool"),
        # Of all kept steps, one after the other; empty if the model takes none.
        "features": Sequence(Value("float32")),
    }
)
CHUNK = 512


@dataclass
class Counts:
    """What became of the rows."""

    rows: int = 0
    """Rows that are trained on."""
    labels: int = 0
    """Labels that are trained on."""
    rows_cut: int = 0
    """Rows that were longer than the longest input."""
    labels_lost: int = 0
    """Labels of steps beyond it."""
    rows_without_label: int = 0
    """Rows left out, because no label was in them or was left."""
    longest: int = 0
    """Tokens of the longest row, before it was cut."""

    def text(self) -> str:
        """For the log."""
        lost = f"; {self.rows_cut:,} rows cut, {self.labels_lost:,} labels lost" if self.rows_cut else ""
        none = f"; {self.rows_without_label:,} rows without a label left out" if self.rows_without_label else ""
        return f"{self.rows:,} rows with {self.labels:,} labels, at most {self.longest:,} tokens{lost}{none}"


def build_dataset(
    manifest: Manifest,
    tokenizer: PreTrainedTokenizerBase,
    spec: PrmSpec,
    folder: Path,
    *,
    last_only: bool = False,
    max_lost: float = 1.0,
    check: Callable[[], None] = lambda: None,
) -> tuple[Dataset, Counts]:
    """Encodes the rows of all blocks into a file of `folder`, or takes the one that is there.

    Args:
        last_only: only the last step's label is kept (the outcome reward model's).
        max_lost: the share of labels that may be lost by cutting.
        check: called between chunks; what it raises ends the work and leaves nothing behind.

    Returns the rows in the manifest's order (`block` is the index in `manifest.blocks`), and the counts. Faults: those
    of reading; more labels lost than allowed; the model's step features are missing or of another set.
    """
    check_blocks(manifest, spec)
    key = _key(manifest, tokenizer, spec, last_only)
    data, facts = folder / f"rows-{key}.arrow", folder / f"rows-{key}.json"
    if facts.exists():
        counts = Counts(**json.loads(facts.read_text(encoding="utf-8")))
    else:
        folder.mkdir(parents=True, exist_ok=True)
        counts = _write(manifest, tokenizer, spec, data, last_only, check)
        write_json(facts, asdict(counts))
    _refuse_losses(counts, spec.max_length, max_lost)
    return Dataset.from_file(str(data)), counts


def check_blocks(manifest: Manifest, spec: PrmSpec) -> None:
    """Looks at the step features of every block, if the model takes some (`step_features.check_features`)."""
    if spec.features is not None:
        for block in manifest.blocks:
            check_features(manifest.path(block), spec.features, block.sha256)


def _key(manifest: Manifest, tokenizer: PreTrainedTokenizerBase, spec: PrmSpec, last_only: bool) -> str:
    digest = hashlib.sha256()
    for part in (
        *(block.sha256 for block in manifest.blocks),
        tokenizer.backend_tokenizer.to_str(),
        json.dumps([spec.start, spec.separator_id, spec.max_length, last_only, str(spec.features)]),
    ):
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def _write(
    manifest: Manifest,
    tokenizer: PreTrainedTokenizerBase,
    spec: PrmSpec,
    target: Path,
    last_only: bool,
    check: Callable[[], None],
) -> Counts:
    counts = Counts()
    partial = target.with_suffix(".partial")
    try:
        with ArrowWriter(path=str(partial), features=FEATURES) as writer:
            for index, block in enumerate(manifest.blocks):
                features = None if spec.features is None else FeatureRows(features_file(manifest.path(block)))
                for chunk in _chunks(read_rows(manifest.path(block))):
                    check()
                    for example in _examples(chunk, features, tokenizer, spec, last_only, counts):
                        writer.write({**example, "block": index})
            writer.finalize()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return counts


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _examples(
    rows: list[Row],
    features: FeatureRows | None,
    tokenizer: PreTrainedTokenizerBase,
    spec: PrmSpec,
    last_only: bool,
    counts: Counts,
) -> Iterator[dict[str, Any]]:
    encoded = encode(tokenizer, spec, [(row.prompt, row.steps) for row in rows])
    for row, whole in zip(rows, encoded, strict=True):
        table = None if features is None else features.take(row.number, len(row.steps))
        labels = [MASKED if label is None else label for label in row.labels]
        if last_only:
            labels[:-1] = [MASKED] * (len(labels) - 1)
        kept = cut(whole, spec.max_length)
        given = sum(label != MASKED for label in labels)
        labels = labels[: len(kept.positions)]
        left = sum(label != MASKED for label in labels)
        counts.longest = max(counts.longest, len(whole.ids))
        counts.rows_cut += kept is not whole
        counts.labels_lost += given - left
        if left == 0:
            counts.rows_without_label += 1
            continue
        counts.rows += 1
        counts.labels += left
        yield {
            "input_ids": kept.ids,
            "positions": kept.positions,
            "labels": labels,
            "row": row.number,
            "length": len(kept.ids),
            "single": row.single,
            "features": [] if table is None else table[: len(kept.positions)].ravel(),
        }


def _refuse_losses(counts: Counts, max_length: int, max_lost: float) -> None:
    total = counts.labels + counts.labels_lost
    if counts.labels_lost > max_lost * total:
        raise Fault(
            f"{counts.labels_lost:,} of {total:,} labels lie beyond --max-length {max_length}, in {counts.rows_cut:,} "
            f"rows; the longest has {counts.longest:,} tokens. That is more than --max-lost {max_lost:g} allows: raise "
            "--max-length, or --max-lost to train without these labels."
        )
