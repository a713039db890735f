"""Token ids and the positions where the steps are read."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from cfprm_runner.encode import cut, encode, ensure_separator, separator_id, start_template
from cfprm_runner.fault import Fault
from cfprm_runner.prm_json import PrmSpec

from conftest import make_tokenizer

TOKENIZER = make_tokenizer()
SEPARATOR, ADDED = ensure_separator(TOKENIZER, "<|prm|>")
SPEC = PrmSpec("test", "<|prm|>", SEPARATOR)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(text, st.lists(text, max_size=5)), max_size=4))
def test_each_step_is_followed_by_its_separator(solutions: list[tuple[str, list[str]]]) -> None:
    for (problem, steps), encoded in zip(solutions, encode(TOKENIZER, SPEC, solutions), strict=True):
        assert len(encoded.positions) == len(steps)
        assert all(encoded.ids[position] == SEPARATOR for position in encoded.positions)
        borders = [-1, *encoded.positions]
        pieces = [encoded.ids[a + 1 : b] for a, b in itertools.pairwise(borders)]
        start = TOKENIZER(problem + "\n", add_special_tokens=False)["input_ids"]
        wanted = [TOKENIZER(step, add_special_tokens=False)["input_ids"] for step in steps]
        if steps:
            assert pieces[0] == [*start, *wanted[0]]
            assert pieces[1:] == wanted[1:]
        else:
            assert encoded.ids == start


@given(st.lists(text, min_size=1, max_size=6), st.integers(1, 60))
def test_a_cut_is_after_a_step_and_within_the_length(steps: list[str], length: int) -> None:
    (whole,) = encode(TOKENIZER, SPEC, [("What is 1 + 1?", steps)])
    part = cut(whole, length)
    assert len(part.ids) <= length
    assert part.ids == whole.ids[: len(part.ids)]
    assert part.positions == whole.positions[: len(part.positions)]
    if len(whole.ids) <= length:
        assert part is whole
    else:
        assert part.ids == [] or part.ids[-1] == SEPARATOR
        # No step that would have fitted is lost.
        assert len(part.positions) == sum(position < length for position in whole.positions)


def test_a_separator_is_added_once_and_a_token_that_exists_is_taken() -> None:
    tokenizer = make_tokenizer()
    assert ensure_separator(tokenizer, "\n") == (tokenizer.encode("\n")[0], False)
    with pytest.raises(Fault, match="no token '<step>'"):
        separator_id(tokenizer, "<step>")
    number, added = ensure_separator(tokenizer, "<step>")
    assert added
    assert ensure_separator(tokenizer, "<step>") == (number, False)
    assert tokenizer.encode("a<step>b", add_special_tokens=False)[1] == number


def test_a_tokenizer_keeps_its_separator_when_it_is_saved(tmp_path: Path) -> None:
    TOKENIZER.save_pretrained(tmp_path)
    assert separator_id(AutoTokenizer.from_pretrained(tmp_path), "<|prm|>") == SEPARATOR


def test_the_start_is_that_of_the_tokenizer() -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer = make_tokenizer()
    assert start_template(tokenizer) == "{problem}\n"
    tokenizer.add_special_tokens({"bos_token": "<s>"})
    assert start_template(tokenizer) == "{problem}\n"
    begin = tokenizer.bos_token_id
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", begin)])
    assert start_template(tokenizer) == "{bos}{problem}\n"
    spec = PrmSpec("test", "\n", 1, start="{bos}{problem}\n")
    (encoded,) = encode(tokenizer, spec, [("{bos} is no blank here", ["a"])])
    assert encoded.ids.count(begin) == 1
    assert encoded.ids[0] == begin
