"""The gradient of an update does not depend on how the update is cut."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

from cfprm_runner.options import TrainOptions

from conftest import PYTHON, tiny_options
from gradient import gradient_of

LOSSES = ["bce", "mse", "mse-raw", "q-ranking", "orm"]


def run_options(backbone: Path, output: Path, **changes: Any) -> TrainOptions:
    """A run whose first update is worth looking at: 32 trajectories, not clipped."""
    return tiny_options(backbone, output, batch=32, max_grad_norm=0.0, warmup=0.0, **changes)


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    scale = max(value.abs().max().item() for value in one.values())
    assert scale > 1e-4, "there is no gradient to compare"
    for name, value in one.items():
        # A factor of the number of micro-batches or processes would be 8 or 2, not 1e-5.
        assert (value - other[name]).abs().max().item() < 1e-5 * scale, name


@pytest.mark.parametrize("loss", LOSSES)
def test_eight_times_four_is_thirty_two(backbone: Path, tmp_path: Path, loss: str) -> None:
    whole = gradient_of(run_options(backbone, tmp_path / "whole", loss=loss, micro_batch=32))
    assert_same(whole, gradient_of(run_options(backbone, tmp_path / "parts", loss=loss, micro_batch=4)))


@pytest.mark.parametrize("loss", ["bce", "q-ranking"])
def test_without_padding_it_is_the_same(backbone: Path, tmp_path: Path, loss: str) -> None:
    whole = gradient_of(run_options(backbone, tmp_path / "padded", loss=loss, micro_batch=32))
    # The order of an update's rows differs; sdpa keeps the rows of a flat batch apart by their positions.
    flat = run_options(backbone, tmp_path / "flat", loss=loss, micro_batch=8, batching="padding-free")
    assert_same(whole, gradient_of(flat))


@pytest.fixture(scope="module")
def of_two_processes(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gradients of two gloo processes, by loss; one start of the processes for all."""
    folder = tmp_path_factory.mktemp("two")
    runs = [run_options(backbone, folder / loss, loss=loss, micro_batch=4).to_text() for loss in LOSSES]
    command = [PYTHON, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    worker = str(Path(__file__).with_name("gradient.py"))
    subprocess.run([*command, worker, *runs, str(folder)], check=True, timeout=200)
    return folder


@pytest.mark.parametrize("loss", LOSSES)
def test_two_processes_are_one(backbone: Path, tmp_path: Path, of_two_processes: Path, loss: str) -> None:
    whole = gradient_of(run_options(backbone, tmp_path, loss=loss, micro_batch=32))
    assert_same(whole, torch.load(of_two_processes / f"{loss}.pt"))
