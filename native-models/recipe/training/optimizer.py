"""Muon for the inner weights of a network and AdamW for everything else, as one optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


def orthogonalised(update: Tensor, steps: int = 4) -> Tensor:
    """The nearest (semi-)orthogonal matrix, roughly, by Newton-Schulz (Jordan et al. 2024)."""
    a, b, c = 3.4445, -4.775, 2.0315
    x = update / (update.norm() + 1e-7)
    turned = x.shape[0] > x.shape[1]
    x = x.T if turned else x
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if turned else x


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised: matrices as they are, convolutions as [out, in x window]. Updates
    are scaled to the size that Adam's have, so that both share a learning rate."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay, "momentum": 0.95})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                grad = parameter.grad
                momentum = state.setdefault("momentum", torch.zeros_like(grad))
                momentum.lerp_(grad, 1 - group["momentum"])
                update = grad.lerp(momentum, group["momentum"]).reshape(grad.shape[0], -1)
                scale = 0.2 * max(update.shape) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.sub_(
                    orthogonalised(update).reshape(grad.shape), alpha=group["lr"] * scale
                )


class Optimizer:
    """Weights of two or more dimensions inside `bodies` go to Muon, the rest to AdamW."""

    def __init__(
        self, bodies: Iterable[nn.Module], models: Iterable[nn.Module], rate: float
    ) -> None:
        inner = {
            id(p): p
            for body in bodies
            for name, p in body.named_parameters()
            if p.ndim >= 2 and min(p.shape[:2]) > 1 and p.requires_grad and "embed" not in name
        }
        others = {
            id(p): p
            for m in models
            for p in m.parameters()
            if p.requires_grad and id(p) not in inner
        }
        self.parts = (
            Muon(list(inner.values()), lr=rate, weight_decay=0.01),
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
