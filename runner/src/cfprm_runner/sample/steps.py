"""Whole texts as steps, by the rules of the extension (docs/formats.md, "Whole texts")."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

SplitRule = Literal["blank-line", "line", "step-marker", "whole"]

_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE = re.compile(r"\n")
_MARKER = re.compile(r"(?:^|\n|(?<=[.!?:;)\]}$])[^\S\n])[^\S\n]*(?:#+[^\S\n]+|\*\*|__)?Step[^\S\n]+\d+[^\S\n]*[:.)]")
_CUTS = {"blank-line": _BLANK_LINE, "line": _LINE, "step-marker": _MARKER}


def split_steps(text: str, rule: SplitRule) -> tuple[str, ...]:
    """The pieces of a text, in order, without white space at their ends; empty ones are left out."""
    starts = [match.start() for match in _CUTS[rule].finditer(text)] if rule in _CUTS else []
    bounds = [0, *starts, len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(bounds))
    return tuple(piece for piece in pieces if piece)
