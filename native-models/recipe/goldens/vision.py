"""Golden values of the vision tokenizer.

The tower is transformers' SiglipVisionModel. The rest follows the text-aligned tokenizer of Tar:
average pooling of the token grid, a task layer, the bottleneck's input projection, and the nearest
entry of a SimVQ codebook.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import SiglipVisionConfig, SiglipVisionModel

from .common import Config, randomize, round_weights, write_case

BATCH = 2
TEXT_HIDDEN = 40
POOLS = {"s0": 1, "s1": 2, "s2": 3}

BASE: Config = {
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_channels": 3,
    "image_size": 32,
    "patch_size": 4,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
}

# Per case: changes to the config, the bottleneck, the layer that is read, stored type.
CASES: dict[str, tuple[Config, Config, int, str]] = {
    # 7 x 7 patches with a rest of 2 pixels: both poolings drop a row and a column.
    "plain-7x7": ({"image_size": 30}, {"token_dim": 12, "codebook_size": 200}, -2, "float32"),
    "cosine-8x8": (
        {"num_attention_heads": 3, "hidden_size": 36, "hidden_act": "gelu"},
        {"token_dim": 8, "codebook_size": 128, "l2_normalized": True},
        -2,
        "float32",
    ),
    "last-layer-5x5": (
        {"num_attention_heads": 1, "hidden_size": 20, "image_size": 20, "num_hidden_layers": 2},
        {"token_dim": 20, "codebook_size": 64},
        -1,
        "float32",
    ),
    "cosine-float16": (
        {"image_size": 28, "num_attention_heads": 6},
        {"token_dim": 16, "codebook_size": 256, "l2_normalized": True},
        -2,
        "float16",
    ),
    "plain-bfloat16": (
        {"num_hidden_layers": 2, "image_size": 24},
        {"token_dim": 10, "codebook_size": 100},
        -2,
        "bfloat16",
    ),
}


class SimVq(nn.Module):
    """Codebook = a linear layer over a table; parameters are named as in Tar."""

    def __init__(self, token_dim: int, codebook_size: int, l2_normalized: bool) -> None:
        super().__init__()
        self.l2_normalized = l2_normalized
        self.embedding = nn.Embedding(codebook_size, token_dim)
        self.embedding_proj = nn.Linear(token_dim, token_dim)

    def distances(self, z: torch.Tensor) -> torch.Tensor:
        """Squared distances [batch, tokens, entries], of unit vectors where normalised."""
        codebook = self.embedding_proj(self.embedding.weight)
        if self.l2_normalized:
            codebook = functional.normalize(codebook, dim=-1)
            z = functional.normalize(z, dim=-1)
        return (z[..., None, :] - codebook).square().sum(-1)


class Bottleneck(nn.Module):
    def __init__(self, hidden: int, quantizer: SimVq, token_dim: int) -> None:
        super().__init__()
        self.in_linear = nn.Linear(hidden, token_dim)
        self.regularizer = quantizer


class Encoder(nn.Module):
    def __init__(self, config: SiglipVisionConfig) -> None:
        super().__init__()
        self.vision_model = SiglipVisionModel(config)


class Tokenizer(nn.Module):
    """The part of the text-aligned tokenizer that reads an image."""

    def __init__(self, encoder: Config, bottleneck: Config, select_layer_id: int) -> None:
        super().__init__()
        hidden = encoder["hidden_size"]
        self.select_layer_id = select_layer_id
        self.encoder = Encoder(SiglipVisionConfig(**encoder, vision_use_head=False))
        self.encode_task_layer = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh())
        self.bottleneck = Bottleneck(hidden, SimVq(**bottleneck), bottleneck["token_dim"])

    def tower(self, pixels: torch.Tensor) -> torch.Tensor:
        tower = self.encoder.vision_model
        return tower(pixels, output_hidden_states=True).hidden_states[self.select_layer_id]

    def tokens(self, features: torch.Tensor, pool: int) -> torch.Tensor:
        side = int(features.shape[1] ** 0.5)
        grid = features.transpose(1, 2).unflatten(2, (side, side))
        pooled = functional.avg_pool2d(grid, pool, pool)
        return self.encode_task_layer(pooled.flatten(2).transpose(1, 2))

    def distances(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.bottleneck.regularizer.distances(self.bottleneck.in_linear(tokens))


class FeaturesConnector(nn.Sequential):
    """Maps features of S0 to embeddings of the autoregressive model; named as in BLIP3o."""

    def __init__(self, hidden: int, text_hidden: int) -> None:
        super().__init__(
            nn.Linear(hidden, text_hidden),
            nn.GELU(approximate="tanh"),
            nn.Linear(text_hidden, text_hidden),
            nn.RMSNorm(text_hidden, eps=1e-5),
        )


def write(out_dir: Path) -> None:
    """Writes all cases below `out_dir`/vision."""
    for seed, (name, case) in enumerate(CASES.items()):
        write_one(out_dir / "vision" / name, *case, seed)


@torch.no_grad()
def write_one(
    folder: Path, overrides: Config, quantizer: Config, layer: int, dtype: str, seed: int
) -> None:
    encoder = {**BASE, **overrides}
    bottleneck = {"l2_normalized": False, **quantizer}
    model = Tokenizer(encoder, bottleneck, layer).eval()
    randomize(model, 100 + seed)
    round_weights(model, dtype)
    size = encoder["image_size"]
    generator = torch.Generator().manual_seed(2000 + seed)
    pixels = torch.rand((BATCH, 3, size, size), generator=generator) * 2 - 1
    features = model.tower(pixels)
    golden = {"pixel_values": pixels, "features": model.tokens(features, 1)}
    connector = FeaturesConnector(encoder["hidden_size"], TEXT_HIDDEN)
    randomize(connector, 200 + seed)
    round_weights(connector, dtype)
    golden["inputs_embeds"] = connector(golden["features"])
    for scale, pool in POOLS.items():
        distances = model.distances(model.tokens(features, pool))
        nearest = distances.topk(2, dim=-1, largest=False).values
        margin = (nearest[..., 1] - nearest[..., 0]).min().item()
        assert margin > 1e-5, f"{folder.name} {scale}: two codes are as good as equal ({margin})"
        golden[f"codes_{scale}"] = distances.argmin(-1)
    config = {
        "model_type": "ta_tok",
        "encoder": encoder,
        "select_layer_id": layer,
        "bottleneck": bottleneck,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    weights = {
        f"model.vision_tower.{name}": value
        for name, value in model.state_dict().items()
        if "post_layernorm" not in name
    }
    for name, value in connector.state_dict().items():
        weights[f"model.tar_siglip_features_connector.{name}"] = value
    write_case(folder, config, weights, golden, dtype)
