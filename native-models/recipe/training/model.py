"""The starter's networks: Qwen3, connector and SANA, of the official classes at a small size."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import SanaTransformer2DModel
from torch import Tensor, nn
from transformers import Qwen3Config, Qwen3Model

from .codes import CODEBOOK_SIZE, FACTOR_SIZES, FACTORS, GRID, PARTS, THINGS, factors

HIDDEN = 192
CAPTION_CHANNELS = 512
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
    "num_attention_heads": 8,
    "attention_head_dim": 32,
    "num_layers": 3,
    "num_cross_attention_heads": 4,
    "cross_attention_head_dim": 64,
    "cross_attention_dim": 256,
    "caption_channels": CAPTION_CHANNELS,
    "mlp_ratio": 2.0,
    "sample_size": LATENT_SIZE,
    "patch_size": 2,
    "interpolation_scale": 1.0,
    "qk_norm": "rms_norm_across_heads",
}


LOOK = sum(FACTOR_SIZES[:2])
PATCH = TRANSFORMER["patch_size"]
TOLD = (GRID * GRID, FACTORS, LATENT_CHANNELS * PATCH**2)
"""What captions are asked for in training: place, code, latents of the cell."""


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
    """A row for every code, made of its factors: a sum of theirs and a small network of kind and
    colour, so that codes share what they have in common. Exported as plain rows of a matrix.

    With `shapes`, codes that differ in colour or time alone also share a row of their own, since
    what a part of a kind looks like is nothing that could follow from kind and part.
    """

    factors: Tensor
    places: Tensor
    shape: Tensor

    def __init__(self, width: int, shapes: bool = False) -> None:
        super().__init__()
        self.sum = nn.Linear(FACTORS, width, bias=False)
        inner, outer = nn.Linear(LOOK, 256), nn.Linear(256, width, bias=False)
        self.mix = nn.Sequential(inner, nn.GELU(), outer)
        nn.init.normal_(self.sum.weight, std=0.02)
        nn.init.normal_(inner.weight, std=1.0)
        nn.init.normal_(outer.weight, std=0.003)
        table = factors()
        self.register_buffer("factors", torch.from_numpy(table), persistent=False)
        places = torch.from_numpy(table.nonzero()[1].reshape(CODEBOOK_SIZE, 3))
        self.register_buffer("places", places, persistent=False)
        first, _, third = places.T
        _, shape = torch.unique(first * FACTORS + third, return_inverse=True)
        self.register_buffer("shape", shape, persistent=False)
        self.own = nn.Embedding(int(shape.max()) + 1, width) if shapes else None
        if self.own is not None:
            nn.init.normal_(self.own.weight, std=0.01)

    def forward(self, codes: Tensor | None = None) -> Tensor:
        """The rows of some codes [..., width], or of all: [codes, width]."""
        chosen = self.factors if codes is None else self.factors[codes]
        rows = self.sum(chosen) + self.mix(chosen[..., :LOOK])
        if self.own is None:
            return rows
        return rows + self.own(self.shape if codes is None else self.shape[codes])

    def cross_entropy(self, hidden: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """That of each of the codes [n] scored by their rows' products with hidden [n, width], and
        the part of it that is left once it is known whether there is a thing.

        The rows of all things are sums of a look's (kind and colour) and a part's, those of all
        settings of three, so the sum over thousands of codes is a product of a few short ones.
        """
        kinds, colours = FACTOR_SIZES[:2]
        looks = self.factors[: kinds * colours * PARTS : PARTS, :LOOK]
        scores = hidden @ self.sum.weight
        mixed = hidden @ self.mix(looks).T + hidden @ (looks @ self.sum.weight[:, :LOOK].T).T
        empty = hidden @ self.mix(torch.zeros(LOOK))
        parts, *setting = scores[:, LOOK:].split(FACTOR_SIZES[2:], dim=1)
        thing = mixed.logsumexp(1) + parts.logsumexp(1)
        ground = empty + sum((part.logsumexp(1) for part in setting), start=torch.zeros(()))
        first, second, third = self.places[codes].T
        look = mixed.gather(1, (codes // PARTS).clamp(max=kinds * colours - 1)[:, None])[:, 0]
        last = scores.gather(1, third[:, None])[:, 0]
        others = scores.gather(1, torch.stack([first, second], 1)).sum(1) + empty
        shown = codes < THINGS
        score = last + torch.where(shown, look, others)
        return torch.logaddexp(thing, ground) - score, torch.where(shown, thing, ground) - score


class Starter(nn.Module):
    """The autoregressive and the diffusion model with what joins them.

    The image tokens are the last of the vocabulary, `words` what comes before them.
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        self.ar = Qwen3Model(Qwen3Config(vocab_size=words, **AR))
        self.code_embeddings = CodeRows(HIDDEN, shapes=True)
        self.code_head = CodeRows(HIDDEN)
        self.diffusion_connector = connector(HIDDEN)
        self.sana = SanaTransformer2DModel(**TRANSFORMER)
        self.words = words
        self.told = nn.Linear(self.sana.config.cross_attention_dim, sum(TOLD))
        """Of training alone: reads off the captions which cell a vector speaks of, its code, and
        what the cell looks like."""

    def hidden_states(self, ids: Tensor) -> Tensor:
        """ids [batch, sequence], padded on the right -> [batch, sequence, hidden]."""
        words = self.ar.embed_tokens(ids.clamp(max=self.words - 1))
        codes = self.code_embeddings((ids - self.words).clamp(min=0))
        embeds = torch.where((ids < self.words)[..., None], words, codes)
        return self.ar(inputs_embeds=embeds, use_cache=False).last_hidden_state

    def context(self, hidden: Tensor) -> Tensor:
        """hidden [batch, tokens, hidden] -> conditioning [batch, tokens, caption channels]."""
        return self.diffusion_connector(hidden)

    def captions(self, hidden: Tensor) -> Tensor:
        """The conditioning as the transformer's cross-attention sees it, [batch, tokens, 256]."""
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
        hardly fits through 256 channels ("Back to Basics", arXiv 2511.13720).
        """
        beside = torch.zeros_like(latents) if reference is None else reference
        network = self.sana if sana is None else sana
        return network(
            torch.cat([latents, beside], dim=1),
            encoder_hidden_states=context,
            timestep=sigma * 1000,
            return_dict=False,
        )[0]
