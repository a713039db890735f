"""Ray Train around the same run: `python -m cfprm_runner.ray_entry TRAIN-OPTIONS`, as the entry of a Ray job.

Each worker is a process of the run, as under torchrun; the folders have to be on a disk that all of them share. This
package is uploaded to the cluster as a module of the job's runtime environment, so that workers elsewhere have the
same one. Ray passes no signals on to workers: the driver, which gets them, leaves the file `stop`.
"""

import contextlib
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import tyro

from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.contract.status import StatusFile
from cfprm_runner.contract.stop import StopRequest, request_stop
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import preset_named

POLL_SECONDS = 0.5


def worker(config: dict[str, Any]) -> None:
    """A Ray Train worker: one process of the run. What ends the run is in its folder; nothing is raised."""
    from cfprm_runner.train import run

    os.environ.update(config["secrets"])
    run(TrainOptions.from_json(config["options"]))


def driver_secrets() -> dict[str, str]:
    """What the launcher gave this driver alone (tokens of trackers): Ray would show a job's environment variables."""
    return {name: os.environ[name] for name in os.environ.get("CFPRM_SECRETS", "").split()}


def run(options: TrainOptions) -> int:
    """Trains on the Ray cluster that is at hand (or a local one); returns the exit code.

    `--processes` is the number of workers, each with one GPU unless `--device cpu`. Fault: Ray is not installed, or the
    preset is for one process.
    """
    try:
        import ray
        from ray.train import RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer
    except ImportError:
        raise Fault("Ray is not installed: pip install 'cfprm-runner[ray]'.") from None
    preset_named(options.preset)
    folder = RunFolder(options.output.resolve())
    folder.create()
    folder.hold()
    folder.begin()
    folder.release()
    stop = StopRequest(folder.root)
    stop.listen()
    ended = threading.Event()
    watcher = threading.Thread(target=_pass_on, args=(stop, folder, ended), daemon=True)
    watcher.start()
    gpu = options.device == "cuda"
    if not ray.is_initialized():
        ray.init(log_to_driver=True, runtime_env={"py_modules": [str(Path(__file__).parent)]})
    trainer = TorchTrainer(
        worker,
        train_loop_config={"options": _absolute(options).to_json(), "secrets": driver_secrets()},
        scaling_config=ScalingConfig(num_workers=options.processes or 1, use_gpu=gpu),
        torch_config=TorchConfig(backend="nccl" if gpu else "gloo"),
        run_config=RunConfig(name=options.name, storage_path=str(folder.root / "ray")),
    )
    try:
        with contextlib.suppress(Exception):
            # A worker that died is told below, from what it left.
            trainer.fit()
    finally:
        ended.set()
        watcher.join()
    code = folder.exit_code()
    if code is not None:
        return code
    message = (
        "A worker of the run ended without saying why: the log of the Ray job has its last words. The same command "
        "goes on from the last checkpoint."
    )
    with StatusFile(folder.root) as status:
        status.update(state="failed", error={"message": message})
    folder.end(ExitCode.FAILED)
    return ExitCode.FAILED


def _pass_on(stop: StopRequest, folder: RunFolder, ended: threading.Event) -> None:
    while not ended.wait(POLL_SECONDS):
        if stop.signalled:
            request_stop(folder.root)


def _absolute(options: TrainOptions) -> TrainOptions:
    """Workers have another working folder."""
    model = str(Path(options.model).resolve()) if Path(options.model).is_dir() else options.model
    return replace(options, input=options.input.resolve(), output=options.output.resolve(), model=model)


def main() -> None:
    """The entry of a Ray job."""
    try:
        sys.exit(run(tyro.cli(TrainOptions, description="Train on a Ray cluster.")))
    except Fault as fault:
        print(fault, file=sys.stderr)
        sys.exit(fault.code)


if __name__ == "__main__":
    main()
