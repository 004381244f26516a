"""Trains the vision tokenizer: a SigLIP tower whose quantised codes carry what captions name.

python -m training.vision_tokenizer --minutes 25    resumes from work/vision.pt
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import SiglipVisionConfig, SiglipVisionModel

from dataengine.scene import BACKGROUNDS, COLOURS, KINDS, SIZE, STYLES, TIMES

from .checkpoint import WORK, Log, load, save
from .labels import GRID, NO_COLOUR, NOTHING
from .optimizer import Optimizer
from .pictures import SHARD, open_shard, shards

INPUT = 128  # pixels; what captions name is seen at half size
ENCODER: dict[str, Any] = {
    "hidden_size": 256,
    "intermediate_size": 768,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "num_channels": 3,
    "image_size": INPUT,
    "patch_size": INPUT // GRID,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
}
SELECT_LAYER = -2
TOKEN_DIM = 32
CODEBOOK_SIZE = 2048
THUMB = 4
CONTINUOUS = 1800  # steps before quantisation begins


class SimVectorQuantizer(nn.Module):
    """Nearest code by cosine in a codebook that is a learnt linear map of frozen vectors.

    SimVQ (arXiv 2411.02038): all codes move together, so none dies.
    """

    def __init__(self, dim: int, size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, dim)
        nn.init.normal_(self.embedding.weight, std=dim**-0.5)
        self.embedding.weight.requires_grad_(False)
        self.embedding_proj = nn.Linear(dim, dim)

    @torch.no_grad()
    def start_from(self, x: Tensor) -> None:
        """Puts the codes where the features are: x [tokens, dim], at least as many as codes.

        A codebook of random vectors collapses onto the few that the untrained tower comes near.
        """
        x = functional.normalize(x.float(), dim=-1)
        chosen = x[torch.randperm(len(x))[: self.embedding.num_embeddings]]
        self.embedding.weight.copy_(chosen + 0.02 * torch.randn_like(chosen))
        nn.init.eye_(self.embedding_proj.weight)
        nn.init.zeros_(self.embedding_proj.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [batch, tokens, dim] -> quantised (straight through), codes, commitment loss."""
        codebook = functional.normalize(self.embedding_proj(self.embedding.weight), dim=-1)
        x = functional.normalize(x.float(), dim=-1)
        codes = (x.detach() @ codebook.detach().T).argmax(-1)
        nearest = codebook[codes]
        loss = (nearest - x.detach()).square().mean() + 0.25 * (nearest.detach() - x).square().mean()
        return x + (nearest - x).detach(), codes, loss * TOKEN_DIM


class Bottleneck(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_linear = nn.Linear(ENCODER["hidden_size"], TOKEN_DIM)
        self.regularizer = SimVectorQuantizer(TOKEN_DIM, CODEBOOK_SIZE)


class VisionTokenizer(nn.Module):
    """Parameter names as in TA-Tok, whose tower, task layer and bottleneck this has."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = SiglipVisionModel(SiglipVisionConfig(**ENCODER, vision_use_head=False))
        self.encode_task_layer = nn.Sequential(
            nn.Linear(ENCODER["hidden_size"], ENCODER["hidden_size"]), nn.Tanh()
        )
        self.bottleneck = Bottleneck()

    def features(self, pixels: Tensor) -> Tensor:
        """pixels [batch, 3, 256, 256] in -1..1 -> [batch, 64, hidden], hidden state -2."""
        pixels = functional.avg_pool2d(pixels, SIZE // INPUT)
        states = self.encoder(pixel_values=pixels, output_hidden_states=True).hidden_states
        return states[SELECT_LAYER]

    def projected(self, pixels: Tensor, pool: int = 1) -> Tensor:
        """What is quantised: [batch, tokens, 32]."""
        return self.pooled(self.features(pixels), pool)

    def pooled(self, x: Tensor, pool: int) -> Tensor:
        """Features [batch, 64, hidden] as what is quantised at a scale."""
        if pool > 1:
            grid = x.transpose(1, 2).reshape(x.shape[0], -1, GRID, GRID)
            x = functional.avg_pool2d(grid, pool).flatten(2).transpose(1, 2)
        return self.bottleneck.in_linear(self.encode_task_layer(x))

    def forward(self, pixels: Tensor, pool: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """-> quantised [batch, tokens, 32], codes [batch, tokens], commitment loss."""
        return self.bottleneck.regularizer(self.projected(pixels, pool))


class Readers(nn.Module):
    """What is read off the codes in training: labels of each cell, thumbnails, the whole scene."""

    def __init__(self, hidden: int = 384) -> None:
        super().__init__()
        self.sizes = (NOTHING + 1, NO_COLOUR + 1, 4, THUMB * THUMB * 3, 14)
        self.cell = nn.Sequential(
            nn.Linear(TOKEN_DIM, hidden), nn.GELU(), nn.Linear(hidden, sum(self.sizes))
        )
        self.direct = nn.Linear(ENCODER["hidden_size"], NOTHING + 1)
        self.coarse = nn.Linear(TOKEN_DIM, NOTHING + NO_COLOUR + 14)

    def forward(self, quantised: Tensor) -> tuple[Tensor, ...]:
        return self.cell(quantised).split(self.sizes, dim=-1)


def scene_loss(logits: Tensor, scene: Tensor) -> Tensor:
    """Cross-entropy of background, time and style from [batch, 14] logits."""
    parts = logits.split((len(BACKGROUNDS), len(TIMES), len(STYLES)), dim=-1)
    return sum(
        (functional.cross_entropy(part, scene[:, i]) for i, part in enumerate(parts)),
        start=torch.zeros(()),
    )


@torch.no_grad()
def start_from_components(model: VisionTokenizer) -> None:
    """Starts the patch embedding as the whitened principal components of real patches.

    Pixels are so alike that random projections see little but a patch's mean colour; from here
    the tower reads shapes thousands of steps earlier.
    """
    pictures, _ = open_shard(shards()[0])
    pixels = torch.from_numpy(pictures[:600].transpose(0, 3, 1, 2).copy()).float() / 127.5 - 1
    pixels = functional.avg_pool2d(pixels, SIZE // INPUT)
    size = ENCODER["patch_size"]
    patches = functional.unfold(pixels, size, stride=size).transpose(1, 2).flatten(0, 1)
    patches = patches[torch.randperm(len(patches))[:20000]]
    mean = patches.mean(0)
    values, vectors = torch.linalg.eigh((patches - mean).T @ (patches - mean) / len(patches))
    count = ENCODER["hidden_size"]
    values, vectors = values[-count:], vectors[:, -count:]
    weight = vectors.T / (values[:, None] + 0.02 * values[-20]).sqrt()
    mix, _ = torch.linalg.qr(torch.randn(count, count))
    embeddings = next(m for m in model.encoder.modules() if hasattr(m, "patch_embedding"))
    embeddings.patch_embedding.weight.copy_((mix @ weight).reshape(count, 3, size, size))
    embeddings.patch_embedding.bias.copy_(-(mix @ weight) @ mean)


def batches(size: int, seed: int) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Endless batches over whatever shards are on disk."""
    rng = np.random.default_rng(seed)
    while True:
        known = shards()
        pictures, labels = open_shard(known[rng.integers(len(known))])
        order = rng.permutation(SHARD)
        for start in range(0, SHARD - size + 1, size):
            chosen = np.sort(order[start : start + size])
            yield pictures[chosen], {name: values[chosen] for name, values in labels.items()}


def cell_losses(readers: Readers, quantised: Tensor, pixels: Tensor, labels: dict[str, Tensor]):
    """The losses of S0's codes, and the share of object cells whose kind and colour are read."""
    kind, colour, place, thumb, scene = readers(quantised)
    there = labels["kind"] != NOTHING
    weight = torch.where(there, 2.0, 0.3)
    kind_loss = functional.cross_entropy(kind.transpose(1, 2), labels["kind"], reduction="none")
    colour_loss = functional.cross_entropy(
        colour.transpose(1, 2), labels["colour"], reduction="none"
    )
    place_loss = (place - labels["place"]).abs().mean(-1)[there].mean()
    small = functional.adaptive_avg_pool2d(pixels, GRID * THUMB)
    patches = functional.unfold(small, THUMB, stride=THUMB).transpose(1, 2)
    loss = (
        (kind_loss * weight).mean()
        + (colour_loss * weight).mean()
        + 0.7 * place_loss
        + 2.0 * (thumb - patches).abs().mean()
        + 0.3 * scene_loss(scene.mean(1), labels["scene"])
    )
    right = ((kind.argmax(-1) == labels["kind"]) & there).sum() / there.sum()
    tint = ((colour.argmax(-1) == labels["colour"]) & there).sum() / there.sum()
    return loss, float(right), float(tint)


def coarse_loss(readers: Readers, quantised: Tensor, labels: dict[str, Tensor]) -> Tensor:
    """S1's and S2's codes, pooled: which kinds and colours are in the picture, and its scene."""
    logits = readers.coarse(quantised).mean(1)
    kinds = functional.one_hot(labels["kind"], NOTHING + 1).amax(1)[:, :NOTHING].float()
    colours = functional.one_hot(labels["colour"], NO_COLOUR + 1).amax(1)[:, :NO_COLOUR].float()
    named = torch.cat([kinds, colours], dim=1)
    present = functional.binary_cross_entropy_with_logits(logits[:, : len(KINDS) + len(COLOURS)], named)
    return present + 0.2 * scene_loss(logits[:, len(KINDS) + len(COLOURS) :], labels["scene"])


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=25)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--learning-rate", type=float, default=1e-3)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model, readers = VisionTokenizer(), Readers()
    trained = [p for p in [*model.parameters(), *readers.parameters()] if p.requires_grad]
    optimizer = Optimizer([model.encoder], [model, readers], options.learning_rate)
    step = 0
    path = WORK / "vision.pt"
    if (state := load(path)) is not None:
        model.load_state_dict(state["model"])
        readers.load_state_dict(state["readers"], strict=False)
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    else:
        start_from_components(model)
    log = Log("vision")
    start = last = time.time()
    used = torch.zeros(CODEBOOK_SIZE)
    recent = torch.zeros(0, TOKEN_DIM)
    for pictures, arrays in batches(options.batch, step):
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (step + 1) / 200) * max(0.02, 1 - passed)
        optimizer.set_rate(rate)
        pixels = torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).float() / 127.5 - 1
        labels = {
            name: torch.from_numpy(values).float() if name == "place" else
            torch.from_numpy(values).long()
            for name, values in arrays.items()
        }  # fmt: skip
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features = model.features(pixels)
            direct = readers.direct(features)
            if step < CONTINUOUS:
                quantised = functional.normalize(model.pooled(features, 1).float(), dim=-1)
                commitment, pooled, more = torch.zeros(()), None, 0.0
                recent = torch.cat([recent, quantised.detach().flatten(0, 1)])[-4 * CODEBOOK_SIZE :]
            else:
                if step == CONTINUOUS:
                    model.bottleneck.regularizer.start_from(recent)
                quantise = model.bottleneck.regularizer
                quantised, codes, commitment = quantise(model.pooled(features, 1))
                used[codes.flatten()] = 1
                pooled, _, more = quantise(model.pooled(features, 2 + step % 2))
        loss, right, tint = cell_losses(readers, quantised.float(), pixels, labels)
        total = loss + commitment + more
        there = torch.where(labels["kind"] != NOTHING, 2.0, 0.3)
        named = functional.cross_entropy(
            direct.float().transpose(1, 2), labels["kind"], reduction="none"
        )
        total = total + (named * there).mean()
        if pooled is not None:
            total = total + coarse_loss(readers, pooled.float(), labels)
        total.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        used = used * 0.98
        if step % 50 == 0:
            log(step=step, loss=float(loss.detach()), kind=right, direct=float(named[labels["kind"] != NOTHING].mean().detach()), colour=tint, commitment=float(commitment.detach()),
                codes=float((used > 0.3).sum()), rate=rate)  # fmt: skip
        if time.time() - last > 90 or passed >= 1:
            last = time.time()
            save(path, {"model": model.state_dict(), "readers": readers.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step})  # fmt: skip
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
