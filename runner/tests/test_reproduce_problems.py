"""The paper's problem files, and candidates that are, or are not, of their problems."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfprm_runner.fault import Fault
from cfprm_runner.reproduce.grading import matching
from cfprm_runner.reproduce.options import Layout, NoneRule
from cfprm_runner.reproduce.problem_sets import last_boxed, read_problem_set
from cfprm_runner.sample.problems import read_problems

MATH500 = {
    "problem": "Convert the point $(0,3)$ in rectangular coordinates to polar coordinates.",
    "solution": "We have that $r = 3.$ Therefore, the answer is \\[\\boxed{\\left( 3, \\frac{\\pi}{2} \\right)}.\\]",
    "answer": "\\left( 3, \\frac{\\pi}{2} \\right)",
    "subject": "Precalculus",
    "level": 2,
    "unique_id": "test/precalculus/807.json",
}
GSM8K = {
    "question": "Weng earns $12 an hour for babysitting. Yesterday, she did 50 minutes. How much did she earn?",
    "answer": "Weng earns 12/60 = $<<12/60=0.2>>0.2 per minute.\nShe earned 0.2 x 50 = $<<0.2*50=10>>10.\n#### 10",
}
GSM_PLUS = {
    "question": "Weng earns $12 an hour. How much did she earn yesterday?",
    "solution": "It is not said how long she worked.",
    "answer": "None",
    "perturbation_type": "critical thinking",
    "seed_question": GSM8K["question"],
    "seed_answer": "10",
}


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def golds(file: Path, layout: Layout, none: NoneRule = "leave-out") -> list[str | None]:
    return [one.gold for one in read_problem_set(file, layout, none).problems]


def test_math500_has_its_answer_or_what_the_solution_boxes(tmp_path: Path) -> None:
    bare = {key: value for key, value in MATH500.items() if key != "answer"} | {"problem": "The same, again."}
    file = write(tmp_path, [MATH500, bare])
    assert golds(file, "math500") == ["\\left( 3, \\frac{\\pi}{2} \\right)"] * 2
    assert read_problem_set(file, "math500").problems[0].id == "test/precalculus/807.json"


def test_gsm8k_has_what_stands_behind_the_mark(tmp_path: Path) -> None:
    assert golds(write(tmp_path, [GSM8K]), "gsm8k") == ["10"]


def test_gsm_plus_leaves_out_what_has_no_answer_and_counts_it(tmp_path: Path) -> None:
    other = {**GSM_PLUS, "question": "And now?", "answer": "12", "perturbation_type": "numerical substitution"}
    third = {**GSM_PLUS, "question": "JSON's own null.", "answer": None}
    found = read_problem_set(write(tmp_path, [GSM_PLUS, other, third]), "gsm-plus")
    assert ([one.gold for one in found.problems], found.left_out) == (["12"], 2)


def test_gsm_plus_can_take_none_as_a_word(tmp_path: Path) -> None:
    assert golds(write(tmp_path, [GSM_PLUS]), "gsm-plus", "as-word") == ["None"]


def test_only_none_is_nothing_to_ask(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="all 1 problems"):
        golds(write(tmp_path, [GSM_PLUS]), "gsm-plus")


@pytest.mark.parametrize(
    ("layout", "row", "words"),
    [
        ("math500", {"problem": "x", "solution": "no box"}, "row 2: the problem has no gold answer"),
        ("gsm8k", {"question": "x", "answer": "10"}, 'ends in "#### 18"'),
        ("gsm8k", {"question": "x"}, "no gold answer"),
        ("gsm-plus", {"question": "x", "perturbation_type": "y", "answer": " "}, "no gold answer"),
        ("gsm-plus", GSM8K, "it has no perturbation_type"),
        ("plain", {"problem": "x"}, "no gold answer"),
        ("math500", GSM8K, "it has no problem, as MATH500 has"),
        ("gsm8k", MATH500, "it has no question, as GSM8K has"),
    ],
)
def test_a_file_that_cannot_be_graded_is_refused(
    tmp_path: Path, layout: Layout, row: dict[str, Any], words: str
) -> None:
    good = {"math500": MATH500, "gsm8k": GSM8K, "gsm-plus": {**GSM_PLUS, "answer": "3"}}
    first = good.get(layout, {"problem": "y", "gold": "1"})
    with pytest.raises(Fault, match=words):
        read_problem_set(write(tmp_path, [first, row]), layout)


def test_the_last_box_ends_at_its_own_brace() -> None:
    assert last_boxed("\\boxed{1} then \\boxed{\\frac{1}{2}} and }") == "\\frac{1}{2}"
    assert last_boxed("\\boxed{1") is None
    assert last_boxed("none") is None


class TestCandidates:
    """Candidates have to be of these problems, as many of each as the plan says."""

    def of(self, folder: Path, prompts: list[str]) -> Path:
        file = folder / "candidates.jsonl"
        rows = [{"prompt": prompt, "completions": ["#### 1"]} for prompt in prompts]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return file

    def problems(self, folder: Path) -> Any:
        return read_problems(write(folder, [{"problem": "one", "gold": "1"}, {"problem": "two  words", "gold": "2"}]))[
            0
        ]

    def test_matching_ones_are_taken_in_their_own_order(self, tmp_path: Path) -> None:
        found = matching(self.problems(tmp_path), self.of(tmp_path, ["two words", "one", "one", "two words"]), 2)
        assert [one.solution.problem for one in found] == ["two words", "one", "one", "two words"]

    def test_those_of_another_problem_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Fault, match=r"row 2: its problem is not in the file of problems \('three'\); 1 of 3"):
            matching(self.problems(tmp_path), self.of(tmp_path, ["one", "three", "two words"]), 1)

    def test_too_few_or_too_many_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Fault, match="1 of 2 have not 2 candidates; 'two  words' has 1"):
            matching(self.problems(tmp_path), self.of(tmp_path, ["one", "one", "two words"]), 2)
