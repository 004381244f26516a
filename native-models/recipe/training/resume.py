"""Checkpoints from a bundle, so that training can go on where its weights are all there is.

python -m training.resume ../starter       writes what is missing to work/

Weights come back as the bundle has them (float16); the optimizers begin anew. The codes' rows are
plain in a bundle, so the factors that make them are fitted to them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .bundle import VAE_PREFIX, Networks, part
from .checkpoint import WORK, save
from .latents import PATH as BASIS
from .model import CodeRows, Starter
from .text import PATH as TOKENIZER


def fitted(rows: Tensor, shapes: bool, steps: int = 300) -> CodeRows:
    """The factored rows nearest to plain ones [codes, width]."""
    model = CodeRows(rows.shape[1], shapes)
    with torch.no_grad():
        model.sum.weight.copy_(torch.linalg.lstsq(model.factors, rows).solution.T)
        if model.own is not None:  # the mean of what is left
            left = rows - model.sum(model.factors)
            count = torch.bincount(model.shape)[:, None]
            own = model.own.weight
            own.copy_(torch.zeros_like(own).index_add_(0, model.shape, left) / count)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - step / steps)
        optimizer.zero_grad()
        (model() - rows).square().mean().backward()
        optimizer.step()
    return model


def basis_of(encoder: dict[str, Tensor]) -> dict[str, Tensor]:
    """The linear transform that an encoder is: the rows of its last but one convolution, less the
    shortcut around it (see `autoencoder.fill_encoder`)."""
    weight = encoder["encoder.down_blocks.3.1.conv.weight"].clone()
    bias = encoder["encoder.down_blocks.3.1.conv.bias"]
    count, group = len(weight), 6
    for latent in range(count):
        for index in range(group * latent * 4, group * (latent * 4 + 1)):
            channel, cell = divmod(index, 4)
            weight[latent, channel, 1 + cell // 2, 1 + cell % 2] += 1 / group
    cells = weight[:, :, 1:, 1:].reshape(count, 3, 2, 2, 2, 2, 2, 2, 2, 2)
    # [latent, colour, y1, x1, y2, x2, y3, x3, y, x] -> [latent, colour, y .. y1, x .. x1]
    rows = cells.permute(0, 1, 8, 6, 4, 2, 9, 7, 5, 3).reshape(count, -1)
    scale = 1 / rows.norm(dim=1)
    components = rows * scale[:, None]
    return {"components": components, "scale": scale, "mean": components.T @ (-bias * scale)}


def joint_state(model: Starter) -> dict[str, Any]:
    """A checkpoint of the autoregressive and the diffusion model, at its first step."""
    state = {n: v for n, v in model.state_dict().items() if not n.startswith("code_")}
    for name in ("code_embeddings", "code_head"):
        rows = getattr(model, name)().detach()
        factored = fitted(rows, shapes=name == "code_embeddings")
        print(name, "error", float((factored() - rows).norm() / rows.norm()))
        state |= {f"{name}.{n}": v for n, v in factored.state_dict().items()}
    return {"model": state, "average": state, "step": 0}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bundle", type=Path)
    options = arguments.parse_args()
    networks = Networks(options.bundle)
    WORK.mkdir(parents=True, exist_ok=True)
    if not TOKENIZER.exists():
        shutil.copyfile(options.bundle / "tokenizer.json", TOKENIZER)
    vae = part(networks.weights, VAE_PREFIX)
    made: dict[str, Any] = {
        BASIS.name: basis_of(vae),
        "joint.pt": joint_state(networks.model),
        "vision.pt": {"model": networks.vision.state_dict(), "step": 0},
        "autoencoder.pt": {"model": vae, "step": 0},
    }
    for name, state in made.items():
        if not (WORK / name).exists():
            save(WORK / name, state)


if __name__ == "__main__":
    main()
