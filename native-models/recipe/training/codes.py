"""The image tokens' vocabulary: every code stands for what captions talk about.

A code is either a part of a thing (its kind, its colour, and which cell of how large a thing) or a
piece of a setting (background, time, and in which style and variant it is drawn). The codebook of
the vision tokenizer and the image rows of the autoregressive model's embeddings are both made of
these factors, so that a combination never trained on still has a code whose meaning follows from
its parts. Things stand on a lattice of cells (`dataengine/placing.py`), so a picture's codes say
all that there is to see in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dataengine.layout import VARIANTS
from dataengine.placing import size_of, spot_of
from dataengine.render import render_ids
from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, SIZE, STYLES, TIMES, Scene, Thing

GRID = 8
CELLS: dict[str, tuple[int, int]] = {"small": (2, 2), "medium": (3, 4), "large": (4, 4)}
"""Rows and columns that a thing of each size can reach into: the last row has its feet, and its
middle is the line between the two columns in the middle."""
PARTS = sum(rows * columns for rows, columns in CELLS.values())
THINGS = len(KINDS) * len(COLOURS) * PARTS
SETTING = (len(BACKGROUNDS), len(TIMES), len(STYLES) * VARIANTS)
SETTINGS = int(np.prod(SETTING))
CODEBOOK_SIZE = THINGS + SETTINGS
FACTOR_SIZES = (len(KINDS), len(COLOURS), PARTS, *SETTING)
FACTORS = 96
"""Columns of `factors()`: one for each value of each factor."""
COVERED = 8  # a thing stands for a cell of which it covers at least this part (an eighth)


@lru_cache(maxsize=1)
def factors() -> np.ndarray:
    """One-hot factors of every code, three each, float32 [codes, FACTORS]."""
    rows = np.zeros((CODEBOOK_SIZE, FACTORS), dtype=np.float32)
    starts = np.concatenate([[0], np.cumsum(FACTOR_SIZES)])
    codes = np.arange(THINGS)
    parts = np.unravel_index(codes, FACTOR_SIZES[:3])
    for start, value in zip(starts[:3], parts, strict=True):
        rows[codes, start + value] = 1
    settings = np.arange(SETTINGS)
    whole = np.unravel_index(settings, SETTING)
    for start, value in zip(starts[3:6], whole, strict=True):
        rows[THINGS + settings, start + value] = 1
    return rows


def setting_code(scene: Scene) -> int:
    """The code of a cell that shows no thing."""
    whole = (
        BACKGROUNDS.index(scene.background),
        TIMES.index(scene.time),
        STYLES.index(scene.style) * VARIANTS + scene.seed,
    )
    return THINGS + int(np.ravel_multi_index(whole, SETTING))


def part_of(thing: Thing, row: int, column: int) -> int:
    """Which part of a thing a cell of the grid shows: the cell of it that is nearest."""
    size, (middle, feet) = size_of(thing), spot_of(thing)
    before = 0
    for name, (rows, columns) in CELLS.items():
        if name == size:
            down = min(rows - 1, max(0, row - (feet - rows)))
            across = min(columns - 1, max(0, column - (middle - columns // 2)))
            return before + down * columns + across
        before += rows * columns
    raise ValueError(size)


def codes_of(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The codes of a scene at S0, S1 and S2, int16 [64], [16] and [4], row by row.

    S1's and S2's cells are 2x2 and 3x3 of S0's, as the tower's pooling makes them.
    """
    ids = render_ids(scene) if scene.things else None
    return _codes(scene, ids, 1), _codes(scene, ids, 2), _codes(scene, ids, 3)


def _codes(scene: Scene, ids: np.ndarray | None, pool: int) -> np.ndarray:
    cells, cell = GRID // pool, SIZE // GRID * pool
    codes = np.full(cells * cells, setting_code(scene), dtype=np.int16)
    if ids is None:
        return codes
    cut = ids[: cells * cell, : cells * cell].reshape(cells, cell, cells, cell)
    flat = cut.transpose(0, 2, 1, 3).reshape(cells * cells, cell * cell)
    counts = np.stack([(flat == i).sum(1) for i in range(len(scene.things))], axis=1)
    winner = counts.argmax(1)
    for index in np.flatnonzero(counts.max(1) >= cell * cell // COVERED):
        thing = scene.things[winner[index]]
        row, column = divmod(int(index), cells)
        centre = (pool - 1) / 2  # of the cells that are pooled
        part = part_of(thing, int(row * pool + centre), int(column * pool + centre))
        look = KINDS.index(thing.kind) * len(COLOURS) + COLOURS.index(thing.colour)
        codes[index] = look * PARTS + part
    return codes
