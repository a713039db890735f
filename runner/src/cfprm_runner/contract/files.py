"""Files and folders that are either there whole or not there."""

import json
import os
import shutil
from pathlib import Path
from typing import Any


def sync(path: Path) -> None:
    """Asks the disk to keep a file or folder. Folders cannot be synced everywhere; that is not an error."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Asks the disk to keep everything in a folder."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def write_text(file: Path, text: str, *, keep: bool = True) -> None:
    """Replaces a file's content as one step; whoever reads it sees the old or the new one.

    Args:
        keep: whether it has to survive a failure of power; what is written again soon need not.
    """
    partial = file.with_name(f".{file.name}.partial")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        if keep:
            os.fsync(stream.fileno())
    partial.replace(file)
    if keep:
        sync(file.parent)


def write_json(file: Path, value: Any, *, keep: bool = True) -> None:
    """As `write_text`, with indented JSON that has no NaN."""
    write_text(file, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", keep=keep)


def publish_folder(partial: Path, target: Path) -> None:
    """Gives a finished folder its name, after everything in it is on the disk; replaces what had that name."""
    sync_folder(partial)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    partial.rename(target)
    sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)
