"""The command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfprm_runner.cli import COMMANDS, execute
from cfprm_runner.fault import ExitCode
from cfprm_runner.options import TrainOptions

from conftest import command_of, status_of


def test_help_lists_every_command_and_a_wrong_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"]) == ExitCode.DONE
    listed = capsys.readouterr().out
    assert all(f"  {name}" in listed for name in COMMANDS)
    assert execute(["trian"]) == ExitCode.REFUSED
    assert '"trian" is no command' in capsys.readouterr().err
    assert execute([]) == ExitCode.REFUSED


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute([name, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[name].summary in " ".join(capsys.readouterr().out.split())


def test_train_by_the_command_line(options: Callable[..., TrainOptions]) -> None:
    made = options(max_updates=2)
    assert execute(command_of(made)[3:]) == ExitCode.DONE
    assert status_of(made.output)["state"] == "finished"
    assert (made.output / "exit_code").read_text() == "0\n"


def test_a_fault_is_printed(options: Callable[..., TrainOptions], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = command_of(options())[3:]
    assert execute([*arguments, "--epochs", "0"]) == ExitCode.REFUSED
    assert "--epochs is 0" in capsys.readouterr().err


def test_options_survive_json(options: Callable[..., TrainOptions]) -> None:
    made = options(report_to=("wandb",), max_updates=3, separator="\n")
    assert TrainOptions.from_json(json.loads(made.to_text())) == made


def test_preflight_says_what_train_would(
    options: Callable[..., TrainOptions], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = command_of(options())[4:]
    assert execute(["preflight", *arguments]) == ExitCode.DONE
    found = json.loads(capsys.readouterr().out)
    assert found["ok"]
    assert found["checks"]["batch"] == {"ok": True, "micro_batch": 4, "accumulation": 2}
    assert found["checks"]["model"]["separator"]["added"]
    assert not (options().output / "status.json").exists()

    assert execute(["preflight", *command_of(options(input=tmp_path, batch=9, model="/none"))[4:]]) == ExitCode.REFUSED
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert [name for name, check in found["checks"].items() if not check["ok"]] == ["input", "batch", "model", "disk"]
    assert "cfprm merge" in found["checks"]["input"]["message"]
