"""Whether this machine can do a training run: what `train` would refuse, seen without starting it."""

import json
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForTokenClassification

from cfprm_runner import __version__
from cfprm_runner.backbone import attention_of, is_padding_free, load_tokenizer
from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.dataset import check_blocks
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.machine import check_machine, micro_batch_of, precision_of, processes_on_machine, room_for
from cfprm_runner.manifest import read_manifest, verify
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import preset_named


@dataclass(frozen=True)
class PreflightOptions(TrainOptions):
    """The options of the run that is looked at: those of train."""


def run(options: PreflightOptions) -> int:
    """Prints a JSON document: `ok`, the machine, and a `message` for each check that fails.

    Nothing is written but the run's folder, if it is not there. The exit code is 0 if the run could start, else 2.
    """
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        "machine": lambda: _machine(options),
        "input": lambda: _input(options),
        "batch": lambda: _batch(options),
        "model": lambda: _model(options),
        "disk": lambda: _disk(options),
    }
    found = {name: _outcome(check) for name, check in checks.items()}
    ok = all(check["ok"] for check in found.values())
    print(json.dumps({"ok": ok, "host": _host(), "checks": found}, indent=2, ensure_ascii=False))
    return ExitCode.DONE if ok else ExitCode.REFUSED


def _outcome(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"ok": True, **check()}
    except Fault as fault:
        return {"ok": False, "message": str(fault)}


def _host() -> dict[str, Any]:
    gpus = [torch.cuda.get_device_properties(k) for k in range(torch.cuda.device_count())]
    return {
        "runner": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "cpus": os.cpu_count(),
        "gpus": [{"name": gpu.name, "memory_bytes": gpu.total_memory} for gpu in gpus],
    }


def _machine(options: TrainOptions) -> dict[str, Any]:
    preset = preset_named(options.preset)
    check_machine(options, preset)
    return {
        "processes": processes_on_machine(options, preset),
        "precision": precision_of(options),
        "attention": attention_of(options),
        "padding_free": is_padding_free(options),
    }


def _input(options: TrainOptions) -> dict[str, Any]:
    manifest = read_manifest(options.input)
    verify(manifest)
    _, spec, _ = load_tokenizer(options)
    check_blocks(manifest, spec)
    return {"blocks": [{"window": block.window, "rows": block.rows * block.repeat} for block in manifest.blocks]}


def _batch(options: TrainOptions) -> dict[str, Any]:
    preset = preset_named(options.preset)
    processes = processes_on_machine(options, preset)
    micro = micro_batch_of(options, preset, processes)
    return {"micro_batch": micro, "accumulation": options.batch // (micro * processes)}


def _model(options: TrainOptions) -> dict[str, Any]:
    tokenizer, spec, added = load_tokenizer(options)
    return {
        "parameters": sum(p.numel() for p in _without_weights(options).parameters()),
        "separator": {"text": spec.separator, "id": spec.separator_id, "added": added},
        "vocabulary": len(tokenizer.get_vocab()),
    }


def _disk(options: TrainOptions) -> dict[str, Any]:
    folder = RunFolder(options.output)
    folder.create()
    existing = len(folder.checkpoints(options.keep).steps())
    room_for(_without_weights(options), folder.root, options, existing)
    return {"free_bytes": shutil.disk_usage(Path(folder.root)).free}


def _without_weights(options: TrainOptions) -> Any:
    try:
        config = AutoConfig.from_pretrained(options.model, trust_remote_code=False)
        config.num_labels = 1
        with torch.device("meta"):
            return AutoModelForTokenClassification.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise Fault(f"The configuration of {options.model} cannot be read ({error}): give a model's folder.") from None
