"""Candidates: each once, also after a kill; drawn as asked; rows that the extension reads."""

import errno
import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM

from cfprm_runner.fault import Fault
from cfprm_runner.sample.command import SampleOptions, run
from cfprm_runner.sample.generators import Generated, Request, Sampling, open_generator
from cfprm_runner.sample.steps import split_steps

from tiny_checkpoints import SHAPE, command_line, write_tokenizer

Row = dict[str, Any]


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model with random weights, whose own settings would change what is drawn."""
    folder = tmp_path_factory.mktemp("backbone")
    size = write_tokenizer(folder, "qwen")
    torch.manual_seed(7)
    model = Qwen2ForCausalLM(Qwen2Config(vocab_size=size, **SHAPE))
    end = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids("<|im_end|>")
    model.generation_config.eos_token_id = end
    model.generation_config.do_sample = True
    model.generation_config.top_k = 1
    model.generation_config.repetition_penalty = 3.0
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    rows = [
        {"id": "a", "problem": "What is 1 + 1?", "answer": "2"},
        {"question": "What is 2 + 2?", "gold": 4},
        {"prompt": "What is  1 + 1?"},
        {"prompt": "Name a number."},
    ]
    file = tmp_path / "problems.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def options(problems: Path, backbone: Path, output: Path, **more: Any) -> SampleOptions:
    usual: dict[str, Any] = {"n": 3, "max_tokens": 12, "batch": 4, "backend": "transformers", "device": "cpu"}
    return SampleOptions(problems, output, str(backbone), **{**usual, **more})


def rows_of(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_candidate_once_with_what_made_it(
    problems: Path, backbone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert run(options(problems, backbone, out)) == 0
    assert "9 candidates of 3 problems (1 rows repeat a problem, and were left out)" in capsys.readouterr().out
    rows = rows_of(out)
    keys = [(row["sample"]["problem"], row["sample"]["candidate"]) for row in rows]
    assert keys == [(problem, k) for problem in (1, 2, 4) for k in (1, 2, 3)]
    assert [row.get("gold") for row in rows[::3]] == ["2", "4", None]
    assert (rows[0]["id"], rows[0]["prompt"]) == ("a", "What is 1 + 1?")
    assert len({json.dumps(row["completions"]) for row in rows}) > 3, "candidates differ"
    assert {row["sampled_by"]["backend"] for row in rows} == {"transformers"}
    assert {file.name for file in tmp_path.iterdir()} == {"problems.jsonl", "out.jsonl"}


def test_the_extension_reads_them_as_candidates(problems: Path, backbone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(options(problems, backbone, out))
    ended = subprocess.run(["node", command_line(), "bon", out, "--json"], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["format"] == "trl"
    # Two problems have a gold answer.
    assert (report["problems"], report["candidates"], report["excluded"]["noVerdict"]) == (2, 6, 3)
    assert list(report["n"]) == ["1", "2", "3"]


def test_the_same_seed_gives_the_same_file_and_another_one_another(
    problems: Path, backbone: Path, tmp_path: Path
) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        run(options(problems, backbone, tmp_path / name, seed=seed))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    texts = [[row["completions"] for row in rows_of(tmp_path / name)] for name in ("a", "c")]
    assert texts[0] != texts[1]


def test_a_killed_run_goes_on_to_the_same_file(problems: Path, backbone: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    run(options(problems, backbone, whole, n=40, batch=2))
    arguments = ["sample", "--problems", problems, "--output", cut, "--model", backbone, "--n", "40", "--batch", "2"]
    arguments += ["--max-tokens", "12", "--backend", "transformers", "--device", "cpu"]
    process = subprocess.Popen([sys.executable, "-m", "cfprm_runner", *map(str, arguments)], stderr=subprocess.DEVNULL)
    partial = tmp_path / "cut.jsonl.partial"
    while not (partial.exists() and partial.stat().st_size > 2000):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not cut.exists()
    assert 0 < len(partial.read_bytes().splitlines()) < 120
    run(options(problems, backbone, cut, n=40, batch=2))
    assert cut.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("kept", [0.1, 0.35, 0.5, 0.999])
def test_a_file_that_is_torn_anywhere_is_mended(kept: float, problems: Path, backbone: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    run(options(problems, backbone, whole))
    content = whole.read_bytes()
    (tmp_path / "torn.jsonl.partial").write_bytes(content[: int(len(content) * kept)])
    run(options(problems, backbone, tmp_path / "torn.jsonl"))
    assert (tmp_path / "torn.jsonl").read_bytes() == content


def test_a_full_disk_loses_nothing(
    problems: Path, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.jsonl"
    run(options(problems, backbone, whole))
    synced: list[int] = []

    def sync(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cfprm_runner.sample.journal.os.fsync", sync)
        with pytest.raises(Fault, match=r"cannot be written \(No space left on device\).* the same command goes on"):
            run(options(problems, backbone, tmp_path / "full.jsonl"))
    run(options(problems, backbone, tmp_path / "full.jsonl"))
    assert (tmp_path / "full.jsonl").read_bytes() == whole.read_bytes()


def test_a_run_with_other_settings_is_not_mixed_in(problems: Path, backbone: Path, tmp_path: Path) -> None:
    out, partial = tmp_path / "out.jsonl", tmp_path / "out.jsonl.partial"
    run(options(problems, backbone, out))
    content = out.read_bytes()
    out.rename(partial)
    for other in ({"temperature": 0.9}, {"n": 4}, {"seed": 3}, {"system": ""}, {"batch": 2}):
        with pytest.raises(Fault, match=r"is of a run with other settings or problems"):
            run(options(problems, backbone, out, **other))
    partial.write_bytes(b'{"prompt": "somebody else\'s"}\n')
    with pytest.raises(Fault, match=r"remove it to begin anew"):
        run(options(problems, backbone, out))
    partial.write_bytes(content + content.splitlines(keepends=True)[0])
    with pytest.raises(Fault, match=r"remove it to begin anew"):
        run(options(problems, backbone, out))
    partial.write_bytes(content)
    with FileLock(tmp_path / "out.jsonl.lock"), pytest.raises(Fault, match=r"Another run is writing"):
        run(options(problems, backbone, out))
    assert run(options(problems, backbone, out)) == 0
    with pytest.raises(Fault, match=r"exists. Name another file"):
        run(options(problems, backbone, out))
    assert run(options(problems, backbone, out, force=True)) == 0


PROMPT = [Request("What is 1 + 1?", (1, k)) for k in range(1, 5)]


# Of many different tokens, so that a penalty on repetitions would show.
PROMPT_TEXT = "abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ .,;:-+*/()"


def test_tokens_are_drawn_from_the_model_s_own_distribution(backbone: Path) -> None:
    """The first token's frequencies are the softmax of the logits: no setting of the model's own interferes."""
    from transformers import AutoModelForCausalLM

    generator = open_generator("transformers", str(backbone), Sampling(1.0, 1.0, 1, (), 0), "cpu")
    tokenizer = AutoTokenizer.from_pretrained(backbone)
    model = AutoModelForCausalLM.from_pretrained(backbone).eval()
    ids = tokenizer(PROMPT_TEXT, return_tensors="pt", add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        chances = model(ids).logits[0, -1].softmax(-1)
    drawn = generator.generate([Request(PROMPT_TEXT, (1, k)) for k in range(4000)])
    likeliest = chances.topk(40)
    for chance, token in zip(likeliest.values.tolist(), likeliest.indices.tolist(), strict=True):
        text = tokenizer.decode([token], skip_special_tokens=True)
        same = sum(
            float(chances[other])
            for other in range(len(tokenizer))
            if tokenizer.decode([other], skip_special_tokens=True) == text
        )
        share = sum(one.text == text for one in drawn) / len(drawn)
        # Five standard errors.
        assert abs(share - same) < 5 * (same * (1 - same) / len(drawn)) ** 0.5 + 1e-9, (text, chance)


def test_a_temperature_of_zero_takes_the_likeliest(backbone: Path) -> None:
    greedy = open_generator("transformers", str(backbone), Sampling(0.0, 1.0, 8, (), 0), "cpu")
    assert len({one.text for one in greedy.generate(PROMPT)}) == 1
    narrow = open_generator("transformers", str(backbone), Sampling(1.0, 1e-9, 8, (), 0), "cpu")
    assert narrow.generate(PROMPT)[0].text == greedy.generate(PROMPT)[0].text


def test_a_stop_string_ends_a_text_and_the_length_is_told(backbone: Path) -> None:
    free = open_generator("transformers", str(backbone), Sampling(1.0, 1.0, 30, (), 0), "cpu")
    texts = free.generate(PROMPT)
    assert any(not one.finished and one.tokens == 30 for one in texts)
    stop = next(one.text for one in texts if len(one.text) > 20)[6:8]
    stopped = open_generator("transformers", str(backbone), Sampling(1.0, 1.0, 30, (stop,), 0), "cpu")
    for one, before in zip(stopped.generate(PROMPT), texts, strict=True):
        assert stop not in one.text
        if stop in before.text:
            assert one.finished
            assert one.text == before.text[: before.text.index(stop)]


def test_prompts_of_different_lengths_do_not_disturb_each_other(backbone: Path) -> None:
    greedy = open_generator("transformers", str(backbone), Sampling(0.0, 1.0, 8, (), 0), "cpu")
    prompts = [Request("1 + 1", (1, 1)), Request("A much longer prompt: what is 1 + 1, and why? " * 3, (2, 1))]
    together = [one.text for one in greedy.generate(prompts)]
    assert together == [greedy.generate([one])[0].text for one in prompts]


def test_vllm_is_asked_for_each_candidate_by_its_own_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """vLLM needs a GPU: a stand-in with its names shows what it is asked, not that it answers."""
    asked: list[Any] = []

    class LLM:
        def __init__(self, **settings: Any) -> None:
            asked.append(settings)

        def generate(self, prompts: Sequence[str], parameters: Sequence[Any], use_tqdm: bool) -> list[Any]:
            asked.append((list(prompts), list(parameters), use_tqdm))
            output = SimpleNamespace(text="x", token_ids=[1, 2], finish_reason="length")
            return [SimpleNamespace(outputs=[output]) for _ in prompts]

    stand_in = SimpleNamespace(LLM=LLM, SamplingParams=lambda **settings: settings)
    monkeypatch.setitem(sys.modules, "vllm", stand_in)  # type: ignore[arg-type]
    generator = open_generator("vllm", "model", Sampling(0.5, 0.9, 7, ("\n",), 3), None)
    assert generator.generate(PROMPT[:2]) == [Generated("x", 2, False)] * 2
    # Code that lies in a model's folder is never run.
    assert asked[0] == {"model": "model", "seed": 3, "generation_config": "vllm", "trust_remote_code": False}
    first, second = asked[1][1]
    assert {**first, "seed": None} == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "stop": ["\n"],
        "seed": None,
    }
    assert first["seed"] != second["seed"]


@given(st.text(alphabet="ab \n\t.:1Step", max_size=60), st.sampled_from(["blank-line", "line", "step-marker", "whole"]))
def test_steps_keep_every_word_in_order(text: str, rule: Any) -> None:
    steps = split_steps(text, rule)
    assert " ".join(" ".join(steps).split()) == " ".join(text.split())
    assert all(step and step == step.strip() for step in steps)
    if rule == "line":
        assert not any("\n" in step for step in steps)


def test_steps_by_every_rule() -> None:
    text = "Step 1: a\nb\n \n\nStep 2: c. Step 3. d"
    assert split_steps(text, "blank-line") == ("Step 1: a\nb", "Step 2: c. Step 3. d")
    assert split_steps(text, "line") == ("Step 1: a", "b", "Step 2: c. Step 3. d")
    assert split_steps(text, "step-marker") == ("Step 1: a\nb", "Step 2: c.", "Step 3. d")
    assert split_steps(text, "whole") == (text,)
    assert split_steps(" \n", "line") == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "--n is 0: it must be from 1 on"),
        ({"temperature": -1.0}, "--temperature is -1.0"),
        ({"top_p": 0.0}, "--top-p is 0.0: it must be above 0, up to 1"),
        ({"prompt": "Solve it."}, r"--prompt has no \{problem\}"),
        ({"prompt": "{problem}\\n"}, "a backslash and an n"),
        ({"stop": ("",)}, "--stop is an empty text"),
    ],
)
def test_options_that_make_no_sense(wrong: Any, message: str) -> None:
    with pytest.raises(Fault, match=message):
        options(Path("p"), Path("b"), Path("o"), **wrong)


def test_problems_and_backbones_that_are_none(problems: Path, backbone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    size = write_tokenizer(bare, "mistral")
    MistralForCausalLM(MistralConfig(vocab_size=size, **SHAPE)).save_pretrained(bare)
    with pytest.raises(Fault, match=r"has no chat template. State the text around a problem with --prompt"):
        run(options(problems, bare, tmp_path / "out"))
    assert run(options(problems, bare, tmp_path / "out", prompt="Problem: {problem}\nSolution:")) == 0
    with pytest.raises(Fault, match=r"cannot be loaded"):
        run(options(problems, tmp_path / "nowhere", tmp_path / "other"))
    Qwen2ForCausalLM(Qwen2Config(vocab_size=50, **SHAPE)).save_pretrained(bare)
    with pytest.raises(Fault, match=r"and the model knows 50 ids"):
        run(options(problems, bare, tmp_path / "other", prompt="{problem}"))
    with pytest.raises(Fault, match=r"vLLM is not installed"):
        run(options(problems, backbone, tmp_path / "other", backend="vllm"))
    problems.write_text('{"text": "no problem"}\n', "utf-8")
    with pytest.raises(Fault, match=r"row 1: it has no problem"):
        run(options(problems, backbone, tmp_path / "other"))
    problems.write_text("\n", "utf-8")
    with pytest.raises(Fault, match=r"has no rows"):
        run(options(problems, backbone, tmp_path / "other"))
    with pytest.raises(Fault, match=r"does not exist"):
        run(options(tmp_path / "none", backbone, tmp_path / "other"))
