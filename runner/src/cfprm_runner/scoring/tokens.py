"""The tokenizer of a model folder, as the extension's scorer uses it: `tokenizer.json` and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from cfprm_runner.fault import Fault
from cfprm_runner.scoring.card import Token

Message: TypeAlias = dict[str, str]


class ModelTokenizer:
    """Ids of texts, texts of conversations, and the ids of the tokens that a card names."""

    def __init__(self, folder: Path) -> None:
        """Fault: `tokenizer.json` or `tokenizer_config.json` is missing or cannot be used."""
        self._folder = folder
        config = _read_json(folder / "tokenizer_config.json")
        path = folder / "tokenizer.json"
        _read_json(path)
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            raise Fault(f"{path} cannot be used ({error}). Copy it from the original model's folder.") from error
        self.bos = _text(config.get("bos_token"))
        self._eos = _text(config.get("eos_token"))
        self._template = _chat_template(folder, config)
        self._chat: PreTrainedTokenizerFast | None = None

    @property
    def text(self) -> str:
        """All that makes ids of texts, as JSON."""
        return str(self._tokenizer.to_str())

    @property
    def size(self) -> int:
        """One more than the largest id."""
        return max(self._tokenizer.get_vocab(with_added_tokens=True).values()) + 1

    def encode(self, text: str, special: bool) -> list[int]:
        """Token ids of a text; `special` adds the tokenizer's own special tokens."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=special).ids
        return ids

    def render(self, messages: list[Message]) -> str:
        """The text of a conversation. Fault: there is no chat template, or it refuses."""
        if self._template is None:
            raise Fault(
                f"{self._folder} has no chat template, which its prm.json asks for. Copy "
                "tokenizer_config.json (and chat_template.jinja) from the original model's folder."
            )
        if self._chat is None:
            marks = {"bos_token": self.bos or None, "eos_token": self._eos or None}
            self._chat = PreTrainedTokenizerFast(tokenizer_object=self._tokenizer, **marks)  # type: ignore[no-untyped-call]
        try:
            return str(
                self._chat.apply_chat_template(
                    messages, chat_template=self._template, tokenize=False, add_generation_prompt=False
                )
            )
        except Exception as error:
            raise Fault(f"The chat template of {self._folder} fails ({error}).") from error

    def id_of(self, token: Token) -> int:
        """
        The id of a token that a card names. Fault: the tokenizer has another text at that id, or makes
        several tokens of the text.
        """
        if token.id is not None:
            own = None if self._tokenizer.id_to_token(token.id) is None else self._tokenizer.decode([token.id], False)
            if own is not None and (own == token.text or own.strip() == token.text.strip() != ""):
                return token.id
            found = "no token" if own is None else repr(own)
            raise Fault(
                f"The tokenizer of {self._folder} has {found} at the id {token.id}, where {token.text!r} is "
                "expected. Take the tokenizer that belongs to this model."
            )
        ids = self.encode(token.text, False)
        if len(ids) == 2 and self._tokenizer.id_to_token(ids[0]) == "▁":
            ids = ids[1:]
        if len(ids) == 1:
            return ids[0]
        raise Fault(
            f"The tokenizer of {self._folder} makes {len(ids)} tokens of {token.text!r}, where one is needed. "
            "Take the tokenizer that belongs to this model, or name another separator in prm.json."
        )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Fault(
            f"{path} is missing. Copy it from the folder of the original model; where that has none, let transformers "
            "write it: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Fault(f"{path} cannot be read ({error}).") from error
    if not isinstance(value, dict):
        raise Fault(f"{path} is no JSON object. Copy it from the folder of the original model.")
    return value


def _chat_template(folder: Path, config: dict[str, Any]) -> str | None:
    own = config.get("chat_template")
    if isinstance(own, str):
        return own
    path = folder / "chat_template.jinja"
    return path.read_text("utf-8") if path.is_file() else None


def _text(token: Any) -> str:
    """A special token, which a config spells as text or as an object."""
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else ""
