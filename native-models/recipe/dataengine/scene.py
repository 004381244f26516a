"""What a picture holds, as data: everything else (drawing, captions, edits, labels) reads this."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

SIZE = 256

KINDS: tuple[str, ...] = (
    # animals
    "cat", "dog", "bird", "fish", "rabbit", "turtle", "butterfly", "duck",
    # vehicles
    "car", "bus", "boat", "bicycle", "airplane", "rocket",
    # buildings
    "house", "castle", "tent", "lighthouse",
    # plants
    "tree", "flower", "cactus", "mushroom",
    # sky
    "balloon", "kite", "star", "cloud",
    # everyday
    "cup", "ball", "chair", "lamp", "umbrella", "apple", "book", "hat",
)  # fmt: skip

COLOURS: tuple[str, ...] = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black",
)  # fmt: skip

BACKGROUNDS: tuple[str, ...] = (
    "meadow", "beach", "desert", "snow", "mountains", "city", "forest", "room",
)  # fmt: skip

TIMES: tuple[str, ...] = ("day", "dusk", "night")
STYLES: tuple[str, ...] = ("flat", "comic", "papercut")
SIZES: tuple[str, ...] = ("small", "medium", "large")
RELATIONS: tuple[str, ...] = ("left", "right", "above", "below", "on")


@dataclass(frozen=True)
class Thing:
    """One object: `x`, `y` are the centre and `extent` the longer side of its box, in pixels."""

    kind: str
    colour: str
    x: float
    y: float
    extent: float
    flip: bool = False


@dataclass(frozen=True)
class Scene:
    """A picture: things are drawn in order, later ones in front."""

    background: str
    time: str
    style: str
    things: tuple[Thing, ...]
    seed: int = 0  # small variations of the background (where the hills and clouds are)
    size_name: str = "medium"  # of the first thing; said in captions only when not medium
    relation: str | None = None  # of things[0] to things[1], when the scene was laid out by one
    group: int = field(default=0)  # > 1: that many things of one kind and colour

    def with_things(self, things: tuple[Thing, ...]) -> Scene:
        return replace(self, things=things)


def generator(*key: int) -> np.random.Generator:
    """A random generator that depends on nothing but the key."""
    return np.random.Generator(np.random.Philox(key=np.array([*key, 0][:2], dtype=np.uint64)))
