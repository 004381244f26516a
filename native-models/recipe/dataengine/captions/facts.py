"""What must be true of a picture, as facts that a verifier can check."""

from __future__ import annotations

from dataclasses import dataclass

from ..layout import INVERSE, box_relation, groups, union_box
from ..scene import Scene


@dataclass(frozen=True)
class CountFact:
    """There are exactly `count` things of this kind and colour."""

    kind: str
    colour: str
    count: int


@dataclass(frozen=True)
class RelationFact:
    """The first (kind, colour) lies so to the second: left, right, above, below or on."""

    relation: str
    first: tuple[str, str]
    second: tuple[str, str]


Fact = CountFact | RelationFact


def group_relation(scene: Scene) -> str | None:
    """How the first kind and colour of a scene lies to the second, when there are exactly two."""
    found = groups(scene)
    if len(found) != 2:
        return None
    if scene.relation is not None:
        return scene.relation
    boxes = []
    for group in found:
        look = (group.kind, group.colour)
        boxes.append(union_box([t for t in scene.things if (t.kind, t.colour) == look]))
    relation = box_relation(boxes[0], boxes[1])
    return relation if relation in INVERSE or len(scene.things) == 2 else None


def fact_list(scene: Scene) -> list[Fact]:
    """Counts of each kind and colour, then the relation of two kinds, where there is one."""
    found = groups(scene)
    facts: list[Fact] = [CountFact(group.kind, group.colour, group.count) for group in found]
    relation = group_relation(scene)
    if relation is not None:
        first, second = ((group.kind, group.colour) for group in found)
        facts.append(RelationFact(relation, first, second))
    return facts
