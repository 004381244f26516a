"""Renders a set of scenes once and keeps it on disk for every training that looks at it.

python -m training.pictures --count 30000       adds what is missing to work/pictures/
"""

from __future__ import annotations

import argparse

import numpy as np

from dataengine.layout import sample_scene
from dataengine.render import render
from dataengine.scene import SIZE, generator

from .checkpoint import WORK
from .codes import codes_of
from .random_scenes import random_scene

FOLDER = WORK / "pictures"
SHARD = 2000
ANYWHERE = 0.2  # share of pictures without layout rules


def write_shard(index: int) -> None:
    """Pictures uint8 [SHARD, 256, 256, 3] and their codes; whole or not there."""
    rng = generator(index, 17)
    scenes = [
        random_scene(rng) if rng.random() < ANYWHERE else sample_scene(rng, "train")
        for _ in range(SHARD)
    ]
    codes = [np.stack(scale) for scale in zip(*map(codes_of, scenes), strict=True)]
    np.savez(FOLDER / f"{index:04}.codes.npz", **{f"s{k}": c for k, c in enumerate(codes)})
    partial = FOLDER / f"{index:04}.partial"
    with partial.open("wb") as file:
        for scene in scenes:
            file.write(render(scene).tobytes())
    partial.rename(FOLDER / f"{index:04}.u8")


def shards() -> list[int]:
    return sorted(int(path.stem) for path in FOLDER.glob("*.u8"))


def open_shard(index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The pictures as a memory map and the codes s0, s1, s2 as arrays."""
    pictures = np.memmap(
        FOLDER / f"{index:04}.u8", dtype=np.uint8, mode="r", shape=(SHARD, SIZE, SIZE, 3)
    )
    with np.load(FOLDER / f"{index:04}.codes.npz") as file:
        return pictures, {name: file[name] for name in file.files}


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
