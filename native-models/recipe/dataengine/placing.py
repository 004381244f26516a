"""Where things stand: on a lattice, in three sizes a kind, so that a small model draws sharply.

A thing's middle is a multiple of 32 pixels from the left, its feet are 4 pixels above one from the
top, and its size is one of three. What a picture shows in one cell of the image tokens' grid then
follows from few facts, and those are what the tokens say (see `training/codes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from .render import ASPECT, thing_box
from .scene import SIZE, Thing

Look = tuple[str, str]
"""Kind and colour."""
Size = Literal["small", "medium", "large"]

STEP = 32
"""Pixels between two places: the cells of the image tokens' grid."""
ABOVE = 4
"""Pixels between feet and the next line below them: room for outlines and shadows."""
COLUMNS = SIZE // STEP
GROUND = 7
"""The row on which standing things stand: ground on every background."""
MARGIN = 4.0
LEFT, MIDDLE_COLUMN, RIGHT = 2, 4, 6
MIDDLE = SIZE / 2

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

EXTENTS: dict[str, float] = {"small": 56.0, "medium": 84.0}
"""The longer side of a box in pixels; that of large things is `large_extent`."""
LARGE_WIDTH = 127.0
SIZES: tuple[Size, ...] = ("small", "medium", "large")


def box_size(kind: str, extent: float) -> tuple[float, float]:
    """Width and height of a kind's box whose longer side is `extent`."""
    aspect = ASPECT[kind]
    return (extent, extent / aspect) if aspect >= 1 else (extent * aspect, extent)


def rows_carried(kind: str) -> int:
    """By how many rows a large thing raises what stands on it."""
    return 3 if large_height(kind, 3) * ASPECT[kind] <= LARGE_WIDTH else 2


def large_height(kind: str, rows: int) -> float:
    """The height at which what stands on a thing is this many rows higher."""
    return rows * STEP / (1 - SUPPORTS.get(kind, DEFAULT_SINK))


def extent_of(kind: str, size: str) -> float:
    """The longer side of a kind's box at a size, in pixels."""
    if size != "large":
        return EXTENTS[size]
    return round(large_height(kind, rows_carried(kind)) * max(1.0, ASPECT[kind]), 1)


def size_of(thing: Thing) -> Size:
    """The size that a thing has, or that is nearest to its own."""
    return min(SIZES, key=lambda size: abs(extent_of(thing.kind, size) - thing.extent))


def place_on(look: Look, size: str, column: int, row: int) -> Thing:
    """A thing on the lattice: its middle at `column`, its feet at `row`."""
    extent = extent_of(look[0], size)
    y = row * STEP - ABOVE - box_size(look[0], extent)[1] / 2
    return Thing(*look, float(column * STEP), round(y, 1), extent)


def spot_of(thing: Thing) -> tuple[int, int]:
    """The column and row at which a thing is, or those nearest."""
    return round(thing.x / STEP), round((thing_box(thing)[3] + ABOVE) / STEP)


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


def pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """A key, drawn by its weight."""
    names, values = list(weights), np.array(list(weights.values()))
    return names[int(np.searchsorted(np.cumsum(values / values.sum()), rng.random()))]


def free_places(
    rng: np.random.Generator, look: Look, size: str, others: Sequence[Thing]
) -> Iterator[Thing]:
    """Every place of the lattice where a thing fits beside others, in random order."""
    for spot in rng.permutation(COLUMNS**2):
        thing = place_on(look, size, int(spot) % COLUMNS, int(spot) // COLUMNS + 1)
        if fits(thing, others, gap=6):
            yield thing


def _air(rng: np.random.Generator) -> int:
    """A row for the lower edge of what flies."""
    return int(rng.choice((4, 5)))


def place_single(rng: np.random.Generator, look: Look, size: str) -> list[Thing]:
    """One thing: in the middle, or (unless large) sometimes at a side."""
    column = MIDDLE_COLUMN
    if rng.random() < 0.4:
        column = int(rng.choice((3, 5) if size == "large" else (LEFT, RIGHT)))
    row = _air(rng) if look[0] in FLYING else GROUND
    return [place_on(look, size, column, row)]


def _beside(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first on the left: both on the ground, or at one height in the air."""
    flying = [kind in FLYING for kind, _ in looks]
    air = _air(rng) if all(flying) else GROUND - 1
    rows = [air if flies else GROUND for flies in flying]
    return [
        place_on(look, "medium", column, row)
        for look, column, row in zip(looks, (LEFT, RIGHT), rows, strict=True)
    ]


def _stacked(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first above the second with a clear gap."""
    upper, lower = looks
    column = int(rng.choice((3, 4, 5)))
    return [
        place_on(upper, "medium", column, 4 if rng.random() < 0.5 else 3),
        place_on(lower, "medium", column, GROUND),
    ]


def on_top_of(look: Look, support: Thing, size: str) -> Thing:
    """A thing that stands on a large one, its feet a little inside the other's box."""
    column, row = spot_of(support)
    return place_on(look, size, column, row - rows_carried(support.kind))


def _carried(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Two things, the first standing on the second."""
    support = place_on(looks[1], "large", int(rng.choice((3, 4, 5))), GROUND)
    return [on_top_of(looks[0], support, str(rng.choice(("small", "medium")))), support]


def place_pair(rng: np.random.Generator, looks: Sequence[Look], relation: str) -> list[Thing]:
    """Two things, the first in this relation to the second."""
    if relation in ("right", "below"):
        return place_pair(rng, looks[::-1], INVERSE[relation])[::-1]
    place = {"left": _beside, "above": _stacked, "on": _carried}[relation]
    return place(rng, looks)


def place_row(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Three things side by side from left to right."""
    all_fly = all(kind in FLYING for kind, _ in looks)
    air = _air(rng) if all_fly else GROUND - 1
    return [
        place_on(look, "small", column, air if look[0] in FLYING else GROUND)
        for look, column in zip(looks, (LEFT, MIDDLE_COLUMN, RIGHT), strict=True)
    ]


def place_grid(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """Four things two by two, row by row."""
    size = str(rng.choice(("small", "medium")))
    spots = [(column, row) for row in (4, GROUND) for column in (LEFT, RIGHT)]
    return [place_on(look, size, *spot) for look, spot in zip(looks, spots, strict=True)]


def place_triangle(rng: np.random.Generator, looks: Sequence[Look]) -> list[Thing]:
    """One thing in the middle above two others."""
    size = str(rng.choice(("small", "medium")))
    spots = ((MIDDLE_COLUMN, 4), (LEFT, GROUND), (RIGHT, GROUND))
    return [place_on(look, size, *spot) for look, spot in zip(looks, spots, strict=True)]


def place_narrow_row(rng: np.random.Generator, look: Look) -> list[Thing]:
    """Four narrow things of one look side by side."""
    row = _air(rng) if look[0] in FLYING else GROUND
    return [place_on(look, "small", column, row) for column in (1, 3, 5, 7)]


def place_group(rng: np.random.Generator, look: Look, count: int) -> list[Thing]:
    """Two to four things of one look."""
    if count == 2:
        return _beside(rng, (look, look))
    if count == 3:
        row = rng.random() < (0.4 if look[0] in FLYING else 0.6)
        return (place_row if row else place_triangle)(rng, (look,) * 3)
    if ASPECT[look[0]] <= 0.88 and rng.random() < 0.4:
        return place_narrow_row(rng, look)
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
