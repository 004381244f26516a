"""What training stands on: codes that mean what they say, and an autoencoder that starts linear."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dataengine.layout import sample_scene, sample_scene_of
from dataengine.placing import place_on, size_of, spot_of
from dataengine.render import render
from dataengine.scene import COLOURS, KINDS, Scene, Thing, generator
from training import latents
from training.autoencoder import initial_network, without_idle_blocks
from training.checkpoint import save
from training.codes import CODEBOOK_SIZE, PARTS, THINGS, codes_of, factors, setting_code
from training.joint import begins
from training.latents import Basis
from training.model import CodeRows


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    rng = generator(5, 5)
    return torch.from_numpy(np.stack([render(sample_scene(rng, "any")) for _ in range(40)]))


@pytest.fixture(scope="module")
def basis(pictures: torch.Tensor, tmp_path_factory: pytest.TempPathFactory) -> Basis:
    patch = pytest.MonkeyPatch()
    patch.setattr(latents, "PATH", tmp_path_factory.mktemp("work") / "basis.pt")
    save(latents.PATH, latents.fit_pictures(pictures))
    made = Basis()
    patch.undo()
    return made


def test_every_code_has_three_factors_of_its_own() -> None:
    table = factors()
    assert (table.sum(1) == 3).all()
    assert len(np.unique(table, axis=0)) == CODEBOOK_SIZE


def test_codes_say_kind_and_colour_where_the_thing_is() -> None:
    thing = Thing("house", "red", 70, 170, 100)
    scene = Scene("meadow", "night", "flat", (thing,))
    codes = codes_of(scene)[0].reshape(8, 8)
    kind, colour = divmod(codes[5, 2] // PARTS, len(COLOURS))
    assert (KINDS[kind], COLOURS[colour]) == ("house", "red")
    assert codes[0, 7] == setting_code(scene) >= THINGS


def test_what_a_picture_shows_follows_from_its_codes() -> None:
    found: dict[bytes, np.ndarray] = {}
    again = 0
    for index in range(600):
        scene = sample_scene_of(generator(index, 6), "single", "any")
        thing = replace(scene.things[0], kind="cat", colour="red")
        thing = place_on(("cat", "red"), size_of(thing), *spot_of(thing))
        scene = replace(scene, things=(thing,))
        picture = render(scene)
        codes = codes_of(scene)[0].tobytes()
        again += codes in found
        assert np.array_equal(found.setdefault(codes, picture), picture)
    assert again > 50


def test_cross_entropy_is_that_of_the_rows() -> None:
    torch.manual_seed(0)
    rows, hidden = CodeRows(16), torch.randn(64, 16)
    for parameter in rows.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    codes = torch.randint(CODEBOOK_SIZE, (64,))
    codes[:16] = torch.randint(THINGS, CODEBOOK_SIZE, (16,))
    plain = torch.nn.functional.cross_entropy(hidden @ rows().T, codes, reduction="none")
    assert torch.allclose(rows.cross_entropy(hidden, codes)[0], plain, atol=1e-4)


def test_a_thing_begins_in_its_first_cell() -> None:
    thing = place_on(("house", "red"), "medium", 2, 7)
    scene = Scene("meadow", "night", "flat", (thing,))
    codes = torch.from_numpy(codes_of(scene)[0].astype(np.int64))
    first = int((codes < THINGS).nonzero()[0])
    assert begins(codes[None])[0].nonzero().flatten().tolist() == [0, first]


def test_scales_pool_the_grid() -> None:
    sizes = [len(codes) for codes in codes_of(sample_scene(generator(1, 2), "any"))]
    assert sizes == [64, 16, 4]


def test_encoder_is_the_transform(pictures: torch.Tensor, basis: Basis) -> None:
    model = initial_network(basis, pictures)
    pixels = pictures[:4].permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        assert torch.allclose(model.encode(pixels).latent, basis.encode(pictures[:4]), atol=1e-4)


def test_decoder_starts_near_the_transpose(pictures: torch.Tensor, basis: Basis) -> None:
    model = initial_network(basis, pictures)
    codes = basis.encode(pictures[:4])
    with torch.no_grad():
        result = model.decode(codes).sample
        assert torch.allclose(without_idle_blocks(model)(codes), result, atol=1e-4)
    linear = basis.decode(codes)
    assert float((result - linear).square().mean()) < 0.3 * float(linear.square().mean()) * 0.1
