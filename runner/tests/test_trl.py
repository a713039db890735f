"""Against TRL's PRMTrainer, the implementation that most people have used."""

import os
from pathlib import Path
from typing import Any

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"

import torch
from datasets import Dataset
from transformers import AutoModelForTokenClassification
from trl.experimental.prm import PRMConfig, PRMTrainer

from cfprm_runner.collate import Collator, step_mask
from cfprm_runner.encode import encode
from cfprm_runner.losses import bce_loss
from cfprm_runner.prm_json import PrmSpec
from cfprm_runner.rows import read_rows

from conftest import MERGE, make_tokenizer

ROWS = list(read_rows(MERGE / "window-2.jsonl"))[:6]


def trl_rows(tokenizer: Any) -> list[dict[str, Any]]:
    """The rows as TRL encodes them, with a line break as the separator."""
    return [
        PRMTrainer.tokenize_row(
            {"prompt": row.prompt, "completions": row.steps, "labels": row.labels},
            tokenizer,
            "\n",
            max_length=2048,
            max_completion_length=None,
            train_on_last_step_only=False,
            is_eval=False,
        )
        for row in ROWS
    ]


def test_ids_and_positions_are_those_of_trl() -> None:
    tokenizer = make_tokenizer()
    # TRL puts nothing between problem and steps.
    spec = PrmSpec("trl", "\n", tokenizer.encode("\n")[0], start="{problem}")
    ours = encode(tokenizer, spec, [(row.prompt, row.steps) for row in ROWS])
    for encoded, row, wanted in zip(ours, ROWS, trl_rows(tokenizer), strict=True):
        assert encoded.ids == wanted["input_ids"]
        labels = [-100] * len(encoded.ids)
        for position, label in zip(encoded.positions, row.labels, strict=True):
            labels[position] = int(label)  # type: ignore[arg-type]
        assert labels == wanted["labels"]


def test_bce_is_the_loss_of_trl_and_has_its_gradient(backbone: Path, tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    torch.manual_seed(1)
    theirs: Any = AutoModelForTokenClassification.from_pretrained(backbone, num_labels=2)
    ours: Any = AutoModelForTokenClassification.from_pretrained(backbone, num_labels=1)
    with torch.no_grad():
        # A logit for two classes is their difference.
        ours.score.weight.copy_(theirs.score.weight[1:] - theirs.score.weight[:1])
        ours.score.bias.copy_(theirs.score.bias[1:] - theirs.score.bias[:1])
    rows = trl_rows(tokenizer)
    arguments = PRMConfig(str(tmp_path), use_cpu=True, report_to=[], disable_dropout=True)
    trainer = PRMTrainer(
        model=theirs, args=arguments, processing_class=tokenizer, train_dataset=Dataset.from_list(rows)
    )
    wanted = trainer.compute_loss(theirs.eval(), trainer.data_collator([dict(row) for row in rows]))
    wanted.backward()

    spec = PrmSpec("trl", "\n", tokenizer.encode("\n")[0], start="{problem}")
    encoded = encode(tokenizer, spec, [(row.prompt, row.steps) for row in ROWS])
    batch = Collator(tokenizer.pad_token_id, padding_free=False)(
        [
            {"input_ids": e.ids, "positions": e.positions, "labels": row.labels}
            for e, row in zip(encoded, ROWS, strict=True)
        ]
    )
    labels, index = batch.pop("labels"), batch.pop("step_index")
    scores = ours.eval()(**batch).logits.reshape(-1)[index]
    found = bce_loss(scores, labels, step_mask(labels))
    found.backward()

    assert torch.isclose(found, wanted, rtol=1e-6), (found.item(), wanted.item())
    for name, parameter in ours.model.named_parameters():
        other = theirs.model.get_parameter(name).grad
        assert torch.allclose(parameter.grad, other, rtol=1e-4, atol=1e-7), name


def test_soft_labels_reach_the_loss() -> None:
    # PRMTrainer makes int(0.9) = 0 of them.
    scores = torch.zeros(1, 2)
    soft = bce_loss(scores + 2, torch.tensor([[0.9, 0.4]]), torch.ones(1, 2, dtype=torch.bool))
    hard = bce_loss(scores + 2, torch.tensor([[0.0, 0.0]]), torch.ones(1, 2, dtype=torch.bool))
    assert soft < hard
