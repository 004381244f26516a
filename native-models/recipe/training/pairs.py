"""Pairs of pictures before and after an edit, as scenes, image tokens and latents.

python -m training.pairs scenes --count 20000      work/pairs/NNNN.scenes.pkl
python -m training.pairs tokens                    + .tokens.npz, once the vision tokenizer is there
python -m training.pairs latents                   + .latents.npz, once the autoencoder is there

Every picture is trained on as text to image; every pair as an edit, forwards and, where it has an
inverse, backwards.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dataengine.edits import Edit, sample_edit
from dataengine.render import render
from dataengine.scene import generator

from .checkpoint import WORK, load, save

FOLDER = WORK / "pairs"
SHARD = 1000


def write_scenes(index: int) -> None:
    rng = generator(index, 91)
    edits = [sample_edit(rng, "train") for _ in range(SHARD)]
    partial = FOLDER / f"{index:04}.partial"
    partial.write_bytes(pickle.dumps(edits))
    partial.rename(FOLDER / f"{index:04}.scenes.pkl")


def read_scenes(path: Path) -> list[Edit]:
    return pickle.loads(path.read_bytes())


def pictures_of(edits: list[Edit]) -> np.ndarray:
    """uint8 [2 x edits, 3, 256, 256]: each source, then its target."""
    pictures = [render(scene) for edit in edits for scene in (edit.source, edit.target)]
    return np.stack(pictures).transpose(0, 3, 1, 2)


def write_tokens(path: Path, target: Path) -> None:
    """s0 int16 [edits, 2, 64], s1 [edits, 2, 16], s2 [edits, 2, 4]."""
    from .vision_tokenizer import VisionTokenizer

    model = VisionTokenizer()
    state = load(WORK / "vision.pt")
    assert state is not None, "train the vision tokenizer first"
    model.load_state_dict(state["model"])
    edits = read_scenes(path)
    parts: list[list[Tensor]] = [[], [], []]
    with torch.no_grad():
        for start in range(0, SHARD, 50):
            pixels = torch.from_numpy(pictures_of(edits[start : start + 50])).float() / 127.5 - 1
            features = model.features(pixels)
            for pool in (1, 2, 3):
                projected = model.pooled(features, pool)
                parts[pool - 1].append(model.bottleneck.regularizer(projected)[1].to(torch.int16))
    arrays = {f"s{k}": torch.cat(part).reshape(SHARD, 2, -1).numpy() for k, part in enumerate(parts)}
    store(target, arrays)


def write_latents(path: Path, target: Path) -> None:
    """latents float16 [edits, 2, 32, 8, 8], not scaled; changed bool [edits, 8, 8]."""
    from diffusers import AutoencoderDC

    from .autoencoder import CONFIG

    model = AutoencoderDC(**CONFIG)
    state = load(WORK / "autoencoder.pt")
    assert state is not None, "train the autoencoder first"
    model.load_state_dict(state["model"])
    edits = read_scenes(path)
    latents, changed = [], []
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, SHARD, 25):
            pictures = pictures_of(edits[start : start + 25])
            pairs = pictures.reshape(-1, 2, 3, 8, 32, 8, 32).astype(np.int16)
            changed.append((np.abs(pairs[:, 0] - pairs[:, 1]) > 8).mean((1, 3, 5)) > 0.01)
            pixels = torch.from_numpy(pictures).float() / 127.5 - 1
            latents.append(model.encode(pixels).latent.to(torch.float16))
    store(
        target,
        {
            "latents": torch.cat(latents).reshape(SHARD, 2, 32, 8, 8).numpy(),
            "changed": np.concatenate(changed),
        },
    )


def write_scale() -> None:
    """The factor that gives latents unit deviation, from the first shard, as work/latents.pt."""
    first = min(FOLDER.glob("*.scenes.pkl"))
    target = first.with_name(first.name.replace("scenes.pkl", "latents.npz"))
    if not target.exists():
        write_latents(first, target)
    with np.load(target) as file:
        save(WORK / "latents.pt", {"scaling_factor": float(1 / file["latents"].astype(np.float32).std())})


def store(target: Path, arrays: dict[str, np.ndarray]) -> None:
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays)
    partial.rename(target)
    print(target.name, flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", choices=("scenes", "tokens", "latents"))
    arguments.add_argument("--count", type=int, default=20000)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if options.what == "scenes":
        for index in range(-(-options.count // SHARD)):
            if not (FOLDER / f"{index:04}.scenes.pkl").exists():
                write_scenes(index)
        return
    if options.what == "latents":
        write_scale()
    write = {"tokens": write_tokens, "latents": write_latents}[options.what]
    for path in sorted(FOLDER.glob("*.scenes.pkl")):
        target = path.with_name(path.name.replace("scenes.pkl", f"{options.what}.npz"))
        if not target.exists():
            write(path, target)


if __name__ == "__main__":
    main()
