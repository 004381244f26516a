"""Edits: two scenes that differ in one thing, and the instruction that leads from one to the other.

What an edit does not touch stays as it is, value for value, so that the two pictures agree in
every pixel outside the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .captions.instruct import instruct
from .layout import (
    Split,
    draw_looks,
    groups,
    is_heldout,
    refreshed,
    relation_between,
    sample_scene,
    sample_scene_of,
)
from .placing import (
    FLYING,
    MIDDLE,
    STEP,
    Look,
    fits,
    free_places,
    on_top_of,
    pick,
    place_grid,
    place_group,
    place_on,
    size_of,
    spot_of,
)
from .render import render, thing_box
from .scene import BACKGROUNDS, COLOURS, KINDS, STYLES, TIMES, Scene, Thing

OPERATIONS: dict[str, float] = {
    "recolour": 0.14, "add": 0.14, "remove": 0.14, "replace": 0.14, "move": 0.10,
    "count": 0.10, "background": 0.08, "time": 0.08, "style": 0.08,
}  # fmt: skip
"""The operations and how often each is drawn."""


@dataclass(frozen=True)
class Edit:
    """Two scenes and what leads from the first to the second.

    `params` by operation, where a look is a (kind, colour) pair:
    add, remove: `look`, `count`, and `relation`, `anchor` (a look) or `place` (left, right, top,
    bottom, centre) where it is; recolour: `look`, `count`, `colour`; replace: `look`, `count`,
    `new` (a look); move: `look` and `direction` or `place`, `relation` and `anchor`, or `other`
    (the two change places); count: `look`, `before`, `after`; background, time, style: `value`.
    """

    operation: str
    source: Scene
    target: Scene
    params: dict[str, object]


# --- what changed, read from the two scenes ----------------------------------------------------


def look_of(thing: Thing) -> Look:
    """Kind and colour."""
    return thing.kind, thing.colour


def place_of(thing: Thing) -> str | None:
    """Where in the picture a thing is, when one word says it."""
    across, down = thing.x - MIDDLE, thing.y - MIDDLE
    if abs(across) < 20 and abs(down) < 40:
        return "centre"
    if abs(across) > 36 and abs(across) > 0.8 * abs(down):
        return "left" if across < 0 else "right"
    if abs(down) > 36 and abs(across) < 24:
        return "top" if down < 0 else "bottom"
    return None


def _added(scene: Scene, rest: Scene) -> dict[str, object]:
    """Which things a scene has beyond the rest, and where they are."""
    extra = [thing for thing in scene.things if thing not in rest.things]
    params: dict[str, object] = {"look": look_of(extra[0]), "count": len(extra)}
    if not rest.things:
        return params
    looks = [look_of(thing) for thing in rest.things]
    singles = [thing for thing in rest.things if looks.count(look_of(thing)) == 1]
    if len(extra) == 1:
        near = min(
            singles, key=lambda t: abs(t.x - extra[0].x) + abs(t.y - extra[0].y), default=None
        )
        relation = relation_between(extra[0], near) if near else None
        if near and relation:
            params.update(relation=relation, anchor=look_of(near))
        place = place_of(extra[0])
        if place:
            params["place"] = place
    return params


def _moved(source: Scene, target: Scene) -> dict[str, object] | None:
    """Which thing moved and how; None when no words say it."""
    moved = [k for k, (a, b) in enumerate(zip(source.things, target.things, strict=True)) if a != b]
    first, last = source.things[moved[0]], target.things[moved[0]]
    if len(moved) == 2:
        return {"look": look_of(first), "other": look_of(source.things[moved[1]])}
    params: dict[str, object] = {"look": look_of(first)}
    across, down = last.x - first.x, last.y - first.y
    if abs(across) > 24 and abs(across) > 1.6 * abs(down):
        params["direction"] = "left" if across < 0 else "right"
    elif abs(down) > 18 and abs(down) > 1.6 * abs(across):
        params["direction"] = "up" if down < 0 else "down"
    place = place_of(last)
    if place and place != place_of(first):
        params["place"] = place
    for k, other in enumerate(target.things):
        relation = relation_between(last, other) if k != moved[0] else None
        alone = sum(look_of(thing) == look_of(other) for thing in target.things) == 1
        if relation and alone and relation != relation_between(first, other):
            params.update(relation=relation, anchor=look_of(other))
    return params if len(params) > 1 else None


def read_edit(operation: str, source: Scene, target: Scene) -> Edit | None:
    """The edit between two scenes, its params read from them; None where no words say it."""
    params: dict[str, object] | None
    if operation == "add":
        params = _added(target, source)
    elif operation == "remove":
        params = _added(source, target)
    elif operation in ("recolour", "replace"):
        changed = [k for k, thing in enumerate(source.things) if thing != target.things[k]]
        old, new = look_of(source.things[changed[0]]), look_of(target.things[changed[0]])
        params = {"look": old, "count": len(changed), "new": new, "colour": new[1]}
    elif operation == "move":
        params = _moved(source, target)
    elif operation == "count":
        counts = {"before": len(source.things), "after": len(target.things)}
        params = {"look": look_of(source.things[0]), **counts}
    else:
        params = {"value": getattr(target, operation)}
    return None if params is None else Edit(operation, source, target, params)


INVERSE_OPERATION = {"add": "remove", "remove": "add"}


def inverse(edit: Edit) -> Edit | None:
    """The edit from target to source; None where no words lead back."""
    operation = INVERSE_OPERATION.get(edit.operation, edit.operation)
    return read_edit(operation, edit.target, edit.source)


def change_mask(edit: Edit) -> np.ndarray:
    """The pixels in which the two pictures differ, bool [256, 256]; exact."""
    differs: np.ndarray = np.any(render(edit.source) != render(edit.target), axis=-1)
    return differs


# --- sampling ----------------------------------------------------------------------------------

Pair = tuple[Scene, Scene]


def _a_scene(rng: np.random.Generator, split: Split, *types: str) -> Scene:
    """A scene of one of the types, on the wanted side; any side when the target decides."""
    kind = types[int(rng.integers(len(types)))]
    return sample_scene_of(rng, kind, "any" if split == "heldout" else split)


def _other(rng: np.random.Generator, options: tuple[str, ...], *taken: str) -> str:
    """An option that is not taken."""
    free = [option for option in options if option not in taken]
    return free[int(rng.integers(len(free)))]


def _new_look(rng: np.random.Generator, scene: Scene) -> Look:
    """A kind and colour that a scene does not have yet."""
    kind = _other(rng, KINDS, *(thing.kind for thing in scene.things))
    return kind, _other(rng, COLOURS, *(thing.colour for thing in scene.things))


def free_spot(
    rng: np.random.Generator, look: Look, anchor: Thing, others: tuple[Thing, ...], relation: str
) -> Thing | None:
    """The look as a thing in a relation to one thing, apart from it and from others."""
    for size in rng.permutation(("small", "medium")):
        if relation == "on":
            if size_of(anchor) != "large":
                return None
            thing = on_top_of(look, anchor, str(size))
            if fits(thing, others) and relation_between(thing, anchor) == relation:
                return thing
            continue
        for thing in free_places(rng, look, str(size), (anchor, *others)):
            level = thing_box(thing)[3] == thing_box(anchor)[3] or look[0] in FLYING
            beside = relation in ("left", "right")
            near = level if beside else abs(thing.x - anchor.x) <= STEP
            if near and relation_between(thing, anchor) == relation:
                return thing
    return None


def place_beside(rng: np.random.Generator, look: Look, scene: Scene) -> Thing | None:
    """The look as a thing somewhere free, in a relation to a thing of the scene."""
    for index in rng.permutation(len(scene.things)):
        anchor = scene.things[index]
        others = tuple(t for t in scene.things if t != anchor)
        for relation in rng.permutation(("left", "right", "above", "below", "on")):
            thing = free_spot(rng, look, anchor, others, str(relation))
            if thing is not None:
                return thing
    return None


def _added_pair(rng: np.random.Generator, split: Split) -> Pair | None:
    """A scene with a thing less, and the whole scene."""
    if rng.random() < 0.08:
        full = _a_scene(rng, split, "single")
        return refreshed(full.with_things(())), full
    if rng.random() < 0.5:  # from a picture of its own, into free room
        source = _a_scene(rng, split, "single", "single", "single", "pair", "group")
        thing = place_beside(rng, _new_look(rng, source), source)
        if thing is None:
            return None
        on_it = relation_between(thing, source.things[0]) == "on"
        things = (thing, *source.things) if on_it else (*source.things, thing)
        return source, refreshed(source.with_things(things))
    full = _a_scene(rng, split, "pair", "pair", "pair", "trio", "mix")
    found = groups(full)
    gone = found[int(rng.integers(len(found)))]
    if full.relation == "on" and gone.kind == full.things[1].kind:
        return None  # what stood on it would be left in the air
    rest = tuple(t for t in full.things if look_of(t) != (gone.kind, gone.colour))
    return refreshed(full.with_things(rest)), full


def _recolour(rng: np.random.Generator, split: Split) -> Pair | None:
    source = _a_scene(rng, split, "single", "pair", "pair", "group", "mix", "trio")
    look = look_of(source.things[int(rng.integers(len(source.things)))])
    colour = _other(rng, COLOURS, *(thing.colour for thing in source.things))
    things = tuple(replace(t, colour=colour) if look_of(t) == look else t for t in source.things)
    return source, refreshed(source.with_things(things))


def _replaced(thing: Thing, kind: str, colour: str) -> Thing:
    """Another thing on the same spot, of the same size."""
    return place_on((kind, colour), size_of(thing), *spot_of(thing))


def _replace(rng: np.random.Generator, split: Split) -> Pair | None:
    source = _a_scene(rng, split, "single", "pair", "pair", "group", "mix", "trio")
    old = look_of(source.things[int(rng.integers(len(source.things)))])
    kind, colour = _new_look(rng, source)
    if rng.random() < 0.5:
        colour = old[1]
    things = tuple(_replaced(t, kind, colour) if look_of(t) == old else t for t in source.things)
    target = refreshed(source.with_things(things))
    for k, thing in enumerate(things):
        others = [t for j, t in enumerate(things) if j != k]
        on_top = source.relation == "on"
        if not fits(thing, [] if on_top else others, gap=4):
            return None
    return None if source.relation != target.relation else (source, target)


def _shifted(rng: np.random.Generator, source: Scene) -> Thing | None:
    """The only thing of a scene, elsewhere: to a side, up or down."""
    thing = source.things[0]
    column, row = spot_of(thing)
    for moved in free_places(rng, look_of(thing), size_of(thing), ()):
        across, down = spot_of(moved)
        if (across == column) != (down == row) and abs(across - column) + abs(down - row) > 1:
            return moved
    return None


def _move(rng: np.random.Generator, split: Split) -> Pair | None:
    if rng.random() < 0.45:
        source = _a_scene(rng, split, "single")
        moved = _shifted(rng, source)
        return (source, refreshed(source.with_things((moved,)))) if moved else None
    source = _a_scene(rng, split, "pair")
    first, second = source.things
    if source.relation in ("left", "right") and rng.random() < 0.4:  # change places
        (left, low), (right, high) = spot_of(first), spot_of(second)
        swapped = (
            place_on(look_of(first), size_of(first), right, low),
            place_on(look_of(second), size_of(second), left, high),
        )
        return source, refreshed(source.with_things(swapped))
    k = 0 if source.relation == "on" else int(rng.integers(2))
    thing, anchor = source.things[k], source.things[1 - k]
    now = relation_between(thing, anchor)
    wanted = _other(rng, ("left", "right", "above", "below", "on"), str(now))
    if k == 1 and wanted == "on":
        return None
    moved = free_spot(rng, look_of(thing), anchor, (), wanted)
    if moved is None or size_of(moved) != size_of(thing):
        return None
    things = (moved, anchor) if k == 0 else (anchor, moved)
    return source, refreshed(source.with_things(things))


def _count(rng: np.random.Generator, split: Split) -> Pair | None:
    """A group and a part of it, one way or the other."""
    look = draw_looks(rng, "single", "any" if split == "heldout" else split)[0]
    more = int(rng.integers(2, 5))
    fewer = int(rng.integers(1, more))
    things = place_group(rng, look, more)
    if more == 4 and fewer == 3:
        things = place_grid(rng, (look,) * 4)
    kept = list(things)
    while len(kept) > fewer:  # from the end, or (top ones of a grid) from the start
        kept.pop(-1 if rng.random() < 0.6 else 0)
    scene = _a_scene(rng, "any", "single")
    full = refreshed(scene.with_things(tuple(things)))
    part = refreshed(scene.with_things(tuple(kept)))
    return (part, full) if rng.random() < 0.5 else (full, part)


def _setting(name: str, options: tuple[str, ...]) -> Callable[[np.random.Generator, Split], Pair]:
    """An operation that changes the background, the time or the style of any scene."""

    def change(rng: np.random.Generator, split: Split) -> Pair:
        source = sample_scene(rng, split)
        value: dict[str, Any] = {name: _other(rng, options, getattr(source, name))}
        return source, replace(source, **value)

    return change


def _turned(rng: np.random.Generator, split: Split) -> Pair | None:
    pair = _added_pair(rng, split)
    return None if pair is None else (pair[1], pair[0])


SAMPLERS: dict[str, Callable[[np.random.Generator, Split], Pair | None]] = {
    "add": _added_pair,
    "remove": _turned,
    "recolour": _recolour,
    "replace": _replace,
    "move": _move,
    "count": _count,
    "background": _setting("background", BACKGROUNDS),
    "time": _setting("time", TIMES),
    "style": _setting("style", STYLES),
}


def sample_edit_of(rng: np.random.Generator, operation: str, split: Split = "train") -> Edit:
    """An edit of one operation."""
    while True:
        pair = SAMPLERS[operation](rng, split)
        if pair is None:
            continue
        held = is_heldout(pair[0]) or is_heldout(pair[1])
        if split != "any" and held != (split == "heldout"):
            continue
        edit = read_edit(operation, *pair)
        if edit is not None:
            return edit


def sample_edit(rng: np.random.Generator, split: Split = "train") -> Edit:
    """An edit of any operation.

    Args:
        rng: Where all chance comes from; the same state gives the same edit.
        split: `train` never shows a held-out combination, in `heldout` source or target does.
    """
    return sample_edit_of(rng, pick(rng, OPERATIONS), split)


def instruction(edit: Edit, rng: np.random.Generator, language: str) -> str:
    """One of many ways to ask for an edit, in `en` or `es`."""
    return instruct(edit, rng, language)
