"""What codes say a picture shows: things with their places, and the setting."""

from __future__ import annotations

from collections import Counter

import numpy as np

from dataengine.layout import VARIANTS
from dataengine.placing import place_on
from dataengine.render import thing_box
from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, STYLES, TIMES
from evaluation.verifier import Found, Seen

from .codes import CELLS, GRID, PARTS, SETTING, THINGS

LEAST = 1 / 6
"""The share of a thing's cells, two at least, that must agree on it."""


def part_places() -> list[tuple[str, int, int]]:
    """Size, row and column within the thing of every part."""
    return [
        (size, row, column)
        for size, (rows, columns) in CELLS.items()
        for row in range(rows)
        for column in range(columns)
    ]


PLACES = part_places()


def read(codes: np.ndarray) -> Seen:
    """What codes [64] show. Each cell of a thing says where the whole of it stands, so those that
    agree are one thing; one of which only a little is there counts as well, since others may hide the
    rest."""
    votes: Counter[tuple[str, str, str, int, int]] = Counter()
    settings: Counter[int] = Counter()
    for index, code in enumerate(codes.tolist()):
        if code >= THINGS:
            settings[code - THINGS] += 1
            continue
        look, part = divmod(code, PARTS)
        kind, colour = KINDS[look // len(COLOURS)], COLOURS[look % len(COLOURS)]
        size, row, column = PLACES[part]
        top, left = index // GRID - row, index % GRID - column
        votes[kind, colour, size, left, top] += 1
    things = []
    for (kind, colour, size, left, top), count in votes.items():
        rows, columns = CELLS[size]
        if count < max(2, LEAST * rows * columns):
            continue
        thing = place_on((kind, colour), size, left + columns // 2, top + rows)
        things.append(Found(kind, colour, thing_box(thing), float(count)))
    whole = settings.most_common(1)[0][0] if settings else 0
    background, time, style = np.unravel_index(whole, SETTING)
    return Seen(
        things,
        BACKGROUNDS[int(background)],
        TIMES[int(time)],
        STYLES[int(style) // VARIANTS],
    )
