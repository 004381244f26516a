"""Checkpoints that are whole or not there, and logs that a later run appends to."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import torch

WORK = Path(__file__).resolve().parent.parent / "work"


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint beside its place and moves it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def load(path: Path) -> dict[str, Any] | None:
    """The last checkpoint, or None where training has not begun."""
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


class Log:
    """One JSON line per report, appended to `work/NAME.jsonl` and printed."""

    def __init__(self, name: str) -> None:
        WORK.mkdir(parents=True, exist_ok=True)
        self.path = WORK / f"{name}.jsonl"
        self.start = time.time()

    def __call__(self, **values: float) -> None:
        row = {k: round(v, 5) for k, v in {**values, "seconds": time.time() - self.start}.items()}
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)
