"""Renders a set of scenes once and keeps it on disk for every training that looks at it.

python -m training.pictures --count 30000       adds what is missing to work/pictures/
"""

from __future__ import annotations

import argparse

import numpy as np

from dataengine.render import render
from dataengine.scene import SIZE, generator

from .checkpoint import WORK
from .random_scenes import training_scene

FOLDER = WORK / "pictures"
SHARD = 2000


def write_shard(index: int) -> None:
    """Pictures uint8 [SHARD, 256, 256, 3]; whole or not there."""
    rng = generator(index, 17)
    scenes = [training_scene(rng) for _ in range(SHARD)]
    partial = FOLDER / f"{index:04}.partial"
    with partial.open("wb") as file:
        for scene in scenes:
            file.write(render(scene).tobytes())
    partial.rename(FOLDER / f"{index:04}.u8")


def shards() -> list[int]:
    return sorted(int(path.stem) for path in FOLDER.glob("*.u8"))


def open_shard(index: int) -> np.ndarray:
    """The pictures as a memory map, uint8 [SHARD, 256, 256, 3]."""
    path = FOLDER / f"{index:04}.u8"
    return np.memmap(path, dtype=np.uint8, mode="r", shape=(SHARD, SIZE, SIZE, 3))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=30000)
    options = arguments.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for index in range(-(-options.count // SHARD)):
        if not (FOLDER / f"{index:04}.u8").exists():
            write_shard(index)
            print(f"shard {index}", flush=True)


if __name__ == "__main__":
    main()
