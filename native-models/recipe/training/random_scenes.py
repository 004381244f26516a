"""Scenes without layout rules: what the autoencoder and the vision tokenizer look at."""

from __future__ import annotations

import numpy as np

from dataengine.layout import VARIANTS, sample_scene
from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, STYLES, TIMES, Scene, Thing

ANYWHERE = 0.1  # share of pictures without layout rules


def random_scene(rng: np.random.Generator) -> Scene:
    """Up to four things anywhere, in any colour, so that no place or pair is special."""
    things = []
    for _ in range(int(rng.choice(5, p=(0.04, 0.3, 0.34, 0.18, 0.14)))):
        extent = float(rng.uniform(56, 170 if rng.random() < 0.4 else 110))
        things.append(
            Thing(
                kind=KINDS[rng.integers(len(KINDS))],
                colour=COLOURS[rng.integers(len(COLOURS))],
                x=float(rng.uniform(40, 216)),
                y=float(rng.uniform(50, 212)),
                extent=extent,
                flip=False,
            )
        )
    return Scene(
        background=BACKGROUNDS[rng.integers(len(BACKGROUNDS))],
        time=TIMES[rng.integers(len(TIMES))],
        style=STYLES[rng.integers(len(STYLES))],
        things=tuple(things),
        seed=int(rng.integers(VARIANTS)),
    )


def training_scene(rng: np.random.Generator) -> Scene:
    """A scene for those that look at pictures: mostly laid out, now and then not."""
    return random_scene(rng) if rng.random() < ANYWHERE else sample_scene(rng, "train")
