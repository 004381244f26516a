"""What each cell of the 8x8 token grid shows: the targets that align image tokens with words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataengine.render import render_ids, thing_box
from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, SIZE, STYLES, TIMES, Scene

GRID = 8
CELL = SIZE // GRID
NOTHING = len(KINDS)
NO_COLOUR = len(COLOURS)


@dataclass(frozen=True)
class Labels:
    """kind, colour: int64 [64], the thing that covers most of a cell (NOTHING, NO_COLOUR where
    things cover less than an eighth of it); place: float32 [64, 4], where the cell's centre lies
    in that thing's box (0..1, 0..1) and the box's size in cells; scene: int64 [3], background,
    time and style."""

    kind: np.ndarray
    colour: np.ndarray
    place: np.ndarray
    scene: np.ndarray


def labels_of(scene: Scene) -> Labels:
    """Labels of a scene, exact, from its silhouettes."""
    kind = np.full(GRID * GRID, NOTHING, dtype=np.int64)
    colour = np.full(GRID * GRID, NO_COLOUR, dtype=np.int64)
    place = np.zeros((GRID * GRID, 4), dtype=np.float32)
    if scene.things:
        ids = render_ids(scene).reshape(GRID, CELL, GRID, CELL).transpose(0, 2, 1, 3)
        cells = ids.reshape(GRID * GRID, CELL * CELL)
        counts = np.stack([(cells == i).sum(1) for i in range(len(scene.things))], axis=1)
        winner = counts.argmax(1)
        for cell in np.flatnonzero(counts.max(1) >= CELL * CELL // 8):
            thing = scene.things[winner[cell]]
            x0, y0, x1, y1 = thing_box(thing)
            kind[cell] = KINDS.index(thing.kind)
            colour[cell] = COLOURS.index(thing.colour)
            cx, cy = (cell % GRID + 0.5) * CELL, (cell // GRID + 0.5) * CELL
            width, height = x1 - x0, y1 - y0
            place[cell] = ((cx - x0) / width, (cy - y0) / height, width / CELL, height / CELL)
    whole = (
        BACKGROUNDS.index(scene.background),
        TIMES.index(scene.time),
        STYLES.index(scene.style),
    )
    return Labels(kind, colour, place, np.array(whole, dtype=np.int64))
