"""How the processes of a run end together."""

from collections.abc import Callable, Iterator

import pytest
from torch import distributed as dist

from cfprm_runner.fault import ExitCode
from cfprm_runner.launch import run_as_one_of_several
from cfprm_runner.options import TrainOptions


@pytest.fixture
def no_group_left() -> Iterator[None]:
    """Other tests of this process train alone."""
    yield
    if dist.is_initialized():
        dist.destroy_process_group()


@pytest.mark.parametrize(
    ("code", "stays"), [(ExitCode.DONE, False), (ExitCode.STOPPED, False), (ExitCode.FAILED, True)]
)
def test_a_process_leaves_its_group_before_it_exits(
    options: Callable[..., TrainOptions],
    monkeypatch: pytest.MonkeyPatch,
    no_group_left: None,
    code: ExitCode,
    stays: bool,
) -> None:
    def train(_: TrainOptions) -> ExitCode:
        dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
        return code

    monkeypatch.setattr("cfprm_runner.train.run", train)
    assert run_as_one_of_several(options()) == code
    assert dist.is_initialized() == stays
