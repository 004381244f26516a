"""Muon for a transformer's inner matrices and AdamW for everything else, as one optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

class Optimizer:
    """Weight matrices inside `bodies` go to Muon (Jordan et al. 2024), the rest to AdamW."""

    def __init__(
        self, bodies: Iterable[nn.Module], models: Iterable[nn.Module], rate: float
    ) -> None:
        matrices = {
            id(p): p
            for body in bodies
            for name, p in body.named_parameters()
            if p.ndim == 2 and p.requires_grad and "embed" not in name and "table" not in name
        }
        others = {
            id(p): p for m in models for p in m.parameters() if p.requires_grad and id(p) not in matrices
        }
        self.parts = (
            torch.optim.Muon(
                list(matrices.values()), lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"
            ),
            torch.optim.AdamW(list(others.values()), lr=rate, betas=(0.9, 0.97), weight_decay=0.01),
        )

    def set_rate(self, rate: float) -> None:
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        return {str(index): part.state_dict() for index, part in enumerate(self.parts)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for index, part in enumerate(self.parts):
            part.load_state_dict(state[str(index)])
