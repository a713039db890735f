"""A training run, as each of its processes does it."""

import hashlib
import logging
import os
import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from accelerate.utils import broadcast_object_list
from datasets import Dataset
from transformers import PreTrainedTokenizerBase, PrinterCallback, TrainingArguments

from cfprm_runner import __version__
from cfprm_runner.backbone import fingerprint, is_padding_free, load_model, load_tokenizer, with_adapters
from cfprm_runner.collate import Collator
from cfprm_runner.contract.files import publish_folder, write_json
from cfprm_runner.contract.metrics import MetricsFile
from cfprm_runner.contract.run_folder import IDENTITY_FILE, RunFolder, claim
from cfprm_runner.contract.status import Status, StatusFile
from cfprm_runner.contract.stop import StopRequest
from cfprm_runner.dataset import Counts, build_dataset
from cfprm_runner.fault import ExitCode, Fault, Stopped
from cfprm_runner.losses import Kind
from cfprm_runner.machine import check_machine, precision_of, room_for
from cfprm_runner.manifest import Manifest, read_manifest, verify
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import Preset, preset_named
from cfprm_runner.prm_json import PrmSpec, write_spec
from cfprm_runner.sampler import Indices, plan_order
from cfprm_runner.settings import training_arguments
from cfprm_runner.trainer import PrmTrainer
from cfprm_runner.updates import Updates, stock_of
from cfprm_runner.watch import Watch

LOSSES: dict[str, Kind] = {
    "bce": "bce",
    "mse": "mse",
    "mse-raw": "mse-raw",
    "q-ranking": "q-ranking",
    # The outcome reward model is trained by the same loss, on the last step alone (`build_dataset`).
    "orm": "bce",
}


@dataclass(frozen=True)
class Place:
    """Where a process of a run stands."""

    options: TrainOptions
    folder: RunFolder
    status: Status
    stop: StopRequest
    first: bool
    """Whether it speaks for the run."""


@dataclass(frozen=True)
class Data:
    """What is trained on."""

    manifest: Manifest
    rows: Dataset
    counts: Counts
    plan: Indices
    tokenizer: PreTrainedTokenizerBase
    spec: PrmSpec
    added: bool
    """Whether the separator is new to the tokenizer."""
    padding_free: bool


def is_first_process() -> bool:
    """Whether this process speaks for the run: the only one, or rank 0."""
    return int(os.environ.get("RANK", "0")) == 0


def run(options: TrainOptions) -> ExitCode:
    """Trains in this process, alone or as one of several, and returns how it ended.

    What ends a run is said in `status.json` and `exit_code` and printed. Fault: the folder cannot be had; its files are
    then left as they are.
    """
    folder, first = RunFolder(options.output), is_first_process()
    stop = StopRequest(folder.root)
    stop.listen()
    if first:
        folder.create()
        folder.hold()
    with StatusFile(folder.root) if first else Status() as status:
        place = Place(options, folder, status, stop, first)
        code, message = _guarded(lambda: _train(place))
        state = {ExitCode.DONE: "finished", ExitCode.STOPPED: "stopped"}.get(code, "failed")
        status.update(state=state, error={"message": message} if message else None)
    if message or first:
        print(message or state, flush=True)
    if first:
        folder.end(code)
        folder.release()
    return code


def _guarded(work: Callable[[], bool]) -> tuple[ExitCode, str | None]:
    """The exit code of a piece of work that returns whether it was stopped, and a message if it failed."""
    goes_on = "the same command goes on from the last checkpoint."
    try:
        return (ExitCode.STOPPED if work() else ExitCode.DONE), None
    except Stopped:
        return ExitCode.STOPPED, None
    except Fault as fault:
        return fault.code, str(fault)
    except torch.OutOfMemoryError as error:
        return ExitCode.FAILED, (
            f"The GPU's memory is full ({str(error).splitlines()[0]}). Lower --micro-batch, or take a preset that "
            f"shards or offloads; {goes_on}"
        )
    except Exception as error:  # noqa: BLE001 - the end of the line: it is told, with its trace
        traceback.print_exc()
        return ExitCode.FAILED, f"{type(error).__name__}: {error}. The log has the details; {goes_on}"


def _train(place: Place) -> bool:
    """Returns whether the run was stopped before its end."""
    options, folder = place.options, place.folder
    transformers.utils.logging.set_verbosity(logging.ERROR)
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    preset = preset_named(options.preset)
    check_machine(options, preset)
    place.status.update(state="running")
    manifest = read_manifest(options.input)
    arguments = training_arguments(options, preset, folder)
    _in_first(place, lambda: verify(manifest))
    data = _prepare_data(place, manifest)
    model: Any = load_model(options, data.tokenizer, data.spec, data.added)
    identity = _identity(options, data, fingerprint(model))
    latest = folder.checkpoints(options.keep).latest()
    _in_first(place, lambda: claim(folder, identity, latest))
    if folder.model.exists():
        place.status.update(step=identity["updates"], total=identity["updates"])
        return False
    if options.lora is not None:
        model = with_adapters(model, options.lora, data.spec, data.added)
    existing = len(folder.checkpoints(options.keep).steps())
    _in_first(place, lambda: room_for(model, folder.root, options, existing))
    finish = _finisher(data.spec, identity)
    trainer = _trainer(place, preset, data, model, arguments, finish)
    watch = _watch(place, data, trainer, latest)
    trainer.train(resume_from_checkpoint=str(latest) if latest else None)
    if watch.stopped:
        return True
    _save_model(place, trainer, finish)
    return False


def _in_first(place: Place, work: Callable[[], object]) -> None:
    """Does something in the first process while the others wait; what it raises is raised in all of them."""
    raised: list[Exception | None] = [None]
    if place.first:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised below
            raised = [error]
    broadcast_object_list(raised)
    if raised[0] is not None:
        raise raised[0]


def _prepare_data(place: Place, manifest: Manifest) -> Data:
    options = place.options
    tokenizer, spec, added = load_tokenizer(options)

    def build() -> tuple[Dataset, Counts]:
        return build_dataset(
            manifest,
            tokenizer,
            spec,
            place.folder.rows,
            last_only=options.loss == "orm",
            max_lost=options.max_lost,
            check=place.stop.check if place.first else lambda: None,
        )

    # The first process writes the rows, and all of them then find them.
    _in_first(place, build)
    rows, counts = build()
    if place.first:
        print(counts.text(), flush=True)
    padding_free = is_padding_free(options)
    plan = plan_order(
        stock_of(rows, manifest),
        options.order,
        batch=options.batch,
        epochs=options.epochs,
        seed=options.seed,
        max_updates=options.max_updates,
        by_length=not padding_free,
    )
    facts = (
        f"{manifest.source} in windows {', '.join(block.title for block in manifest.blocks)} ({options.order} order), "
        f"{len(plan):,} trajectories, loss {options.loss}, from {Path(options.model).name}, "
        f"by cfprm-runner {__version__}"
    )
    return Data(manifest, rows, counts, plan, tokenizer, replace(spec, trained_on=facts), added, padding_free)


def _identity(options: TrainOptions, data: Data, model: str) -> dict[str, Any]:
    """What has to be the same for a run to go on as if it had not stopped."""
    updates = np.sort(data.plan.reshape(-1, options.batch), axis=1)
    names = ("loss", "zeta", "batch", "learning_rate", "schedule", "warmup", "weight_decay", "max_grad_norm", "seed")
    return {
        "backbone": model,
        "files": [block.sha256 for block in data.manifest.blocks],
        "updates": len(updates),
        "rows": hashlib.sha256(updates.tobytes()).hexdigest()[:16],
        **{name: getattr(options, name) for name in names},
        "separator": data.spec.separator,
        "max_length": options.max_length,
        "precision": precision_of(options),
        "preset": options.preset,
        "lora": options.lora,
    }


def _finisher(spec: PrmSpec, identity: dict[str, Any]) -> Callable[[Path], None]:
    """What makes a folder of weights one that can be scored with, and gone on from."""

    def finish(checkpoint: Path) -> None:
        write_spec(checkpoint, spec)
        write_json(checkpoint / IDENTITY_FILE, identity)

    return finish


def _trainer(
    place: Place,
    preset: Preset,
    data: Data,
    model: Any,
    arguments: TrainingArguments,
    finish: Callable[[Path], None],
) -> PrmTrainer:
    tokenizer: Any = data.tokenizer
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    trainer = PrmTrainer(
        model=model,
        args=arguments,
        train_dataset=data.rows,
        data_collator=Collator(
            pad,
            data.padding_free,
            multiple=8 if place.options.device == "cuda" else 1,
            feature_size=data.spec.features.size if data.spec.features is not None else 0,
        ),
        processing_class=tokenizer,
        plan=data.plan,
        loss=LOSSES[place.options.loss],
        zeta=place.options.zeta,
        checkpoints=place.folder.checkpoints(place.options.keep),
        finish_checkpoint=finish,
        status=place.status,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _watch(place: Place, data: Data, trainer: PrmTrainer, latest: Path | None) -> Watch:
    metrics = MetricsFile(place.folder.root) if place.first else None
    if metrics is not None:
        metrics.rewind(int(latest.name.rpartition("-")[2]) if latest else 0)
    updates = Updates(data.plan, place.options.batch, data.rows, data.manifest)
    watch = Watch(trainer, place.status, metrics, lambda: place.stop.requested, updates.describe, updates.rows)
    trainer.add_callback(watch)
    return watch


def _save_model(place: Place, trainer: PrmTrainer, finish: Callable[[Path], None]) -> None:
    """The finished model as a stock folder: weights, configuration, tokenizer and prm.json."""
    weights = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if not place.first:
        return
    model: Any = trainer.accelerator.unwrap_model(trainer.model_wrapped)
    if place.options.lora is not None:
        model = model.merge_and_unload()
        weights = model.state_dict()
    if precision_of(place.options) == "bf16":
        weights = {name: value.to(torch.bfloat16) for name, value in weights.items()}
    partial = place.folder.root / ".model.partial"
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial, state_dict=weights)
    tokenizer: Any = trainer.processing_class
    tokenizer.save_pretrained(partial)
    finish(partial)
    publish_folder(partial, place.folder.model)
