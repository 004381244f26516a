"""A checkpoint of the editing release at its full size, with random weights: some 11 GB.

`python -m goldens.full_size DIR` writes it in the official layout, to try import, memory plans and
quantising at the size that people have. What it paints is noise.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file

from .official import (
    CARD,
    FULL_AR,
    FULL_TOWER,
    FULL_TRANSFORMER,
    FULL_VAE,
    full_modules,
    write_json,
)
from .pipeline import BOTH, CHAT, SCALES, TAGS, text_tokenizer

SHARD_BYTES = 2 * 10**9
WORDS = 151643
ADDED_BY_QWEN = 26
CODES = 65536
BASES = ("model.sana_vae.", "model.vision_tower.")
UNUSED = ("model.tar_siglip_features_connector.",)

Shapes = list[tuple[str, torch.Size]]


class Weights:
    """Numbers of the size that trained ones have, so that nothing overflows on its way."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def draw(self, name: str, shape: torch.Size, dtype: torch.dtype) -> torch.Tensor:
        if name.endswith("bias"):
            return torch.zeros(shape, dtype=dtype)
        if len(shape) == 1:
            return torch.ones(shape, dtype=dtype)
        deviation = 0.02 if "embed" in name else max(1, shape[1:].numel()) ** -0.5
        return torch.empty(shape, dtype=dtype).normal_(0, deviation, generator=self.generator)


def shards(shapes: Shapes) -> Iterator[Shapes]:
    """Parameters in groups of at most `SHARD_BYTES` as bfloat16."""
    group: Shapes = []
    size = 0
    for name, shape in shapes:
        if group and size + 2 * shape.numel() > SHARD_BYTES:
            yield group
            group, size = [], 0
        group.append((name, shape))
        size += 2 * shape.numel()
    yield group


def write_shards(folder: Path, shapes: Shapes, weights: Weights) -> None:
    groups = list(shards(shapes))
    places: dict[str, str] = {}
    for index, group in enumerate(groups):
        file = f"model-{index + 1:05}-of-{len(groups):05}.safetensors"
        part = {name: weights.draw(name, shape, torch.bfloat16) for name, shape in group}
        save_file(part, folder / file, metadata={"format": "pt"})
        places.update(dict.fromkeys(part, file))
    total = 2 * sum(shape.numel() for _, shape in shapes)
    index_file = {"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}
    write_json(folder / "model.safetensors.index.json", index_file)


def write_vae(folder: Path, shapes: Shapes, weights: Weights) -> None:
    known = {"_class_name": "AutoencoderDC", "in_channels": 3, "scaling_factor": 0.41407}
    write_json(folder / "config.json", {**known, **FULL_VAE})
    state = {name: weights.draw(name, shape, torch.float32) for name, shape in shapes}
    save_file(state, folder / "diffusion_pytorch_model.safetensors")


def write_tower(folder: Path, shapes: Shapes, weights: Weights) -> None:
    state = {
        name.replace("encoder.vision_model.", "encoder."): weights.draw(name, shape, torch.float32)
        for name, shape in shapes
    }
    regularizer = {"codebook_size": CODES, "l2_normalized": True}
    bottleneck = {
        "bottleneck_dim": 1536,
        "regularizer": {"name": "simvq", "args": regularizer},
    }
    args = {
        "bottleneck": {"name": "bottleneck", "args": bottleneck},
        "input_size": FULL_TOWER["image_size"],
        "select_layer_id": -2,
    }
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": {"name": "ta_tok", "args": args, "sd": state}}, folder / "ta_tok.pth")


def added_tokens() -> list[tuple[str, bool]]:
    """Tokens behind the words, in the order of their ids, and whether they are special."""
    fillers = [f"<|filler_{index}|>" for index in range(ADDED_BY_QWEN - len(CHAT))]
    special = [(token, True) for token in (*CHAT, *fillers, *TAGS)]
    return [*special, *((token, False) for token in (*SCALES, *(f"<I{i}>" for i in range(CODES))))]


def write_tokenizer(path: Path) -> None:
    """The tiny tokenizer with as many words and tokens as the release has."""
    tokenizer = json.loads(text_tokenizer().to_str())
    words: dict[str, int] = tokenizer["model"]["vocab"]
    for index in range(len(words), WORDS):
        words[f"~{index}"] = index
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    tokenizer["added_tokens"] = [
        {"id": WORDS + index, "content": token, **plain, "special": special}
        for index, (token, special) in enumerate(added_tokens())
    ]
    path.write_text(json.dumps(tokenizer, ensure_ascii=False))


def write_configs(folder: Path) -> None:
    first = WORDS + ADDED_BY_QWEN
    ids = {
        "image_start_tag_id": first,
        "image_end_tag_id": first + 1,
        "scale_start_token_id": first + 2,
        "scale_end_token_id": first + 4,
        "image_start_token_id": first + 5,
        "image_end_token_id": first + 5 + CODES - 1,
        "num_image_tokens": CODES,
    }
    known = {"model_type": "blip3o_qwen", "rms_norm_eps": 1e-6, "rope_theta": 1e6}
    write_json(folder / "config.json", {**known, "attention_bias": False, **FULL_AR, **ids, **BOTH})
    transformer = {"_class_name": "SanaTransformer2DModel", "in_channels": 32, "out_channels": 32}
    write_json(folder / "SANA/transformer/config.json", {**transformer, **FULL_TRANSFORMER})
    tower = {"num_channels": 3, "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6}
    vision = {"model_type": "siglip", "vision_config": {**tower, **FULL_TOWER}}
    write_json(folder / "siglip2/config.json", vision)
    processor = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    write_json(folder / "siglip2/preprocessor_config.json", processor)


def write_full_size(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights = Weights(1)
    shapes = {
        prefix: [(name, value.shape) for name, value in module.state_dict().items()]
        for prefix, module in full_modules().items()
    }
    own: Shapes = [
        (prefix + name, shape)
        for prefix, found in shapes.items()
        if prefix not in (*BASES, *UNUSED)
        for name, shape in found
    ]
    write_configs(folder)
    write_tokenizer(folder / "tokenizer.json")
    (folder / "README.md").write_text(CARD)
    write_shards(folder, own, weights)
    write_vae(folder / "SANA" / "vae", shapes["model.sana_vae."], weights)
    write_tower(folder / "TA-Tok", shapes["model.vision_tower."], weights)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m goldens.full_size", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write to")
    write_full_size(parser.parse_args().folder)


if __name__ == "__main__":
    main()
