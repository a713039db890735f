"""Models that score solutions: a checkpoint by PyTorch, an exported folder by onnxruntime."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.align import Aligned, CannotScore, Solution, align
from cfprm_runner.scoring.card import INPUTS, Card, read_card
from cfprm_runner.scoring.readout import Floats, margins, scores_of
from cfprm_runner.scoring.tokens import ModelTokenizer
from cfprm_runner.step_features import Table

TOKENS_PER_BATCH = 16_384
"""Tokens, padding included, that run together on an accelerator."""


class Scorer(ABC):
    """A process reward model that scores all steps of a solution in one run."""

    def __init__(self, card: Card, tokenizer: ModelTokenizer, pads: bool = False) -> None:
        """`pads`: whether rows run together, padded on the right, which pays on accelerators only."""
        self.card = card
        self.tokenizer = tokenizer
        self._pads = pads
        self._candidates = None
        if card.candidates is not None:
            positive, negative = card.candidates
            self._candidates = (tokenizer.id_of(positive), tokenizer.id_of(negative))

    @abstractmethod
    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64], features: Table | None = None) -> Floats:
        """Logits [batch, positions, width] for ids and mask [batch, positions], features [batch, steps, size]."""

    def run(self, rows: Sequence[Aligned]) -> Floats:
        """Logits [batch, positions, width] of rows, padded on the right."""
        return self.logits(*padded([row.ids for row in rows]), padded_features(rows))

    def margins(self, logits: Floats) -> Floats:
        """One number per position of logits [..., width] (`readout.margins`)."""
        return margins(self.card, logits, self._candidates)

    def score(self, solutions: Sequence[Solution]) -> Iterator[tuple[int, list[float] | CannotScore]]:
        """Yields the index of every solution with its scores, or with why it has none; in any order."""
        aligned: dict[int, Aligned] = {}
        for index, solution in enumerate(solutions):
            try:
                aligned[index] = align(self.card, solution, self.tokenizer)
            except CannotScore as fault:
                yield index, fault
        for index in [index for index, row in aligned.items() if not row.ids]:
            del aligned[index]
            yield index, []
        for batch in self._batches({index: len(row.ids) for index, row in aligned.items()}):
            logits = self.run([aligned[index] for index in batch])
            for place, index in enumerate(batch):
                try:
                    margin = self.margins(logits[place, aligned[index].positions])
                    yield index, scores_of(self.card, margin).tolist()
                except CannotScore as fault:
                    yield index, fault

    def _batches(self, lengths: Mapping[int, int]) -> Iterator[list[int]]:
        """The rows, longest first, as many together as fit; each alone where padding does not pay."""
        batch: list[int] = []
        for index in sorted(lengths, key=lambda index: -lengths[index]):
            if batch and (not self._pads or lengths[batch[0]] * (len(batch) + 1) > TOKENS_PER_BATCH):
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch


class TorchScorer(Scorer):
    """A loaded checkpoint."""

    def __init__(self, graph: torch.nn.Module, card: Card, tokenizer: ModelTokenizer) -> None:
        """`graph` gives logits [batch, positions, width] for ids, mask and step features, if it takes some."""
        self._graph = graph.eval()
        self._device = next(graph.parameters()).device
        super().__init__(card, tokenizer, pads=self._device.type != "cpu")

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64], features: Table | None = None) -> Floats:
        """Logits of the checkpoint, in double precision."""
        given = [ids, mask] if features is None else [ids, mask, features]
        with torch.inference_mode():
            tables = [torch.from_numpy(table).to(self._device) for table in given]
            logits = self._graph(*tables)
        return np.asarray(logits.double().cpu().numpy())


class OnnxScorer(Scorer):
    """An exported folder, on the CPU."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """`threads` of the CPU, 0 for all. Fault: a file is missing, broken, or does not fit its `prm.json`."""
        card = read_card(folder)
        if card.head["kind"] == "rewards":
            raise Fault(
                f"{folder} gives finished rewards, which only the extension's scorer can run: score the file with "
                "`cfprm score`, and evaluate what that writes."
            )
        super().__init__(card, ModelTokenizer(folder))
        path = folder / card.file
        if not path.is_file():
            raise Fault(f"{path} is missing. Export the checkpoint again, or correct `file` in prm.json.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise Fault(f"{path} cannot be loaded ({error}). Copy the folder again, with its data file.") from error
        self._inputs = {entry.name: entry.type for entry in self._session.get_inputs()}
        outputs = [entry.name for entry in self._session.get_outputs()]
        names = {card.inputs[key] for key in INPUTS if key != "features" or card.features is not None}
        odd = [name for name in self._inputs if name not in names]
        if odd or card.output not in outputs:
            raise Fault(
                f"{path} has the inputs {', '.join(self._inputs)} and the outputs {', '.join(outputs)}, which its "
                "prm.json does not fit. Export it again, or score with `cfprm score`."
            )

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64], features: Table | None = None) -> Floats:
        """Logits of the exported model."""
        names = self.card.inputs
        positions = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        tables = {names["ids"]: ids, names["mask"]: mask, names["positions"]: positions}
        feeds: dict[str, NDArray[Any]] = {
            name: tables[name].astype(np.int32 if kind == "tensor(int32)" else np.int64)
            for name, kind in self._inputs.items()
            if name in tables
        }
        if features is not None:
            feeds[names["features"]] = features
        return np.asarray(self._session.run([self.card.output], feeds)[0], np.float64)


def padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and mask [rows, longest], filled up with 0 on the right, which no real position of a causal model sees."""
    longest = max(len(row) for row in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def padded_features(rows: Sequence[Aligned]) -> Table | None:
    """Features [rows, most steps, size], filled up with 0; None for rows without."""
    tables = [row.features for row in rows if row.features is not None]
    if not tables:
        return None
    together = np.zeros((len(tables), max(map(len, tables)), tables[0].shape[1]), np.float32)
    for place, table in enumerate(tables):
        together[place, : len(table)] = table
    return together
