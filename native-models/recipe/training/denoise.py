"""Noise to latents, by Euler's method along the flow, with guidance: the released sampler."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from .model import LATENT_CHANNELS, LATENT_SIZE, Starter

STEPS = 4
"""Of the starter. Codes say nearly all that there is to see, so there is little to draw lots about,
and every step more puts back some of the noise that a small model mistakes for something: things
blur. The released number of 30 works as well, and shows less of what was asked for."""


@torch.no_grad()
def denoised(
    model: Starter,
    hidden: Tensor,
    reference: Tensor | None,
    guidance: float,
    steps: int,
    mask: Tensor | None = None,
) -> Tensor:
    """hidden [batch, tokens, hidden] of the image tokens, reference latents or None -> latents
    [batch, 32, 16, 16]; mask [batch, 1, 16, 16]: 0 where the reference is kept."""
    kept = reference
    size, context = len(hidden), model.context(hidden)
    if reference is None:  # without words: the connector of zeros
        zero = model.context(torch.zeros_like(hidden))
    else:  # without words, but with a picture: zeros after the connector
        zero = torch.zeros_like(context)
        reference = reference.repeat(2, 1, 1, 1)
    both = torch.cat([zero, context])
    noise = torch.randn(size, LATENT_CHANNELS, LATENT_SIZE, LATENT_SIZE)
    latents = noise
    sigmas = [*torch.linspace(1, 1 / steps, steps).tolist(), 0.0]
    for now, then in itertools.pairwise(sigmas):
        times = torch.full((2 * size,), now)
        plain, guided = model.clean(latents.repeat(2, 1, 1, 1), reference, times, both).chunk(2)
        clean = plain + guidance * (guided - plain)
        latents = latents + (then - now) * (latents - clean) / now
        if mask is not None and kept is not None:
            latents = mask * latents + (1 - mask) * ((1 - then) * kept + then * noise)
    return latents
