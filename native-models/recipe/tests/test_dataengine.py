"""The data engine's promises: determinism, room between things, agreement, exact edits."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dataengine.captions import LANGUAGES, CountFact, RelationFact, caption, describe, fact_list
from dataengine.captions.en import NOUNS as EN_NOUNS
from dataengine.captions.es import COLOUR_WORDS, Spanish
from dataengine.captions.es import NOUNS as ES_NOUNS
from dataengine.captions.grammar import Form, Item, Words
from dataengine.edits import (
    OPERATIONS,
    change_mask,
    instruction,
    inverse,
    read_edit,
    sample_edit_of,
)
from dataengine.heldout import heldout_colours, heldout_pairs
from dataengine.layout import (
    SCENE_TYPES,
    Split,
    is_heldout,
    refreshed,
    relation_between,
    sample_scene,
    sample_scene_of,
    scene_type,
)
from dataengine.placing import fits
from dataengine.render import render, thing_box
from dataengine.scene import COLOURS, KINDS, Scene, Thing, generator

HOUSE_AND_TREE = Scene(
    background="meadow",
    time="night",
    style="flat",
    things=(Thing("house", "red", 70, 170, 100), Thing("tree", "green", 186, 170, 100)),
    relation="left",
)


def scenes(count: int, split: Split = "train", key: int = 0) -> list[Scene]:
    return [sample_scene(generator(index, key), split) for index in range(count)]


def plain(text: str) -> str:
    return text.lower().rstrip(".")


# --- scenes --------------------------------------------------------------------------------------


def test_scenes_depend_on_the_key_alone() -> None:
    assert scenes(50) == scenes(50)
    assert scenes(50) != scenes(50, key=1)


def test_things_stay_inside_and_apart() -> None:
    for scene in scenes(1500, "any"):
        for k, thing in enumerate(scene.things):
            others = [other for j, other in enumerate(scene.things) if j != k]
            assert fits(thing, [] if scene.relation == "on" else others, gap=6), scene


def test_scenes_say_what_they_show() -> None:
    for scene in scenes(1500, "any"):
        assert refreshed(scene) == scene
        if scene.relation:
            assert relation_between(*scene.things) == scene.relation
        if scene.relation == "on":
            above, below = (thing_box(thing) for thing in scene.things)
            assert above[1] < below[1] <= above[3] < below[3]


def test_every_scene_type_relation_and_count_occurs() -> None:
    found = scenes(1500)
    assert {scene_type(scene) for scene in found} == set(SCENE_TYPES)
    assert {scene.relation for scene in found} == {None, "left", "right", "above", "below", "on"}
    assert {scene.group for scene in found} == {0, 2, 3, 4}
    assert {thing.colour for scene in found for thing in scene.things} == set(COLOURS)
    assert {thing.kind for scene in found for thing in scene.things} == set(KINDS)


def test_heldout_combinations_never_train_and_always_evaluate() -> None:
    assert 0.07 < len(heldout_colours()) / (len(KINDS) * len(COLOURS)) < 0.09
    assert 0.07 < len(heldout_pairs()) / (len(KINDS) * (len(KINDS) - 1) / 2) < 0.09
    assert not any(is_heldout(scene) for scene in scenes(3000))
    assert all(is_heldout(scene) for scene in scenes(300, "heldout"))


# --- captions ------------------------------------------------------------------------------------


def test_every_kind_has_names_in_both_languages() -> None:
    assert set(EN_NOUNS) == set(ES_NOUNS) == set(KINDS)
    assert set(COLOUR_WORDS) == set(COLOURS)


@pytest.mark.parametrize(
    ("item", "form", "expected"),
    [
        (Item("house", "red"), "indefinite", "una casa roja"),
        (Item("cat", "black", 3), "indefinite", "tres gatos negros"),
        (Item("tree", "yellow"), "definite", "el árbol amarillo"),
        (Item("tree", "green", 2), "indefinite", "dos árboles verdes"),
        (Item("butterfly", "blue", 4), "definite", "las cuatro mariposas azules"),
        (Item("butterfly", "blue", 4), "the", "las mariposas azules"),
        (Item("airplane", "brown", 2), "indefinite", "dos aviones marrones"),
        (Item("fish", "white", 3), "indefinite", "tres peces blancos"),
        (Item("flower", "purple"), "indefinite", "una flor morada"),
        (Item("flower", "orange", 2), "indefinite", "dos flores naranjas"),
        (Item("umbrella", "pink"), "indefinite", "un paraguas rosa"),
        (Item("umbrella", "yellow", 2), "indefinite", "dos paraguas amarillos"),
        (Item("tent", "red"), "definite", "la tienda de campaña roja"),
        (Item("house", "red", 1, "small"), "indefinite", "una casa roja pequeña"),
        (Item("bus", "green", 1, "large"), "indefinite", "un autobús verde grande"),
        (Item("lamp", None), "definite", "la lámpara"),
        (Item("apple", "green"), "bare", "manzana verde"),
    ],
)
def test_spanish_agrees(item: Item, form: Form, expected: str) -> None:
    words = Words(generator(0))
    keys = (item.kind, item.colour or "", item.size or "", "count")
    words.chosen.update({key: 0 for key in keys})
    assert Spanish().noun_phrase(words, item, form) == expected


def test_spanish_feminine_with_el() -> None:
    words = Words(generator(0))
    words.chosen.update({"bird": 1, "red": 0, "count": 0, "small": 0})
    spanish = Spanish()
    assert spanish.noun_phrase(words, Item("bird", "red"), "indefinite") == "un ave roja"
    assert spanish.noun_phrase(words, Item("bird", "red"), "definite") == "el ave roja"
    assert spanish.noun_phrase(words, Item("bird", "red", 2), "definite") == "las dos aves rojas"
    words.chosen["small"] = 1
    small = Item("bird", "red", 1, "small")
    assert spanish.noun_phrase(words, small, "definite") == "la pequeña ave roja"


def test_spanish_contracts() -> None:
    text = "a la izquierda de el árbol, de elefantes, junto a el gato"
    assert Spanish().finish(text) == "a la izquierda del árbol, de elefantes, junto al gato"


def test_captions_are_clean() -> None:
    for index, scene in enumerate(scenes(2000, "any")):
        for language in LANGUAGES:
            text = caption(scene, generator(index, 5), language)
            assert text == caption(scene, generator(index, 5), language)
            assert not re.search(r"[{}]|  | ,|,,|\.\.|^\W|None", text), text
            wrong = r"\ba [aeiou]|\ban [^aeiou]" if language == "en" else r"\b(de|a) el\b"
            assert not re.search(wrong, text.lower()), text


def test_captions_vary() -> None:
    for kind in SCENE_TYPES:
        scene = sample_scene_of(generator(3), kind, "train")
        for language in LANGUAGES:
            rng = generator(1)
            assert len({plain(caption(scene, rng, language)) for _ in range(400)}) > 150


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", "a red house to the left of a green tree, at night"),
        ("es", "una casa roja a la izquierda de un árbol verde, de noche"),
        ("en", "a green tree to the right of a red house, at night"),
        ("es", "un árbol verde a la derecha de una casa roja, de noche"),
    ],
)
def test_wanted_wording_is_among_the_captions(language: str, wanted: str) -> None:
    rng = generator(2)
    assert wanted in {plain(caption(HOUSE_AND_TREE, rng, language)) for _ in range(20000)}


def test_plain_photo_wording_is_among_the_captions() -> None:
    rng = generator(4)
    apple = Scene("snow", "day", "flat", (Thing("apple", "red", 128, 160, 120),))
    assert "a photo of a red apple" in {plain(caption(apple, rng, "en")) for _ in range(3000)}
    car = (Thing("dog", "red", 70, 170, 90), Thing("car", "blue", 186, 180, 90))
    scene = Scene("snow", "day", "flat", car, relation="left")
    found = {plain(caption(scene, rng, "en")) for _ in range(30000)}
    assert "a photo of a red dog left of a blue car" in found
    cats = tuple(Thing("cat", "black", x, 170, 70) for x in (46, 128, 210))
    scene = Scene("snow", "day", "flat", cats, group=3)
    assert "a photo of three cats" in {plain(caption(scene, rng, "en")) for _ in range(20000)}


def test_description_tells_what_it_says() -> None:
    for index, scene in enumerate(scenes(500, "any")):
        said = describe(scene, generator(index, 9), "en")
        if said.time and scene.time == "night":
            assert re.search(r"night|moon", said.text.lower()), said
        if not said.time:
            assert not re.search(r"night|moon|dusk|sunset|evening", said.text.lower()), said
        if len(said.colours) == 1 and said.colours[0]:
            assert re.search(f"{scene.things[0].colour}|violet", said.text.lower()), said


def test_facts() -> None:
    assert fact_list(HOUSE_AND_TREE) == [
        CountFact("house", "red", 1),
        CountFact("tree", "green", 1),
        RelationFact("left", ("house", "red"), ("tree", "green")),
    ]
    group = sample_scene_of(generator(8), "group")
    assert fact_list(group) == [
        CountFact(group.things[0].kind, group.things[0].colour, len(group.things))
    ]


# --- edits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
def test_edits_change_one_thing_and_nothing_else(operation: str) -> None:
    for index in range(120):
        edit = sample_edit_of(generator(index, 11), operation, "train")
        assert edit == sample_edit_of(generator(index, 11), operation, "train")
        source, target = edit.source, edit.target
        assert not is_heldout(source) and not is_heldout(target)
        assert source.seed == target.seed and source != target
        if operation in ("background", "time", "style"):
            assert source.things == target.things
            continue
        settings = [(s.background, s.time, s.style) for s in (source, target)]
        assert settings[0] == settings[1]
        kept = set(source.things) & set(target.things)
        changed = {t.kind + t.colour for t in (*source.things, *target.things) if t not in kept}
        assert changed and (len(changed) <= 2)
        back = inverse(edit)
        assert back is not None and (back.source, back.target) == (target, source)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_instructions(operation: str, language: str) -> None:
    texts = set()
    for index in range(300):
        rng = generator(index, 13)
        edit = sample_edit_of(rng, operation, "any")
        text = instruction(edit, rng, language)
        assert len(text) > 3 and not re.search(r"[{}]|  |None|de color \w+ de color", text), text
        texts.add(text)
    assert len(texts) > 100


def test_instructions_tell_things_of_one_kind_apart() -> None:
    cats = (Thing("cat", "red", 70, 170, 90), Thing("cat", "blue", 186, 170, 90))
    source = Scene("snow", "day", "flat", cats)
    edit = read_edit("remove", source, refreshed(source.with_things(cats[:1])))
    assert edit is not None
    for index in range(60):
        assert "blue" in instruction(edit, generator(index), "en").lower()
        assert "azul" in instruction(edit, generator(index), "es").lower()


def test_heldout_edits_show_something_held_out() -> None:
    for index, operation in enumerate(OPERATIONS):
        edit = sample_edit_of(generator(index, 15), operation, "heldout")
        assert is_heldout(edit.source) or is_heldout(edit.target)


def test_change_mask_is_exact_and_local() -> None:
    for operation in ("recolour", "add", "remove", "replace", "move", "count"):
        for index in range(6):
            edit = sample_edit_of(generator(index, 17), operation)
            mask = change_mask(edit)
            before, after = render(edit.source), render(edit.target)
            assert mask.shape == (256, 256) and mask.dtype == np.bool_ and mask.any()
            assert np.array_equal(before[~mask], after[~mask])
            assert (before[mask] != after[mask]).any(axis=-1).all()
            near = np.zeros_like(mask)
            for thing in set(edit.source.things) ^ set(edit.target.things):
                x0, y0, x1, y1 = (round(v) for v in thing_box(thing))
                near[max(0, y0 - 14) : y1 + 14, max(0, x0 - 14) : x1 + 14] = True
            assert not (mask & ~near).any()
