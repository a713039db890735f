"""The backbone of `--scale tiny`: a small language model, pre-trained from nothing on right solutions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    DataCollatorForSeq2Seq,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Trainer,
    TrainingArguments,
)

from cfprm_runner.contract.files import publish_folder
from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.reproduce.options import Pretrain
from cfprm_runner.scoring.trajectories import is_texts, read_json_rows

END = "<|endoftext|>"
VOCABULARY = 400
TOKENIZER_ROWS = 2000
"""Rows that the tokenizer is made from."""


def pretrain(options: Pretrain) -> int:
    """Writes a folder as Hugging Face has them; returns the exit code. Fault: a row is no solution."""
    texts = list(_texts(options.input))
    tokenizer = _tokenizer(texts[:TOKENIZER_ROWS])
    torch.manual_seed(options.seed)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=VOCABULARY,
            hidden_size=options.hidden,
            intermediate_size=3 * options.hidden,
            num_hidden_layers=options.layers,
            num_attention_heads=options.hidden // 32,
            num_key_value_heads=options.hidden // 32,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    partial = options.output.with_name(f".{options.output.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    arguments = TrainingArguments(
        output_dir=str(partial),
        seed=options.seed,
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch,
        learning_rate=options.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.05,
        use_cpu=True,
        dataloader_pin_memory=False,
        logging_steps=50,
        disable_tqdm=True,
        save_strategy="no",
        report_to=[],
        train_sampling_strategy="random",
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=[_encoded(tokenizer, *text) for text in texts],
        data_collator=DataCollatorForSeq2Seq(tokenizer),
    )
    trainer.train()
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    publish_folder(partial, options.output)
    print(f"{options.output}: {sum(one.numel() for one in model.parameters()):,} parameters, {len(texts):,} solutions")
    return ExitCode.DONE


def _texts(file: Path) -> Iterator[tuple[str, str]]:
    for number, row in read_json_rows(file):
        if not isinstance(row.get("prompt"), str) or not is_texts(row.get("completions")):
            raise Fault(f"{file}, row {number}: it lacks prompt or completions. `reproduce chains` writes such rows.")
        yield f"{row['prompt']}\n", "\n".join(row["completions"])


def _tokenizer(texts: list[tuple[str, str]]) -> PreTrainedTokenizerFast:
    """Byte-level BPE that keeps digits apart, as Qwen's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[END],
        show_progress=False,
    )
    tokenizer.train_from_iterator((part for text in texts for part in text), trainer)
    fast: Any = PreTrainedTokenizerFast
    made: PreTrainedTokenizerFast = fast(tokenizer_object=tokenizer, pad_token=END, eos_token=END)
    return made


def _encoded(tokenizer: PreTrainedTokenizerFast, prompt: str, solution: str) -> dict[str, Any]:
    """Ids, and the solution's own as labels: nothing is to be learnt of how problems are drawn."""
    given = tokenizer(prompt)["input_ids"]
    own = [*tokenizer(solution)["input_ids"], tokenizer.eos_token_id]
    return {
        "input_ids": [*given, *own],
        "attention_mask": [1] * (len(given) + len(own)),
        "labels": [-100] * len(given) + own,
    }
