"""What the golden scripts share: random weights with a visible effect, and how a case is written.

A case is a folder with `config.json`, `model.safetensors` (the parameters under the names of a
bundle) and `golden.safetensors` (inputs and the reference's outputs). Weights of half-precision
cases are rounded first and the reference computes with the rounded values in float32: what is left
between it and a graph is the graph's own error.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

Config = dict[str, Any]
"""A network's `config.json`."""

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


@torch.no_grad()
def randomize(module: nn.Module, seed: int) -> None:
    """Fills all parameters so that every one of them moves the output.

    Matrices keep the size of what they multiply, vectors named `bias` are small, others (scales)
    lie near one.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1:
            parameter.copy_(noise / math.sqrt(parameter[0].numel()))
        elif name.endswith("bias"):
            parameter.copy_(0.1 * noise)
        else:
            parameter.copy_(1 + 0.2 * noise)


@torch.no_grad()
def round_weights(module: nn.Module, dtype: str) -> None:
    """Rounds all parameters to what `dtype` can hold; they stay float32."""
    for parameter in module.parameters():
        parameter.copy_(parameter.to(DTYPES[dtype]).float())


def write_case(
    folder: Path,
    config: Mapping[str, object],
    weights: dict[str, torch.Tensor],
    golden: dict[str, torch.Tensor],
    dtype: str = "float32",
) -> None:
    """Writes one case; `weights` are stored as `dtype`, `golden` as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    stored = {name: value.to(DTYPES[dtype]).contiguous().clone() for name, value in weights.items()}
    save_file(stored, folder / "model.safetensors")
    tensors = {name: value.detach().contiguous().clone() for name, value in golden.items()}
    save_file(tensors, folder / "golden.safetensors")
