"""Trains the autoregressive and the diffusion model together, on endless fresh scenes.

python -m training.joint --minutes 80             resumes from work/joint.pt
Cross-entropy on the image tokens plus flow matching (uniform timesteps, conditioning dropped one
time in ten).
"""

from __future__ import annotations

import argparse
import time

import torch
from torch import Tensor, nn
from torch.nn import functional

from .checkpoint import WORK, Log, load, save
from .data import Batch, Batches, Vocabulary
from .model import HIDDEN, Starter
from .optimizer import Optimizer

DROP = 0.1
EMA = 0.998
LEAST_SIGMA = 0.3
MEET = 30  # steps between two meetings of processes


def merge(model: Starter, mine: int) -> None:
    """Halfway to the other process's parameters, if there is one: two processes with a core each
    train as one with twice the batch, nearly, by meeting now and then."""
    torch.save(model.state_dict(), WORK / f"peer-{mine}.partial")
    (WORK / f"peer-{mine}.partial").replace(WORK / f"peer-{mine}.pt")
    other = WORK / f"peer-{1 - mine}.pt"
    if not other.exists() or time.time() - other.stat().st_mtime > 300:
        return
    theirs = torch.load(other, map_location="cpu", weights_only=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.lerp_(theirs[name], 0.5)


def token_loss(model: Starter, hidden: Tensor, tokens: Tensor) -> Tensor:
    """Cross-entropy over the codes; hidden is [batch, n + 1, hidden]."""
    logits = hidden[:, :-1].flatten(0, 1) @ model.code_head().T
    return functional.cross_entropy(logits, tokens.flatten())


def noisy_latents(latents: Tensor, draws: int) -> tuple[Tensor, Tensor]:
    """x_t and sigma of every draw, draws x batch of each; sigma is uniform."""
    size = len(latents)
    sigma = (torch.rand(draws, size) + torch.arange(draws)[:, None]).flatten() / draws
    mix = sigma[:, None, None, None]
    latents = latents.repeat(draws, 1, 1, 1)
    return (1 - mix) * latents + mix * torch.randn_like(latents), sigma


def flow_loss(
    model: Starter, hidden: Tensor, batch: Batch, draws: int, sana: nn.Module
) -> tuple[Tensor, Tensor]:
    """Flow matching by clean latents: their error at `draws` noises a picture, and the same
    weighted by noise. (The velocity's error is this one divided by sigma squared, which asks for
    more exactness at little noise than a small model has to give.)"""
    reference = batch.reference
    kept = (torch.rand(len(hidden)) >= DROP)[:, None, None]
    if reference is None:  # unconditional pictures have the connector of zeros
        context = model.context(hidden * kept)
    else:  # unconditional edits have zeros after the connector
        context = model.context(hidden) * kept
        reference = reference.repeat(draws, 1, 1, 1)
    noisy, sigma = noisy_latents(batch.latents, draws)
    clean = model.clean(noisy, reference, sigma, context.repeat(draws, 1, 1), sana)
    error = (clean - batch.latents.repeat(draws, 1, 1, 1)).square().mean(1)
    error = (error * batch.weight.repeat(draws, 1, 1)).mean((1, 2)) / batch.weight.mean()
    return error.mean(), (error / sigma.clamp(min=LEAST_SIGMA)).mean()


def image_states(hidden: Tensor, batch: Batch) -> Tensor:
    """The hidden states of the scale token and the image tokens: [batch, n + 1, hidden]."""
    places = batch.start[:, None] + torch.arange(batch.tokens.shape[1] + 1)
    return hidden.gather(1, places[..., None].expand(-1, -1, HIDDEN))


class Training:
    """The networks, their running average and optimizer, kept in work/joint.pt."""

    def __init__(self, words: int, rate: float) -> None:
        self.model, self.average = Starter(words), Starter(words)
        self.average.load_state_dict(self.model.state_dict())
        bodies = [self.model.ar.layers, self.model.sana.transformer_blocks]
        self.optimizer = Optimizer(bodies, [self.model], rate)
        self.step = 0

    def resume(self) -> None:
        state = load(WORK / "joint.pt")
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def keep(self) -> None:
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(),
                 "optimizer": self.optimizer.state_dict(), "step": self.step}  # fmt: skip
        save(WORK / "joint.pt", state)

    def update(self, loss: Tensor, rate: float) -> None:
        self.optimizer.set_rate(rate)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        with torch.no_grad():
            decay = min(EMA, self.step / (self.step + 20))
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.model.parameters()), 1 - decay
            )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--batch", type=int, default=24)
    arguments.add_argument("--learning-rate", type=float, default=2e-3)
    arguments.add_argument("--final", type=float, default=0.03, help="of the rate, at the end")
    arguments.add_argument("--edit-share", type=float, default=0.35)
    arguments.add_argument("--draws", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--peer", type=int, choices=(0, 1), help="one of two processes")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    training = Training(Vocabulary().image, options.learning_rate)
    training.resume()
    seed = training.step * 2 + (options.peer or 0)
    torch.manual_seed(seed)
    data = Batches(options.batch, seed, options.edit_share)
    model = training.model
    hidden_states = torch.compile(model.hidden_states, dynamic=False)
    sana: nn.Module = torch.compile(model.sana, dynamic=False)  # type: ignore[assignment]
    log, begun = Log("joint"), training.step
    start = last = time.time()
    means: dict[str, float] = {}
    for batch in data:
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (training.step - begun + 1) / 100)
        rate *= max(options.final, 1 - passed * (1 - options.final))
        kind = "generate" if batch.reference is None else "edit"
        hidden = image_states(hidden_states(batch.ids), batch)
        tokens = token_loss(model, hidden, batch.tokens)
        often = batch.tokens.shape[1] == 64  # S1 and S2 are too rare to be compiled for
        error, flow = flow_loss(model, hidden, batch, options.draws, sana if often else model.sana)
        losses = {f"tokens_{kind}_{batch.tokens.shape[1]}": tokens, f"clean_{kind}": error}
        training.update(tokens + flow, rate)
        for name, value in losses.items():
            now = float(value.detach())
            means[name] = 0.97 * means.get(name, now) + 0.03 * now
        if training.step % 50 == 0:
            log(step=training.step, **means, rate=rate)
        if options.peer is not None and training.step % MEET == 0:
            merge(model, options.peer)
        if time.time() - last > 120 or passed >= 1:
            last = time.time()
            if not options.peer:
                training.keep()
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
