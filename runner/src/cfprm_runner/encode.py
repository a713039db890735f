"""From texts to token ids and the positions of the steps' separators, as the extension's scorer does it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from cfprm_runner.fault import Fault
from cfprm_runner.prm_json import PrmSpec


@dataclass(frozen=True)
class Encoded:
    """A trajectory as the model is fed with it."""

    ids: list[int]
    positions: list[int]
    """For every step, the 0-based position in `ids` of its separator; ascending."""


def separator_id(tokenizer: PreTrainedTokenizerBase, separator: str) -> int:
    """The id of the token that a separator is. Fault: the tokenizer has no such token."""
    found = _token_of(tokenizer, separator)
    if found is None:
        raise Fault(
            f"The tokenizer has no token {separator!r}, which ends a step: take that of the model's own folder."
        )
    return found


def ensure_separator(tokenizer: PreTrainedTokenizerBase, separator: str) -> tuple[int, bool]:
    """The id of a separator's token, and whether it was added, as a special token, because there was none."""
    found = _token_of(tokenizer, separator)
    if found is not None:
        return found, False
    tokenizer.add_special_tokens({"additional_special_tokens": [separator]}, replace_extra_special_tokens=False)
    return separator_id(tokenizer, separator), True


def _token_of(tokenizer: PreTrainedTokenizerBase, separator: str) -> int | None:
    vocabulary = tokenizer.get_vocab()
    if separator in vocabulary and tokenizer.convert_ids_to_tokens(vocabulary[separator]) == separator:
        return int(vocabulary[separator])
    ids = tokenizer.encode(separator, add_special_tokens=False)
    return int(ids[0]) if len(ids) == 1 and ids[0] != tokenizer.unk_token_id else None


def start_template(tokenizer: PreTrainedTokenizerBase) -> str:
    """What stands before the steps: the tokenizer's beginning, if it puts one before texts, then the problem."""
    bos = tokenizer.bos_token_id
    begins = bos is not None and tokenizer.encode("a")[:1] == [bos]
    return "{bos}{problem}\n" if begins else "{problem}\n"


def start_text(spec: PrmSpec, problem: str, bos: str) -> str:
    """The text before the steps of a problem."""
    fill = {"problem": problem, "bos": bos}
    return re.sub(r"\{(problem|bos)\}", lambda match: fill[match[1]], spec.start)


def encode(
    tokenizer: PreTrainedTokenizerBase, spec: PrmSpec, solutions: Sequence[tuple[str, Sequence[str]]]
) -> Iterator[Encoded]:
    """Encodes solutions, each a problem and its steps. Nothing is cut.

    Start and steps are tokenized apart, and the separator's token is put after each step: the positions are right
    whatever the texts hold.
    """
    bos = str(tokenizer.bos_token or "")
    texts: list[str] = []
    for problem, steps in solutions:
        texts.append(start_text(spec, problem, bos))
        texts.extend(steps)
    pieces = tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else []
    at = 0
    for _, steps in solutions:
        ids = list(pieces[at])
        positions = []
        for piece in pieces[at + 1 : at + 1 + len(steps)]:
            ids.extend(piece)
            positions.append(len(ids))
            ids.append(spec.separator_id)
        at += 1 + len(steps)
        yield Encoded(ids, positions)


def cut(encoded: Encoded, max_length: int) -> Encoded:
    """Cuts after the last step that fits; with none, nothing is left. Its steps are the first of the whole's."""
    if len(encoded.ids) <= max_length:
        return encoded
    kept = sum(position < max_length for position in encoded.positions)
    return Encoded(encoded.ids[: encoded.positions[kept - 1] + 1] if kept else [], encoded.positions[:kept])
