"""Reads a bundle's weights back into the classes they were trained in."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import AutoencoderDC
from safetensors.torch import load_file
from torch import Tensor, nn

from .data import Vocabulary
from .export import PREFIXES
from .model import Starter
from .vision_tokenizer import VisionTokenizer, trained_patches

VAE_PREFIX = "model.sana_vae."
VISION_PREFIX = "model.vision_tower."


class Rows(nn.Module):
    """The codes' rows as a bundle has them: plain."""

    def __init__(self, rows: Tensor) -> None:
        super().__init__()
        self.rows = nn.Parameter(rows, requires_grad=False)

    def forward(self) -> Tensor:
        return self.rows


def starter_of(weights: dict[str, Tensor], words: int) -> Starter:
    """The autoregressive and the diffusion model of a bundle."""
    state: dict[str, Tensor] = {}
    for name, value in weights.items():
        if name.startswith((VAE_PREFIX, VISION_PREFIX)) or name == "lm_head.weight":
            continue
        ours, official = max(
            ((o, p) for o, p in PREFIXES.items() if name.startswith(p)),
            key=lambda pair: len(pair[1]),
        )
        state[ours + name[len(official) :]] = value
    model = Starter(words)
    # Modules of other classes than in training: a bundle has plain rows and nothing to be told.
    model.told = nn.Identity()  # type: ignore[assignment]
    embeddings = Rows(state["ar.embed_tokens.weight"][words:])
    head = Rows(weights["lm_head.weight"][words:])
    model.code_embeddings = embeddings  # type: ignore[assignment]
    model.code_head = head  # type: ignore[assignment]
    state["ar.embed_tokens.weight"] = state["ar.embed_tokens.weight"][:words]
    state["code_embeddings.rows"], state["code_head.rows"] = embeddings.rows, head.rows
    model.load_state_dict(state)
    return model.eval()


class Networks:
    """All four networks of a bundle in float32, and its scaling factor."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = Vocabulary(folder / "tokenizer.json")
        manifest = json.loads((folder / "bundle.json").read_text())
        self.defaults = manifest["defaults"]
        weights: dict[str, Tensor] = {}
        for file in manifest["weights"]:
            weights |= {name: v.to(torch.float32) for name, v in load_file(folder / file).items()}
        self.weights = weights
        self.model = starter_of(weights, self.vocabulary.image)
        config = json.loads((folder / "vae/config.json").read_text())
        self.scaling_factor = float(config["scaling_factor"])
        self.vae = AutoencoderDC.from_config(config).eval()
        self.vae.load_state_dict(part(weights, VAE_PREFIX))
        self.vision = VisionTokenizer().eval()
        tower = {
            n: trained_patches(v) if n.endswith("patch_embedding.weight") else v
            for n, v in part(weights, VISION_PREFIX).items()
        }
        missing, unexpected = self.vision.load_state_dict(tower, strict=False)
        assert not unexpected and all("layers" in n or "post_layernorm" in n for n in missing), (
            missing
        )


def part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n[len(prefix) :]: v for n, v in weights.items() if n.startswith(prefix)}
