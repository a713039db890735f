"""`manifest.json` of a merge (docs/merge-windows.md): which files are trained on, in which order, and their hashes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cfprm_runner.fault import Fault

FILE = "manifest.json"
Window = int | Literal["N"] | None


@dataclass(frozen=True)
class Block:
    """A block of the training data: one file, used `repeat` times before the next one."""

    window: Window
    """Window size, `N` for whole trajectories; None for the one file that holds all sizes."""
    file: str
    repeat: int
    rows: int
    bytes: int
    sha256: str

    @property
    def title(self) -> str:
        """What a person calls the block."""
        return "mixed" if self.window is None else f"C={self.window}"

    @property
    def size(self) -> float:
        """The window size as a number, `N` being the largest. Only for blocks that have one."""
        return float("inf") if self.window == "N" else float(self.window or 0)


@dataclass(frozen=True)
class Manifest:
    """A merge's folder, as far as training looks at it."""

    folder: Path
    blocks: tuple[Block, ...]
    """In training order."""
    source: str
    """Name and hash of the file that was merged."""
    deduplicated: bool
    """Whether a row that is the same in several blocks is written at the largest size only."""

    def path(self, block: Block) -> Path:
        """The file of a block."""
        return self.folder / block.file


def read_manifest(folder: Path) -> Manifest:
    """Reads a manifest. Faults: there is none, it is none, or its rows are not of the kind that is trained on."""
    file = folder / FILE
    again = "merge again with `cfprm merge FILE --out DIR`"
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Fault(f"{folder} has no {FILE}: give the folder that `cfprm merge FILE --out DIR` wrote.") from None
    except (OSError, ValueError) as error:
        raise Fault(f"{file} cannot be read ({error}): {again}.") from None
    try:
        options = plain["options"]
        blocks = tuple(_block(block) for block in plain["blocks"])
        source = f"{plain['source']['name']} (sha256 {plain['source']['sha256'][:12]})"
        target, deduplicated = options["to"], not options["keepDuplicates"]
    except (KeyError, TypeError, ValueError) as error:
        raise Fault(f"{file} is not the manifest of a merge ({error!r}): {again}.") from None
    if target != "trl":
        raise Fault(f"{folder} holds rows in the format {target}, and training reads trl: {again} --to trl.")
    if sum(block.rows for block in blocks) == 0:
        raise Fault(f"{folder} holds no rows to train on: look at what the merge skipped, in {FILE}.")
    return Manifest(folder, blocks, source, deduplicated)


def _block(plain: dict[str, Any]) -> Block:
    window, file = plain["window"], plain["file"]
    if window is not None and window != "N" and not isinstance(window, int):
        raise ValueError(f"window {window!r}")
    if not isinstance(file, str) or Path(file).name != file:
        raise ValueError(f"file {file!r}")
    return Block(window, file, int(plain["repeat"]), int(plain["rows"]), int(plain["bytes"]), str(plain["sha256"]))


def verify(manifest: Manifest) -> None:
    """Compares every file with its size and hash. Fault: one is missing or is not what was merged."""
    for block in manifest.blocks:
        file = manifest.path(block)
        way_out = "Restore it, or merge again into a new folder, and train on that."
        try:
            same_size = file.stat().st_size == block.bytes
            same = same_size and sha256_of(file) == block.sha256
        except OSError as error:
            raise Fault(f"{file} cannot be read ({error.strerror}). {way_out}") from None
        if not same:
            raise Fault(f"{file} is not the file that was merged: it has changed since. {way_out}")


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
