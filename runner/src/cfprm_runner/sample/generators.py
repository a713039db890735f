"""Backbones that continue prompts: vLLM where it is installed, else `transformers`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging as hf_logging

from cfprm_runner.fault import Fault

Backend = Literal["vllm", "transformers"]


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn, and where a text ends."""

    temperature: float
    top_p: float
    max_tokens: int
    stop: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Request:
    """A text to continue; `key` tells apart what is drawn for it from all other draws."""

    prompt: str
    key: tuple[int, int]


@dataclass(frozen=True)
class Generated:
    """A continuation, without the stop string; `finished` is false where the length ended it."""

    text: str
    tokens: int
    finished: bool


class Generator(Protocol):
    """Continues prompts. The same requests in the same batch give the same texts on the same machine."""

    def generate(self, requests: Sequence[Request]) -> list[Generated]:
        """A continuation for every request, in order."""


def chosen_backend(wanted: Backend | None) -> Backend:
    """The backend that is used. Fault: vLLM is asked for by name and not installed."""
    present = find_spec("vllm") is not None
    if wanted == "vllm" and not present:
        raise Fault("vLLM is not installed. Install it (`pip install vllm`, on a GPU), or take --backend transformers.")
    return wanted or ("vllm" if present else "transformers")


def open_generator(backend: Backend, model: str, sampling: Sampling, device: str | None) -> Generator:
    """Loads a backbone. Fault: it cannot be loaded."""
    if backend == "vllm":
        return _Vllm(model, sampling)
    return _Transformers(model, sampling, device or ("cuda" if torch.cuda.is_available() else "cpu"))


def load_tokenizer(model: str) -> Any:
    """The tokenizer of a backbone. Fault: it cannot be loaded."""
    try:
        return AutoTokenizer.from_pretrained(model, trust_remote_code=False)
    except Exception as error:
        raise Fault(
            f"The tokenizer of {model} cannot be loaded ({error}). Give a folder or a name on the hub."
        ) from error


def seed_of(*parts: int) -> int:
    """A seed of 31 bits that depends on all parts."""
    digest = hashlib.sha256(",".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


class _Transformers:
    def __init__(self, model: str, sampling: Sampling, device: str) -> None:
        hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._tokenizer = load_tokenizer(model)
        self._tokenizer.padding_side = "left"
        try:
            loaded = AutoModelForCausalLM.from_pretrained(
                model, dtype="auto" if device != "cpu" else torch.float32, trust_remote_code=False
            )
        except Exception as error:
            raise Fault(f"{model} cannot be loaded as a causal language model ({error}).") from error
        self._model: Any = loaded.eval()  # type: ignore[no-untyped-call]
        self._model.to(device)
        self._sampling = sampling
        self._vocabulary = self._model.get_input_embeddings().num_embeddings
        own = self._model.generation_config
        end = own.eos_token_id if own.eos_token_id is not None else self._tokenizer.eos_token_id
        self._ends = {end} if isinstance(end, int) else set(end or ())
        pad = self._tokenizer.pad_token_id
        # Some tokenizers have a token for padding that their model does not know; none is ever attended to.
        known = pad is not None and pad < self._vocabulary
        self._pad = pad if known else min(self._ends, default=0)
        self._config = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=sampling.temperature > 0,
            temperature=sampling.temperature or None,
            top_p=sampling.top_p if sampling.temperature > 0 else None,
            # What models bring along would change the distribution silently.
            top_k=0 if sampling.temperature > 0 else None,
            repetition_penalty=1.0,
            max_new_tokens=sampling.max_tokens,
            stop_strings=list(sampling.stop) or None,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=self._pad,
        )

    def generate(self, requests: Sequence[Request]) -> list[Generated]:
        """A continuation for every request; the draws depend on the batch, which begins with the first one's key."""
        self._tokenizer.pad_token = self._tokenizer.convert_ids_to_tokens(self._pad)
        prompts = [request.prompt for request in requests]
        inputs = self._tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        most = int(inputs["input_ids"].max())
        if most >= self._vocabulary:
            raise Fault(
                f"The tokenizer gives the id {most}, and the model knows {self._vocabulary} ids. Take the tokenizer "
                "that belongs to it."
            )
        inputs = {name: inputs[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
        torch.manual_seed(seed_of(self._sampling.seed, *requests[0].key))
        with torch.inference_mode():
            ids = self._model.generate(**inputs, generation_config=self._config, tokenizer=self._tokenizer)
        return [self._read(row) for row in ids[:, inputs["input_ids"].shape[1] :].tolist()]

    def _read(self, ids: list[int]) -> Generated:
        end = next((place for place, token in enumerate(ids) if token in self._ends), None)
        own = ids if end is None else ids[:end]
        text = self._tokenizer.decode(own, skip_special_tokens=True)
        cut = min((place for stop in self._sampling.stop if (place := text.find(stop)) >= 0), default=None)
        if cut is not None:
            # Behind a stop string there is padding alone, which may be spelled as text.
            text = text[:cut]
            own = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return Generated(text, len(own), end is not None or cut is not None)


class _Vllm:
    def __init__(self, model: str, sampling: Sampling) -> None:
        import vllm

        self._sampling = sampling
        self._vllm = vllm
        try:
            self._model = vllm.LLM(model=model, seed=sampling.seed, generation_config="vllm", trust_remote_code=False)
        except Exception as error:
            raise Fault(f"vLLM cannot load {model} ({error}). Try --backend transformers.") from error

    def generate(self, requests: Sequence[Request]) -> list[Generated]:
        """A continuation for every request; the draws of each depend on its key alone."""
        sampling = self._sampling
        parameters = [
            self._vllm.SamplingParams(
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                max_tokens=sampling.max_tokens,
                stop=list(sampling.stop),
                seed=seed_of(sampling.seed, *request.key),
            )
            for request in requests
        ]
        prompts = [request.prompt for request in requests]
        answers = self._model.generate(prompts, parameters, use_tqdm=False)
        best = [answer.outputs[0] for answer in answers]
        return [Generated(one.text, len(one.token_ids), one.finish_reason != "length") for one in best]
