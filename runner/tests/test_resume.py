"""A run that was killed or stopped ends as one that was not: byte for byte."""

import random
import signal
import subprocess
from pathlib import Path

import pytest

from cfprm_runner.fault import ExitCode
from cfprm_runner.options import TrainOptions
from cfprm_runner.train import run

from conftest import (
    assert_as_undisturbed,
    command_of,
    metrics_of,
    start,
    status_of,
    tiny_options,
    wait_for_step,
    weights_of,
)

LIMIT_SECONDS = 200
EPOCHS = 3
UPDATES = 36


def long_options(backbone: Path, output: Path, **changes: object) -> TrainOptions:
    return tiny_options(backbone, output, **{"epochs": EPOCHS, "save_every": 5, **changes})


@pytest.fixture(scope="module")
def whole(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed."""
    output = tmp_path_factory.mktemp("whole") / "run"
    assert run(long_options(backbone, output)) == ExitCode.DONE
    return output


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_a_random_step(backbone: Path, tmp_path: Path, whole: Path, seed: int) -> None:
    options = long_options(backbone, tmp_path / "run")
    process = start(options)
    wait_for_step(process, options.output, random.Random(seed).randint(1, UPDATES // 2))
    process.kill()
    process.wait()
    assert status_of(options.output)["state"] in ("running", "checkpointing")
    assert not (options.output / "exit_code").exists()
    assert run(options) == ExitCode.DONE
    assert_as_undisturbed(options.output, whole)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_stopped_by_a_signal(backbone: Path, tmp_path: Path, whole: Path, number: signal.Signals) -> None:
    # No other checkpoint than that of the stop.
    options = long_options(backbone, tmp_path / "run", save_every=1000)
    process = start(options)
    wait_for_step(process, options.output, 4)
    process.send_signal(number)
    assert process.wait(timeout=LIMIT_SECONDS) == ExitCode.STOPPED
    status = status_of(options.output)
    assert status["state"] == "stopped"
    assert 4 <= status["step"] < UPDATES
    assert status["checkpoint"] == status["step"], "what was learnt since the last checkpoint is lost"
    assert (options.output / "exit_code").read_text() == f"{int(ExitCode.STOPPED)}\n"
    # It goes on, here in another process than the one that was stopped.
    assert run(options) == ExitCode.DONE
    assert_as_undisturbed(options.output, whole)


def test_a_finished_run_is_not_trained_again(backbone: Path, tmp_path: Path) -> None:
    options = tiny_options(backbone, tmp_path / "run")
    assert run(options) == ExitCode.DONE
    before = weights_of(options.output)
    assert run(options) == ExitCode.DONE
    assert weights_of(options.output) == before
    assert len(metrics_of(options.output)) == 12


def test_a_folder_is_one_runs_at_a_time(backbone: Path, tmp_path: Path) -> None:
    options = long_options(backbone, tmp_path / "run")
    process = start(options)
    wait_for_step(process, options.output, 1)
    second = subprocess.run(command_of(options), capture_output=True, text=True, timeout=LIMIT_SECONDS)
    assert second.returncode == ExitCode.REFUSED
    assert "A run is under way" in second.stderr
    assert process.poll() is None
    process.kill()
    process.wait()
    assert status_of(options.output)["state"] != "failed"


def test_what_a_killed_run_left_unfinished_is_no_checkpoint(backbone: Path, tmp_path: Path, whole: Path) -> None:
    options = long_options(backbone, tmp_path / "run")
    partial = options.output / "checkpoints" / ".partial" / "checkpoint-30"
    partial.mkdir(parents=True)
    (partial / "model.safetensors").write_bytes(b"half")
    (options.output / "checkpoints" / "checkpoint-x").mkdir()
    assert run(options) == ExitCode.DONE
    assert_as_undisturbed(options.output, whole)
    assert not partial.exists()
