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

from dataengine.render import render
from dataengine.scene import COLOURS, SIZE, generator

from .checkpoint import WORK, Log, load, save
from .codes import FACTOR_SIZES, FACTORS, GRID, PARTS, THINGS, codes_of, factors
from .optimizer import Optimizer
from .pictures import open_shard, shards
from .random_scenes import training_scene

INPUT = 128  # pixels; what captions name is seen at half size
ENCODER: dict[str, Any] = {
    "hidden_size": 192,
    "intermediate_size": 576,
    "num_hidden_layers": 5,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": INPUT,
    "patch_size": INPUT // GRID,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
}
SHIPPED_ENCODER = ENCODER | {"image_size": SIZE, "patch_size": SIZE // GRID}
"""The same network seen from the whole picture: halving it is part of the patch embedding."""
SELECT_LAYER = -2
TOKEN_DIM = FACTORS
ZERO = torch.zeros(())


def shipped_patches(weight: Tensor) -> Tensor:
    """A patch embedding of halved pictures as one of whole pictures."""
    times = SIZE // INPUT
    return weight.repeat_interleave(times, 2).repeat_interleave(times, 3) / times**2


def trained_patches(weight: Tensor) -> Tensor:
    """The inverse of `shipped_patches`."""
    times = SIZE // INPUT
    return functional.avg_pool2d(weight, times) * times**2


class SimVectorQuantizer(nn.Module):
    """Nearest code by cosine in a codebook that is a linear map of frozen vectors.

    As SimVQ (arXiv 2411.02038), except that the frozen vectors are not random: they are what each
    code stands for, its factors, so the codebook is aligned with words from the start. The map is
    the identity, which makes every number that is quantised the score of one factor.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.from_numpy(factors()), freeze=True)
        self.embedding_proj = nn.Linear(TOKEN_DIM, TOKEN_DIM)
        nn.init.eye_(self.embedding_proj.weight)
        nn.init.zeros_(self.embedding_proj.bias)
        self.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """x [batch, tokens, dim] -> codes [batch, tokens]."""
        codebook = functional.normalize(self.embedding_proj(self.embedding.weight), dim=-1)
        return (functional.normalize(x, dim=-1) @ codebook.T).argmax(-1)


class Bottleneck(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_linear = nn.Linear(ENCODER["hidden_size"], TOKEN_DIM)
        self.regularizer = SimVectorQuantizer()


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
        """What is quantised: [batch, tokens, FACTORS]."""
        return self.pooled(self.features(pixels), pool)

    def pooled(self, x: Tensor, pool: int) -> Tensor:
        """Features [batch, 64, hidden] as what is quantised at a scale."""
        if pool > 1:
            grid = x.transpose(1, 2).reshape(x.shape[0], -1, GRID, GRID)
            x = functional.avg_pool2d(grid, pool).flatten(2).transpose(1, 2)
        return self.bottleneck.in_linear(self.encode_task_layer(x))

    def forward(self, pixels: Tensor, pool: int = 1) -> Tensor:
        """-> codes [batch, tokens]."""
        return self.bottleneck.regularizer(self.projected(pixels, pool))


@torch.no_grad()
def start_from_components(model: VisionTokenizer) -> None:
    """Starts the patch embedding as the whitened principal components of real patches.

    Pixels are so alike that random projections see little but a patch's mean colour; from here
    the tower reads shapes thousands of steps earlier.
    """
    pictures = open_shard(shards()[0])
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


OFFSETS = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
POSITION = 20.0  # in a stream of patches of about unit size: large, so that normalising keeps it
FOCUS = 0.55  # how sharply a head looks at its neighbour in the beginning


@torch.no_grad()
def start_as_convolution(model: VisionTokenizer) -> None:
    """Starts nine heads of every layer but the last as the taps of a 3x3 convolution.

    The first 16 channels of the stream say a patch's row and column; a head's keys read them as
    they are and its queries shifted by its offset. Attention that starts everywhere at once takes
    ten times as many pictures to find its neighbours.
    """
    side = GRID
    for module in model.encoder.modules():
        if hasattr(module, "patch_embedding"):
            module.patch_embedding.weight[: 2 * side] = 0
            module.patch_embedding.bias[: 2 * side] = 0
            place = module.position_embedding.weight
            place.mul_(0.1)
            for index in range(side * side):
                place[index, : 2 * side] = 0
                place[index, index // side] = POSITION
                place[index, side + index % side] = POSITION
    size = ENCODER["hidden_size"] // ENCODER["num_attention_heads"]
    for depth, layer in enumerate(model.encoder.encoder.layers[:-2]):
        reach = 1 if depth < 2 else 2
        attention = layer.self_attn
        for linear in (attention.q_proj, attention.k_proj, attention.v_proj, layer.mlp.fc1):
            linear.weight[:, : 2 * side] *= 0.05
        for head, (down, right) in enumerate(OFFSETS):
            rows = slice(head * size, (head + 1) * size)
            keys, queries = attention.k_proj, attention.q_proj
            for linear in (keys, queries):
                linear.weight[rows] *= 0.1
                linear.bias[rows] = 0
            for axis, offset in ((0, down * reach), (1, right * reach)):
                for line in range(side):
                    there = min(side - 1, max(0, line + offset))
                    keys.weight[head * size + axis * side + line, axis * side + line] = FOCUS
                    queries.weight[head * size + axis * side + there, axis * side + line] = FOCUS


def batches(size: int, seed: int) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Endless batches of pictures uint8 [size, 256, 256, 3] that nobody has seen, and their codes
    at each scale: a small tower learns a picture's looks by heart when it sees it twice."""
    rng = generator(seed, 23)
    while True:
        scenes = [training_scene(rng) for _ in range(size)]
        codes = [np.stack(scale) for scale in zip(*map(codes_of, scenes), strict=True)]
        yield np.stack([render(scene) for scene in scenes]), codes


def code_loss(scores: Tensor, codes: Tensor) -> Tensor:
    """Cross-entropy of the codes, whose score is the sum of their three factors';
    cells that show a part of a thing weigh more than settings.

    scores [batch, tokens, FACTORS], codes [batch, tokens].
    """
    scores, codes = scores.flatten(0, 1), codes.flatten()
    parts = [part.logsumexp(-1) for part in scores.split(FACTOR_SIZES, dim=-1)]
    total = torch.logaddexp(sum(parts[:3], start=ZERO), sum(parts[3:], start=ZERO))
    table = torch.from_numpy(factors())
    error = total - (scores * table[codes]).sum(-1)
    weight = torch.where(codes < THINGS, 2.0, 0.3)
    return (error * weight).sum() / weight.sum()


@torch.no_grad()
def accuracy(read: Tensor, codes: Tensor) -> tuple[float, float, float]:
    """Over cells that show things: the share whose kind, colour and whole code are right."""
    there = codes < THINGS
    read, true = read[there], codes[there]
    look, wanted = read // PARTS, true // PARTS
    thing = read < THINGS
    kind = (look // len(COLOURS) == wanted // len(COLOURS)) & thing
    colour = (look % len(COLOURS) == wanted % len(COLOURS)) & thing
    return (
        float(kind.float().mean()),
        float(colour.float().mean()),
        float((read == true).float().mean()),
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=25)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--learning-rate", type=float, default=1.5e-3)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = VisionTokenizer()
    optimizer = Optimizer([model.encoder], model, options.learning_rate)
    step = 0
    path = WORK / "vision.pt"
    if (state := load(path)) is not None:
        model.load_state_dict(state["model"])
        if "optimizer" in state:  # none where training goes on from a bundle
            optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    else:
        start_from_components(model)
        start_as_convolution(model)
    features_of = torch.compile(model.features, dynamic=False)
    log = Log("vision")
    start = last = time.time()
    for pictures, arrays in batches(options.batch, step):
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (step + 1) / 100) * max(0.02, 1 - passed)
        optimizer.set_rate(rate)
        pixels = torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).float() / 127.5 - 1
        codes = [torch.from_numpy(scale).long() for scale in arrays]
        features, other = features_of(pixels), 1 + step % 2
        scores = model.pooled(features, 1)
        loss = code_loss(scores, codes[0])
        total = loss + 0.1 * code_loss(model.pooled(features, other + 1), codes[other])
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 50 == 0:
            read = model.bottleneck.regularizer(scores.detach())
            kind, colour, code = accuracy(read, codes[0])
            log(
                step=step, loss=float(loss.detach()), kind=kind, colour=colour, code=code, rate=rate
            )
        if time.time() - last > 90 or passed >= 1:
            last = time.time()
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            save(path, state)
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
