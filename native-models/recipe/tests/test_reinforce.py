"""What codes are read as, and what is rewarded."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dataengine.edits import sample_edit
from dataengine.layout import sample_scene
from dataengine.scene import generator
from evaluation.check import looks
from training.codes import CODEBOOK_SIZE, codes_of
from training.data import Example
from training.model import Starter
from training.reading import read
from training.reinforce import GROUP, TOKENS, Asked, asked_of, draw, reward


def test_codes_are_read_as_what_the_scene_shows() -> None:
    rng = generator(3, 1)
    for _ in range(200):
        scene = sample_scene(rng, "any")
        seen = read(codes_of(scene)[0])
        assert looks(seen.things) == looks(scene)
        assert (seen.background, seen.time, seen.style) == (
            scene.background,
            scene.time,
            scene.style,
        )


def test_anything_is_read_as_something() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        read(rng.integers(CODEBOOK_SIZE, size=TOKENS))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_picture_of_what_was_asked_is_rewarded_and_another_is_not(language: str) -> None:
    rng = generator(4, 1)
    wrong = 0
    for _ in range(100):
        scene, other = sample_scene(rng, "any"), sample_scene(rng, "any")
        _, asked = asked_of(scene, rng, language)
        assert reward(asked, codes_of(scene)[0]) == 1
        wrong += int(reward(asked, codes_of(other)[0]))
    assert wrong < 5


def test_an_edit_that_touches_everything_else_earns_less() -> None:
    rng = generator(5, 1)
    for _ in range(100):
        edit = sample_edit(rng, "any")
        if edit.operation in ("style", "time", "background"):
            continue
        codes = codes_of(edit.target)
        altered = codes[0] != codes_of(edit.source)[0]
        asked = Asked(Example(edit, codes, torch.empty(0), altered=altered), [])
        assert reward(asked, codes[0]) == 1
        assert reward(asked, codes_of(edit.source)[0]) <= 0
        elsewhere = codes[0].copy()
        elsewhere[np.flatnonzero(~altered)[:1]] = 0
        assert reward(asked, elsewhere) < 1


def test_drawing_gives_a_group_of_each_prompt_as_the_model_has_it() -> None:
    torch.manual_seed(0)
    model = Starter(words=50).eval()
    with torch.no_grad():  # so sure that drawing is taking the best
        model.code_head.sum.weight.mul_(1e5)
    prompts = [[1, 2, 3], [4, 5, 6, 7, 8]]
    codes = draw(model, prompts, scale=9)
    assert codes.shape == (2 * GROUP, TOKENS)
    for index, prompt in enumerate(prompts):
        mine = codes[index * GROUP : (index + 1) * GROUP]
        assert (mine == mine[0]).all()
        ids = torch.tensor([*prompt, 9, *(mine[0] + model.words).tolist()])
        with torch.no_grad():
            states = model.hidden_states(ids[None])[0, len(prompt) : -1]
            best = (states @ model.code_head().T).argmax(1)
        assert (best == mine[0]).float().mean() > 0.95
