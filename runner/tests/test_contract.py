"""The files by which a run is watched."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from cfprm_runner.contract import status as status_module
from cfprm_runner.contract.checkpoints import Checkpoints
from cfprm_runner.contract.files import publish_folder, write_json, write_text
from cfprm_runner.contract.metrics import MetricsFile
from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.contract.status import StatusFile
from cfprm_runner.contract.stop import StopRequest, request_stop
from cfprm_runner.fault import ExitCode, Fault, Stopped
from cfprm_runner.tally import Tally

from conftest import status_of


def test_a_status_is_whole_whenever_it_is_read(tmp_path: Path) -> None:
    ended = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not ended.is_set():
            seen.append(status_of(tmp_path)["step"])

    with StatusFile(tmp_path) as status:
        reader = threading.Thread(target=read)
        reader.start()
        for step in range(200):
            status.update(state="running", step=step, total=200)
        ended.set()
        reader.join()
    assert seen == sorted(seen)
    assert seen, "nothing was read meanwhile"


def test_the_heart_beats_while_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_module, "BEAT_SECONDS", 0.01)
    with StatusFile(tmp_path):
        first = status_of(tmp_path)
        assert first["state"] == "queued"
        assert first["process"] == os.getpid()
        while status_of(tmp_path)["heartbeat"] == first["heartbeat"]:
            pass
    assert status_of(tmp_path)["started"] == first["started"]


def test_metrics_are_taken_back_to_a_checkpoint(tmp_path: Path) -> None:
    metrics = MetricsFile(tmp_path)
    metrics.rewind(0)
    for step in range(1, 5):
        metrics.append({"step": step, "loss": float("nan") if step == 2 else 0.5})
    with (tmp_path / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 5, "lo')
    metrics.rewind(3)
    metrics.append({"step": 4, "loss": 0.25})
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["loss"]) for line in lines] == [(1, 0.5), (2, None), (3, 0.5), (4, 0.25)]


def test_a_checkpoint_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=2)
    assert checkpoints.latest() is None
    for step in (3, 20, 100):
        written = checkpoints.partial / f"checkpoint-{step}"
        written.mkdir(parents=True)
        (written / "weights").write_text(str(step))
        assert step not in checkpoints.steps()
        checkpoints.publish(step)
    assert checkpoints.steps() == [20, 100]
    latest = checkpoints.latest()
    assert latest is not None
    assert (latest / "weights").read_text() == "100"
    assert not checkpoints.partial.exists()


def test_a_folder_is_replaced_as_one(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "old").touch()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "file").write_text("new")
    publish_folder(tmp_path / "new", tmp_path / "target")
    assert [path.name for path in tmp_path.rglob("*")] == ["target", "file"]


def test_texts_are_replaced_and_json_holds_no_nan(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_text(file, "before")
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(file, {"a": float("nan")})
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_a_stop_is_asked_for_by_signal_or_file(tmp_path: Path) -> None:
    stop = StopRequest(tmp_path)
    stop.check()
    stop.listen()
    os.kill(os.getpid(), signal.SIGUSR1)
    assert stop.signalled
    with pytest.raises(Stopped):
        stop.check()
    other = StopRequest(tmp_path)
    assert not other.requested
    request_stop(tmp_path)
    assert other.requested
    RunFolder(tmp_path).begin()
    assert not other.requested


def test_a_folder_says_how_its_run_ended(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create()
    assert folder.exit_code() is None
    folder.end(ExitCode.STOPPED)
    assert folder.exit_code() == 75
    folder.begin()
    assert folder.exit_code() is None
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(Fault, match="give another folder"):
        RunFolder(blocked / "run").create()


def test_a_tally_of_two_processes() -> None:
    import torch

    tally = Tally(torch.device("cpu"))
    tally.begin()
    scores, labels = torch.tensor([[1.0, -1.0, 2.0, 0.3]]), torch.tensor([[1.0, 1.0, 0.0, 0.5]])
    inputs = {"attention_mask": torch.tensor([[1, 1, 1, 0]])}
    # The other process has the same numbers: everything doubles, the loss is a mean over processes.
    tally.add(torch.tensor(3.0), scores, labels, torch.ones(1, 4, dtype=torch.bool), inputs, threshold=0.0)
    loss, stop = tally.end(lambda sums: 2 * sums, stop=True, processes=2)
    assert (loss, stop) == (3.0, True)
    assert tally.values["tokens"] == 6
    # A label of 0.5 is neither right nor wrong.
    assert tally.values["accuracy"] == pytest.approx(1 / 3)
