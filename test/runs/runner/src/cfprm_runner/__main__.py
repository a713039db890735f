"""Keeps the contract between launchers and runner, and trains nothing: each step counts a number up.

Test hooks: while a file `hold` is in the output folder, no step is made; `export` is explained at its function; --steps,
--save-every and --fail-at do what their names say, and --refuse ends the run as options that the runner refuses do. The
model that it "trains" is the folder given as --model. What it takes stands in `options.json`, as the runner's does.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write(file: Path, text: str) -> None:
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(text)
    partial.replace(file)


class Run:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.out = options.output
        self.stopped = False
        self.lock = threading.Lock()
        self.status = {
            "state": "queued", "step": 0, "total": options.steps, "checkpoint": None,
            "process": os.getpid(), "error": None,
        }

    def tell(self, **changes: object) -> None:
        with self.lock:
            self.status.update(changes, heartbeat=now())
            write(self.out / "status.json", json.dumps(self.status))

    def beat(self) -> None:
        while True:
            time.sleep(0.5)
            self.tell()

    def checkpoint(self, step: int) -> None:
        self.tell(state="checkpointing")
        folder = self.out / "checkpoints" / f"checkpoint-{step}"
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "state.json", json.dumps({"step": step}))
        self.tell(state="running", checkpoint=step)

    def latest(self) -> int:
        found = (self.out / "checkpoints").glob("checkpoint-*/state.json")
        return max((json.loads(file.read_text())["step"] for file in found), default=0)

    def verify(self) -> None:
        manifest = json.loads((self.options.input / "manifest.json").read_text())
        for block in manifest["blocks"]:
            digest = hashlib.sha256((self.options.input / block["file"]).read_bytes()).hexdigest()
            if digest != block["sha256"]:
                sys.exit(f"{block['file']} has changed")

    def train(self) -> int:
        for name in ("exit_code", "stop"):
            (self.out / name).unlink(missing_ok=True)
        self.tell()
        if self.options.refuse is not None:
            self.tell(state="failed", error={"message": self.options.refuse})
            return 2
        threading.Thread(target=self.beat, daemon=True).start()
        self.verify()
        step = self.latest()
        metrics = self.out / "metrics.jsonl"
        if metrics.exists():
            lines = metrics.read_text().splitlines(keepends=True)
            write(metrics, "".join(line for line in lines if json.loads(line)["step"] <= step))
        print(f"going on at {step}" if step else "from the beginning")
        self.tell(state="running", step=step)
        secret = os.environ.get("CFPRM_TEST_SECRET")
        if secret is not None:
            print(f"a secret of {len(secret)} characters, {hashlib.sha256(secret.encode()).hexdigest()[:8]}")
        while step < self.options.steps:
            if self.stopped or (self.out / "stop").exists():
                self.checkpoint(step)
                self.tell(state="stopped")
                print(f"stopped at {step}")
                return 75
            if (self.out / "hold").exists() and step >= self.options.hold_at:
                time.sleep(0.05)
                continue
            step += 1
            if step == self.options.fail_at:
                self.tell(state="failed", error={"message": "The loss is not a number. Lower --learning-rate."})
                return 1
            line = {
                "step": step, "time": now(), "loss": 1 / step, "lr": 2e-6, "tokens_per_second": 1000.0,
                "accuracy": 0.5, "window": 2,
            }
            with metrics.open("a") as stream:
                stream.write(json.dumps(line) + "\n")
            self.tell(step=step)
            print(f"step {step}")
            if step % self.options.save_every == 0:
                self.checkpoint(step)
            time.sleep(self.options.pace)
        if Path(self.options.model).is_dir() and not (self.out / "model").exists():
            partial = self.out / ".model.partial"
            shutil.copytree(self.options.model, partial, dirs_exist_ok=True)
            card = partial / "prm.json"
            if card.exists():
                write(card, json.dumps({**json.loads(card.read_text()), "name": self.options.name}))
            partial.rename(self.out / "model")
        self.tell(state="finished")
        print("finished")
        return 0

    def take(self, *_: object) -> None:
        self.stopped = True


def export(arguments: list[str]) -> None:
    """Copies the model; while the run's folder has a file `no-export`, says what stands in it and fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--precision", required=True)
    options = parser.parse_args(arguments)
    trouble = options.output.parent / "no-export"
    if trouble.exists():
        while (text := trouble.read_text()) == "wait":
            time.sleep(0.05)
        sys.exit(text)
    partial = options.output.parent / ".export.partial"
    shutil.copytree(options.checkpoint, partial, dirs_exist_ok=True)
    partial.rename(options.output)


def main() -> None:
    if sys.argv[1] == "export":
        export(sys.argv[2:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["train"])
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="cfprm")
    parser.add_argument("--device")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--save-every", type=int, default=5)
    parser.add_argument("--fail-at", type=int)
    parser.add_argument("--hold-at", type=int)
    parser.add_argument("--pace", type=float, default=0.02)
    parser.add_argument("--refuse")
    parser.add_argument("--note")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.hold_at is not None:
        held = options.output / "was-held"
        if not held.exists():
            held.touch()
            (options.output / "hold").touch()
    else:
        options.hold_at = 0
    run = Run(options)
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        signal.signal(number, run.take)
    if options.note:
        print(f"note: {options.note}")
    code = run.train()
    write(options.output / "exit_code", f"{code}\n")
    sys.exit(code)


main()
