"""Which things a scene holds and how they lie to each other: sampling scenes and reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .heldout import any_heldout, is_heldout, is_heldout_colour, is_heldout_pair
from .placing import (
    CARRIED,
    INVERSE,
    SUPPORTS,
    Look,
    pick,
    place_group,
    place_mix,
    place_pair,
    place_row,
    place_single,
    size_of,
)
from .render import thing_box
from .scene import BACKGROUNDS, COLOURS, KINDS, STYLES, Scene, Thing

__all__ = [
    "INVERSE", "Group", "Split", "box_relation", "draw_looks", "groups", "is_heldout",
    "is_heldout_colour", "is_heldout_pair", "refreshed", "relation_between", "sample_scene",
    "sample_scene_of", "scene_type", "union_box",
]  # fmt: skip

Split = Literal["train", "heldout", "any"]
Box = tuple[float, float, float, float]

SCENE_TYPES: dict[str, float] = {
    "single": 0.25, "pair": 0.40, "group": 0.20, "trio": 0.05, "mix": 0.10,
}  # fmt: skip
VARIANTS = 3
"""How many ways each background is drawn in."""
RELATION_WEIGHTS: dict[str, float] = {
    "left": 0.23, "right": 0.23, "above": 0.18, "below": 0.18, "on": 0.18,
}  # fmt: skip
SIZE_WEIGHTS: dict[str, float] = {"small": 0.2, "medium": 0.35, "large": 0.45}


@dataclass(frozen=True)
class Group:
    """Things of one kind and colour."""

    kind: str
    colour: str
    count: int


def groups(scene: Scene) -> list[Group]:
    """The things of a scene counted by kind and colour, in the order they first appear."""
    counted = Counter((thing.kind, thing.colour) for thing in scene.things)
    return [Group(kind, colour, count) for (kind, colour), count in counted.items()]


def scene_type(scene: Scene) -> str:
    """`empty`, `single`, `pair`, `group`, `trio` (three or more singles) or `mix`."""
    found = groups(scene)
    if not found:
        return "empty"
    if len(found) == 1:
        return "single" if found[0].count == 1 else "group"
    if any(group.count > 1 for group in found):
        return "mix"
    return "pair" if len(found) == 2 else "trio"


def union_box(things: Sequence[Thing]) -> Box:
    """The box around several things."""
    boxes = [thing_box(thing) for thing in things]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def box_relation(a: Box, b: Box) -> str | None:
    """How box `a` lies to box `b`: a relation, or None where no one word is right."""
    side_gap = max(b[0] - a[2], a[0] - b[2])
    level_gap = max(b[1] - a[3], a[1] - b[3])
    shared = min(a[2], b[2]) - max(a[0], b[0])
    narrow = min(a[2] - a[0], b[2] - b[0])
    sunk = (a[3] - b[1]) / (b[3] - b[1])
    if -0.01 <= sunk <= 0.12 and shared > 0.6 * narrow:
        return "on"
    if side_gap < 0 and level_gap < 0:
        return None
    across = (b[0] + b[2] - a[0] - a[2]) / 2
    down = (b[1] + b[3] - a[1] - a[3]) / 2
    if side_gap >= 0 and abs(across) >= 1.4 * abs(down):
        return "left" if across > 0 else "right"
    if level_gap >= 0 and abs(down) >= 1.4 * abs(across):
        return "above" if down > 0 else "below"
    return None


def relation_between(a: Thing, b: Thing) -> str | None:
    """How `a` lies to `b`: left, right, above, below, on, or None where no one word is right."""
    return box_relation(thing_box(a), thing_box(b))


def refreshed(scene: Scene) -> Scene:
    """The scene with `relation`, `group` and `size_name` as its things now say."""
    kind = scene_type(scene)
    relation, size = None, "medium"
    if kind == "pair":
        relation = relation_between(scene.things[0], scene.things[1])
    if kind == "single":
        size = size_of(scene.things[0])
    count = len(scene.things) if kind in ("single", "group") else 0
    return replace(scene, relation=relation, size_name=size, group=count if count > 1 else 0)


def _draw_looks(rng: np.random.Generator, kind: str, relation: str | None) -> list[Look]:
    """Kinds and colours for one scene type, held out or not."""
    count = {"single": 1, "group": 1, "pair": 2, "mix": 2, "trio": 3}[kind]
    kinds = [KINDS[k] for k in rng.choice(len(KINDS), count, replace=False)]
    colours = [COLOURS[k] for k in rng.choice(len(COLOURS), count, replace=False)]
    chance = rng.random()
    if relation == "on":
        if chance < 0.8:
            kinds[1] = str(rng.choice([k for k in SUPPORTS if k != kinds[0]]))
            kinds[0] = str(rng.choice([k for k in CARRIED if k != kinds[1]]))
    elif kind == "pair" and chance < 0.07:  # two of one kind, told apart by colour
        kinds[1] = kinds[0]
    elif kind == "pair" and chance < 0.13:  # two kinds in one colour
        colours[1] = colours[0]
    return list(zip(kinds, colours, strict=True))


def draw_looks(
    rng: np.random.Generator, kind: str, split: Split, relation: str | None = None
) -> list[Look]:
    """Kinds and colours for one scene type, from the wanted side of the split."""
    while True:
        looks = _draw_looks(rng, kind, relation)
        if split == "any" or any_heldout(looks) == (split == "heldout"):
            return looks


def setting(rng: np.random.Generator) -> Scene:
    """A scene without things: background, time, style and seed."""
    return Scene(
        background=BACKGROUNDS[rng.integers(len(BACKGROUNDS))],
        time=pick(rng, {"day": 0.4, "dusk": 0.25, "night": 0.35}),
        style=STYLES[rng.integers(len(STYLES))],
        things=(),
        seed=int(rng.integers(VARIANTS)),
    )


def sample_scene_of(rng: np.random.Generator, kind: str, split: Split = "train") -> Scene:
    """A scene of one type: single, pair, group, trio or mix."""
    scene = setting(rng)
    size, relation = "medium", None
    if kind == "single":
        size = pick(rng, SIZE_WEIGHTS)
        things = place_single(rng, draw_looks(rng, kind, split)[0], size)
    elif kind == "pair":
        relation = pick(rng, RELATION_WEIGHTS)
        things = place_pair(rng, draw_looks(rng, kind, split, relation), relation)
    elif kind == "group":
        count = int(rng.choice((1, 2, 3, 4), p=(0.07, 0.31, 0.31, 0.31)))
        look = draw_looks(rng, kind, split)[0]
        things = place_group(rng, look, count) if count > 1 else place_single(rng, look, "medium")
    elif kind == "trio":
        things = place_row(rng, draw_looks(rng, kind, split))
    else:
        counts = ((1, 2), (2, 1), (2, 2), (1, 2), (2, 1))[rng.integers(5)]
        things = place_mix(rng, draw_looks(rng, kind, split), counts)
    count = len(things) if kind == "group" and len(things) > 1 else 0
    return replace(scene, things=tuple(things), size_name=size, relation=relation, group=count)


def sample_scene(rng: np.random.Generator, split: Split = "train") -> Scene:
    """A scene of any type.

    Args:
        rng: Where all chance comes from; the same state gives the same scene.
        split: `train` never holds a held-out combination, `heldout` always does.
    """
    return sample_scene_of(rng, pick(rng, SCENE_TYPES), split)
