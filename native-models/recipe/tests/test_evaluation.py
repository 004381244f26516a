"""The evaluation's questions and how its answers are judged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dataengine.captions.facts import CountFact
from dataengine.scene import generator
from evaluation.check import holds
from evaluation.prompts import CATEGORIES, prompts_of
from evaluation.verifier import Found, Seen


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_asks(category: str) -> None:
    prompts = prompts_of(category, 12, generator(11, 11))
    assert len(prompts) == 12
    assert all(prompt.text.startswith("a photo of ") and prompt.facts for prompt in prompts)


def test_a_thing_counts_only_when_it_is_there_as_often_as_asked() -> None:
    (fact,) = prompts_of("counting", 1, generator(1, 1))[0].facts
    assert isinstance(fact, CountFact)
    thing = Found(fact.kind, "red", (0, 0, 40, 40), 0.9)
    seen = [Seen([thing] * count, "meadow", "day", "flat") for count in range(6)]
    assert [holds(fact, s) for s in seen] == [count == fact.count for count in range(6)]
