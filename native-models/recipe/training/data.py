"""Batches for joint training: captions and instructions made afresh, tokens and latents from disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from dataengine.captions import caption
from dataengine.edits import Edit, instruction, inverse

from .pairs import FOLDER, SHARD, read_scenes
from .text import EDIT, GENERATE, PATH

LANGUAGES = ("en", "es")
SCALES = ((64, 0.86), (16, 0.09), (4, 0.05))
"""Tokens of S0, S1, S2 and how often each is trained."""


@dataclass
class Batch:
    """ids int64 [batch, sequence], right-padded; start: the scale token's place in each row;
    tokens int64 [batch, n]: the image tokens, as codes; latents and reference float
    [batch, 32, 8, 8] or None before there are latents; weight [batch, 8, 8] of each position."""

    ids: Tensor
    start: Tensor
    tokens: Tensor
    latents: Tensor | None
    reference: Tensor | None
    weight: Tensor | None


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


class Shard:
    """One file of pairs with what has been computed of it."""

    def __init__(self, path: Path) -> None:
        self.edits: list[Edit] = read_scenes(path)
        with np.load(path.with_name(path.name.replace("scenes.pkl", "tokens.npz"))) as file:
            self.tokens = [file[f"s{k}"].astype(np.int64) for k in range(3)]
        latents = path.with_name(path.name.replace("scenes.pkl", "latents.npz"))
        self.latents = self.changed = None
        if latents.exists():
            with np.load(latents) as file:
                self.latents = torch.from_numpy(file["latents"]).float()
                self.changed = torch.from_numpy(file["changed"])


def pad(rows: list[list[int]]) -> Tensor:
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
    for row, values in zip(ids, rows, strict=True):
        row[: len(values)] = torch.tensor(values)
    return ids


class Batches:
    """Endless batches; text to image and editing alternate, each with its own kind of batch."""

    def __init__(
        self, size: int, seed: int, scaling_factor: float | None, edit_share: float
    ) -> None:
        self.size, self.edit_share, self.scaling_factor = size, edit_share, scaling_factor
        self.rng = np.random.default_rng(seed)
        self.vocabulary = Vocabulary()
        self.cache: dict[Path, Shard] = {}

    def shard(self) -> Shard:
        done = sorted(FOLDER.glob("*.tokens.npz"))
        path = done[self.rng.integers(len(done))]
        path = path.with_name(path.name.replace("tokens.npz", "scenes.pkl"))
        if path not in self.cache or self.cache[path].latents is None:
            self.cache[path] = Shard(path)
        return self.cache[path]

    def __iter__(self) -> Iterator[Batch]:
        while True:
            shard = self.shard()
            rows = self.rng.integers(SHARD, size=self.size)
            edit = self.rng.random() < self.edit_share
            yield self.batch(shard, rows, edit)

    def batch(self, shard: Shard, rows: np.ndarray, edit: bool) -> Batch:
        count, _ = SCALES[0]
        scale = int(self.rng.choice(3, p=[share for _, share in SCALES]))
        side = self.rng.integers(2, size=len(rows))
        ids, starts, tokens = [], [], []
        for position, row in enumerate(rows):
            pair = shard.edits[row]
            language = LANGUAGES[self.rng.integers(2)]
            if edit:
                back = inverse(pair) if side[position] == 0 else pair
                if back is None:
                    back, side[position] = pair, 1
                text = instruction(back, self.rng, language)
                reference = shard.tokens[0][row, 1 - side[position]]
            else:
                scene = pair.target if side[position] else pair.source
                text, reference = caption(scene, self.rng, language), None
            codes = shard.tokens[scale][row, side[position]]
            prompt = self.vocabulary.prompt(text, reference)
            ids.append([*prompt, self.vocabulary.scales[scale], *(codes + self.vocabulary.image)])
            starts.append(len(prompt))
            tokens.append(codes)
        target = reference_latents = weight = None
        if self.scaling_factor and shard.latents is not None and shard.changed is not None:
            which = torch.from_numpy(side)
            both = shard.latents[rows] * self.scaling_factor
            target = both[torch.arange(len(rows)), which]
            weight = torch.ones(len(rows), 8, 8)
            if edit:
                reference_latents = both[torch.arange(len(rows)), 1 - which]
                weight = weight + 2.0 * shard.changed[rows].float()
        return Batch(
            pad(ids), torch.tensor(starts), torch.from_numpy(np.stack(tokens)),
            target, reference_latents, weight,
        )  # fmt: skip
