"""Combinations that no training scene shows, to tell at the end what was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .scene import COLOURS, KINDS, Scene, generator

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
    return any_heldout([(thing.kind, thing.colour) for thing in scene.things])


def any_heldout(looks: Sequence[tuple[str, str]]) -> bool:
    """Whether (kind, colour) looks that stand in one picture hold a combination kept out."""
    if any(look in heldout_colours() for look in looks):
        return True
    kinds = sorted({kind for kind, _ in looks})
    return any(is_heldout_pair(a, b) for i, a in enumerate(kinds) for b in kinds[i + 1 :])
