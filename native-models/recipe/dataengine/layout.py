"""Which things a scene holds and where they stand: loosely jittered anchors, nothing overlaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from .render import ASPECT, thing_box
from .scene import (
    BACKGROUNDS,
    COLOURS,
    KINDS,
    SIZE,
    STYLES,
    Scene,
    Thing,
    generator,
)

Split = Literal["train", "heldout", "any"]
Box = tuple[float, float, float, float]

MARGIN = 8.0
MIDDLE = SIZE / 2
LEFT, RIGHT = 70.0, 186.0
ROW_OF_THREE = (46.0, 128.0, 210.0)
FEET = (208.0, 226.0)
"""The rows on which standing things stand: ground on every background."""

FLYING: frozenset[str] = frozenset(
    {"bird", "butterfly", "airplane", "rocket", "balloon", "kite", "star", "cloud"}
)
SUPPORTS: dict[str, float] = {
    "car": 0.03, "bus": 0.02, "house": 0.09, "turtle": 0.05, "tree": 0.05, "mushroom": 0.04,
    "cloud": 0.10, "cup": 0.02, "ball": 0.04, "chair": 0.04, "lamp": 0.02, "book": 0.02,
    "hat": 0.02,
}  # fmt: skip
"""Kinds that carry things well, and how deep into their box these sink (part of its height)."""
CARRIED: tuple[str, ...] = (
    "cat", "dog", "bird", "fish", "rabbit", "turtle", "butterfly", "duck", "car", "rocket",
    "flower", "cactus", "mushroom", "star", "cup", "ball", "chair", "lamp", "apple", "book", "hat",
)  # fmt: skip
DEFAULT_SINK = 0.05

INVERSE = {"left": "right", "right": "left", "above": "below", "below": "above"}
SCENE_TYPES: dict[str, float] = {
    "single": 0.25, "pair": 0.40, "group": 0.20, "trio": 0.05, "mix": 0.10,
}  # fmt: skip
RELATION_WEIGHTS: dict[str, float] = {
    "left": 0.23, "right": 0.23, "above": 0.18, "below": 0.18, "on": 0.18,
}  # fmt: skip
EXTENTS: dict[str, tuple[float, float]] = {
    "small": (74, 88),
    "medium": (112, 130),
    "large": (158, 176),
}
SIZE_WEIGHTS: dict[str, float] = {"small": 0.25, "medium": 0.5, "large": 0.25}

KEPT_COLOURS: frozenset[tuple[str, str]] = frozenset(
    {
        ("house", "red"), ("house", "blue"), ("house", "white"), ("tree", "green"),
        ("tree", "yellow"), ("apple", "red"), ("apple", "green"), ("car", "red"), ("car", "blue"),
        ("cat", "black"), ("cat", "white"), ("cat", "orange"), ("dog", "brown"), ("star", "yellow"),
        ("ball", "red"), ("ball", "blue"), ("flower", "red"), ("cactus", "green"),
        ("bird", "blue"), ("bird", "red"), ("cloud", "white"), ("boat", "white"),
    }
)  # fmt: skip
"""Everyday combinations that are never held out."""
KEPT_PAIRS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (("house", "tree"), ("dog", "car"), ("cat", "dog"), ("bird", "house"))
)


@dataclass(frozen=True)
class Group:
    """Things of one kind and colour."""

    kind: str
    colour: str
    count: int


# --- held-out combinations ---------------------------------------------------------------------


@lru_cache(maxsize=1)
def heldout_colours() -> frozenset[tuple[str, str]]:
    """The (kind, colour) pairs kept out of training: about 8% of them, at most one a kind."""
    rng = generator(2024, 1)
    wanted = round(0.08 * len(KINDS) * len(COLOURS))
    kinds = rng.permutation(len(KINDS))
    chosen: list[tuple[str, str]] = []
    for turn, index in enumerate(kinds):
        kind, order = KINDS[index], np.roll(rng.permutation(len(COLOURS)), turn)
        free = [COLOURS[k] for k in order if (kind, COLOURS[k]) not in KEPT_COLOURS]
        used = Counter(colour for _, colour in chosen)
        chosen.append((kind, min(free, key=lambda colour: used[colour])))
        if len(chosen) == wanted:
            break
    return frozenset(chosen)


@lru_cache(maxsize=1)
def heldout_pairs() -> frozenset[frozenset[str]]:
    """The unordered pairs of kinds kept out of training: about 8% of them."""
    pairs = [frozenset((a, b)) for i, a in enumerate(KINDS) for b in KINDS[i + 1 :]]
    order = generator(2024, 2).permutation(len(pairs))
    free = [pairs[k] for k in order if pairs[k] not in KEPT_PAIRS]
    return frozenset(free[: round(0.08 * len(pairs))])


def is_heldout_colour(kind: str, colour: str) -> bool:
    """Whether no training scene has a thing of this kind in this colour."""
    return (kind, colour) in heldout_colours()


def is_heldout_pair(kind: str, other: str) -> bool:
    """Whether no training scene shows these two kinds together."""
    return frozenset((kind, other)) in heldout_pairs()


def is_heldout(scene: Scene) -> bool:
    """Whether a scene holds at least one combination that is kept out of training."""
    return _any_heldout([(thing.kind, thing.colour) for thing in scene.things])


def _any_heldout(looks: Sequence[tuple[str, str]]) -> bool:
    if any(look in heldout_colours() for look in looks):
        return True
    kinds = sorted({kind for kind, _ in looks})
    return any(is_heldout_pair(a, b) for i, a in enumerate(kinds) for b in kinds[i + 1 :])


# --- reading a scene ---------------------------------------------------------------------------


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
        extent = scene.things[0].extent
        size = "small" if extent <= 90 else "large" if extent >= 150 else "medium"
    count = len(scene.things) if kind in ("single", "group") else 0
    return replace(scene, relation=relation, size_name=size, group=count if count > 1 else 0)


def fits(thing: Thing, others: Sequence[Thing] = (), gap: float = 8.0) -> bool:
    """Whether a thing lies inside the margins and keeps a gap to the others."""
    x0, y0, x1, y1 = thing_box(thing)
    if x0 < MARGIN or y0 < MARGIN or x1 > SIZE - MARGIN or y1 > SIZE - MARGIN:
        return False
    for other in others:
        a0, b0, a1, b1 = thing_box(other)
        if x0 < a1 + gap and a0 < x1 + gap and y0 < b1 + gap and b0 < y1 + gap:
            return False
    return True


# --- placing -----------------------------------------------------------------------------------


def jitter(rng: np.random.Generator, amount: float) -> float:
    """A small shift, as often to one side as to the other."""
    return float(rng.uniform(-amount, amount))


def pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """A key, drawn by its weight."""
    names, values = list(weights), np.array(list(weights.values()))
    return names[int(np.searchsorted(np.cumsum(values / values.sum()), rng.random()))]


def box_size(kind: str, extent: float) -> tuple[float, float]:
    """Width and height of a kind's box whose longer side is `extent`."""
    aspect = ASPECT[kind]
    return (extent, extent / aspect) if aspect >= 1 else (extent * aspect, extent)


def extent_within(kind: str, extent: float, width: float, height: float) -> float:
    """The extent, made smaller where the box would be wider or higher than allowed."""
    own_width, own_height = box_size(kind, extent)
    return extent * min(1.0, width / own_width, height / own_height)


def standing(kind: str, colour: str, x: float, feet: float, extent: float, flip: bool) -> Thing:
    """A thing whose box ends at row `feet`."""
    return Thing(kind, colour, round(x, 1), round(feet - box_size(kind, extent)[1] / 2, 1),
                 round(extent, 1), flip)  # fmt: skip


def floating(kind: str, colour: str, x: float, y: float, extent: float, flip: bool) -> Thing:
    """A thing centred at `x`, `y`."""
    return Thing(kind, colour, round(x, 1), round(y, 1), round(extent, 1), flip)


def _flip(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.3)


def _feet(rng: np.random.Generator) -> float:
    return float(rng.uniform(*FEET))


Look = tuple[str, str]


def place_single(rng: np.random.Generator, look: Look, size: str) -> list[Thing]:
    """One thing: in the middle, or (unless large) sometimes at a side."""
    kind, colour = look
    extent = extent_within(kind, float(rng.uniform(*EXTENTS[size])), 224, 206)
    width = box_size(kind, extent)[0]
    x = MIDDLE + jitter(rng, 8)
    if size != "large" and rng.random() < 0.4:
        away = min(60.0, MIDDLE - MARGIN - 4 - width / 2)
        x = MIDDLE + (away if rng.random() < 0.5 else -away) + jitter(rng, 4)
    if kind in FLYING:
        y = (112 if size == "large" else 94) + jitter(rng, 10)
        return [floating(kind, colour, x, y, extent, _flip(rng))]
    return [standing(kind, colour, x, _feet(rng), extent, _flip(rng))]


def _beside(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first on the left: both on the ground, or at one height in the air."""
    flying = [kind in FLYING for kind, _ in looks]
    feet, level = _feet(rng), 104 + jitter(rng, 12)
    things: list[Thing] = []
    for (kind, colour), x in zip(looks, (LEFT, RIGHT), strict=True):
        extent = extent_within(kind, float(rng.uniform(84, 110)), 96, 110)
        at, flip = x + jitter(rng, 6), _flip(rng)
        if all(flying):
            things.append(floating(kind, colour, at, level + jitter(rng, 5), extent, flip))
        else:
            things.append(standing(kind, colour, at, feet + jitter(rng, 4), extent, flip))
    if any(flying) and not all(flying):  # the one in the air hovers a little higher
        k = flying.index(True)
        things[k] = replace(things[k], y=round(things[1 - k].y - 6 + jitter(rng, 6), 1))
    return things


def _stacked(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first above the second with a clear gap."""
    (top, top_colour), (bottom, bottom_colour) = looks
    x = MIDDLE + jitter(rng, 14)
    high = extent_within(top, float(rng.uniform(80, 104)), 120, 90)
    low = extent_within(bottom, float(rng.uniform(80, 104)), 120, 90)
    feet = 226 + jitter(rng, 5)
    if bottom in FLYING:
        feet -= float(rng.uniform(0, 12))
    lower = standing(bottom, bottom_colour, x + jitter(rng, 5), feet, low, _flip(rng))
    room = thing_box(lower)[1] - 14
    half = box_size(top, high)[1] / 2
    y = min(room - half, max(MARGIN + 2 + half, 64 + jitter(rng, 6)))
    return [floating(top, top_colour, x + jitter(rng, 5), y, high, _flip(rng)), lower]


def on_top_of(rng: np.random.Generator, look: Look, support: Thing, extent: float) -> Thing:
    """A thing that stands on another, its feet a little inside the other's box."""
    top = thing_box(support)[1]
    height = thing_box(support)[3] - top
    feet = top + height * SUPPORTS.get(support.kind, DEFAULT_SINK)
    return standing(*look, support.x + jitter(rng, 3), feet, extent, _flip(rng))


def _carried(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first standing on the second."""
    (top, _), (bottom, colour) = looks
    low = extent_within(bottom, float(rng.uniform(92, 116)), 130, 112)
    x, feet = MIDDLE + jitter(rng, 16), float(rng.uniform(216, 230))
    support = standing(bottom, colour, x, feet, low, _flip(rng))
    high = extent_within(top, float(rng.uniform(72, 88)), 100, 86)
    return [on_top_of(rng, looks[0], support, high), support]


def place_pair(rng: np.random.Generator, looks: Sequence[Look], relation: str) -> list[Thing]:
    """Two things, the first in this relation to the second."""
    if relation in ("right", "below"):
        return place_pair(rng, looks[::-1], INVERSE[relation])[::-1]
    place = {"left": _beside, "above": _stacked, "on": _carried}[relation]
    return place(rng, looks)


def place_row(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Three things side by side from left to right; same looks get the same size."""
    feet, level = _feet(rng), 100 + jitter(rng, 14)
    all_fly = all(kind in FLYING for kind, _ in looks)
    sizes = {look: extent_within(look[0], float(rng.uniform(66, 80)), 70, 80) for look in looks}
    flips = {look: _flip(rng) for look in looks}
    things = []
    for look, x in zip(looks, ROW_OF_THREE, strict=True):
        at, shift = x + jitter(rng, 2.5), jitter(rng, 4)
        if all_fly:
            things.append(floating(*look, at, level + shift, sizes[look], flips[look]))
        elif look[0] in FLYING:
            things.append(floating(*look, at, feet - 56 + shift, sizes[look], flips[look]))
        else:
            things.append(standing(*look, at, feet + shift, sizes[look], flips[look]))
    return things


def place_grid(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Four things two by two, row by row; same looks get the same size."""
    sizes = {look: extent_within(look[0], float(rng.uniform(70, 84)), 84, 84) for look in looks}
    flips = {look: _flip(rng) for look in looks}
    upper, lower = 116 + jitter(rng, 4), 222 + jitter(rng, 5)
    corners = [(x, feet) for feet in (upper, lower) for x in (LEFT + 4, RIGHT - 4)]
    return [
        standing(*look, x + jitter(rng, 4), feet + jitter(rng, 2), sizes[look], flips[look])
        for look, (x, feet) in zip(looks, corners, strict=True)
    ]


def place_triangle(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """One thing in the middle above two others; same looks get the same size."""
    sizes = {look: extent_within(look[0], float(rng.uniform(70, 84)), 84, 84) for look in looks}
    flips = {look: _flip(rng) for look in looks}
    feet = 220 + jitter(rng, 6)
    corners = ((MIDDLE, 110 + jitter(rng, 5)), (LEFT, feet), (RIGHT, feet))
    return [
        standing(*look, x + jitter(rng, 4), at + jitter(rng, 2), sizes[look], flips[look])
        for look, (x, at) in zip(looks, corners, strict=True)
    ]


def place_narrow_row(rng: np.random.Generator, look: Look, count: int) -> list[Thing]:
    """Four narrow things of one look side by side."""
    extent = extent_within(look[0], float(rng.uniform(62, 72)), 50, 72)
    flip, feet, step = _flip(rng), _feet(rng), 240 / count
    if look[0] in FLYING:
        feet -= 80
    return [
        standing(*look, 8 + (k + 0.5) * step + jitter(rng, 2), feet + jitter(rng, 3), extent, flip)
        for k in range(count)
    ]


def place_group(rng: np.random.Generator, look: Look, count: int) -> list[Thing]:
    """Two to four things of one look."""
    flies = look[0] in FLYING
    if count == 2:
        pair = _beside(rng, (look, look))
        same = replace(pair[1], extent=pair[0].extent, flip=pair[0].flip)
        return [pair[0], replace(same, y=round(pair[0].y + jitter(rng, 3), 1))]
    if count == 3:
        row = rng.random() < (0.4 if flies else 0.7)
        return (place_row if row else place_triangle)(rng, (look,) * 3)
    if ASPECT[look[0]] <= 0.88 and rng.random() < 0.4:
        return place_narrow_row(rng, look, 4)
    return place_grid(rng, (look,) * 4)


def place_mix(
    rng: np.random.Generator, looks: Sequence[Look], counts: Sequence[int]
) -> list[Thing]:
    """Two sets of things: three in a row or triangle, or four in two rows. The first comes first."""
    (a, b), (n, m) = looks, counts
    if n + m == 3:
        single, double = (a, b) if n == 1 else (b, a)
        flies = single[0] in FLYING and double[0] not in FLYING
        if rng.random() < (0.9 if flies else 0.5):
            things = place_triangle(rng, (single, double, double))
        elif rng.random() < 0.5:
            things = place_row(rng, (single, double, double))
        else:
            things = place_row(rng, (double, double, single))
    else:  # two and two: what flies is the upper row
        top, bottom = (b, a) if b[0] in FLYING and a[0] not in FLYING else (a, b)
        things = place_grid(rng, (top, top, bottom, bottom))
    return sorted(things, key=lambda thing: (thing.kind, thing.colour) != a)


# --- sampling ----------------------------------------------------------------------------------


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
        if split == "any" or _any_heldout(looks) == (split == "heldout"):
            return looks


def setting(rng: np.random.Generator) -> Scene:
    """A scene without things: background, time, style and seed."""
    return Scene(
        background=BACKGROUNDS[rng.integers(len(BACKGROUNDS))],
        time=pick(rng, {"day": 0.4, "dusk": 0.25, "night": 0.35}),
        style=STYLES[rng.integers(len(STYLES))],
        things=(),
        seed=int(rng.integers(2**31)),
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
