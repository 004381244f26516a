"""Golden values of the connectors and the diffusion transformer, from diffusers' Sana classes."""

from pathlib import Path

import torch
from diffusers import SanaTransformer2DModel
from diffusers.models.normalization import RMSNorm
from torch import nn

from .common import Config, randomize, round_weights, write_case

BATCH = 3
AR_HIDDEN = 24
LATENT_CHANNELS = 6
CONTEXT = 9
GUIDANCE = 4.5

BASE: Config = {
    "in_channels": LATENT_CHANNELS,
    "out_channels": LATENT_CHANNELS,
    "num_attention_heads": 4,
    "attention_head_dim": 8,
    "num_layers": 2,
    "num_cross_attention_heads": 2,
    "cross_attention_head_dim": 16,
    "cross_attention_dim": 32,
    "caption_channels": 20,
    "mlp_ratio": 2.5,
    "attention_bias": False,
    "sample_size": 8,
    "patch_size": 1,
    "norm_elementwise_affine": False,
    "norm_eps": 1e-6,
    "qk_norm": None,
    "interpolation_scale": None,
}

# Per case: changes to the config, stored type, height and width of the latents.
CASES: dict[str, tuple[Config, str, tuple[int, int]]] = {
    "sana-1.0": ({}, "float32", (5, 6)),
    "sana-1.5": (
        {
            "num_attention_heads": 3,
            "attention_head_dim": 16,
            "num_cross_attention_heads": 4,
            "cross_attention_head_dim": 10,
            "cross_attention_dim": 48,
            "qk_norm": "rms_norm_across_heads",
            "num_layers": 3,
        },
        "float32",
        (4, 8),
    ),
    "patches": (
        {
            "patch_size": 2,
            "sample_size": 12,
            "interpolation_scale": 2,
            "norm_elementwise_affine": True,
            "norm_eps": 1e-5,
            "attention_bias": True,
            "out_channels": None,
            "mlp_ratio": 3.1,
        },
        "float32",
        (8, 12),
    ),
    "guidance": (
        {
            "guidance_embeds": True,
            "guidance_embeds_scale": 0.1,
            "timestep_scale": 0.5,
            "qk_norm": "layer_norm_across_heads",
            "num_cross_attention_heads": 1,
            "cross_attention_head_dim": 8,
            "num_layers": 1,
        },
        "float32",
        (4, 4),
    ),
    "reference-channels-float16": (
        {
            "in_channels": 2 * LATENT_CHANNELS,
            "sample_size": 4,
            "interpolation_scale": 1,
            "qk_norm": "rms_norm_across_heads",
        },
        "float16",
        (4, 4),
    ),
    "l2-bfloat16": ({"qk_norm": "l2", "num_layers": 1}, "bfloat16", (3, 4)),
}


def connector(inputs: int, outputs: int) -> nn.Sequential:
    """Both of BLIP3o-NEXT's connectors."""
    return nn.Sequential(
        nn.Linear(inputs, outputs),
        nn.GELU(approximate="tanh"),
        nn.Linear(outputs, outputs),
        RMSNorm(outputs, eps=1e-5),
    )


def write(out_dir: Path) -> None:
    """Writes all cases below `out_dir`/diffusion."""
    for seed, (name, (overrides, dtype, size)) in enumerate(CASES.items()):
        write_one(out_dir / "diffusion" / name, {**BASE, **overrides}, dtype, size, seed)


@torch.no_grad()
def write_one(folder: Path, config: Config, dtype: str, size: tuple[int, int], seed: int) -> None:
    generator = torch.Generator().manual_seed(2000 + seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator)

    captions = config["caption_channels"]
    modules = nn.ModuleDict(
        {
            "diffusion_connector": connector(AR_HIDDEN, captions),
            "und_image_vae_connector": connector(LATENT_CHANNELS, captions),
            "sana": SanaTransformer2DModel(**config).eval(),
        }
    )
    randomize(modules, seed)
    round_weights(modules, dtype)
    hidden = normal(BATCH, CONTEXT, AR_HIDDEN)
    reference = normal(BATCH, LATENT_CHANNELS, 2, 3)
    text = modules["diffusion_connector"](hidden)
    picture = modules["und_image_vae_connector"](reference.flatten(2).transpose(1, 2))
    latents = normal(BATCH, config["in_channels"], *size)
    timestep = torch.tensor([1000.0, 433.3333435, 33.3333321])
    sana: SanaTransformer2DModel = modules["sana"]
    scales = sana.config
    guidance = None
    if scales.guidance_embeds:
        guidance = torch.full((BATCH,), GUIDANCE) * scales.guidance_embeds_scale
    prediction = sana(
        hidden_states=latents,
        encoder_hidden_states=torch.cat([text, picture], dim=1),
        timestep=timestep * scales.timestep_scale,
        guidance=guidance,
    ).sample
    golden = {
        "hidden_states": hidden,
        "text_context": text,
        "reference_latents": reference,
        "reference_context": picture,
        "latents": latents,
        "timestep": timestep,
        "guidance": torch.full((BATCH,), GUIDANCE),
        "noise_pred": prediction,
    }
    weights = {f"model.{name}": value for name, value in modules.state_dict().items()}
    write_case(folder, config, weights, golden, dtype)
