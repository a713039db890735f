"""Constructed problems for `--scale tiny`: chains of operations on digits, whose solutions can be checked exactly.

A problem is "Start with 7: +5, *3.", its solution "7+5=2", "2*3=6", "#### 6": of every value the last digit counts.
Some steps are followed by one that only says the value again ("so 2"): redundant steps are what the paper's windows
are for. Numbers and texts are as short as that because all of it has to be learnt from nothing on a CPU.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import add, mul, sub

BASE = 10
"""Values count modulo this."""
RESTATED = 0.3
"""The chance that a step is followed by one that repeats its value."""

_COMPUTE = {"+": add, "-": sub, "*": mul}
_PROBLEM = re.compile(r"Start with (\d): ((?:[+*-]\d(?:, )?)+)\.")
_OPERATION = re.compile(r"([+*-])(\d)")
_EQUATION = re.compile(r"(\d)([+*-])(\d)=(\d)")
_RESTATEMENT = re.compile(r"so (\d)")
_ANSWER = re.compile(r"#### (\d)")


@dataclass(frozen=True)
class Chain:
    """A number to start with, and operations (sign and operand) on it, one after the other."""

    start: int
    operations: tuple[tuple[str, int], ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The start and what each operation makes of it."""
        found = [self.start]
        for sign, operand in self.operations:
            found.append(_COMPUTE[sign](found[-1], operand) % BASE)
        return tuple(found)

    @property
    def problem(self) -> str:
        """The problem as text; `read_chain` is the way back."""
        return f"Start with {self.start}: {', '.join(f'{sign}{operand}' for sign, operand in self.operations)}."

    def solution(self, draw: random.Random) -> list[str]:
        """A right solution; `draw` says which values are said again."""
        values, steps = self.values, list[str]()
        for k, (sign, operand) in enumerate(self.operations):
            steps.append(f"{values[k]}{sign}{operand}={values[k + 1]}")
            if draw.random() < RESTATED:
                steps.append(f"so {values[k + 1]}")
        return [*steps, f"#### {values[-1]}"]


def read_chain(problem: str) -> Chain | None:
    """The chain that a problem's text describes; None if it describes none."""
    found = _PROBLEM.fullmatch(problem)
    if found is None:
        return None
    chain = Chain(int(found[1]), tuple((sign, int(operand)) for sign, operand in _OPERATION.findall(found[2])))
    return chain if chain.problem == problem else None


def draw_chains(count: int, lengths: Sequence[int], seed: int, taken: set[Chain]) -> list[Chain]:
    """Different chains with as many operations as `lengths` allow, none of them `taken`, which they then are."""
    drawn = list[Chain]()
    for chain in _chains(lengths, random.Random(seed)):
        if len(drawn) == count:
            break
        if chain not in taken:
            taken.add(chain)
            drawn.append(chain)
    return drawn


def _chains(lengths: Sequence[int], draw: random.Random) -> Iterator[Chain]:
    while True:
        signs = [draw.choice("+-*") for _ in range(draw.choice(lengths))]
        yield Chain(draw.randrange(BASE), tuple((sign, draw.randrange(2, BASE)) for sign in signs))


def label_steps(chain: Chain, steps: Sequence[str]) -> list[bool]:
    """Whether each step is right, by this rule: the k-th equation is right if it is the problem's k-th operation on
    the right value, with the right result; a value that is said again, and the answer, are right if they are the right
    ones at that place. So a step that carries an earlier error on is wrong, too. Anything else is wrong.
    """
    values, done, labels = chain.values, 0, list[bool]()
    for step in steps:
        if equation := _EQUATION.fullmatch(step):
            right = done < len(chain.operations) and (
                int(equation[1]) == values[done]
                and (equation[2], int(equation[3])) == chain.operations[done]
                and int(equation[4]) == values[done + 1]
            )
            done += 1
        elif said := _RESTATEMENT.fullmatch(step):
            right = 0 < done < len(values) and int(said[1]) == values[done]
        elif answer := _ANSWER.fullmatch(step):
            right = done == len(chain.operations) and int(answer[1]) == values[-1]
        else:
            right = False
        labels.append(right)
    return labels
