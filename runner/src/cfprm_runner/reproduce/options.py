"""The options of `cfprm-runner reproduce`, a class for each of its commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import OmitSubcommandPrefixes, subcommand

Layout = Literal["math500", "gsm8k", "gsm-plus", "plain"]
NoneRule = Literal["leave-out", "as-word"]


@dataclass(frozen=True)
class PlanChoice:
    """Which plan, at which scale, on which files."""

    plan: str
    """table-2, figure-3, or a file laid out as these are (JSON)."""
    scale: str | None = None
    """tiny: the same plan with a small backbone made here and constructed problems. Or a file (JSON) with what is to
    stand in place of the plan's own entries."""
    data: Path = Path()
    """The folder of the files that the plan names: trajectories to train on, and problems."""
    controls: bool = True
    """Also the variants that make as many updates as CFPRM does, without its order or its windows."""


@dataclass(frozen=True)
class Jobs(PlanChoice):
    """Print the plan's jobs as lines of JSON: command, inputs, outputs, and the jobs that each waits for."""

    work: Path = Path("reproduction")
    """The folder that the jobs are to share."""
    cfprm: str = "cfprm"
    """How the command line `cfprm` is called; see `run`."""


@dataclass(frozen=True)
class Run(PlanChoice):
    """Run what is not finished yet, one job after the other."""

    work: Path = Path("reproduction")
    """The folder of everything that the jobs write. The same command goes on where a stopped or killed one ended."""
    only: tuple[str, ...] = ()
    """Cells (backbone/loss/variant, with * for any) to run; all if absent."""
    job: str | None = None
    """One job, as `jobs` names it; those that it waits for must be finished."""
    cfprm: str = "cfprm"
    """How the command line `cfprm` is called, which merges and grades: a program, or
    "node EXTENSION/dist/cli.js"."""
    keep_models: bool = True
    """Keep a cell's trained models after they have scored the candidates. A 7B takes 15 GB."""


@dataclass(frozen=True)
class Report(PlanChoice):
    """Set what came out beside the paper's figures: JSON, a Markdown table and a plot."""

    work: Path = Path("reproduction")
    """The folder of the run."""
    output: Path | None = None
    """The folder for report.json, report.md and report.png; the run's own if absent."""
    paper: Path | None = None
    """Figures of the paper in place of those that the package has (plans/paper.json shows how they are laid out)."""
    seed: int = 0
    """Of the bootstrap."""


@dataclass(frozen=True)
class Problems:
    """Write the problems of a published file as rows that `sample` reads, each with its gold answer."""

    input: Path
    """The file: MATH500 (problem, answer), GSM8K (question, answer that ends in "#### 18"), GSM-Plus (question,
    answer, perturbation_type), or plain rows with problem and gold."""
    output: Path
    """The file to write; it is replaced."""
    layout: Layout
    """How the file's rows are laid out."""
    none: NoneRule = "leave-out"
    """GSM-Plus has problems whose gold answer is "None" (critical thinking: something is missing in them). leave-out:
    they are counted, and not asked. as-word: a candidate is right if the answer that it states is the word None."""


@dataclass(frozen=True)
class Grade:
    """Say of every candidate whether it is right, by `cfprm grade`."""

    problems: Path
    """Problems with gold answers, as `reproduce problems` writes them."""
    candidates: Path
    """Their candidates, as `sample` writes them."""
    output: Path
    """The file to write: the verdicts, and the grader's name and version."""
    n: int
    """Candidates that each problem must have."""
    cfprm: str = "cfprm"


@dataclass(frozen=True)
class Score:
    """Score candidates with a trained model, and say how often its choice is right for each problem."""

    model: Path
    candidates: Path
    verdicts: Path
    output: Path
    sizes: tuple[int, ...]
    """The n of Best-of-n."""
    device: Literal["cpu", "cuda"] | None = None


@dataclass(frozen=True)
class Chains:
    """Construct problems and solutions whose steps can be checked exactly (for --scale tiny)."""

    output: Path
    """The folder to write."""
    solutions: int
    """Right solutions to pre-train on."""
    training: int
    """Problems whose candidates are to be trained on; `test` of each of the two sets."""
    test: int
    seed: int = 0


@dataclass(frozen=True)
class Label:
    """Label the steps of candidates for constructed problems by what is right (for --scale tiny)."""

    input: Path
    """Candidates, as `sample` writes them."""
    output: Path


@dataclass(frozen=True)
class Pretrain:
    """Pre-train a small language model from nothing on solutions (for --scale tiny)."""

    input: Path
    """Rows with prompt and completions."""
    output: Path
    """The folder of the model."""
    hidden: int = 128
    """Width, a multiple of 32."""
    layers: int = 3
    epochs: int = 1
    batch: int = 64
    learning_rate: float = 2e-3
    seed: int = 0


Choice = (
    Annotated[Jobs, subcommand("jobs")]
    | Annotated[Run, subcommand("run")]
    | Annotated[Report, subcommand("report")]
    | Annotated[Problems, subcommand("problems")]
    | Annotated[Grade, subcommand("grade")]
    | Annotated[Score, subcommand("score")]
    | Annotated[Chains, subcommand("chains")]
    | Annotated[Label, subcommand("label")]
    | Annotated[Pretrain, subcommand("pretrain")]
)


@dataclass(frozen=True)
class ReproduceOptions:
    """Run the paper's tables as plans of jobs."""

    command: OmitSubcommandPrefixes[Choice] = field()
