"""A detector of things in pictures, trained on rendered scenes only, that scores generated ones.

python -m evaluation.verifier --minutes 15      resumes from work/verifier.pt, prints its accuracy
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from dataengine.layout import sample_scene
from dataengine.render import render, thing_box
from dataengine.scene import (
    BACKGROUNDS,
    COLOURS,
    KINDS,
    SIZE,
    STYLES,
    TIMES,
    Scene,
    generator,
)
from training.checkpoint import WORK, Log, load, save
from training.latents import Basis
from training.random_scenes import random_scene

GRID = 16
CELL = SIZE // GRID
THRESHOLD = 0.4


@dataclass(frozen=True)
class Found:
    """A thing the verifier sees: its box in pixels and how sure it is."""

    kind: str
    colour: str
    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True)
class Seen:
    """All the verifier sees in a picture."""

    things: list[Found]
    background: str
    time: str
    style: str


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(8, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(x + self.body(x))


class Verifier(nn.Module):
    """A convolutional detector by centres (as CenterNet, arXiv 1904.07850) on a 16x16 grid."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.GroupNorm(8, 64),
            nn.SiLU(),
            Block(64),
            nn.Conv2d(64, 128, 4, stride=2, padding=1),
            nn.GroupNorm(8, 128),
            nn.SiLU(),
            *(Block(128) for _ in range(3)),
        )
        self.wide = nn.Sequential(
            nn.Conv2d(128, 128, 5, padding=4, dilation=2, groups=128),
            nn.Conv2d(128, 128, 1),
            nn.GroupNorm(8, 128),
            nn.SiLU(),
            Block(128),
        )
        self.heads = nn.Conv2d(128, len(KINDS) + len(COLOURS) + 4, 1)
        self.whole = nn.Linear(128, len(BACKGROUNDS) + len(TIMES) + len(STYLES))
        assert self.heads.bias is not None
        nn.init.constant_(self.heads.bias[: len(KINDS)], -4.0)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """pixels [batch, 3, 256, 256] in -1..1 -> centre logits [batch, kinds, 16, 16], colour
        logits [batch, colours, 16, 16], boxes [batch, 4, 16, 16] (offset and size in cells), scene
        logits [batch, 14]."""
        x = self.stem(functional.avg_pool2d(pixels, 2))
        x = self.wide(x)
        kind, colour, box = self.heads(x).split((len(KINDS), len(COLOURS), 4), dim=1)
        return kind, colour, box, self.whole(x.mean((2, 3)))


def targets(scenes: list[Scene]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Heat [batch, kinds, 16, 16] with Gaussian peaks, colour index and box at each centre (-1 and
    0 elsewhere), and background, time, style [batch, 3]."""
    heat = np.zeros((len(scenes), len(KINDS), GRID, GRID), dtype=np.float32)
    colour = np.full((len(scenes), GRID, GRID), -1, dtype=np.int64)
    boxes = np.zeros((len(scenes), 4, GRID, GRID), dtype=np.float32)
    rows, columns = np.mgrid[:GRID, :GRID]
    for b, scene in enumerate(scenes):
        for thing in scene.things:
            x0, y0, x1, y1 = (v / CELL for v in thing_box(thing))
            cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
            i, j = min(int(cy), GRID - 1), min(int(cx), GRID - 1)
            spread = max(0.6, min(x1 - x0, y1 - y0) / 7)
            peak = np.exp(-((rows - i) ** 2 + (columns - j) ** 2) / (2 * spread**2))
            k = KINDS.index(thing.kind)
            heat[b, k] = np.maximum(heat[b, k], peak)
            colour[b, i, j] = COLOURS.index(thing.colour)
            boxes[b, :, i, j] = (cx - j, cy - i, x1 - x0, y1 - y0)
    whole = [
        (BACKGROUNDS.index(s.background), TIMES.index(s.time), STYLES.index(s.style))
        for s in scenes
    ]
    return (
        torch.from_numpy(heat),
        torch.from_numpy(colour),
        torch.from_numpy(boxes),
        torch.tensor(whole),
    )


def detection_loss(output: tuple[Tensor, ...], wanted: tuple[Tensor, ...]) -> Tensor:
    """Penalty-reduced focal loss of centres, cross-entropy of colours, L1 of boxes, the scene."""
    kind, colour, box, whole = output
    heat, colours, boxes, scene = wanted
    p = torch.sigmoid(kind.float()).clamp(1e-5, 1 - 1e-5)
    centre = heat == 1
    focal = torch.where(
        centre, (1 - p) ** 2 * -p.log(), (1 - heat) ** 4 * p**2 * -(1 - p).log()
    ).sum() / centre.sum().clamp(min=1)
    there = colours >= 0
    tint = functional.cross_entropy(colour.float(), colours, ignore_index=-1)
    shape = ((box.float() - boxes).abs() * there[:, None]).sum() / there.sum().clamp(min=1)
    loss = focal + tint + 0.15 * shape
    parts = whole.float().split((len(BACKGROUNDS), len(TIMES), len(STYLES)), dim=1)
    for index, part in enumerate(parts):
        loss = loss + 0.5 * functional.cross_entropy(part, scene[:, index])
    return loss


@torch.no_grad()
def look(model: Verifier, pictures: np.ndarray) -> list[Seen]:
    """What the verifier sees in pictures uint8 [batch, 256, 256, 3]."""
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    kind, colour, box, whole = model(pixels)
    heat = torch.sigmoid(kind)
    best, which = heat.max(1)
    peak = best == functional.max_pool2d(best[:, None], 3, stride=1, padding=1)[:, 0]
    seen = []
    for b in range(len(pictures)):
        things = []
        for i, j in torch.nonzero(peak[b] & (best[b] > THRESHOLD)).tolist():
            dx, dy, width, height = box[b, :, i, j].tolist()
            cx, cy = (j + dx) * CELL, (i + dy) * CELL
            w, h = width * CELL / 2, height * CELL / 2
            things.append(
                Found(
                    kind=KINDS[int(which[b, i, j])],
                    colour=COLOURS[int(colour[b, :, i, j].argmax())],
                    box=(cx - w, cy - h, cx + w, cy + h),
                    score=float(best[b, i, j]),
                )
            )
        ground, time_of_day, style = whole[b].split((len(BACKGROUNDS), len(TIMES), len(STYLES)))
        seen.append(
            Seen(
                without_doubles(things),
                BACKGROUNDS[int(ground.argmax())],
                TIMES[int(time_of_day.argmax())],
                STYLES[int(style.argmax())],
            )
        )
    return seen


def without_doubles(things: list[Found]) -> list[Found]:
    """Drops the weaker of two boxes that cover each other by more than 60 %."""
    kept: list[Found] = []
    for thing in sorted(things, key=lambda t: -t.score):
        if all(overlap(thing.box, other.box) < 0.6 for other in kept):
            kept.append(thing)
    return kept


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union of two boxes."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both + 1e-6)


def scenes_of(rng: np.random.Generator, count: int) -> list[Scene]:
    return [
        sample_scene(rng, "any") if rng.random() < 0.85 else random_scene(rng) for _ in range(count)
    ]


def softened(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture uint8 [256, 256, 3] at a lower resolution, with noise now and then."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    small = functional.interpolate(x, size=int(rng.integers(56, 200)), mode="area")
    x = functional.interpolate(small, size=SIZE, mode="bilinear", align_corners=False)
    soft = x[0].permute(1, 2, 0).numpy()
    if rng.random() < 0.4:
        soft = soft + rng.normal(0, 8, soft.shape)
    return np.clip(soft, 0, 255).astype(np.uint8)


def disturbed(picture: np.ndarray, rng: np.random.Generator, basis: Basis) -> np.ndarray:
    """A picture uint8 [256, 256, 3] of which every patch is a little off, fine detail most."""
    latents = basis.encode(torch.from_numpy(picture)[None])
    fade = torch.ones(latents.shape[1])
    fade[int(rng.integers(4, 12)) :] = float(rng.uniform(0.3, 1))
    noise = torch.from_numpy(rng.normal(size=latents.shape).astype(np.float32))
    latents = latents * fade[:, None, None] + float(rng.uniform(0, 0.35)) * noise * latents.std()
    pixels = (basis.decode(latents)[0].permute(1, 2, 0) + 1) * 127.5
    return pixels.clamp(0, 255).byte().numpy()


def pictures_of(
    scenes: list[Scene], rng: np.random.Generator | None, basis: Basis | None = None
) -> np.ndarray:
    """Rendered scenes uint8; with a generator, softened or disturbed more often than not, since
    generated pictures are less exact than rendered ones."""
    pictures = np.stack([render(scene) for scene in scenes])
    if rng is None:
        return pictures
    for index in range(len(pictures)):
        kind = rng.random()
        if kind < 0.3:
            pictures[index] = softened(pictures[index], rng)
        elif kind < 0.6 and basis is not None:
            pictures[index] = disturbed(pictures[index], rng, basis)
    return pictures


def load_verifier() -> Verifier:
    state = load(WORK / "verifier.pt")
    assert state is not None, "train the verifier first"
    model = Verifier().eval()
    model.load_state_dict(state["model"])
    return model


def accuracy(model: Verifier, count: int = 400) -> dict[str, float]:
    """On rendered scenes it has never seen: whether all things, and their colours, are right."""
    rng = generator(77, 5)
    scenes = [sample_scene(rng, "any") for _ in range(count)]
    seen = [
        s for k in range(0, count, 50) for s in look(model, pictures_of(scenes[k : k + 50], None))
    ]
    kinds = colours = ground = 0
    for scene, found in zip(scenes, seen, strict=True):
        kinds += sorted(t.kind for t in scene.things) == sorted(t.kind for t in found.things)
        colours += sorted((t.kind, t.colour) for t in scene.things) == sorted(
            (t.kind, t.colour) for t in found.things
        )
        ground += (scene.background, scene.time, scene.style) == (
            found.background,
            found.time,
            found.style,
        )
    return {"kinds": kinds / count, "kinds_and_colours": colours / count, "scene": ground / count}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=15)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    model = Verifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    step = 0
    if (state := load(WORK / "verifier.pt")) is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    forward = torch.compile(model, dynamic=False)
    rng, basis = generator(step, 55), Basis()
    log = Log("verifier")
    start = last = time.time()
    passed, average = 0.0, 0.0
    while passed < 1:
        passed = (time.time() - start) / 60 / options.minutes
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 100) * max(0.02, 1 - passed)
        scenes = scenes_of(rng, 32)
        pictures = torch.from_numpy(pictures_of(scenes, rng, basis))
        pixels = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
        output = forward(pixels)
        loss = detection_loss(output, targets(scenes))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        average = 0.98 * average + 0.02 * float(loss.detach())
        if step % 100 == 0:
            log(step=step, loss=average)
        if time.time() - last > 90 or passed >= 1:
            last = time.time()
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            save(WORK / "verifier.pt", state)
    print(accuracy(model.eval()))


if __name__ == "__main__":
    main()
