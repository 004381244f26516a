"""Writes the trained networks as a bundle: float16 weights under the official parameter names.

python -m training.export --out ../starter
Then `node tools/make-bundle.mjs native-models/starter` fills in sizes and hashes.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderDC, SanaTransformer2DModel
from safetensors.torch import save_file
from torch import Tensor

from .autoencoder import CONFIG as VAE
from .checkpoint import WORK, load
from .codes import CODEBOOK_SIZE
from .data import Vocabulary
from .denoise import STEPS
from .model import AR, TRANSFORMER, Starter
from .text import EDIT, GENERATE
from .text import PATH as TOKENIZER
from .vision_tokenizer import ENCODER, SELECT_LAYER, SHIPPED_ENCODER, TOKEN_DIM, shipped_patches

PREFIXES = {
    "ar.": "model.",
    "diffusion_connector.": "model.diffusion_connector.",
    "sana.": "model.sana.",
}
UNUSED = (f"encoder.layers.{ENCODER['num_hidden_layers'] - 1}.", "post_layernorm")
"""Of the tower: what comes after the hidden state that is read."""


def joint_weights(model: Starter) -> dict[str, Tensor]:
    """The autoregressive and the diffusion model, the codes' rows written out."""
    named: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        for ours, official in PREFIXES.items():
            if name.startswith(ours):
                named[official + name[len(ours) :]] = value
    words = named["model.embed_tokens.weight"]
    named["model.embed_tokens.weight"] = torch.cat([words, model.code_embeddings()])
    named["lm_head.weight"] = torch.cat([torch.zeros_like(words), model.code_head()])
    return named


@torch.no_grad()
def weights(step: str) -> dict[str, Tensor]:
    """Every parameter under its official name; `step` is `average` or `model`."""
    joint, vae, vision = (load(WORK / f"{name}.pt") for name in ("joint", "autoencoder", "vision"))
    assert joint is not None and vae is not None and vision is not None, "train all parts first"
    model = Starter(Vocabulary().image)
    model.load_state_dict(joint[step])
    named = joint_weights(model)
    named |= {f"model.sana_vae.{name}": value for name, value in vae["model"].items()}
    for name, value in vision["model"].items():
        if not any(unused in name for unused in UNUSED):
            patches = name.endswith("patch_embedding.weight")
            named[f"model.vision_tower.{name}"] = shipped_patches(value) if patches else value
    return {name: value.to(torch.float16).contiguous() for name, value in named.items()}


def ar_config(vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": vocabulary.size,
        "hidden_act": "silu",
        **AR,
        "image_start_tag_id": vocabulary.id("<im_start>"),
        "image_end_tag_id": vocabulary.id("<im_end>"),
        "scale_start_token_id": vocabulary.id("<S0>"),
        "scale_end_token_id": vocabulary.id("<S2>"),
        "image_start_token_id": vocabulary.image,
        "image_end_token_id": vocabulary.image + CODEBOOK_SIZE - 1,
        "num_image_tokens": CODEBOOK_SIZE,
        "use_und_image_vae": False,
        "use_und_image_vae_as_noise": True,
        "only_use_und_image_vae_as_noise": True,
        "und_image_vae_as_noise_layout": "channels",
        "use_tar_siglip_features": False,
    }


def configs(vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    return {
        "config.json": ar_config(vocabulary),
        "vision/config.json": {
            "model_type": "ta_tok",
            "encoder": SHIPPED_ENCODER,
            "select_layer_id": SELECT_LAYER,
            "bottleneck": {
                "token_dim": TOKEN_DIM,
                "codebook_size": CODEBOOK_SIZE,
                "l2_normalized": True,
            },
            "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.5, 0.5, 0.5],
        },
        "transformer/config.json": {
            **SanaTransformer2DModel(**TRANSFORMER).config,
            "prediction_type": "sample",
        },
        "vae/config.json": dict(AutoencoderDC(**VAE).config),
    }


def manifest() -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "id": "starter",
        "name": "Nativa Starter",
        "version": "1.0.0",
        "license": "Apache-2.0",
        "description": "A small model of illustrated scenes, trained from nothing by the recipe.",
        "modelType": "blip3o-next",
        "resolution": 256,
        "languages": ["en", "es"],
        "capabilities": {
            "generate": True,
            "edit": True,
            "maxReferences": 1,
            "tokensTellChanges": True,
            "tokenScales": ["S0", "S1", "S2"],
        },
        "promptTemplates": {"generate": GENERATE, "edit": EDIT},
        "defaults": {
            "steps": STEPS,
            "guidanceScale": 1.5,
            "imageGuidanceScale": 1.0,
            "temperature": 0.6,
            "editTemperature": 0.1,
            "topP": 0.97,
            "topK": 200,
            "tokens": "S0",
            "scheduler": "euler",
        },
        "configs": {
            "ar": "config.json",
            "vision": "vision/config.json",
            "transformer": "transformer/config.json",
            "vae": "vae/config.json",
            "tokenizer": "tokenizer.json",
        },
        "weights": ["model.safetensors"],
        "files": {},
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--weights", choices=("average", "model"), default="average")
    options = arguments.parse_args()
    out: Path = options.out
    for name, config in configs(Vocabulary()).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = {key: value for key, value in config.items() if not key.startswith("_")}
        path.write_text(json.dumps(plain, indent=2) + "\n")
    shutil.copyfile(TOKENIZER, out / "tokenizer.json")
    save_file(weights(options.weights), out / "model.safetensors", metadata={"format": "pt"})
    (out / "bundle.json").write_text(json.dumps(manifest(), indent=2) + "\n")


if __name__ == "__main__":
    main()
