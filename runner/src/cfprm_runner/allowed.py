"""What the value of an option may be, beside its type: one rule, which the runner checks and its declaration states."""

import math
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from cfprm_runner.fault import Fault


@dataclass(frozen=True)
class Allowed:
    """Stands in the `Annotated` type of an option; what is absent does not limit it."""

    least: float | None = None
    """The smallest value."""
    above: float | None = None
    """The value must be greater than this."""
    most: float | None = None
    """The largest value."""
    below: float | None = None
    """The value must be less than this."""
    choices: tuple[str, ...] = ()
    """The values that there are, where the type does not list them."""
    filled: bool = False
    """A text must not be empty."""
    unescaped: bool = False
    """A text must not contain a backslash and an n, which somebody wrote for a line break."""
    known_as: tuple[str, ...] = ()
    """What other programs call the option: for a suggestion when somebody gives that."""

    def refusal(self, value: Any) -> str | None:
        """What the value must be, if it is not; None if it may be so. None, the absent value, always may."""
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                return f"one of {', '.join(self.choices)}"
            if self.filled and value == "":
                return "a text that is not empty"
            escaped = self.unescaped and "\\n" in value
            return "a text without a backslash and an n; for a line break write $'\\n'" if escaped else None
        if isinstance(value, int | float):
            holds = (
                math.isfinite(value)
                and (self.least is None or value >= self.least)
                and (self.above is None or value > self.above)
                and (self.most is None or value <= self.most)
                and (self.below is None or value < self.below)
            )
            return None if holds else self._range()
        return None

    def _range(self) -> str:
        if self.least is not None and self.most is not None:
            return f"between {self.least:g} and {self.most:.0f}"
        if self.least is not None and self.below is not None:
            return f"at least {self.least:g} and less than {self.below:g}"
        if self.above is not None:
            return f"greater than {self.above:g}"
        return f"{self.least:g} or more" if self.least is not None else "a finite number"


def allowed_of(hint: Any) -> Allowed:
    """The rule in an option's type, also where the option may be absent (`… | None`)."""
    for found in (*getattr(hint, "__metadata__", ()), *(allowed_of(part) for part in get_args(hint))):
        if isinstance(found, Allowed) and found != Allowed():
            return found
    return Allowed()


def refuse_values(options: Any) -> None:
    """Checks every option of a dataclass by the rule in its type. Fault: the option, its value, what it may be."""
    for name, hint in get_type_hints(type(options), include_extras=True).items():
        value = getattr(options, name)
        must = allowed_of(hint).refusal(value)
        if must is not None:
            shown = repr(value) if isinstance(value, str) else value
            raise Fault(f"--{name.replace('_', '-')} is {shown}: it must be {must}.")
