"""What the caption languages share: words kept through one text, the shape of a language.

A frame is a format string. Its slots: `{a}` `{b}` `{c}` the things with an indefinite article or a
count, `{A}` `{B}` with the definite article, `{a0}` `{b0}` `{c0}` bare; `{list}`
joins all things, `{be_a}` is the verb for `{a}`; others are named where used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

import numpy as np

Form = Literal["indefinite", "definite", "the", "bare"]
"""`definite` counts ("the three cats"), `the` does not ("the cats")."""


def choose(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options, each as likely."""
    return options[int(rng.random() * len(options))]


def choose_early(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options: the first in half of the cases, else any."""
    return options[0] if rng.random() < 0.5 else choose(rng, options)


@dataclass(frozen=True)
class Item:
    """What a noun phrase names; `colour` and `size` are None where the text leaves them out."""

    kind: str
    colour: str | None
    count: int = 1
    size: str | None = None


@dataclass
class Words:
    """The synonyms chosen for one text, so that a thing keeps its name within it."""

    rng: np.random.Generator
    chosen: dict[str, int] = field(default_factory=dict)

    def index(self, key: str, count: int, plain: float = 0.65) -> int:
        """Which of `count` synonyms stands for a key; the first at least this often."""
        if key not in self.chosen:
            first = count == 1 or self.rng.random() < plain
            self.chosen[key] = 0 if first else int(self.rng.integers(1, count))
        return self.chosen[key]


@dataclass(frozen=True)
class Setting:
    """Ways to say one place, time or style."""

    after: tuple[str, ...]  # "at night": closes or opens a text
    tags: tuple[str, ...]  # "night scene": stands between commas
    of: tuple[str, ...] = ()  # "a night scene of {x}": goes before a noun phrase


@dataclass(frozen=True)
class Frames:
    """The frames of one scene type: noun phrases, whole sentences, and short tags."""

    phrases: tuple[str, ...]
    sentences: tuple[str, ...]
    tags: tuple[str, ...]
    emphatic: tuple[str, ...] = ()  # phrases that read well only without "a picture of"


class Language(Protocol):
    """The words and frames of one language."""

    frames: ClassVar[Mapping[str, Frames]]
    places: ClassVar[Mapping[str, Setting]]
    times: ClassVar[Mapping[str, Setting]]
    styles: ClassVar[Mapping[str, Setting]]
    sides: ClassVar[Mapping[str, str]]
    positions: ClassVar[Mapping[str, tuple[str, ...]]]
    openers: ClassVar[tuple[str, ...]]
    commands: ClassVar[tuple[str, ...]]
    shows: ClassVar[tuple[str, ...]]
    pairs_of: ClassVar[tuple[str, ...]]
    conjunction: ClassVar[str]
    being: ClassVar[tuple[str, str]]  # "is", "are"

    def noun_phrase(self, words: Words, item: Item, form: Form) -> str:
        """A noun phrase: article or count, size, noun and colour in the language's order."""

    def finish(self, text: str) -> str:
        """Contractions and the like, done on the whole text."""
