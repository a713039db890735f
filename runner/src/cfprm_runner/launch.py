"""`cfprm-runner train`: starts as many processes as the preset wants on this machine, and sees them to their end."""

import os
import subprocess
import sys
import time

import torch
from torch import distributed as dist

from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.contract.status import StatusFile
from cfprm_runner.contract.stop import StopRequest, request_stop
from cfprm_runner.fault import ExitCode
from cfprm_runner.machine import processes_on_machine
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import Preset, preset_named

POLL_SECONDS = 0.2


def run(options: TrainOptions) -> int:
    """Trains, alone or with other processes; returns the exit code."""
    preset = preset_named(options.preset)
    folder = RunFolder(options.output)
    under_torchrun = "LOCAL_RANK" in os.environ
    if not under_torchrun or os.environ.get("RANK", "0") == "0":
        folder.create()
        folder.hold()
        folder.begin()
        folder.release()
    if under_torchrun:
        return run_as_one_of_several(options)
    if _alone(options, preset):
        # What a process of its own does is not imported by one that only starts others.
        from cfprm_runner.train import run as train

        return train(options)
    return _supervise(options, folder, processes_on_machine(options, preset))


def run_as_one_of_several(options: TrainOptions) -> int:
    """Trains in this process, which torchrun started beside others; returns the exit code."""
    from cfprm_runner.train import run as train

    code = train(options)
    # A process that exits with its threads of communication still there aborts now and then ("terminate called without
    # an active exception"), and torchrun then ends the others, the one that writes the model included. After a failure
    # the others may be in the middle of an exchange, and ending it in order could wait for them.
    if code in (ExitCode.DONE, ExitCode.STOPPED) and dist.is_initialized():
        dist.destroy_process_group()
    return code


def _alone(options: TrainOptions, preset: Preset) -> bool:
    """Whether one process without any torch.distributed does."""
    sharded = preset.fsdp or preset.deepspeed is not None
    # A Trainer that sees several GPUs and no LOCAL_RANK would use them all, as DataParallel.
    one_device = options.device == "cpu" or torch.cuda.device_count() <= 1
    return processes_on_machine(options, preset) == 1 and one_device and not sharded


def _supervise(options: TrainOptions, folder: RunFolder, processes: int) -> int:
    """Runs torchrun and passes on requests to stop.

    torchrun itself gives its workers 30 seconds when it is signalled, which is less than a checkpoint may take: it is
    not signalled, the run's first process is told by the file `stop`, and all of them end together.
    """
    stop = StopRequest(folder.root)
    stop.listen()
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)),
        *("-m", "cfprm_runner.worker", options.to_text()),
    ]
    child = subprocess.Popen(command, start_new_session=True)
    while child.poll() is None:
        if stop.signalled:
            request_stop(folder.root)
        time.sleep(POLL_SECONDS)
    code = folder.exit_code()
    if code is not None:
        return code
    message = (
        f"A process of the run ended without saying why (torchrun ended with {child.returncode}): the log has its last "
        "words; memory that was full is a usual cause. The same command goes on from the last checkpoint."
    )
    with StatusFile(folder.root) as status:
        status.update(state="failed", error={"message": message})
    print(message, file=sys.stderr)
    folder.end(ExitCode.FAILED)
    return ExitCode.FAILED
