"""The image tokens' vocabulary: every code stands for what captions talk about.

A code is either a part of a thing (its kind, its colour, and which ninth of its box the cell lies
in) or a piece of a setting (background, time and style). The codebook of the vision tokenizer and
the image rows of the autoregressive model's embeddings are both made of these factors, so that a
combination never trained on still has a code whose meaning follows from its parts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dataengine.render import render_ids, thing_box
from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, SIZE, STYLES, TIMES, Scene

GRID = 8
NINTHS = 3  # parts of a thing's box along each side
PARTS = NINTHS * NINTHS
THINGS = len(KINDS) * len(COLOURS) * PARTS
SETTINGS = len(BACKGROUNDS) * len(TIMES) * len(STYLES)
CODEBOOK_SIZE = THINGS + SETTINGS
FACTOR_SIZES = (len(KINDS), len(COLOURS), PARTS, len(BACKGROUNDS), len(TIMES), len(STYLES))
FACTORS = 72
"""Columns of `factors()`: one for each value of each factor, and the rest unused."""
COVERED = 8  # a thing stands for a cell of which it covers at least this part (an eighth)


@lru_cache(maxsize=1)
def factors() -> np.ndarray:
    """One-hot factors of every code, float32 [codes, FACTORS]."""
    rows = np.zeros((CODEBOOK_SIZE, FACTORS), dtype=np.float32)
    starts = np.concatenate([[0], np.cumsum(FACTOR_SIZES)])
    codes = np.arange(THINGS)
    kind, colour, part = np.unravel_index(codes, (len(KINDS), len(COLOURS), PARTS))
    for start, value in zip(starts[:3], (kind, colour, part), strict=True):
        rows[codes, start + value] = 1
    settings = np.arange(SETTINGS)
    whole = np.unravel_index(settings, (len(BACKGROUNDS), len(TIMES), len(STYLES)))
    for start, value in zip(starts[3:6], whole, strict=True):
        rows[THINGS + settings, start + value] = 1
    return rows


def setting_code(scene: Scene) -> int:
    """The code of a cell that shows no thing."""
    whole = (
        BACKGROUNDS.index(scene.background),
        TIMES.index(scene.time),
        STYLES.index(scene.style),
    )
    sizes = (len(BACKGROUNDS), len(TIMES), len(STYLES))
    return THINGS + int(np.ravel_multi_index(whole, sizes))


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
        x0, y0, x1, y1 = thing_box(thing)
        across = ((index % cells + 0.5) * cell - x0) / (x1 - x0)
        down = ((index // cells + 0.5) * cell - y0) / (y1 - y0)
        column, row = (min(NINTHS - 1, max(0, int(v * NINTHS))) for v in (across, down))
        look = KINDS.index(thing.kind) * len(COLOURS) + COLOURS.index(thing.colour)
        codes[index] = look * PARTS + row * NINTHS + column
    return codes
