"""Every preset, at tiny size on the CPU, ends with a model that loads as a stock one."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from cfprm_runner.encode import encode
from cfprm_runner.fault import ExitCode
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import PRESETS
from cfprm_runner.prm_json import read_spec
from cfprm_runner.ray_entry import driver_secrets, worker
from cfprm_runner.train import run

from conftest import (
    PYTHON,
    assert_as_undisturbed,
    command_of,
    finish,
    metrics_of,
    row,
    start,
    status_of,
    tiny_options,
    wait_for_step,
    weights_of,
    write_merge,
)

LIMIT_SECONDS = 200


def scores_of(folder: Path) -> list[float]:
    """What a stock folder says of a solution."""
    spec = read_spec(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForTokenClassification.from_pretrained(folder)
    assert model.config.num_labels == 1
    (encoded,) = encode(tokenizer, spec, [("What is 2 + 2?", ["2 + 2 = 4.", "So it is 4."])])
    with torch.no_grad():
        logits = model.eval()(torch.tensor([encoded.ids])).logits[0, :, 0]
    return [float(value) for value in logits[encoded.positions]]


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def single(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of one process that the others are compared with."""
    output = tmp_path_factory.mktemp("single") / "run"
    assert run(tiny_options(backbone, output)) == ExitCode.DONE
    return output


def assert_alike(output: Path, single: Path) -> None:
    """The same training: losses of every update, and the scores that come of it."""
    one, other = metrics_of(single), metrics_of(output)
    assert [line["step"] for line in other] == [line["step"] for line in one]
    assert [line["loss"] for line in other] == pytest.approx([line["loss"] for line in one], rel=1e-4)
    assert scores_of(output / "model") == pytest.approx(scores_of(single / "model"), abs=1e-3)


def test_a_model_describes_itself_by_the_schema_of_the_extension(single: Path) -> None:
    schema = json.loads((Path(__file__).parents[2] / "media" / "prm.schema.json").read_text(encoding="utf-8"))
    described = json.loads((single / "model" / "prm.json").read_text(encoding="utf-8"))
    jsonschema.validate(described, schema)
    assert "processbench.jsonl" in described["trainedOn"]


def test_7b_141gb_is_one_process(backbone: Path, tmp_path: Path, single: Path) -> None:
    options = tiny_options(backbone, tmp_path / "run", preset="7b-141gb", micro_batch=None)
    assert run(options) == ExitCode.DONE
    assert_alike(options.output, single)


@pytest.fixture(scope="module")
def sharded(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of two processes that shard."""
    options = tiny_options(backbone, tmp_path_factory.mktemp("sharded") / "run", preset="fsdp2", save_every=2)
    subprocess.run(command_of(options), check=True, timeout=LIMIT_SECONDS)
    return options.output


def test_fsdp2_shards_over_two_processes(single: Path, sharded: Path) -> None:
    assert_alike(sharded, single)
    shards = sharded / "checkpoints" / "checkpoint-12" / "pytorch_model_fsdp_0"
    assert len(list(shards.glob("*.distcp"))) == 2, "the weights were not sharded"


def test_fsdp2_stops_as_one_and_goes_on(backbone: Path, tmp_path: Path, sharded: Path) -> None:
    options = tiny_options(backbone, tmp_path / "run", preset="fsdp2", save_every=2)
    process = start(options)
    wait_for_step(process, options.output, 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=LIMIT_SECONDS) == ExitCode.STOPPED
    assert status_of(options.output)["state"] == "stopped"
    finish(options)
    assert_as_undisturbed(options.output, sharded)


def test_two_processes_without_sharding(backbone: Path, tmp_path: Path, single: Path) -> None:
    options = tiny_options(backbone, tmp_path / "run", processes=2)
    subprocess.run(command_of(options), check=True, timeout=LIMIT_SECONDS)
    assert_alike(options.output, single)


def test_multi_node_by_torchrun(backbone: Path, tmp_path: Path, single: Path, free_port: int) -> None:
    # Two machines, each with a torchrun of its own, here on one.
    options = tiny_options(backbone, tmp_path / "run", preset="multi-node")
    nodes = []
    for rank in range(2):
        torchrun = [PYTHON, "-m", "torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "1"]
        where = ["--node-rank", str(rank), "--master-addr", "127.0.0.1", "--master-port", str(free_port)]
        nodes.append(subprocess.Popen([*torchrun, *where, *command_of(options)[1:]]))
    assert [node.wait(timeout=LIMIT_SECONDS) for node in nodes] == [0, 0]
    assert_alike(options.output, single)


def test_ray_wraps_the_same_run(backbone: Path, tmp_path: Path, single: Path) -> None:
    options = tiny_options(backbone, tmp_path / "run", processes=2)
    command = [PYTHON, "-m", "cfprm_runner.ray_entry", *command_of(options)[4:]]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
    subprocess.run(command, check=True, timeout=LIMIT_SECONDS, env=environment, stdout=subprocess.DEVNULL)
    assert_alike(options.output, single)
    assert status_of(options.output)["state"] == "finished"


def test_ray_hands_secrets_to_its_workers(
    options: Callable[..., TrainOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}
    monkeypatch.setattr("cfprm_runner.train.run", lambda _: seen.update(os.environ))
    monkeypatch.setenv("CFPRM_SECRETS", "TRACKER_KEY")
    monkeypatch.setenv("TRACKER_KEY", "a b")
    secrets = driver_secrets()
    monkeypatch.delenv("TRACKER_KEY")
    worker({"options": options().to_json(), "secrets": secrets})
    assert seen["TRACKER_KEY"] == "a b"


def test_7b_80gb_trains_with_its_optimizer_in_the_hosts_memory(
    backbone: Path, tmp_path: Path, options: Callable[..., TrainOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both in bf16, whose roundings differ by the order of sums.
    alone = options(precision="bf16")
    assert run(alone) == ExitCode.DONE
    monkeypatch.setenv("DS_ACCELERATOR", "cpu")
    made = tiny_options(backbone, tmp_path / "offloaded", preset="7b-80gb", precision="bf16", save_every=2)
    process = start(made)
    wait_for_step(process, made.output, 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=LIMIT_SECONDS) == ExitCode.STOPPED
    finish(made)
    one, other = metrics_of(alone.output), metrics_of(made.output)
    for name in ("step", "lr", "block"):
        assert [line[name] for line in other] == [line[name] for line in one]
    assert [line["loss"] for line in other] == pytest.approx([line["loss"] for line in one], rel=1e-3)
    assert scores_of(made.output / "model") == pytest.approx(scores_of(alone.output / "model"), abs=5e-3)


def test_every_preset_is_named_in_the_help_and_the_docs() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    options = (Path(__file__).parents[1] / "src" / "cfprm_runner" / "options.py").read_text(encoding="utf-8")
    for name in PRESETS:
        assert f"`{name}`" in documented
        assert name in options


def test_bf16_trains(options: Callable[..., TrainOptions], single: Path) -> None:
    made = options(precision="bf16")
    assert run(made) == ExitCode.DONE
    losses = [line["loss"] for line in metrics_of(made.output)]
    assert losses == pytest.approx([line["loss"] for line in metrics_of(single)], rel=0.05)
    # The master weights are kept in fp32, or such a learning rate would change nothing.
    small = options(precision="bf16", learning_rate=2e-6, warmup=0.0, output=made.output.with_name("small"))
    assert run(small) == ExitCode.DONE
    state = torch.load(small.output / "checkpoints" / "checkpoint-12" / "optimizer.pt")["state"]
    assert all(value["exp_avg"].dtype == torch.float32 for value in state.values())


def test_adapters_are_merged_into_a_stock_model(options: Callable[..., TrainOptions], backbone: Path) -> None:
    made = options(lora=4, max_updates=6, save_every=3, learning_rate=1e-2)
    assert run(made) == ExitCode.DONE
    checkpoint = made.output / "checkpoints" / "checkpoint-6"
    assert (checkpoint / "adapter_model.safetensors").exists()
    assert (checkpoint / "adapter_model.safetensors").stat().st_size < (
        made.output / "model" / "model.safetensors"
    ).stat().st_size
    trained, untouched = (
        AutoModelForTokenClassification.from_pretrained(folder, num_labels=1)
        for folder in (made.output / "model", backbone)
    )
    changed = {
        name
        for name, parameter in trained.named_parameters()
        if not torch.equal(parameter, untouched.get_parameter(name))
    }
    assert "model.layers.0.self_attn.q_proj.weight" in changed
    assert "score.weight" in changed
    assert "model.layers.0.input_layernorm.weight" not in changed
    # Of the embeddings only the separator's row, which is new, is trained.
    rows = (trained.get_input_embeddings().weight != untouched.get_input_embeddings().weight).any(dim=1)
    assert rows.nonzero().flatten().tolist() == [read_spec(made.output / "model").separator_id]
    assert len(scores_of(made.output / "model")) == 2


def test_an_adapter_run_that_was_killed_ends_the_same(options: Callable[..., TrainOptions]) -> None:
    whole = options(lora=4, save_every=4)
    assert run(whole) == ExitCode.DONE
    resumed = options(lora=4, save_every=4, output=whole.output.with_name("resumed"))
    assert run(resumed) == ExitCode.DONE
    # As if it had been killed after its first checkpoint.
    shutil.rmtree(resumed.output / "model")
    shutil.rmtree(resumed.output / "checkpoints" / "checkpoint-12")
    assert run(resumed) == ExitCode.DONE
    assert weights_of(resumed.output) == weights_of(whole.output)


@pytest.mark.parametrize("loss", ["bce", "mse", "mse-raw", "q-ranking", "orm"])
def test_every_loss_learns(options: Callable[..., TrainOptions], tmp_path: Path, loss: str) -> None:
    # A step that says "wrong" is: what any of the losses has to find.
    rng = random.Random(0)
    rows = []
    for _ in range(64):
        labels = [rng.random() < 0.6 for _ in range(rng.randint(2, 4))]
        steps = [f"{rng.randint(1, 9)} is {'right' if label else 'wrong'}." for label in labels]
        rows.append({**row(len(labels), labels), "completions": steps})
    merge = write_merge(tmp_path / "merge", {1: rows})
    made = options(input=merge, loss=loss, batch=16, micro_batch=16, epochs=15, learning_rate=3e-3, save_every=1000)
    assert run(made) == ExitCode.DONE
    assert [line["accuracy"] for line in metrics_of(made.output)][-4:] == [1.0] * 4
    spec = read_spec(made.output / "model")
    assert spec.activation == ("none" if loss == "mse-raw" else "sigmoid")
