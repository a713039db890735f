"""`cfprm-runner sample`: N candidates for every problem, as rows that the extension reads."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.fault import ExitCode, Fault
from cfprm_runner.sample.generators import (
    Backend,
    Generated,
    Generator,
    Request,
    Sampling,
    chosen_backend,
    load_tokenizer,
    open_generator,
)
from cfprm_runner.sample.journal import Journal
from cfprm_runner.sample.problems import Problem, read_problems
from cfprm_runner.sample.steps import SplitRule, split_steps

SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}."


_BATCH: dict[Backend, int] = {"vllm": 512, "transformers": 16}


@dataclass(frozen=True)
class SampleOptions:
    """Generate candidates for problems."""

    problems: Path
    """Rows with problem, prompt or question, and, for grading, gold or answer."""
    output: Path
    """The file to write: a TRL row per candidate."""
    model: str
    """The backbone: a folder, or a name on the hub."""
    n: int = 8
    """Candidates per problem."""
    backend: Backend | None = None
    """vllm where it is installed, else transformers."""
    prompt: str | None = None
    """A text with {problem} in it, instead of the tokenizer's chat template."""
    system: str = SYSTEM
    """The system's words in the chat template; empty for none."""
    temperature: float = 0.7
    """0 takes the likeliest token: all candidates are then the same."""
    top_p: float = 1.0
    """Draw from the likeliest tokens that have this probability together."""
    max_tokens: int = 2048
    """Tokens after which a candidate is cut; it then says so (sample.finish)."""
    stop: tuple[str, ...] = ()
    """Texts that end a candidate; they do not belong to it."""
    split: SplitRule = "blank-line"
    """How a text becomes steps."""
    seed: int = 0
    batch: int | None = None
    """Candidates that are generated together: 16 with transformers, 512 with vLLM, which spreads them itself."""
    device: Literal["cpu", "cuda"] | None = None
    """Where transformers runs; the GPU if there is one."""
    force: bool = False
    """Replace an existing output."""

    def __post_init__(self) -> None:
        """Refuses numbers out of range. Fault: names the option and what it may be."""
        rules = [
            ("n", self.n >= 1, "from 1 on"),
            ("batch", self.batch is None or self.batch >= 1, "from 1 on"),
            ("temperature", self.temperature >= 0, "from 0 on"),
            ("top-p", 0 < self.top_p <= 1, "above 0, up to 1"),
            ("max-tokens", self.max_tokens >= 1, "from 1 on"),
        ]
        for name, holds, allowed in rules:
            if not holds:
                raise Fault(f"--{name} is {getattr(self, name.replace('-', '_'))}: it must be {allowed}.")
        if self.prompt is not None and "{problem}" not in self.prompt:
            raise Fault("--prompt has no {problem}: the model would not see it.")
        if any("\\n" in text for text in (*self.stop, self.prompt or "")):
            raise Fault("--stop or --prompt holds a backslash and an n: for a line break write $'\\n' in the shell.")
        if "" in self.stop:
            raise Fault("--stop is an empty text, which would end every candidate at once. Leave it out.")


def run(options: SampleOptions) -> int:
    """The command; returns the exit code."""
    if options.output.exists() and not options.force:
        raise Fault(f"{options.output} exists. Name another file, or replace it with --force.")
    problems, repeated = read_problems(options.problems)
    backend = chosen_backend(options.backend)
    plan = [(problem, candidate) for problem in problems for candidate in range(1, options.n + 1)]
    mark = fingerprint(options, backend, problems)
    with Journal(options.output, mark, [(problem.row, k) for problem, k in plan]) as journal:
        if journal.done:
            print(f"goes on behind {journal.done} of {len(plan)} candidates", file=sys.stderr)
        if journal.done < len(plan):
            sampling = Sampling(options.temperature, options.top_p, options.max_tokens, options.stop, options.seed)
            generator = open_generator(backend, options.model, sampling, options.device)
            prompts = _prompts(options, problems)
            _generate(options, generator, journal, plan, prompts, _sampled_by(options, backend, mark))
        journal.finish()
    again = f" ({repeated} rows repeat a problem, and were left out)" if repeated else ""
    print(f"{options.output}: {len(plan)} candidates of {len(problems)} problems{again}")
    return ExitCode.DONE


def fingerprint(options: SampleOptions, backend: Backend, problems: Sequence[Problem]) -> str:
    """Tells runs apart by all that makes their texts: hexadecimal digits."""
    settings = {
        "backend": backend,
        # With vLLM a candidate does not depend on those beside it.
        "batch": None if backend == "vllm" else options.batch or _BATCH[backend],
        "max_tokens": options.max_tokens,
        "model": options.model,
        "n": options.n,
        "problems": [[problem.row, problem.text] for problem in problems],
        "prompt": options.prompt,
        "seed": options.seed,
        "split": options.split,
        "stop": options.stop,
        "system": options.system,
        "temperature": options.temperature,
        "top_p": options.top_p,
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def _prompts(options: SampleOptions, problems: Sequence[Problem]) -> dict[int, str]:
    """The text that the model continues, by the problem's row. Fault: the tokenizer has no chat template."""
    if options.prompt is not None:
        return {one.row: options.prompt.replace("{problem}", one.text) for one in problems}
    tokenizer = load_tokenizer(options.model)
    if not tokenizer.chat_template:
        raise Fault(
            f"The tokenizer of {options.model} has no chat template. State the text around a problem with --prompt, "
            r"for example --prompt $'Problem: {problem}\nSolution:'."
        )
    system = [{"role": "system", "content": options.system}] if options.system else []
    return {
        one.row: str(
            tokenizer.apply_chat_template(
                [*system, {"role": "user", "content": one.text}], tokenize=False, add_generation_prompt=True
            )
        )
        for one in problems
    }


def _sampled_by(options: SampleOptions, backend: Backend, mark: str) -> dict[str, Any]:
    return {
        "name": Path(options.model).name if Path(options.model).is_dir() else options.model,
        "backend": backend,
        "temperature": options.temperature,
        "top_p": options.top_p,
        "max_tokens": options.max_tokens,
        "seed": options.seed,
        "fingerprint": mark,
    }


def _generate(
    options: SampleOptions,
    generator: Generator,
    journal: Journal,
    plan: Sequence[tuple[Problem, int]],
    prompts: dict[int, str],
    by: dict[str, Any],
) -> None:
    """
    Generates what is missing, by whole batches that depend on the plan alone: a batch that was written in part is
    generated again, and gives the same texts.
    """
    size = options.batch or _BATCH[by["backend"]]
    for start in range(0, len(plan), size):
        batch = plan[start : start + size]
        if start + len(batch) <= journal.done:
            continue
        requests = [Request(prompts[problem.row], (problem.row, candidate)) for problem, candidate in batch]
        texts = generator.generate(requests)
        rows = [
            _row(problem, candidate, text, options.split, by)
            for (problem, candidate), text in zip(batch, texts, strict=True)
        ]
        journal.append(rows[max(0, journal.done - start) :])
        if sys.stderr.isatty():
            print(f"\r{journal.done} of {len(plan)} candidates", end="", file=sys.stderr, flush=True)


def _row(
    problem: Problem, candidate: int, generated: Generated, split: SplitRule, by: dict[str, Any]
) -> dict[str, Any]:
    """A TRL row without labels; `gold` is what `cfprm bon` grades the candidate's answer by."""
    own_id = {} if problem.id is None else {"id": problem.id}
    gold = {} if problem.gold is None else {"gold": problem.gold}
    return {
        **own_id,
        "prompt": problem.text,
        "completions": list(split_steps(generated.text, split)),
        **gold,
        "generator": by["name"],
        "sample": {
            "problem": problem.row,
            "candidate": candidate,
            "tokens": generated.tokens,
            "finish": "stop" if generated.finished else "length",
        },
        "sampled_by": by,
    }
