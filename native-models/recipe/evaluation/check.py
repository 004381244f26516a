"""Whether what the verifier sees agrees with what was asked for."""

from __future__ import annotations

from dataengine.captions.facts import CountFact, Fact, RelationFact
from dataengine.edits import Edit
from dataengine.render import thing_box
from dataengine.scene import Scene

from .prompts import ANY
from .verifier import Found, Seen


def like(thing: Found, kind: str, colour: str) -> bool:
    return thing.kind == kind and colour in (ANY, thing.colour)


def centre(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def lies(relation: str, first: Found, second: Found) -> bool:
    """As GenEval: the centres differ in this direction by more than a tenth of the sizes."""
    (ax, ay), (bx, by) = centre(first.box), centre(second.box)
    width = (first.box[2] - first.box[0] + second.box[2] - second.box[0]) / 2
    height = (first.box[3] - first.box[1] + second.box[3] - second.box[1]) / 2
    across, down = (bx - ax) / width, (by - ay) / height
    return {
        "left": across > 0.1 and abs(across) >= abs(down) * 0.5,
        "right": across < -0.1 and abs(across) >= abs(down) * 0.5,
        "above": down > 0.1 and abs(down) >= abs(across) * 0.5,
        "below": down < -0.1 and abs(down) >= abs(across) * 0.5,
        "on": down > 0.1,
    }[relation]


def holds(fact: Fact, seen: Seen) -> bool:
    """Counts must be exact; a relation must hold between the surest things of each look."""
    if isinstance(fact, CountFact):
        return sum(like(thing, fact.kind, fact.colour) for thing in seen.things) == fact.count
    assert isinstance(fact, RelationFact)
    firsts = [thing for thing in seen.things if like(thing, *fact.first)]
    seconds = [thing for thing in seen.things if like(thing, *fact.second)]
    return bool(firsts and seconds) and lies(fact.relation, firsts[0], seconds[0])


def looks(things: list[Found] | Scene) -> list[tuple[str, str]]:
    found = things.things if isinstance(things, Scene) else things
    return sorted((thing.kind, thing.colour) for thing in found)


def edited(edit: Edit, seen: Seen) -> bool:
    """Whether an edit's result shows its target: the same things, each near its place, and the
    background, time and style of the target."""
    target = edit.target
    if looks(seen.things) != looks(target):
        return False
    if (seen.background, seen.time, seen.style) != (target.background, target.time, target.style):
        return False
    if edit.operation != "move":
        return True
    left = list(seen.things)
    for thing in target.things:
        x, y = centre(thing_box(thing))
        near = [f for f in left if like(f, thing.kind, thing.colour)]
        near.sort(key=lambda f: abs(centre(f.box)[0] - x) + abs(centre(f.box)[1] - y))
        if not near or max(abs(centre(near[0].box)[0] - x), abs(centre(near[0].box)[1] - y)) > 40:
            return False
        left.remove(near[0])
    return True
