"""From an edit to an instruction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from ..scene import Scene
from . import instruct_en, instruct_es
from .en import COUNTS as EN_COUNTS
from .en import English, article
from .es import COLOUR_WORDS as ES_COLOURS
from .es import COUNTS as ES_COUNTS
from .es import NOUNS as ES_NOUNS
from .es import Spanish
from .grammar import Form, Item, Words, choose

if TYPE_CHECKING:
    from ..edits import Edit

Look = tuple[str, str]

NO_COLOUR = 0.08
SAYS_COLOUR = 0.3
KEEPS = 0.08
POLITE = 0.1


class Writer:
    """Names the things of one edit in one language, each always by the same words."""

    def __init__(self, edit: Edit, rng: np.random.Generator, language: str) -> None:
        self.edit, self.rng, self.spanish = edit, rng, language == "es"
        self.frames = instruct_es if self.spanish else instruct_en
        self.grammar = Spanish() if self.spanish else English()
        self.words = Words(rng)
        self.named: dict[Look, str] = {}
        plain = rng.random() < 0.8 or edit.operation == "recolour"
        if self.spanish and plain:  # rather "el gato rojo" than "de color rojo"
            self.words.chosen.update({colour: 0 for colour in instruct_es.BASE_COLOURS})

    def param(self, name: str) -> Look:
        """A look among the edit's params."""
        return cast(Look, self.edit.params[name])

    def phrase(self, look: Look, count: int, form: Form, colour: bool = True) -> str:
        """A noun phrase for a look."""
        item = Item(look[0], look[1] if colour else None, count)
        return self.grammar.noun_phrase(self.words, item, form)

    def the(self, look: Look, scene: Scene, beside: Look | None = None) -> str:
        """A definite phrase for a thing of a scene: its kind, with its colour where needed.

        `beside` is a look that the instruction names too, to be told apart from.
        """
        if look not in self.named:
            looks = {(thing.kind, thing.colour) for thing in scene.things} | {beside or look}
            rivals = any(kind == look[0] and colour != look[1] for kind, colour in looks)
            colour = rivals or self.rng.random() < SAYS_COLOUR
            self.named[look] = self.phrase(look, self.many(look, scene), "the", colour)
        return self.named[look]

    @staticmethod
    def many(look: Look, scene: Scene) -> int:
        """How many things of a look a scene holds."""
        return sum((thing.kind, thing.colour) == look for thing in scene.things)

    def new(self, look: Look, count: int, scene: Scene) -> str:
        """An indefinite phrase for something new; seldom, and never beside its like, colourless."""
        rivals = any(thing.kind == look[0] for thing in scene.things)
        colour = rivals or self.rng.random() >= NO_COLOUR
        return self.phrase(look, count, "indefinite", colour)

    def number(self, count: int, kind: str) -> str:
        """A count as a word or a digit."""
        words = (ES_COUNTS if self.spanish else EN_COUNTS).get(count)
        if words is not None:
            return words[self.words.index("count", len(words))]
        if not self.spanish:
            return "one"
        nouns = ES_NOUNS[kind]
        return "una" if nouns[self.words.index(kind, len(nouns))].gender == "f" else "uno"

    def pick(self, table: Mapping[str, tuple[str, ...]], key: str) -> str:
        """One of a table's wordings."""
        return choose(self.rng, table[key])

    def relation(self, scene: Scene) -> str:
        """Where something is, by the thing it is next to."""
        relation = str(self.edit.params["relation"])
        anchor = self.the(self.param("anchor"), scene, self.param("look"))
        return self.pick(self.frames.RELATIONS, relation).format(b=anchor)

    def colour(self, look: Look, colour: str, count: int) -> str:
        """A colour as an adjective of a thing."""
        if not self.spanish:
            return colour
        nouns = ES_NOUNS[look[0]]
        gender = nouns[self.words.index(look[0], len(nouns))].gender
        return ES_COLOURS[colour][0].agree(gender, count > 1)

    def verbs(self, many: bool) -> dict[str, str]:
        """The verbs that agree with the thing an instruction is about."""
        if not self.spanish:
            return {"is": "are" if many else "is"}
        if many:
            return {"sea": "sean", "debe": "deben", "esta": "están", "desaparezca": "desaparezcan"}
        return {"sea": "sea", "debe": "debe", "esta": "está", "desaparezca": "desaparezca"}


def _add(writer: Writer) -> tuple[str, dict[str, str]]:
    params, frames = writer.edit.params, writer.frames
    slots = {"a": writer.new(writer.param("look"), cast(int, params["count"]), writer.edit.source)}
    chance = writer.rng.random()
    if "relation" in params and chance < 0.8:
        slots["where"] = writer.relation(writer.edit.source)
    elif "place" in params and chance < 0.95:
        slots["where"] = writer.pick(frames.WHERE, str(params["place"]))
    else:
        return choose(writer.rng, frames.ADD_PLAIN), slots
    return choose(writer.rng, frames.ADD), slots


def _remove(writer: Writer) -> tuple[str, dict[str, str]]:
    look, scene = writer.param("look"), writer.edit.source
    verbs = writer.verbs(writer.many(look, scene) > 1)
    return choose(writer.rng, writer.frames.REMOVE), {"x": writer.the(look, scene), **verbs}


def _replace(writer: Writer) -> tuple[str, dict[str, str]]:
    old, new = writer.param("look"), writer.param("new")
    count = cast(int, writer.edit.params["count"])
    silent = old[1] == new[1] and writer.rng.random() < 0.75
    slots = {"x": writer.the(old, writer.edit.source), **writer.verbs(count > 1)}
    slots["a"] = writer.phrase(new, count, "indefinite", not silent)
    return choose(writer.rng, writer.frames.REPLACE), slots


def _recolour(writer: Writer) -> tuple[str, dict[str, str]]:
    look, colour = writer.param("look"), str(writer.edit.params["colour"])
    count = cast(int, writer.edit.params["count"])
    slots = {"x": writer.the(look, writer.edit.source), **writer.verbs(count > 1)}
    slots["new"], slots["old"] = writer.colour(look, colour, count), look[1]
    slots["a_new"] = article(colour)
    if writer.spanish:
        slots["base"] = instruct_es.BASE_COLOURS[colour]
        slots["old"] = instruct_es.BASE_COLOURS[look[1]]
    plain = writer.phrase(look, count, "the", False)
    frames = [f for f in writer.frames.RECOLOUR if "{old}" not in f or slots["x"] == plain]
    return choose(writer.rng, frames), slots


def _move(writer: Writer) -> tuple[str, dict[str, str]]:
    params, frames, scene = writer.edit.params, writer.frames, writer.edit.source
    slots = {"x": writer.the(writer.param("look"), scene), **writer.verbs(False)}
    if "other" in params:
        return choose(writer.rng, frames.MOVE_OTHER), {
            **slots, "y": writer.the(writer.param("other"), scene),
        }  # fmt: skip
    ways = [way for way in ("direction", "place", "relation", "relation") if way in params]
    way = choose(writer.rng, ways)
    if way == "direction":
        return writer.pick(frames.MOVE_DIRECTION, str(params["direction"])), slots
    if way == "relation":
        return choose(writer.rng, frames.MOVE_RELATION), {**slots, "where": writer.relation(scene)}
    slots["where"] = writer.pick(frames.WHERE, str(params["place"]))
    slots["to"] = writer.pick(frames.TO, str(params["place"]))
    return choose(writer.rng, frames.MOVE_PLACE), slots


def _difference(writer: Writer, look: Look, count: int, colour: bool) -> tuple[str, str]:
    """ "two more cats" and "two cats", or the same for one."""
    some = writer.phrase(look, count, "indefinite", colour)
    if writer.spanish:
        return f"{some} más", some
    bare = writer.phrase(look, count, "bare", colour)
    if count > 1:
        return f"{writer.number(count, look[0])} more {bare}", some
    return choose(writer.rng, ("one more", "another")) + f" {bare}", f"one {bare}"


def _count(writer: Writer) -> tuple[str, dict[str, str]]:
    look, frames = writer.param("look"), writer.frames
    before, after = (cast(int, writer.edit.params[name]) for name in ("before", "after"))
    colour = writer.rng.random() < 0.4
    change = abs(after - before)
    more, less = _difference(writer, look, change, colour)
    one = not writer.spanish and after == 1
    bare = writer.phrase(look, after, "bare", colour)
    slots = {
        "x": writer.the(look, writer.edit.source),
        "n": f"one {bare}" if one else writer.phrase(look, after, "indefinite", colour),
        "before": writer.phrase(look, before, "indefinite", False),
        "plural": writer.phrase(look, 2, "bare", colour),
        "number": writer.number(after, look[0]), "number_less": writer.number(change, look[0]),
        "more": more, "less": less, **writer.verbs(before > 1),
    }  # fmt: skip
    if writer.rng.random() < 0.4:
        return choose(writer.rng, frames.COUNT_MORE if after > before else frames.COUNT_LESS), slots
    usable = [f for f in frames.COUNT if after > before or not f.startswith(frames.PUTTING)]
    return choose(writer.rng, usable), slots


def _background(writer: Writer) -> tuple[str, dict[str, str]]:
    value = str(writer.edit.params["value"])
    where = [w for w in writer.grammar.places[value].after if not w.startswith(("with", "con "))]
    slots = {"place": writer.pick(writer.frames.PLACES, value), "where": choose(writer.rng, where)}
    return choose(writer.rng, writer.frames.BACKGROUND), slots


def _time(writer: Writer) -> tuple[str, dict[str, str]]:
    value = str(writer.edit.params["value"])
    slots = {"time": writer.pick(writer.frames.TIMES, value)}
    slots["where"] = choose(writer.rng, writer.grammar.times[value].after)
    if writer.spanish:
        slots["hour"] = writer.pick(instruct_es.HOURS, value)
    return choose(writer.rng, writer.frames.TIME), slots


def _style(writer: Writer) -> tuple[str, dict[str, str]]:
    value = str(writer.edit.params["value"])
    slots = {"style": writer.pick(writer.frames.STYLES, value)}
    slots["noun"] = writer.pick(writer.frames.STYLE_NOUNS, value)
    slots["where"] = choose(writer.rng, writer.grammar.styles[value].after)
    return choose(writer.rng, writer.frames.STYLE), slots


WRITERS = {
    "add": _add, "remove": _remove, "replace": _replace, "recolour": _recolour, "move": _move,
    "count": _count, "background": _background, "time": _time, "style": _style,
}  # fmt: skip


def instruct(edit: Edit, rng: np.random.Generator, language: str) -> str:
    """One of many instructions for an edit, in `en` or `es`."""
    writer = Writer(edit, rng, language)
    frame, slots = WRITERS[edit.operation](writer)
    text = frame.format(**slots)
    command = frame.split()[0] not in writer.frames.WISHES and frame[0] != "{"
    if command and rng.random() < POLITE:
        text = choose(rng, writer.frames.POLITE).format(x=text)
    elif command and edit.operation not in ("background", "time", "style") and rng.random() < KEEPS:
        text = f"{text}, {choose(rng, writer.frames.KEEP)}"
    text = writer.grammar.finish(text)
    if rng.random() < 0.5:
        text = text[0].upper() + text[1:]
    return text + "." if text[-1] != "?" and rng.random() < 0.3 else text
