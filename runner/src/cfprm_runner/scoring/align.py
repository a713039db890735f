"""Problem and steps as token ids, and where each step's value is read: the rules of the extension's scorer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.card import Card
from cfprm_runner.scoring.tokens import Message, ModelTokenizer
from cfprm_runner.step_features import Table

_OWN_PREFIX = re.compile(r"^\s*step\s+\d+\s*[:.]", re.IGNORECASE)
_FIRST_MARK = 0xF0000


@dataclass(frozen=True)
class Solution:
    """What is scored: a problem and the steps of one solution."""

    problem: str
    steps: tuple[str, ...]
    features: Table | None = field(default=None, compare=False)
    """Of its steps, for models that take them."""


@dataclass(frozen=True)
class Aligned:
    """Token ids, and for every step the 0-based position in them where its value is read; ascending."""

    ids: list[int]
    positions: list[int]
    features: Table | None = field(default=None, compare=False)


class CannotScore(Fault):
    """A solution that this model cannot score; `kind` is the word that the extension's scorer has for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def align(card: Card, solution: Solution, tokenizer: ModelTokenizer) -> Aligned:
    """
    Turns a solution into token ids and the positions of its steps' values. Nothing is ever cut.

    CannotScore: a text holds the separator (`separator-in-text`), the tokenizer does not keep each separator as
    one token (`separator-mismatch`), or the text is longer than the model's input (`too-long`). Fault: the model takes
    step features, and the solution has none.
    """
    if not solution.steps:
        return Aligned([], [])
    if card.tokenize == "pieces":
        aligned = _pieces(card, solution, tokenizer)
    elif card.template["kind"] == "chat" and card.template["layout"] == "turns":
        aligned = _turns(card, solution, tokenizer)
    else:
        aligned = _whole(card, solution, tokenizer)
    if len(aligned.ids) > card.max_length:
        raise CannotScore(
            "too-long",
            f"The solution is {len(aligned.ids)} tokens long, and {card.name} reads {card.max_length}. Nothing is "
            "cut; take a model with a longer input.",
        )
    if card.features is None:
        return aligned
    if solution.features is None:
        raise Fault(
            f"{card.name} takes step features, which these rows come without: score the file with `cfprm score`, and "
            "evaluate what that writes."
        )
    return replace(aligned, features=solution.features)


def _pieces(card: Card, solution: Solution, tokenizer: ModelTokenizer) -> Aligned:
    separator = tokenizer.id_of(card.separator)
    back = 1 if card.read == "before-separator" else 0
    ids = tokenizer.encode(_start(card, solution.problem, tokenizer.bos), card.special_tokens)
    positions = []
    for index, step in enumerate(solution.steps):
        text = _step(card, step, index)
        ids = ids + (tokenizer.encode(text, False) if text else []) + [separator]
        positions.append(len(ids) - 1 - back)
    return Aligned(ids, positions)


def _whole(card: Card, solution: Solution, tokenizer: ModelTokenizer) -> Aligned:
    separator = tokenizer.id_of(card.separator)
    _refuse_separator(card, solution)
    if card.template["kind"] == "plain":
        ids = tokenizer.encode(_plain_text(card, solution, tokenizer.bos), card.special_tokens)
    else:
        ids = tokenizer.encode(tokenizer.render(_messages(card, solution)), card.special_tokens)
    positions = [place for place, token in enumerate(ids) if token == separator]
    if len(positions) != len(solution.steps):
        raise CannotScore(
            "separator-mismatch",
            f"The solution has {len(solution.steps)} steps, but the tokenizer kept {len(positions)} separators "
            f"{card.separator.text!r} (id {separator}). Check that separator and tokenizer belong to {card.name}.",
        )
    return Aligned(ids, positions)


def _turns(card: Card, solution: Solution, tokenizer: ModelTokenizer) -> Aligned:
    """
    A turn per step. The place of an answer is the length of what stands before it, in tokens: true only if the
    tokens of the beginnings are beginnings of the tokens of the whole, which is checked.
    """
    messages = _messages(card, solution)
    answer = tokenizer.id_of(card.separator)
    rendered = tokenizer.render(messages)
    ids = tokenizer.encode(rendered, card.special_tokens)
    known: list[int] = []
    positions = []
    for index, part in enumerate(_between_answers(card, rendered, messages, tokenizer)):
        text = part if index == 0 else card.separator.text + part
        known += tokenizer.encode(text, index == 0 and card.special_tokens)
        positions.append(len(known) - 1)
    if ids[: len(known)] != known or any(ids[place + 1] != answer for place in positions):
        raise CannotScore(
            "separator-mismatch",
            f"The tokenizer joins the answer {card.separator.text!r} (id {answer}) with the text around it, so the "
            f"places of the {len(positions)} steps are not sure. Check that the tokenizer belongs to {card.name}.",
        )
    return Aligned(ids, positions)


def _between_answers(card: Card, rendered: str, messages: list[Message], tokenizer: ModelTokenizer) -> list[str]:
    """What stands before each answer, found with answers that occur nowhere else in the conversation."""
    mark = next(chr(code) for code in range(_FIRST_MARK, 0x110000) if chr(code) not in rendered)
    marked = tokenizer.render([{**m, "content": mark} if m["role"] == "assistant" else m for m in messages])
    between = marked.split(mark)
    answers = sum(message["role"] == "assistant" for message in messages)
    if len(between) != answers + 1 or card.separator.text.join(between) != rendered:
        raise Fault(
            "The chat template does not write every answer once and as it is, so the steps cannot be told apart. "
            f"Use the tokenizer_config.json that belongs to {card.name}."
        )
    return between[:-1]


def _refuse_separator(card: Card, solution: Solution) -> None:
    texts = [("The problem", solution.problem)]
    texts += [(f"Step {k}", step) for k, step in enumerate(solution.steps, 1)]
    for where, text in texts:
        if card.separator.text in text:
            raise CannotScore(
                "separator-in-text",
                f"{where} holds {card.separator.text!r}, which {card.name} takes for the end of a step. Remove it "
                "from the text to score this solution.",
            )


def _start(card: Card, problem: str, bos: str) -> str:
    words = {"problem": problem, "bos": bos}
    return re.sub(r"\{(problem|bos)\}", lambda match: words[match[1]], card.template["start"])


def _step(card: Card, step: str, index: int) -> str:
    prefix: str = card.template.get("prefix", "")
    if "{k}" in prefix and _OWN_PREFIX.match(step):
        return step
    return prefix.replace("{k}", str(index + 1)) + step


def _plain_text(card: Card, solution: Solution, bos: str) -> str:
    tail = card.template.get("beforeSeparator", "") + card.separator.text
    steps = [_step(card, step, index) + tail for index, step in enumerate(solution.steps)]
    return _start(card, solution.problem, bos) + str(card.template.get("joiner", "")).join(steps)


def _messages(card: Card, solution: Solution) -> list[Message]:
    system = card.template.get("system")
    messages: list[Message] = [] if system is None else [{"role": "system", "content": system}]
    if card.template["layout"] == "answer":
        answer = "".join(step + card.separator.text for step in solution.steps)
        return [*messages, {"role": "user", "content": solution.problem}, {"role": "assistant", "content": answer}]
    for index, step in enumerate(solution.steps):
        content = f"{solution.problem} {step}" if index == 0 else step
        messages.append({"role": "user", "content": content})
        messages.append({"role": "assistant", "content": card.separator.text})
    return messages
