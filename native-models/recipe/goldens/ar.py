"""Golden values of the autoregressive network, from transformers' Qwen3ForCausalLM."""

from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from .common import Config, randomize, round_weights, write_case

SEQUENCE = 11
BATCH = 2

BASE: Config = {
    "vocab_size": 160,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1e6,
    "attention_bias": False,
    "tie_word_embeddings": False,
}

# Head sizes whose half is no multiple of 8 (24, 10) take the graph's own rotation.
CASES: dict[str, tuple[Config, str]] = {
    "gqa": ({}, "float32"),
    "mha-tied": (
        {
            "num_attention_heads": 3,
            "num_key_value_heads": 3,
            "head_dim": 24,
            "tie_word_embeddings": True,
        },
        "float32",
    ),
    "mqa-bias": (
        {
            "num_attention_heads": 6,
            "num_key_value_heads": 1,
            "head_dim": 32,
            "attention_bias": True,
            "rope_theta": 5e4,
            "rms_norm_eps": 1e-5,
        },
        "float32",
    ),
    "odd-head": (
        {"hidden_size": 36, "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 10},
        "float32",
    ),
    "gqa-float16": ({"num_attention_heads": 8, "num_key_value_heads": 2}, "float16"),
    "tied-bfloat16": ({"tie_word_embeddings": True, "num_hidden_layers": 1}, "bfloat16"),
}


def write(out_dir: Path) -> None:
    """Writes all cases below `out_dir`/ar."""
    for seed, (name, (overrides, dtype)) in enumerate(CASES.items()):
        write_one(out_dir / "ar" / name, {**BASE, **overrides}, dtype, seed)


@torch.no_grad()
def write_one(folder: Path, fields: Config, dtype: str, seed: int) -> None:
    # `rope_theta` goes in the place transformers 5 reads; the file keeps the older one, and every
    # other case the newer: bundles have either.
    model_fields = {key: value for key, value in fields.items() if key != "rope_theta"}
    rope = {"rope_type": "default", "rope_theta": fields["rope_theta"]}
    model = Qwen3ForCausalLM(Qwen3Config(**model_fields, rope_parameters=rope)).eval()
    randomize(model, seed)
    round_weights(model, dtype)
    generator = torch.Generator().manual_seed(1000 + seed)
    ids = torch.randint(0, fields["vocab_size"], (BATCH, SEQUENCE), generator=generator)
    output = model.model(input_ids=ids)
    hidden = output.last_hidden_state
    golden = {
        "input_ids": ids,
        "inputs_embeds": model.model.embed_tokens(ids),
        "last_hidden_state": hidden,
        "logits": model.lm_head(hidden),
    }
    weights = dict(model.state_dict())
    if fields["tie_word_embeddings"]:
        del weights["lm_head.weight"]
    config = fields if seed % 2 == 0 else {**model_fields, "rope_parameters": rope}
    write_case(folder, config, weights, golden, dtype)
