"""The latents: a linear transform of 16x16 pixels to 32 numbers, fitted to pictures in one go.

python -m training.latents       writes work/basis.pt

The encoder of `AutoencoderDC` can be this transform exactly (see `autoencoder.py`), so nothing has
to be trained before the diffusion model can be. The basis is that of principal components (a
linear autoencoder's optimum); their scales are evened out halfway, so that the diffusion model
hears the fine ones, too.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .checkpoint import WORK, load, save
from .pictures import open_shard, shards

PATH = WORK / "basis.pt"
PATCH = 16
CHANNELS = 32
SIDE = 256 // PATCH


def fit_pictures(pictures: Tensor) -> dict[str, Tensor]:
    """mean [768], components [32, 768] (rows of unit length), scale [32]: a latent is a component
    of a patch less the mean, divided by its scale. pictures: uint8 [count, 256, 256, 3]."""
    total, square, patches = torch.zeros(3 * PATCH**2), torch.zeros(3 * PATCH**2, 3 * PATCH**2), 0
    for some in pictures.split(200):
        x = unfolded(some)
        total, square, patches = total + x.sum(0), square + x.T @ x, patches + len(x)
    mean = total / patches
    values, vectors = torch.linalg.eigh(square / patches - torch.outer(mean, mean))
    deviation = values[-CHANNELS:].flip(0).sqrt()
    wanted = deviation.sqrt()
    wanted = wanted / wanted.square().mean().sqrt()
    return {
        "mean": mean,
        "components": vectors[:, -CHANNELS:].flip(1).T.contiguous(),
        "scale": deviation / wanted,
    }


def fit(count: int = 500) -> dict[str, Tensor]:
    """The transform for some pictures of every shard on disk."""
    parts = [torch.from_numpy(open_shard(shard)[:count].copy()) for shard in shards()]
    return fit_pictures(torch.cat(parts))


def unfolded(pictures: Tensor) -> Tensor:
    """Pictures uint8 [batch, 256, 256, 3] -> patches in -1..1, [batch x 256, 768]."""
    x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
    return functional.unfold(x, PATCH, stride=PATCH).transpose(1, 2).flatten(0, 1)


class Basis:
    """Pictures to latents and back."""

    def __init__(self) -> None:
        state = load(PATH)
        assert state is not None, "fit the latents first"
        self.mean, self.scale = state["mean"], state["scale"]
        self.components = state["components"]

    def encode(self, pictures: Tensor) -> Tensor:
        """uint8 [batch, 256, 256, 3] -> [batch, 32, 16, 16]."""
        x = (unfolded(pictures) - self.mean) @ self.components.T / self.scale
        return x.reshape(-1, SIDE * SIDE, CHANNELS).transpose(1, 2).unflatten(2, (SIDE, SIDE))

    def decode(self, latents: Tensor) -> Tensor:
        """[batch, 32, 16, 16] -> float [batch, 3, 256, 256], by the transpose."""
        x = latents.flatten(2).transpose(1, 2) * self.scale @ self.components + self.mean
        return functional.fold(x.transpose(1, 2), 256, PATCH, stride=PATCH)


def main() -> None:
    save(PATH, fit())
    basis = Basis()
    pictures = torch.from_numpy(open_shard(shards()[-1])[-200:].copy())
    latents = basis.encode(pictures)
    back = basis.decode(latents)
    error = (back - (pictures.permute(0, 3, 1, 2).float() / 127.5 - 1)).square().mean()
    print("psnr", float(-10 * torch.log10(error / 4)), "deviation", latents.std((0, 2, 3)))


if __name__ == "__main__":
    main()
