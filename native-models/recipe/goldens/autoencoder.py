"""Golden values of the autoencoder, from diffusers' AutoencoderDC."""

from pathlib import Path

import torch
from diffusers import AutoencoderDC
from torch import nn

from .common import Config, randomize, round_weights, write_case

BATCH = 2
RES, VIT = "ResBlock", "EfficientViTBlock"

BASE: Config = {
    "in_channels": 3,
    "latent_channels": 4,
    "attention_head_dim": 8,
    "encoder_block_types": RES,
    "decoder_block_types": RES,
    "encoder_block_out_channels": [8, 16, 16],
    "decoder_block_out_channels": [8, 16, 16],
    "encoder_layers_per_block": [1, 1, 1],
    "decoder_layers_per_block": [1, 1, 1],
    "encoder_qkv_multiscales": [[], [], []],
    "decoder_qkv_multiscales": [[], [], []],
    "downsample_block_type": "pixel_unshuffle",
    "upsample_block_type": "pixel_shuffle",
    "decoder_norm_types": "rms_norm",
    "decoder_act_fns": "silu",
    "encoder_out_shortcut": True,
    "decoder_in_shortcut": True,
    "decoder_conv_act_fn": "relu",
    "scaling_factor": 0.41407,
}

# Per case: changes to the config, stored type, height and width of the picture. Latents of no more
# positions than attention_head_dim take the quadratic form of diffusers' attention, others the
# linear one.
CASES: dict[str, tuple[Config, str, tuple[int, int]]] = {
    # dc-ae-f32c32-sana-1.0: strided convolutions, interpolation, two scales of attention.
    "sana": (
        {
            "encoder_block_types": [RES, VIT, VIT],
            "decoder_block_types": [RES, VIT, VIT],
            "encoder_qkv_multiscales": [[], [5], [5]],
            "decoder_qkv_multiscales": [[], [5], [5]],
            "encoder_layers_per_block": [1, 1, 2],
            "downsample_block_type": "Conv",
            "upsample_block_type": "interpolate",
        },
        "float32",
        (16, 20),
    ),
    # dc-ae-f32c32-in-1.0: empty first stage, batch norm and ReLU in the upper decoder.
    "in": (
        {
            "encoder_block_out_channels": [4, 8, 16, 32],
            "decoder_block_out_channels": [4, 8, 16, 32],
            "encoder_layers_per_block": [0, 2, 1, 1],
            "decoder_layers_per_block": [0, 1, 2, 1],
            "encoder_block_types": [RES, RES, RES, VIT],
            "decoder_block_types": [RES, RES, RES, VIT],
            "encoder_qkv_multiscales": [[], [], [], []],
            "decoder_qkv_multiscales": [[], [], [], []],
            "decoder_norm_types": ["batch_norm", "batch_norm", "rms_norm", "rms_norm"],
            "decoder_act_fns": ["relu", "relu", "silu", "silu"],
        },
        "float32",
        (24, 16),
    ),
    "plain": (
        {
            "encoder_block_out_channels": [12, 12],
            "decoder_block_out_channels": [8, 16],
            "encoder_layers_per_block": [1, 1],
            "decoder_layers_per_block": [2, 1],
            "encoder_qkv_multiscales": [[], []],
            "decoder_qkv_multiscales": [[], []],
            "encoder_out_shortcut": False,
            "decoder_in_shortcut": False,
            "decoder_conv_act_fn": "gelu",
            "decoder_act_fns": ["mish", None],
        },
        "float32",
        (10, 6),
    ),
    "batch-norm-attention": (
        {
            "decoder_block_types": [RES, VIT, VIT],
            "decoder_qkv_multiscales": [[], [3], [3, 5]],
            "decoder_norm_types": "batch_norm",
            "attention_head_dim": 4,
            "encoder_layers_per_block": [0, 1, 1],
            "decoder_layers_per_block": [0, 1, 1],
            "downsample_block_type": "Conv",
            "upsample_block_type": "interpolate",
        },
        "float32",
        (12, 12),
    ),
    "starter-float16": (
        {
            "latent_channels": 8,
            "encoder_block_out_channels": [4, 8, 16, 16],
            "decoder_block_out_channels": [4, 8, 16, 16],
            "encoder_layers_per_block": [0, 1, 1, 1],
            "decoder_layers_per_block": [0, 1, 1, 2],
            "encoder_qkv_multiscales": [[], [], [], []],
            "decoder_qkv_multiscales": [[], [], [], []],
        },
        "float16",
        (16, 16),
    ),
    "sana-bfloat16": (
        {
            "encoder_block_types": [RES, RES, VIT],
            "decoder_block_types": [RES, RES, VIT],
            "encoder_qkv_multiscales": [[], [], [5]],
            "decoder_qkv_multiscales": [[], [], [5]],
        },
        "bfloat16",
        (16, 12),
    ),
}


@torch.no_grad()
def randomize_autoencoder(model: AutoencoderDC, seed: int) -> None:
    """Random parameters, and random statistics for batch norms."""
    randomize(model, seed)
    generator = torch.Generator().manual_seed(500 + seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            mean, variance = module.running_mean, module.running_var
            assert mean is not None and variance is not None
            mean.copy_(0.3 * torch.randn(mean.shape, generator=generator))
            variance.copy_(0.5 + torch.rand(mean.shape, generator=generator))


def write(out_dir: Path) -> None:
    """Writes all cases below `out_dir`/autoencoder."""
    for seed, (name, (overrides, dtype, size)) in enumerate(CASES.items()):
        write_one(out_dir / "autoencoder" / name, {**BASE, **overrides}, dtype, size, seed)


@torch.no_grad()
def write_one(folder: Path, config: Config, dtype: str, size: tuple[int, int], seed: int) -> None:
    model = AutoencoderDC(**config).eval()
    randomize_autoencoder(model, seed)
    round_weights(model, dtype)
    generator = torch.Generator().manual_seed(3000 + seed)
    sample = torch.rand((BATCH, 3, *size), generator=generator) * 2 - 1
    latent = model.encode(sample).latent
    random_latent = torch.randn(latent.shape, generator=generator)
    golden = {
        "sample": sample,
        "latent": latent,
        "random_latent": random_latent,
        "decoded": model.decode(random_latent).sample,
    }
    weights = {
        f"model.sana_vae.{name}": value
        for name, value in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    write_case(folder, config, weights, golden, dtype)
