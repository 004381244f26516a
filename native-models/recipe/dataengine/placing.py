"""Where things stand: loosely jittered anchors, so that a small model can learn them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .render import ASPECT, thing_box
from .scene import SIZE, Thing

Look = tuple[str, str]
"""Kind and colour."""

JITTER = 0.5
"""The share of every shift that is used: the less, the sooner a small model draws sharply."""
MIRRORED = 0.0
"""How often a thing looks the other way: never, for the same reason."""
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

EXTENTS: dict[str, tuple[float, float]] = {
    "small": (74, 88),
    "medium": (112, 130),
    "large": (158, 176),
}


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


def jitter(rng: np.random.Generator, amount: float) -> float:
    """A small shift, as often to one side as to the other."""
    return float(rng.uniform(-amount, amount)) * JITTER


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
    return bool(rng.random() < MIRRORED)


def _feet(rng: np.random.Generator) -> float:
    return float(rng.uniform(*FEET))


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
    """Two sets of things, the first first: three in a row or triangle, or four in two rows."""
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
