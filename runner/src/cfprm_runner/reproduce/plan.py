"""A plan: which models are trained on what, and which candidates they choose from. A data file per table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from cfprm_runner.fault import Fault
from cfprm_runner.options import Loss, Order
from cfprm_runner.reproduce.options import Layout, NoneRule, PlanChoice

Settings = Mapping[str, Any]
"""Options of a command by their names on the command line."""

PLANS = files("cfprm_runner.reproduce") / "plans"
Aggregate = Literal["min", "product", "last", "mean"]


@dataclass(frozen=True)
class Backbone:
    """A language model that makes the candidates, and that the reward models are trained from."""

    name: str
    model: str | None = None
    """A folder, or a name on the hub; None if it is made."""
    made: Settings | None = None
    """Options of `reproduce pretrain`."""


@dataclass(frozen=True)
class TestSet:
    """Problems that the reward models choose candidates for."""

    __test__ = False

    name: str
    layout: Layout
    file: str | None = None
    """In the folder of the data; None if it is constructed."""
    none: NoneRule = "leave-out"


@dataclass(frozen=True)
class Variant:
    """A way to merge windows and to order the blocks."""

    name: str
    merge: Settings
    """Options of `cfprm merge`."""
    order: Order = "manifest"
    control: bool = False
    """Whether it only shows what as many updates do otherwise."""


@dataclass(frozen=True)
class Trajectories:
    """What is trained on: a file in the folder of the data, or what is constructed."""

    file: str | None = None
    note: str = ""
    """What it is, in words."""
    made: Settings | None = None
    """Options of `reproduce chains`, and `sampling`: those of `sample` for what is trained on."""


@dataclass(frozen=True)
class Plan:
    """A table of the paper, or what stands for it at another scale."""

    name: str
    title: str
    scale: str | None
    backbones: tuple[Backbone, ...]
    trajectories: Trajectories
    sets: tuple[TestSet, ...]
    losses: tuple[Loss, ...]
    variants: tuple[Variant, ...]
    sizes: tuple[int, ...]
    """The n of Best-of-n."""
    seeds: tuple[int, ...]
    aggregates: Mapping[str, Aggregate]
    """How step scores become one, by loss."""
    sampling: Settings = field(default_factory=dict)
    training: Settings = field(default_factory=dict)
    scoring: Settings = field(default_factory=dict)

    @property
    def cells(self) -> list[Cell]:
        """Every backbone with every loss and variant, in this order."""
        return [
            Cell(backbone, loss, variant)
            for backbone in self.backbones
            for loss in self.losses
            for variant in self.variants
        ]


@dataclass(frozen=True)
class Cell:
    """One row of the table: trained once per seed."""

    backbone: Backbone
    loss: Loss
    variant: Variant

    @property
    def name(self) -> str:
        """As `--only` takes it."""
        return f"{self.backbone.name}/{self.loss}/{self.variant.name}"


def load_plan(choice: PlanChoice) -> Plan:
    """The plan at its scale. Fault: there is no such plan or scale, or it is not laid out as one."""
    document = _read(choice.plan, "plan")
    scale = None
    if choice.scale is not None:
        over = _read(choice.scale, "scale", "scale-")
        document = {**document, **over}
        scale = Path(choice.scale).stem
    try:
        plan = _plan(document, scale, choice.controls)
    except (KeyError, TypeError, ValueError) as error:
        raise Fault(
            f"--plan {choice.plan} is not laid out as a plan is ({type(error).__name__}: {error}). Compare it with the "
            "plans in cfprm_runner/reproduce/plans."
        ) from error
    _check(plan)
    return plan


def _read(name: str, what: str, prefix: str = "") -> dict[str, Any]:
    own = PLANS / f"{prefix}{name}.json"
    file = own if own.is_file() else Path(name)
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Fault(f"There is no {what} {name}. {_known(what, prefix)}, or the name of a file.") from None
    except (OSError, ValueError) as error:
        raise Fault(f"The {what} {name} cannot be read ({error}). It must be a file of JSON.") from error
    if not isinstance(document, dict):
        raise Fault(f"The {what} {name} is no JSON object.")
    return document


def _known(what: str, prefix: str) -> str:
    names = sorted(one.name.removesuffix(".json") for one in PLANS.iterdir() if one.name.endswith(".json"))
    own = [name.removeprefix(prefix) for name in names if name.startswith(prefix) and (prefix or not _is_other(name))]
    return f"--{what} takes {', '.join(own)}"


def _is_other(name: str) -> bool:
    return name.startswith(("scale-", "paper"))


def _plan(plain: dict[str, Any], scale: str | None, controls: bool) -> Plan:
    trajectories = plain["trajectories"]
    variants = [Variant(**one) for one in plain["variants"]]
    return Plan(
        name=plain["name"],
        title=plain["title"],
        scale=scale,
        backbones=tuple(Backbone(**one) for one in plain["backbones"]),
        trajectories=Trajectories(trajectories.get("file"), trajectories.get("is", ""), trajectories.get("made")),
        sets=tuple(TestSet(**one) for one in plain["sets"]),
        losses=tuple(plain["losses"]),
        variants=tuple(one for one in variants if controls or not one.control),
        sizes=tuple(plain["sizes"]),
        seeds=tuple(plain["seeds"]),
        aggregates=plain["aggregates"],
        sampling=plain["sampling"],
        training=plain["training"],
        scoring=plain["scoring"],
    )


def _check(plan: Plan) -> None:
    """Fault: a word that no command knows, a name that occurs twice, more candidates wanted than are made."""
    words: list[tuple[str, Sequence[str], Sequence[Any]]] = [
        ("loss", get_args(Loss), plan.losses),
        ("order", get_args(Order), [one.order for one in plan.variants]),
        ("layout", get_args(Layout), [one.layout for one in plan.sets]),
        ("none", get_args(NoneRule), [one.none for one in plan.sets]),
        ("aggregate", get_args(Aggregate), [plan.aggregates.get(loss) for loss in plan.losses]),
    ]
    for what, known, found in words:
        odd = next((one for one in found if one not in known), None)
        if odd is not None or None in found:
            raise Fault(f"Plan {plan.name}: the {what} is {odd!r}; it must be one of {', '.join(known)}.")
    for group in (plan.backbones, plan.sets, plan.variants):
        names = [one.name for one in group]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Fault(f"Plan {plan.name}: {twice} occurs twice. Name each differently.")
    if not (plan.cells and plan.sets and plan.seeds and plan.sizes):
        raise Fault(f"Plan {plan.name} has no cells, sets, seeds or sizes, so there is nothing to run.")
    if max(plan.sizes) > plan.sampling["n"]:
        raise Fault(
            f"Plan {plan.name} asks for the best of {max(plan.sizes)}, and n is {plan.sampling['n']} candidates per "
            "problem. Raise n, or leave that size out."
        )
