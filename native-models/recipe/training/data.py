"""Batches for joint training: scenes, edits, their words, codes and latents, all made afresh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from dataengine.captions import caption
from dataengine.edits import Edit, instruction, inverse, sample_edit, sample_edit_of
from dataengine.layout import sample_scene
from dataengine.render import render
from dataengine.scene import Scene, generator

from .checkpoint import WORK, load
from .codes import CODEBOOK_SIZE, GRID, THINGS, codes_of
from .latents import PATCH, SIDE, Basis
from .text import EDIT, GENERATE, PATH
from .vision_tokenizer import VisionTokenizer

MORE = "the operations of every other edit"
LANGUAGES = ("en", "es")
SCALES = (0.9, 0.06, 0.04)
"""How often S0, S1 and S2 are trained."""
CHANGED, SHOWING = 2.0, 2.0
"""What positions that an edit changes, and those that show things, weigh in painting beside the 1 of
every other: backgrounds are soon right, and things are what people ask for."""
GENERATE_LENGTH = 96
EDIT_LENGTH = 152
POOL = 6000  # examples kept to be drawn again, with other words
AGAIN = 0.2  # how often an example is one of these: seen more often they are learnt by heart
READ = 0.5  # how often a reference's codes are read off its pixels, and not just misread
MISREAD = 0.06
"""The share of a reference's tokens that are another code of the same picture or any code, as the
vision tokenizer misreads some cells."""


@dataclass
class Batch:
    """ids int64 [batch, sequence], right-padded; start: the scale token's place in each row;
    tokens int64 [batch, n]: the image tokens, as codes; latents and reference float
    [batch, 32, 16, 16], the reference None where there is no picture to edit; weight
    [batch, 16, 16] of each position; scenes: what the pictures show; altered bool
    [batch, 64]: the tokens that an edit changes, None at other scales and without one."""

    ids: Tensor
    start: Tensor
    tokens: Tensor
    latents: Tensor
    weight: Tensor
    scenes: list[Scene]
    altered: Tensor | None = None
    reference: Tensor | None = None


@dataclass
class Example:
    """A scene or an edit with what is computed of it: codes of every scale, latents float16
    [32, 16, 16], and for an edit the same of its source and where the two differ, [16, 16] in
    latents and bool [64] in codes."""

    subject: Scene | Edit
    codes: tuple[np.ndarray, ...]
    latents: Tensor
    source_codes: np.ndarray | None = None
    source_latents: Tensor | None = None
    changed: Tensor | None = None
    altered: np.ndarray | None = None

    @property
    def scene(self) -> Scene:
        """What is to be drawn."""
        return self.subject if isinstance(self.subject, Scene) else self.subject.target

    def words(self, rng: np.random.Generator, language: str) -> str:
        """A caption or an instruction."""
        if isinstance(self.subject, Scene):
            return caption(self.subject, rng, language)
        return instruction(self.subject, rng, language)


class Vocabulary:
    """The tokenizer and the ids that training needs."""

    def __init__(self, path: Path = PATH) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))
        self.size = self.tokenizer.get_vocab_size()
        self.image = self.id("<I0>")
        self.scales = [self.id(f"<S{k}>") for k in range(3)]
        self.around = (self.id("<|vision_start|>"), self.id("<|vision_end|>"))
        self.templates = [self._parts(template) for template in (GENERATE, EDIT)]

    def id(self, token: str) -> int:
        value = self.tokenizer.token_to_id(token)
        assert value is not None, token
        return value

    def _parts(self, template: str) -> tuple[list[int], list[list[int]]]:
        before, after = template.split("{prompt}")
        return self.encode(before), [self.encode(part) for part in after.split("<image>")]

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prompt(self, text: str, reference: np.ndarray | None) -> list[int]:
        """The whole prompt up to <im_start>; reference: codes of the picture to edit."""
        before, after = self.templates[0 if reference is None else 1]
        ids = before + self.encode(text) + after[0]
        if reference is not None:
            codes = [int(code) + self.image for code in reference]
            ids += [self.around[0], *codes, self.around[1]] + after[1]
        return ids


def pad(rows: list[list[int]], length: int = 0) -> Tensor:
    ids = torch.zeros(len(rows), max(length, *map(len, rows)), dtype=torch.int64)
    for row, values in zip(ids, rows, strict=True):
        row[: len(values)] = torch.tensor(values)
    return ids


def trained_tower() -> VisionTokenizer | None:
    """The vision tokenizer, once it has been trained."""
    state = load(WORK / "vision.pt")
    if state is None:
        return None
    model = VisionTokenizer().eval()
    model.load_state_dict(state["model"])
    return model


def differing(a: Tensor, b: Tensor) -> Tensor:
    """1 at the latent positions whose pixels differ, else 0: pictures uint8 [256, 256, 3] ->
    float [16, 16]."""
    same = (a.short() - b.short()).abs().amax(-1) <= 8
    return (~same.reshape(SIDE, PATCH, SIDE, PATCH).all(3).all(1)).float()


def shows(example: Example) -> Tensor:
    """1 at the latent positions whose cell shows a thing, else 0: float [16, 16]."""
    cells = torch.from_numpy(example.codes[0].reshape(GRID, GRID) < THINGS)
    times = SIDE // GRID
    return cells.repeat_interleave(times, 0).repeat_interleave(times, 1).float()


class Batches:
    """Endless batches of text to image or of edits that nobody has seen."""

    def __init__(self, size: int, seed: int, edit_share: float, more: Sequence[str] = ()) -> None:
        self.more = tuple(more)  # the operations of every other edit
        self.basis = Basis()
        self.size, self.edit_share = size, edit_share
        self.rng = generator(seed, 41)
        self.vocabulary = Vocabulary()
        self.pools: dict[bool, list[Example]] = {False: [], True: []}
        self.tower = trained_tower()

    def is_edit(self) -> bool:
        return bool(self.rng.random() < self.edit_share)

    def language(self) -> str:
        return LANGUAGES[self.rng.integers(2)]

    def read(self, scene: Scene, pixels: Tensor) -> np.ndarray:
        """The codes of a picture to be edited, int64 [64], as the vision tokenizer reads them."""
        if self.tower is None or self.rng.random() >= READ:
            return self.misread(codes_of(scene)[0].astype(np.int64))
        with torch.no_grad():
            x = pixels.permute(2, 0, 1)[None].float() / 127.5 - 1
            codes: np.ndarray = self.tower(x)[0].numpy()
        return codes

    def misread(self, codes: np.ndarray) -> np.ndarray:
        """Codes as the vision tokenizer might read them."""
        other = self.rng.permutation(codes)
        anything = self.rng.integers(CODEBOOK_SIZE, size=len(codes))
        chance = self.rng.random(len(codes))
        read = np.where(chance < MISREAD / 2, other, codes)
        return np.where(chance > 1 - MISREAD / 2, anything, read).astype(np.int64)

    def picture(self, scene: Scene) -> tuple[Tensor, Tensor]:
        """Pixels and latents of a scene."""
        pixels = torch.from_numpy(render(scene))
        return pixels, self.basis.encode(pixels[None])[0].half()

    def fresh(self, edit: bool) -> Example:
        """An example of a scene or an edit that nobody has seen."""
        if not edit:
            scene = sample_scene(self.rng, "train")
            return Example(scene, codes_of(scene), self.picture(scene)[1])
        pair = self.edit()
        (before, reference), (after, latents) = self.picture(pair.source), self.picture(pair.target)
        codes = codes_of(pair.target)
        return Example(
            pair,
            codes,
            latents,
            source_codes=self.read(pair.source, before),
            source_latents=reference,
            changed=differing(before, after),
            altered=codes[0] != codes_of(pair.source)[0],
        )

    def edit(self) -> Edit:
        """An edit, forwards or backwards."""
        if self.more and self.rng.random() < 0.5:
            operation = self.more[self.rng.integers(len(self.more))]
            return sample_edit_of(self.rng, operation, "train")
        pair = sample_edit(self.rng, "train")
        return (inverse(pair) or pair) if self.rng.random() < 0.5 else pair

    def example(self, edit: bool) -> Example:
        """One from the pool, or a fresh one that goes there."""
        pool = self.pools[edit]
        if len(pool) > 200 and self.rng.random() < AGAIN:
            return pool[self.rng.integers(len(pool))]
        made = self.fresh(edit)
        if len(pool) < POOL:
            pool.append(made)
        else:
            pool[self.rng.integers(POOL)] = made
        return made

    def prompt(self, example: Example, length: int, tokens: int) -> list[int]:
        """The prompt, worded so that it and its tokens fit a length."""
        while True:
            text = example.words(self.rng, self.language())
            prompt = self.vocabulary.prompt(text, example.source_codes)
            if len(prompt) + 1 + tokens <= length or self.rng.random() < 0.05:
                return prompt[-(length - 1 - tokens) :]

    def batch(self, edit: bool, scale: int | None = None) -> Batch:
        length = EDIT_LENGTH if edit else GENERATE_LENGTH
        examples = [self.example(edit) for _ in range(self.size)]
        scale = int(self.rng.choice(3, p=SCALES)) if scale is None else scale
        rows, starts = [], []
        for example in examples:
            codes = example.codes[scale].astype(np.int64)
            prompt = self.prompt(example, length, 64)
            rows.append([*prompt, self.vocabulary.scales[scale], *(codes + self.vocabulary.image)])
            starts.append(len(prompt))
        reference, weight = None, 1 + SHOWING * torch.stack([shows(e) for e in examples])
        if edit:
            reference = torch.stack(
                [e.source_latents for e in examples if e.source_latents is not None]
            ).float()
            changed = torch.stack([e.changed for e in examples if e.changed is not None])
            weight = weight + CHANGED * changed
        return Batch(
            ids=pad(rows, length),
            start=torch.tensor(starts),
            tokens=torch.from_numpy(np.stack([e.codes[scale] for e in examples]).astype(np.int64)),
            latents=torch.stack([e.latents for e in examples]).float(),
            weight=weight,
            scenes=[e.scene for e in examples],
            altered=torch.from_numpy(
                np.stack([e.altered for e in examples if e.altered is not None])
            )
            if edit and scale == 0
            else None,
            reference=reference,
        )

    def __iter__(self) -> Iterator[Batch]:
        while True:
            yield self.batch(self.is_edit())
