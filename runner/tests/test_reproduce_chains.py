"""Constructed problems: their solutions are right, and a step is labelled by what is right at its place."""

import random

from hypothesis import given
from hypothesis import strategies as st

from cfprm_runner.reproduce.chains import BASE, Chain, draw_chains, label_steps, read_chain


@given(st.integers(0, 10_000), st.lists(st.integers(1, 8), min_size=1, max_size=4))
def test_solutions_are_right_and_problems_say_all(seed: int, lengths: list[int]) -> None:
    for chain in draw_chains(3, lengths, seed, set()):
        assert len(chain.operations) in lengths
        assert all(0 <= value < BASE for value in chain.values)
        assert read_chain(chain.problem) == chain
        steps = chain.solution(random.Random(seed))
        assert all(label_steps(chain, steps))
        equations = [step for step in steps if "=" in step]
        # Python's own arithmetic, which the left sides happen to be in.
        assert all(eval(left) % 10 == int(right) for left, _, right in (step.partition("=") for step in equations))
        assert steps[-1] == f"#### {equations[-1].partition('=')[2]}"


def test_no_problem_is_drawn_twice() -> None:
    taken: set[Chain] = set()
    first, second = draw_chains(200, [1, 2], 1, taken), draw_chains(200, [1, 2], 1, taken)
    assert len({*first, *second}) == 400


def test_an_error_stays_wrong_until_the_value_is_right_again() -> None:
    chain = Chain(2, (("+", 2), ("*", 3), ("-", 5)))
    assert chain.problem == "Start with 2: +2, *3, -5."
    assert chain.values == (2, 4, 2, 7)
    steps = ["2+2=5", "so 5", "5*3=5", "2-5=7", "so 7", "#### 7"]
    assert label_steps(chain, steps) == [False, False, False, True, True, True]


def test_what_is_not_the_problems_own_is_wrong() -> None:
    chain = Chain(7, (("+", 5), ("*", 3)))
    assert label_steps(chain, ["7+6=3"]) == [False], "another operand, though the sum is right"
    assert label_steps(chain, ["so 7"]) == [False], "nothing has been said yet"
    assert label_steps(chain, ["7+5=2", "#### 2"]) == [True, False], "an answer before the end"
    assert label_steps(chain, ["7+5=2", "2*3=6", "6+1=7", "#### 6"]) == [True, True, False, False]
    assert label_steps(chain, ["7 + 5 = 2", "hello"]) == [False, False]


def test_other_texts_are_no_chain() -> None:
    assert read_chain("What is 1 + 1?") is None
    assert read_chain("Start with 07: +5.") is None
    assert read_chain("Start with 7: +5, .") is None
