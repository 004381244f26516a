"""A whole checkpoint as BLIP3o-NEXT's editing release lays it out, at a tiny size with random
weights, and what the reference makes of fixed tokens and noise with it.

The folder has what downloads leave on a disk: the checkpoint's own shards with their index, config,
tokenizer and card; `SANA/` with the diffusion base's configs and its autoencoder; `TA-Tok/` with the
vision tokenizer as `torch.save` wrote it; `siglip2/` with the vision base's config. The transformer
and the connectors are in the shards, the autoencoder only in the base and the tower only in
`ta_tok.pth`, so that every way in is taken.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from diffusers import AutoencoderDC, SanaTransformer2DModel
from safetensors.torch import save_file
from torch import nn
from transformers import Qwen3Config, Qwen3ForCausalLM

from .common import Config
from .diffusion import connector
from .pipeline import CODES, INSTRUCTION, LATENTS, PROMPT, RESOLUTION, VAE, VISION, Case, Studio
from .vision import FeaturesConnector
from .vision import Tokenizer as VisionTokenizer

NAME = "BLIP3o-NEXT-edit-VAE"
SHARDS = 2
CASES = (
    Case("generate", "width", "generate", steps=12),
    Case("edit", "width", "edit", steps=12),
)
CARD = """---
license: apache-2.0
---

Random weights in the layout of the release, for tests.
"""

# The release's sizes: Qwen3-1.7B with BLIP3o's added tokens, SANA 1.5 1.6B, DC-AE, SigLIP2 so400m.
FULL_AR: Config = {
    "vocab_size": 151669 + 2 + 3 + 65536,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40960,
    "tie_word_embeddings": False,
}
FULL_TRANSFORMER: Config = {
    "num_attention_heads": 70,
    "attention_head_dim": 32,
    "num_layers": 20,
    "num_cross_attention_heads": 20,
    "cross_attention_head_dim": 112,
    "cross_attention_dim": 2240,
    "caption_channels": 2304,
    "mlp_ratio": 2.5,
    "sample_size": 32,
    "patch_size": 1,
    "qk_norm": "rms_norm_across_heads",
}
BLOCKS = ["ResBlock"] * 3 + ["EfficientViTBlock"] * 3
FULL_VAE: Config = {
    "latent_channels": 32,
    "attention_head_dim": 32,
    "encoder_block_types": BLOCKS,
    "decoder_block_types": BLOCKS,
    "encoder_block_out_channels": [128, 256, 512, 512, 1024, 1024],
    "decoder_block_out_channels": [128, 256, 512, 512, 1024, 1024],
    "encoder_layers_per_block": [2, 2, 2, 3, 3, 3],
    "decoder_layers_per_block": [3, 3, 3, 3, 3, 3],
    "encoder_qkv_multiscales": [[], [], [], [5], [5], [5]],
    "decoder_qkv_multiscales": [[], [], [], [5], [5], [5]],
    "upsample_block_type": "interpolate",
    "downsample_block_type": "Conv",
}
FULL_TOWER: Config = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "image_size": 384,
    "patch_size": 14,
}


def full_modules() -> dict[str, nn.Module]:
    """The reference's networks at the released size, without memory for their parameters."""
    hidden, captions = FULL_AR["hidden_size"], FULL_TRANSFORMER["caption_channels"]
    quantizer = {"token_dim": 1536, "codebook_size": 65536, "l2_normalized": True}
    with torch.device("meta"):
        return {
            "": Qwen3ForCausalLM(Qwen3Config(**FULL_AR)),
            "model.diffusion_connector.": connector(hidden, captions),
            "model.und_image_vae_connector.": connector(FULL_VAE["latent_channels"], captions),
            "model.tar_siglip_features_connector.": FeaturesConnector(
                FULL_TOWER["hidden_size"], hidden
            ),
            "model.sana.": SanaTransformer2DModel(**FULL_TRANSFORMER),
            "model.sana_vae.": AutoencoderDC(**FULL_VAE),
            "model.vision_tower.": VisionTokenizer(FULL_TOWER, quantizer, -2),
        }


def describe_full() -> dict[str, dict[str, int | str]]:
    """Number of parameters of each network, and a digest of their names and shapes.

    What nothing reads is left out: the tower's layers after the one that is selected.
    """
    idle = ("post_layernorm", f".encoder.layers.{FULL_TOWER['num_hidden_layers'] - 1}.")
    described: dict[str, dict[str, int | str]] = {}
    for prefix, module in full_modules().items():
        parameters = {
            prefix + name: list(value.shape)
            for name, value in module.named_parameters()
            if not (prefix == "model.vision_tower." and any(part in name for part in idle))
        }
        lines = [f"{name} {json.dumps(shape)}" for name, shape in sorted(parameters.items())]
        described[prefix or "ar"] = {
            "parameters": sum(torch.Size(shape).numel() for shape in parameters.values()),
            "tensors": len(lines),
            "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        }
    return described


def checkpoint_weights(studio: Studio) -> dict[str, torch.Tensor]:
    """The checkpoint's own parameters: no autoencoder and no tower."""
    return {
        name: value
        for name, value in studio.weights().items()
        if not name.startswith(("model.sana_vae.", "model.vision_tower."))
    }


def write_shards(folder: Path, weights: dict[str, torch.Tensor]) -> None:
    names = list(weights)
    size = -(-len(names) // SHARDS)
    places: dict[str, str] = {}
    for index in range(SHARDS):
        file = f"model-{index + 1:05}-of-{SHARDS:05}.safetensors"
        part = {name: weights[name] for name in names[index * size : (index + 1) * size]}
        save_file(part, folder / file, metadata={"format": "pt"})
        places.update(dict.fromkeys(part, file))
    total = sum(value.numel() * value.element_size() for value in weights.values())
    listing = {"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}
    write_json(folder / "model.safetensors.index.json", listing)


def write_tokenizer(folder: Path, studio: Studio) -> None:
    """`ta_tok.pth`: the state dict beside what the class was made with, under `model`.

    The tower is named as transformers named it when TA-Tok was released, without the inner
    `vision_model`; the parts that decode are there too, as in the release.
    """
    generator = torch.Generator().manual_seed(7)
    state = {
        name.replace("encoder.vision_model.", "encoder."): value.half()
        for name, value in studio.vision.state_dict().items()
    }
    hidden = VISION["encoder"]["hidden_size"]
    state["decode_task_layer.0.weight"] = torch.randn((hidden, hidden), generator=generator).half()
    # One that does not lie in order, as a transposed parameter is saved.
    weight = state["encode_task_layer.0.weight"]
    state["encode_task_layer.0.weight"] = weight.t().contiguous().t()
    quantizer = VISION["bottleneck"]
    regularizer = {
        "codebook_size": quantizer["codebook_size"],
        "l2_normalized": quantizer["l2_normalized"],
    }
    bottleneck = {
        "bottleneck_dim": quantizer["token_dim"],
        "regularizer": {"name": "simvq", "args": regularizer},
    }
    args = {
        "bottleneck": {"name": "bottleneck", "args": bottleneck},
        "input_size": VISION["encoder"]["image_size"],
        "select_layer_id": VISION["select_layer_id"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": {"name": "ta_tok", "args": args, "sd": state}}, folder / "ta_tok.pth")


def write_bases(folder: Path, studio: Studio) -> None:
    transformer = {"_class_name": "SanaTransformer2DModel", **studio.transformer_config}
    write_json(folder / "SANA" / "transformer" / "config.json", transformer)
    write_json(folder / "SANA" / "vae" / "config.json", {"_class_name": "AutoencoderDC", **VAE})
    vae = {name: value.half().contiguous() for name, value in studio.vae.state_dict().items()}
    save_file(vae, folder / "SANA" / "vae" / "diffusion_pytorch_model.safetensors")
    tower = {"model_type": "siglip", "vision_config": VISION["encoder"]}
    write_json(folder / "siglip2" / "config.json", tower)
    processor = {"image_mean": VISION["image_mean"], "image_std": VISION["image_std"]}
    write_json(folder / "siglip2" / "preprocessor_config.json", processor)
    write_tokenizer(folder / "TA-Tok", studio)


def write_json(path: Path, content: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def write_checkpoint(folder: Path, studio: Studio) -> None:
    """The folder a person would import."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["blip3oQwenForCausalLM"],
        "model_type": "blip3o_qwen",
        **studio.config,
        "num_image_tokens": CODES,
        "rope_scaling": None,
        "sliding_window": None,
        "use_sliding_window": False,
        "mm_vision_select_layer": VISION["select_layer_id"],
        "use_tar_siglip_features": False,
    }
    write_json(folder / "config.json", config)
    studio.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "README.md").write_text(CARD)
    write_shards(folder, checkpoint_weights(studio))
    write_bases(folder, studio)


@torch.no_grad()
def write(out_dir: Path) -> None:
    """Writes the checkpoint and its golden values below `out_dir`/official."""
    folder = out_dir / "official"
    write_json(folder / "full-size.json", describe_full())
    studio = Studio("width", 90)
    write_checkpoint(folder / NAME, studio)
    generator = torch.Generator().manual_seed(5000)
    pixels = torch.randint(0, 256, (3, RESOLUTION, RESOLUTION), generator=generator)
    picture = pixels[None].float() / 127.5 - 1
    side = RESOLUTION // 8
    golden = {"picture": pixels}
    for case in CASES:
        tokens = torch.randint(0, CODES, (64,), generator=generator)
        noise = torch.randn((1, LATENTS, side, side), generator=generator)
        values = studio.paint(case, tokens, noise, picture)
        golden.update({f"{case.name}/{key}": value for key, value in values.items()})
    save_file(
        {key: value.contiguous() for key, value in golden.items()}, folder / "golden.safetensors"
    )
    described = {
        "prompt": PROMPT,
        "instruction": INSTRUCTION,
        "cases": [asdict(case) for case in CASES],
    }
    write_json(folder / "cases.json", described)
