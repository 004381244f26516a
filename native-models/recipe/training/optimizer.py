"""Muon for the inner weights of a network and AdamW for everything else, as one optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, overload

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


NOT_MATRICES = ("embed", "table")


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised: matrices as they are, convolutions as [out, in x window]. Updates
    are scaled to the size that Adam's have, so that both share a learning rate."""

    def __init__(self, groups: list[dict[str, Any]], lr: float, weight_decay: float) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": 0.95})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
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
        return loss


class Optimizer:
    """Weights of two or more dimensions inside `bodies` go to Muon, the rest to AdamW; what is
    inside `slow` learns at a part of the rate."""

    def __init__(
        self,
        bodies: Iterable[nn.Module],
        model: nn.Module,
        rate: float,
        slow: Iterable[nn.Module] = (),
        part: float = 1.0,
    ) -> None:
        inner = {
            id(p)
            for body in bodies
            for name, p in body.named_parameters()
            if p.ndim >= 2
            and min(p.shape[:2]) > 1
            and not any(word in name for word in NOT_MATRICES)
        }
        slowly = {id(p) for module in slow for p in module.parameters()}
        trained = [p for p in model.parameters() if p.requires_grad]

        def groups(muon: bool) -> list[dict[str, Any]]:
            mine = [p for p in trained if (id(p) in inner) == muon]
            return [
                {"params": [p for p in mine if (id(p) in slowly) == slower], "part": share}
                for slower, share in ((False, 1.0), (True, part))
            ]

        self.parts = (
            Muon(groups(True), lr=rate, weight_decay=0.01),
            torch.optim.AdamW(groups(False), lr=rate, betas=(0.9, 0.97), weight_decay=0.01),
        )

    def set_rate(self, rate: float) -> None:
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate * group["part"]

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
            shares = [group["part"] for group in part.param_groups]
            part.load_state_dict(state[str(index)])
            for group, share in zip(part.param_groups, shares, strict=True):
                group["part"] = share
