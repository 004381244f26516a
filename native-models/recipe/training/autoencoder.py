"""Trains the autoencoder (diffusers' AutoencoderDC, f32c32) on rendered scenes.

python -m training.autoencoder --minutes 60     resumes from work/autoencoder.pt
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderDC
from PIL import Image
from torch import Tensor, nn

from .checkpoint import WORK, Log, load, save
from .pictures import SHARD, open_shard, shards

CHANNELS = (8, 16, 32, 64, 128, 256)
CONFIG: dict[str, Any] = {
    "in_channels": 3,
    "latent_channels": 32,
    "attention_head_dim": 32,
    "encoder_block_types": "ResBlock",
    "decoder_block_types": "ResBlock",
    "encoder_block_out_channels": CHANNELS,
    "decoder_block_out_channels": CHANNELS,
    "encoder_layers_per_block": (0, 1, 1, 1, 2, 2),
    "decoder_layers_per_block": (0, 1, 1, 2, 3, 3),
    "encoder_qkv_multiscales": ((),) * 6,
    "decoder_qkv_multiscales": ((),) * 6,
    "downsample_block_type": "pixel_unshuffle",
    "upsample_block_type": "pixel_shuffle",
    "decoder_norm_types": "rms_norm",
    "decoder_act_fns": "silu",
    "scaling_factor": 1.0,
}


def batches(size: int, seed: int) -> Iterator[Tensor]:
    """Endless batches uint8 [size, 3, 256, 256] over the shards on disk."""
    rng = np.random.default_rng(seed)
    while True:
        known = shards()
        pictures, _ = open_shard(known[rng.integers(len(known))])
        order = rng.permutation(SHARD)
        for start in range(0, SHARD - size + 1, size):
            chosen = np.sort(order[start : start + size])
            yield torch.from_numpy(pictures[chosen].transpose(0, 3, 1, 2).copy())


def edges(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def loss_of(result: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of pixels and of their differences at full and half size."""
    loss = (result - target).abs().mean()
    for _ in range(2):
        for a, b in zip(edges(result), edges(target), strict=True):
            loss = loss + 0.5 * (a - b).abs().mean()
        result = nn.functional.avg_pool2d(result, 2)
        target = nn.functional.avg_pool2d(target, 2)
    return loss + 0.5 * (result - target).square().mean()


def sample_sheet(model: AutoencoderDC, batch: Tensor, name: str) -> None:
    """Pictures above, their reconstructions below."""
    with torch.no_grad():
        result = model.decode(model.encode(batch).latent).sample
    rows = [torch.cat(list(x[:8].clamp(-1, 1)), dim=2) for x in (batch, result)]
    pixels = ((torch.cat(rows, dim=1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(np.ascontiguousarray(pixels)).save(WORK / name)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--batch", type=int, default=16)
    arguments.add_argument("--learning-rate", type=float, default=2e-3)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = AutoencoderDC(**CONFIG)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options.learning_rate, betas=(0.9, 0.95), weight_decay=1e-4
    )
    step = 0
    path = WORK / "autoencoder.pt"
    if (state := load(path)) is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    log = Log("autoencoder")
    start = last = time.time()
    average = 0.0
    for batch in batches(options.batch, step):
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (step + 1) / 100) * max(0.02, 1 - passed**2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        target = batch.float() / 127.5 - 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            result = model.decode(model.encode(target).latent).sample
        loss = loss_of(result.float(), target)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        average = float(loss.detach()) if step == 1 else 0.98 * average + 0.02 * float(loss.detach())
        if step % 50 == 0:
            mse = float((result.detach().float() - target).square().mean()) / 4
            log(step=step, loss=average, psnr=float(-10 * np.log10(mse)), rate=rate)
        if time.time() - last > 90 or passed >= 1:
            last = time.time()
            save(
                path,
                {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step},
            )
            sample_sheet(model, target[:8], "autoencoder.png")
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
