"""From a scene to a caption: what to mention, which frame, and where the setting goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..layout import INVERSE, groups, scene_type
from ..scene import SIZE, Scene
from .facts import group_relation
from .grammar import Form, Frames, Item, Language, Setting, Words, choose, choose_early

MENTION = {"place": 0.6, "time": 0.6, "style": 0.5, "size": 0.7, "position": 0.35}
"""How often a caption says each of these."""
NO_COLOUR = 0.055
NO_RELATION = 0.1
EMPHATIC = 0.08
ARTICLES = ("a ", "an ", "un ", "una ")


@dataclass(frozen=True)
class Described:
    """A caption and what of the scene it says."""

    text: str
    relation: bool
    colours: tuple[bool, ...]  # of each kind and colour, in the order of `groups`
    place: bool
    time: bool
    style: bool


class Slots(dict[str, str]):
    """The slots of a frame; noun phrases are built when a frame asks for them."""

    def __init__(self, language: Language, words: Words, items: list[Item]) -> None:
        super().__init__()
        self.language, self.words = language, words
        self.named = dict(zip("abcdef", items, strict=False))

    def __missing__(self, slot: str) -> str:
        if slot == "list":
            names = [self[name] for name in self.named]
            return ", ".join(names[:-1]) + f" {self.language.conjunction} {names[-1]}"
        if slot.startswith("be_"):
            return self.language.being[self.named[slot[3:]].count > 1]
        if slot == "plural":
            return self.language.noun_phrase(self.words, self.named["a"], "bare")
        form: Form = (
            "definite" if slot[0].isupper() else "bare" if slot.endswith("0") else "indefinite"
        )
        item = self.named[slot[0].lower()]
        text = self.language.noun_phrase(self.words, item, form)
        self[slot] = text
        return text


def _items(scene: Scene, rng: np.random.Generator) -> tuple[list[Item], list[bool]]:
    """What to call the kinds and colours of a scene, and which colours are said."""
    found = groups(scene)
    said = [True] * len(found)
    if len({group.kind for group in found}) == len(found):
        none = rng.random() < NO_COLOUR
        said = [not none and rng.random() >= NO_COLOUR for _ in found]
    size = scene.size_name if len(scene.things) == 1 and rng.random() < MENTION["size"] else None
    items = [
        Item(group.kind, group.colour if keep else None, group.count, size)
        for group, keep in zip(found, said, strict=True)
    ]
    return items, said


def _beside_words(language: Language, relation: str, slots: Slots) -> None:
    """Fills the side words of a left or right relation."""
    for name, side in (("side", relation), ("other", INVERSE[relation])):
        word = language.sides[side]
        slots[name] = word
        slots[f"{name}_adj"] = {"izquierda": "izquierdo", "derecha": "derecho"}.get(word, word)


def _frames(
    scene: Scene, language: Language, words: Words, items: list[Item], relation: str | None
) -> tuple[Frames, Slots]:
    """The frames that fit a scene, and their slots."""
    kind = scene_type(scene)
    slots = Slots(language, words, items)
    in_row = all(abs(thing.y - scene.things[0].y) < 64 for thing in scene.things)
    if len(items) > 3 or (kind == "trio" and not in_row) or (kind == "mix" and len(items) == 3):
        return language.frames["list"], slots
    if kind == "trio":
        order = sorted(range(len(items)), key=lambda k: scene.things[k].x)
        return language.frames["trio"], Slots(language, words, [items[k] for k in order])
    if kind not in ("pair", "mix"):
        return language.frames[kind], slots
    if relation == "below":
        slots, relation = Slots(language, words, items[::-1]), "above"
    prefix = "mix_" if kind == "mix" else ""
    if relation in ("left", "right"):
        _beside_words(language, relation, slots)
        return language.frames[prefix + "beside"], slots
    if relation is None:
        return language.frames["near" if kind == "pair" else "mix"], slots
    return language.frames[prefix + relation], slots


def _setting_after(
    rng: np.random.Generator, text: str, place: Setting | None, time: Setting | None
) -> str:
    """A text with its place and time behind it, or (a fifth) in front of it."""
    said = [choose_early(rng, setting.after) for setting in (place, time) if setting]
    if not said:
        return text
    if len(said) == 2 and rng.random() < 0.3:
        said.reverse()
    between = ", " if rng.random() < 0.3 else " "
    setting = between.join(said)
    if rng.random() < 0.2:
        return f"{setting}, {text}"
    return f"{text}{', ' if rng.random() < 0.5 else ' '}{setting}"


def _polish(rng: np.random.Generator, text: str, full_stop: float) -> str:
    """Upper or lower case at the start, with or without a full stop."""
    if rng.random() < 0.5:
        text = text[0].upper() + text[1:]
    return text + "." if rng.random() < full_stop else text


def _tags(rng: np.random.Generator, core: str, settings: Sequence[Setting | None]) -> str:
    """A list between commas: `red house, green tree, night`."""
    parts = [choose_early(rng, setting.tags) for setting in settings if setting]
    if rng.random() < 0.25:
        parts = [parts[k] for k in rng.permutation(len(parts))]
    return ", ".join([*parts, core] if parts and rng.random() < 0.15 else [core, *parts])


def _opened(
    rng: np.random.Generator,
    language: Language,
    core: str,
    style: Setting | None,
    time: Setting | None,
) -> tuple[str, bool, bool]:
    """A noun phrase behind an opener; whether the opener said the style, and the time."""
    chance = rng.random()
    full = [s for s in style.of if s.startswith(ARTICLES)] if style and chance > 0.84 else ()
    if style and rng.random() < 0.45:
        core, said = choose_early(rng, full or style.of).format(x=core), (True, False)
    elif time and time.of and rng.random() < 0.15:
        core, said = (
            choose_early(rng, [s for s in time.of if s.startswith(ARTICLES)]).format(x=core),
            (False, True),
        )
    elif chance < 0.32:
        return choose(rng, language.openers).format(x=core), False, False
    else:
        said = (False, False)
    if chance > 0.84:
        bare = said == (False, False)
        commands = language.commands if bare else language.commands[:3]
        core = choose(rng, commands).format(x=core)
    elif chance > 0.78 and said == (False, False):
        core = choose(rng, language.shows).format(x=core)
    return core, *said


def describe(scene: Scene, rng: np.random.Generator, language: Language) -> Described:
    """A caption together with what it says of the scene."""
    items, colours = _items(scene, rng)
    relation = group_relation(scene)
    said = relation is not None and rng.random() >= NO_RELATION
    if relation is not None and scene_type(scene) == "mix":
        said = rng.random() < 0.4
    words = Words(rng)
    frames, slots = _frames(scene, language, words, items, relation if said else None)
    place = language.places[scene.background] if rng.random() < MENTION["place"] else None
    time = language.times[scene.time] if rng.random() < MENTION["time"] else None
    style = language.styles[scene.style] if rng.random() < MENTION["style"] else None
    mentioned = (place is not None, time is not None, style is not None)
    mode = rng.random()
    if mode < 0.12:
        core = choose(rng, frames.tags).format_map(slots)
        text = _tags(rng, core, (place, time, style))
        text = _polish(rng, text, 0.1)
    else:
        text = _full_text(scene, rng, language, frames, slots, (place, time, style), mode < 0.34)
    if not items:
        said = False
    return Described(language.finish(text), said, tuple(colours), *mentioned)


def _full_text(
    scene: Scene,
    rng: np.random.Generator,
    language: Language,
    frames: Frames,
    slots: Slots,
    settings: tuple[Setting | None, Setting | None, Setting | None],
    sentence: bool,
) -> str:
    """A phrase or a sentence with its setting."""
    place, time, style = settings
    core = choose(rng, frames.sentences if sentence else frames.phrases).format_map(slots)
    emphatic = not sentence and bool(frames.emphatic) and rng.random() < EMPHATIC
    if emphatic:
        core = choose(rng, frames.emphatic).format_map(slots)
    elif not sentence and scene.group == 2 and rng.random() < 0.15:
        core = choose(rng, language.pairs_of).format_map(slots)
    if len(scene.things) == 1 and abs(scene.things[0].x - SIZE / 2) > 30:
        side = "left" if scene.things[0].x < SIZE / 2 else "right"
        if rng.random() < MENTION["position"]:
            core = f"{core} {choose_early(rng, language.positions[side])}"
    if not sentence and not emphatic:
        core, style_said, time_said = _opened(rng, language, core, style, time)
        style, time = None if style_said else style, None if time_said else time
    text = _setting_after(rng, core, place, time)
    if style:
        if rng.random() < 0.5:
            text = f"{text}{', ' if rng.random() < 0.6 else ' '}{choose_early(rng, style.after)}"
        else:
            text = f"{text}, {choose_early(rng, style.tags)}"
    return _polish(rng, text, 0.6 if sentence else 0.3)
