"""The graph as ONNX, in four precisions.

Exported by torch's exporter (`dynamo=True`). Measured beside the older one (TorchScript) on Qwen2, Mistral and
Llama decoders: both agree with PyTorch to 2e-7, but TorchScript is deprecated, traces constants of the example into
the graph, and makes three times as many nodes. Attention is exported as plain products and a softmax in single
precision: fused operators are wrong on some drivers without an error.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from cfprm_runner.export.checkpoint import Graph
from cfprm_runner.fault import Fault

INT4_BLOCK = 32
"""Weights that share a scale in int4."""

OPSET = 18

INLINE_BYTES = 1_800_000_000
"""Above this, weights go to a file of their own: one protobuf message holds 2 GB."""


@dataclass(frozen=True)
class Precision:
    """How weights are kept, and how far scores may then lie from those of PyTorch in single precision.

    `largest` bounds every step's difference, `mean` their mean. Rounded weights move scores of single steps near
    0.5 by several hundredths; a wrong graph moves them by tenths, and their mean.
    """

    name: str
    largest: float
    mean: float


PRECISIONS = {
    precision.name: precision
    for precision in (
        Precision("fp32", 1e-4, 1e-5),
        Precision("fp16", 0.02, 0.005),
        Precision("int8", 0.15, 0.03),
        Precision("int4", 0.25, 0.06),
    )
}


def write_onnx(graph: Graph, precision: str, path: Path, inline_bytes: int = INLINE_BYTES) -> None:
    """
    Writes a graph (which is in the evaluation mode, so that nothing is dropped at random) to a file, with a data
    file beside it if its weights are larger than `inline_bytes`. The graph is used up: its weights are rounded, or
    given up.

    fp16 is exported from half-precision weights, whose norms and softmax stay in single precision as PyTorch does
    them. int8 and int4 are made from the fp32 export; embeddings and the last layer of the head stay as they are.
    """
    if graph.training:
        raise ValueError("The graph is in training mode: it would drop numbers at random.")
    with _quiet():
        _write(graph, precision, path, inline_bytes)


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporter and quantizers tell every node; what matters is checked afterwards."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _write(graph: Graph, precision: str, path: Path, inline_bytes: int) -> None:
    if precision in ("fp32", "fp16"):
        _export(graph, torch.float16 if precision == "fp16" else torch.float32, path, inline_bytes)
        return
    with TemporaryDirectory(dir=path.parent, prefix="fp32-") as scratch:
        raw = Path(scratch, path.name)
        large = _export(graph, torch.float32, raw, inline_bytes)
        # The weights are on the disk now; what rounds them needs the memory.
        graph.to("meta")
        last = last_products(onnx.load(raw, load_external_data=False))
        if precision == "int8":
            quantize_int8(raw, path, last, large)
        else:
            _quantize_int4(raw, path, last, large)


def quantize_int8(raw: Path, path: Path, last: list[str], large: bool) -> None:
    """Rounds the weights of all matrix products of a graph but the named ones."""
    quantize_dynamic(
        raw,
        path,
        per_channel=True,
        # Seven bits: with eight, sums overflow on processors without VNNI, and scores differ by machine.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gemm"],
        nodes_to_exclude=last,
        use_external_data_format=large,
    )


def _quantize_int4(raw: Path, path: Path, last: list[str], large: bool) -> None:
    quantizer = MatMulNBitsQuantizer(
        onnx.load(raw), bits=4, block_size=INT4_BLOCK, is_symmetric=True, nodes_to_exclude=last
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(path), use_external_data_format=large)


def _export(graph: Graph, dtype: torch.dtype, path: Path, inline_bytes: int) -> bool:
    """Writes a graph in one type of numbers; whether its weights went to a file of their own."""
    graph = graph.to(dtype)
    # Tables of their own: one table given twice would become one input of the graph.
    inputs = {"input_ids": torch.arange(18).reshape(2, 9), "attention_mask": torch.ones((2, 9), dtype=torch.int64)}
    axes = {name: {0: "batch", 1: "length"} for name in inputs}
    if graph.feature_size:
        inputs["features"] = torch.ones((2, 3, graph.feature_size), dtype=dtype)
        axes["features"] = {0: "batch", 1: "steps"}
    with torch.inference_mode():
        program = torch.onnx.export(
            graph,
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_shapes=axes,
            dynamo=True,
            opset_version=OPSET,
            verbose=False,
        )
    if program is None:
        raise Fault("torch.onnx exported nothing. Install the versions of torch and onnxscript that the runner names.")
    # Where the exporter was when it made a node, with paths of this machine.
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    large = bool(sum(weight.nbytes for weight in graph.state_dict().values()) > inline_bytes)
    program.save(path, external_data=large)
    return large


def last_products(model: onnx.ModelProto) -> list[str]:
    """The names of the matrix products that give the logits: on every way back from them the first one."""
    makers = {output: node for node in model.graph.node for output in node.output}
    found: list[str] = []
    seen: set[str] = set()
    ahead = [model.graph.output[0].name]
    while ahead:
        node = makers.get(ahead.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.op_type in ("MatMul", "Gemm"):
            found.append(str(node.name))
        else:
            ahead += node.input
    return sorted(found)
