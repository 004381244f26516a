"""GenEval's six categories over our kinds and colours, with combinations kept out of training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataengine.captions.facts import CountFact, Fact, RelationFact
from dataengine.heldout import heldout_colours, heldout_pairs
from dataengine.scene import COLOURS, KINDS

CATEGORIES = ("single_object", "two_object", "counting", "colors", "position", "color_attr")
NUMBERS = {2: "two", 3: "three", 4: "four"}
PLACES = {"left": "left of", "right": "right of", "above": "above", "below": "below"}
PLURALS = {"butterfly": "butterflies", "fish": "fish", "bus": "buses", "cactus": "cacti"}
ANY = "any"


@dataclass(frozen=True)
class Prompt:
    """A prompt in GenEval's words and what must be true; colour ANY where none is asked for."""

    category: str
    text: str
    facts: tuple[Fact, ...]


def a(noun: str) -> str:
    """With its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def pairs(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """Pairs of kinds, in either order, every other one never seen together in training."""
    heldout = sorted(tuple(sorted(pair)) for pair in heldout_pairs())
    chosen = []
    for index in range(count):
        if index % 2 == 0:
            first, second = heldout[rng.integers(len(heldout))]
        else:
            first, second = (KINDS[k] for k in rng.choice(len(KINDS), 2, replace=False))
        chosen.append((first, second) if rng.random() < 0.5 else (second, first))
    return chosen


def prompts_of(category: str, count: int, rng: np.random.Generator) -> list[Prompt]:
    """`count` prompts of one of GenEval's categories."""
    made: list[Prompt] = []
    facts: tuple[Fact, ...]
    if category == "single_object":
        for index in range(count):
            kind = KINDS[index % len(KINDS)]
            made.append(Prompt(category, f"a photo of {a(kind)}", (CountFact(kind, ANY, 1),)))
    elif category == "two_object":
        for first, second in pairs(rng, count):
            facts = (CountFact(first, ANY, 1), CountFact(second, ANY, 1))
            made.append(Prompt(category, f"a photo of {a(first)} and {a(second)}", facts))
    elif category == "counting":
        for index in range(count):
            kind, number = KINDS[int(rng.integers(len(KINDS)))], 2 + index % 3
            plural = PLURALS.get(kind, kind + "s")
            text = f"a photo of {NUMBERS[number]} {plural}"
            made.append(Prompt(category, text, (CountFact(kind, ANY, number),)))
    elif category == "colors":
        heldout = sorted(heldout_colours())
        for index in range(count):
            kind, colour = heldout[rng.integers(len(heldout))]
            if index % 2:
                kind = KINDS[int(rng.integers(len(KINDS)))]
                colour = COLOURS[int(rng.integers(len(COLOURS)))]
            facts = (CountFact(kind, colour, 1),)
            made.append(Prompt(category, f"a photo of {a(f'{colour} {kind}')}", facts))
    elif category == "position":
        for first, second in pairs(rng, count):
            relation = tuple(PLACES)[rng.integers(len(PLACES))]
            facts = (
                CountFact(first, ANY, 1),
                CountFact(second, ANY, 1),
                RelationFact(relation, (first, ANY), (second, ANY)),
            )
            text = f"a photo of {a(first)} {PLACES[relation]} {a(second)}"
            made.append(Prompt(category, text, facts))
    elif category == "color_attr":
        for first, second in pairs(rng, count):
            one, two = (COLOURS[k] for k in rng.choice(len(COLOURS), 2, replace=False))
            facts = (CountFact(first, one, 1), CountFact(second, two, 1))
            text = f"a photo of {a(f'{one} {first}')} and {a(f'{two} {second}')}"
            made.append(Prompt(category, text, facts))
    else:
        raise ValueError(category)
    return made
