"""Our options as the Trainer's."""

import os
from typing import Any

from transformers import TrainingArguments

from cfprm_runner.contract.run_folder import RunFolder
from cfprm_runner.machine import micro_batch_of, precision_of, world_size
from cfprm_runner.options import TrainOptions
from cfprm_runner.presets import Preset, deepspeed_file, fsdp_config
from cfprm_runner.presets.cpu_sharding import allow_sharding_on_cpu

COLLECTIVE_SECONDS = 4 * 3600
"""How long processes wait for each other: the first one alone reads and encodes all rows."""


def training_arguments(options: TrainOptions, preset: Preset, folder: RunFolder) -> TrainingArguments:
    """The Trainer's arguments; making them joins this process to the others. Fault: the batch cannot be dealt out."""
    world = world_size()
    micro = micro_batch_of(options, preset, world)
    cpu = options.device == "cpu"
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder.tensorboard)
    if preset.fsdp and cpu:
        allow_sharding_on_cpu()
    sharded: dict[str, Any] = {"fsdp": True, "fsdp_config": fsdp_config()} if preset.fsdp else {}
    return TrainingArguments(
        output_dir=str(folder.checkpoints(options.keep).folder),
        run_name=options.name,
        seed=options.seed,
        # The plan holds all epochs, so that there is one schedule and one place to go on from.
        num_train_epochs=1,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=options.batch // (micro * world),
        dataloader_drop_last=True,
        accelerator_config={"even_batches": False, "use_seedable_sampler": False},
        dataloader_pin_memory=not cpu,
        remove_unused_columns=False,
        learning_rate=options.learning_rate,
        lr_scheduler_type=options.schedule if options.schedule != "constant" else "constant_with_warmup",
        warmup_steps=options.warmup,
        weight_decay=options.weight_decay,
        max_grad_norm=options.max_grad_norm,
        optim="adamw_torch" if cpu else "adamw_torch_fused",
        bf16=precision_of(options) == "bf16",
        use_cpu=cpu,
        activation_checkpointing=preset.recompute and not preset.fsdp,
        deepspeed=deepspeed_file(preset),
        ddp_backend="gloo" if cpu and "LOCAL_RANK" in os.environ else None,
        ddp_find_unused_parameters=False,
        ddp_timeout=COLLECTIVE_SECONDS,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=["tensorboard", *options.report_to],
        save_strategy="steps",
        save_steps=options.save_every,
        **sharded,
    )
