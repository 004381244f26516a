"""The starter's networks: Qwen3, the connectors and SANA, of the official classes at a small size."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import SanaTransformer2DModel
from torch import Tensor, nn
from transformers import Qwen3Config, Qwen3ForCausalLM

HIDDEN = 256
CAPTION_CHANNELS = 256
LATENT_CHANNELS = 32
LATENT_SIZE = 8

AR: dict[str, Any] = {
    "hidden_size": HIDDEN,
    "intermediate_size": 768,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "rms_norm_eps": 1e-6,
    "max_position_embeddings": 1024,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "attention_bias": False,
}
TRANSFORMER: dict[str, Any] = {
    "in_channels": 2 * LATENT_CHANNELS,
    "out_channels": LATENT_CHANNELS,
    "num_attention_heads": 8,
    "attention_head_dim": 32,
    "num_layers": 10,
    "num_cross_attention_heads": 4,
    "cross_attention_head_dim": 64,
    "cross_attention_dim": 256,
    "caption_channels": CAPTION_CHANNELS,
    "mlp_ratio": 2.5,
    "sample_size": LATENT_SIZE,
    "patch_size": 1,
    "interpolation_scale": 1.0,
    "qk_norm": "rms_norm_across_heads",
}


class RMSNorm(nn.Module):
    """The connectors' last step; its weight starts at sqrt(5.5), as the official one's."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), 5.5**0.5))

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


def connector(inputs: int) -> nn.Sequential:
    """Linear, GELU(tanh), Linear, RMSNorm: parameters under 0, 2 and 3."""
    return nn.Sequential(
        nn.Linear(inputs, CAPTION_CHANNELS),
        nn.GELU(approximate="tanh"),
        nn.Linear(CAPTION_CHANNELS, CAPTION_CHANNELS),
        RMSNorm(CAPTION_CHANNELS),
    )


class Starter(nn.Module):
    """The autoregressive and the diffusion model with what joins them."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.ar = Qwen3ForCausalLM(Qwen3Config(vocab_size=vocab_size, **AR))
        self.diffusion_connector = connector(HIDDEN)
        self.und_image_vae_connector = connector(LATENT_CHANNELS)
        self.sana = SanaTransformer2DModel(**TRANSFORMER)

    def hidden_states(self, ids: Tensor) -> Tensor:
        """ids [batch, sequence], padded on the right -> [batch, sequence, hidden]."""
        return self.ar.model(input_ids=ids, use_cache=False).last_hidden_state

    def context(self, hidden: Tensor, reference: Tensor | None) -> Tensor:
        """hidden [batch, tokens, hidden], reference latents [batch, 32, 8, 8] or None ->
        the diffusion model's conditioning [batch, tokens (+ 64), caption channels]."""
        context = self.diffusion_connector(hidden)
        if reference is None:
            return context
        positions = reference.flatten(2).transpose(1, 2)
        return torch.cat([context, self.und_image_vae_connector(positions)], dim=1)

    def velocity(self, latents: Tensor, reference: Tensor | None, sigma: Tensor, context: Tensor) -> Tensor:
        """The predicted `noise - latents` [batch, 32, 8, 8] at sigma [batch]."""
        beside = torch.zeros_like(latents) if reference is None else reference
        return self.sana(
            torch.cat([latents, beside], dim=1),
            encoder_hidden_states=context,
            timestep=sigma * 1000,
            return_dict=False,
        )[0]
