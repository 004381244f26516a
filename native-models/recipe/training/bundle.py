"""Reads a bundle's weights back into the classes they were trained in."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import AutoencoderDC
from safetensors.torch import load_file
from torch import Tensor

from .data import Vocabulary
from .export import PREFIXES
from .model import Starter
from .vision_tokenizer import VisionTokenizer

VAE_PREFIX = "model.sana_vae."
VISION_PREFIX = "model.vision_tower."


def joint_state(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The autoregressive and diffusion parameters under the names of training."""
    state: dict[str, Tensor] = {}
    for name, value in weights.items():
        if name.startswith((VAE_PREFIX, VISION_PREFIX)):
            continue
        ours, official = max(
            ((o, p) for o, p in PREFIXES.items() if name.startswith(p)), key=lambda pair: len(pair[1])
        )
        state[ours + name[len(official) :]] = value
    return state


class Networks:
    """All four networks of a bundle in float32, and its scaling factor."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = Vocabulary(folder / "tokenizer.json")
        files = json.loads((folder / "bundle.json").read_text())["weights"]
        weights: dict[str, Tensor] = {}
        for file in files:
            weights |= {name: v.to(torch.float32) for name, v in load_file(folder / file).items()}
        self.model = Starter(self.vocabulary.size).eval()
        self.model.load_state_dict(joint_state(weights))
        config = json.loads((folder / "vae/config.json").read_text())
        self.scaling_factor = float(config["scaling_factor"])
        self.vae = AutoencoderDC.from_config(config).eval()
        self.vae.load_state_dict(part(weights, VAE_PREFIX))
        self.vision = VisionTokenizer().eval()
        missing, unexpected = self.vision.load_state_dict(part(weights, VISION_PREFIX), strict=False)
        assert not unexpected and all("layers" in n or "post_layernorm" in n for n in missing), missing


def part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n[len(prefix) :]: v for n, v in weights.items() if n.startswith(prefix)}
