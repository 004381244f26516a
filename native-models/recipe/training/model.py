"""The starter's networks: Qwen3, connector and SANA, of the official classes at a small size."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import SanaTransformer2DModel
from torch import Tensor, nn
from transformers import Qwen3Config, Qwen3Model

from .codes import FACTORS, GRID, factors

HIDDEN = 192
CAPTION_CHANNELS = 192
LATENT_CHANNELS = 32
LATENT_SIZE = 16

AR: dict[str, Any] = {
    "hidden_size": HIDDEN,
    "intermediate_size": 512,
    "num_hidden_layers": 4,
    "num_attention_heads": 3,
    "num_key_value_heads": 1,
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
    "num_attention_heads": 6,
    "attention_head_dim": 32,
    "num_layers": 5,
    "num_cross_attention_heads": 3,
    "cross_attention_head_dim": 64,
    "cross_attention_dim": 192,
    "caption_channels": CAPTION_CHANNELS,
    "mlp_ratio": 2.0,
    "sample_size": LATENT_SIZE,
    "patch_size": 2,
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


class CodeRows(nn.Module):
    """A row for every code, made of its factors: a sum of theirs and a small network of them all,
    so that codes share what they have in common. Exported as plain rows of a matrix."""

    factors: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.sum = nn.Linear(FACTORS, width, bias=False)
        self.mix = nn.Sequential(
            nn.Linear(FACTORS, 256), nn.GELU(), nn.Linear(256, width, bias=False)
        )
        nn.init.normal_(self.sum.weight, std=0.02)
        nn.init.normal_(self.mix[0].weight, std=0.5)
        nn.init.normal_(self.mix[2].weight, std=0.002)
        self.register_buffer("factors", torch.from_numpy(factors()), persistent=False)

    def forward(self) -> Tensor:
        """[codes, width]."""
        return self.sum(self.factors) + self.mix(self.factors)


class Starter(nn.Module):
    """The autoregressive and the diffusion model with what joins them.

    The image tokens are the last of the vocabulary, `words` what comes before them.
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        self.ar = Qwen3Model(Qwen3Config(vocab_size=words, **AR))
        self.code_embeddings = CodeRows(HIDDEN)
        self.code_head = CodeRows(HIDDEN)
        self.diffusion_connector = connector(HIDDEN)
        self.sana = SanaTransformer2DModel(**TRANSFORMER)
        self.told = nn.Linear(CAPTION_CHANNELS, GRID * GRID + FACTORS)
        """Of training alone: reads off the captions which cell a vector speaks of, and its code."""

    def hidden_states(self, ids: Tensor) -> Tensor:
        """ids [batch, sequence], padded on the right -> [batch, sequence, hidden]."""
        rows = torch.cat([self.ar.embed_tokens.weight, self.code_embeddings()])
        embeds = nn.functional.embedding(ids, rows)
        return self.ar(inputs_embeds=embeds, use_cache=False).last_hidden_state

    def context(self, hidden: Tensor) -> Tensor:
        """hidden [batch, tokens, hidden] -> conditioning [batch, tokens, caption channels]."""
        return self.diffusion_connector(hidden)

    def captions(self, hidden: Tensor) -> Tensor:
        """The conditioning as the transformer's cross-attention sees it, [batch, tokens, 192]."""
        return self.sana.caption_norm(self.sana.caption_projection(self.context(hidden)))

    def clean(
        self,
        latents: Tensor,
        reference: Tensor | None,
        sigma: Tensor,
        context: Tensor,
        sana: nn.Module | None = None,
    ) -> Tensor:
        """The clean latents predicted from noisy ones [batch, 32, 16, 16] at sigma [batch]; `sana`
        may be the compiled form of the model's own.

        Clean latents and not the velocity `noise - latents`, since a patch of 128 numbers of noise
        hardly fits through 192 channels ("Back to Basics", arXiv 2511.13720).
        """
        beside = torch.zeros_like(latents) if reference is None else reference
        network = self.sana if sana is None else sana
        return network(
            torch.cat([latents, beside], dim=1),
            encoder_hidden_states=context,
            timestep=sigma * 1000,
            return_dict=False,
        )[0]
