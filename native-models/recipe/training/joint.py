"""Trains the autoregressive and the diffusion model together, on endless fresh scenes.

python -m training.joint --minutes 80             resumes from work/joint.pt
python -m training.joint --peer 0 --only tokens   beside --peer 1 --only painting: each its own part
Cross-entropy on the image tokens plus flow matching (uniform timesteps, conditioning dropped one
time in ten).
"""

from __future__ import annotations

import argparse
import math
import time

import torch
from torch import Tensor, nn
from torch.nn import functional

from dataengine.edits import OPERATIONS

from .checkpoint import WORK, Log, load, save
from .codes import GRID, PARTS, THINGS
from .data import GENERATE_LENGTH, MORE, Batch, Batches, Vocabulary
from .model import HIDDEN, PATCH, Starter
from .model import TOLD as TOLD_SIZES
from .optimizer import Optimizer
from .vision_tokenizer import code_loss

DROP = 0.1
EMA = 0.998
FLOW = 2.0  # weight of the clean latents' error beside cross-entropy
TOLD = 0.2
BEGINNING = 10.0  # weight of what it is that begins, beside one for every token
SHOWN = 3.0  # weight of the latents read off the captions
TRAINED = {
    "tokens": ("ar.", "code_", "diffusion_connector.", "sana.caption_", "told."),
    "painting": ("diffusion_connector.", "sana.", "told."),
    "everything": ("",),
}
"""What trains: the tokens and what they tell the diffusion model; that model and what it is told,
with the autoregressive one as it is; or all."""
MEET = 30  # steps between two meetings of processes


def merge(model: Starter, mine: int, part: str) -> None:
    """Halfway to the other process's parameters, if there is one: two processes with a core each
    train as one with twice the batch, nearly, by meeting now and then. What only one of them
    trains the other takes over."""
    save(WORK / f"peer-{mine}.pt", {"model": model.state_dict(), "part": part})
    other = WORK / f"peer-{1 - mine}.pt"
    if not other.exists() or time.time() - other.stat().st_mtime > 300:
        return
    theirs = load(other)
    assert theirs is not None
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith(TRAINED[theirs["part"]]):
                share = 0.5 if name.startswith(TRAINED[part]) else 1.0
                parameter.lerp_(theirs["model"][name], share)


def begins(tokens: Tensor) -> Tensor:
    """Where something begins that the cells before it, above it and beside those do not show yet:
    bool [batch, n]. Only the words tell what that is; the rest follows from what is there."""
    side = math.isqrt(tokens.shape[1])
    look = torch.where(tokens < THINGS, tokens // PARTS, -1).unflatten(1, (side, side))
    around = functional.pad(look, (1, 1, 1, 0), value=-1)
    known = [around[:, 1:, :-2], *(around[:, :-1, x : x + side] for x in range(3))]
    new = torch.stack([look != neighbour for neighbour in known]).all(0) & (look >= 0)
    new[:, 0, 0] = True
    return new.flatten(1)


def token_loss(model: Starter, hidden: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy over the codes; hidden is [batch, n + 1, hidden]. Where something begins, or an
    edit changes something, what it is weighs more, but not that it does: there would be too many
    things. In an edit the things that stay weigh as much as those that change; else "make the tree
    yellow" would be learnt as making everything yellow."""
    chosen = begins(batch.tokens)
    if batch.altered is not None:
        chosen = chosen | batch.altered | (batch.tokens < THINGS)
    states, codes = hidden[:, :-1].flatten(0, 1), batch.tokens.flatten()
    whole, what = model.code_head.cross_entropy(states, codes)
    return whole.mean() + BEGINNING * (what * chosen.float().flatten()).mean()


def softly(hidden: Tensor, share: float) -> Tensor:
    """The same states, through which less of the gradient goes back: the diffusion model learns
    from all of its error, and the autoregressive model first of all to follow words."""
    return share * hidden + (1 - share) * hidden.detach()


def noisy_latents(latents: Tensor, draws: int) -> tuple[Tensor, Tensor]:
    """x_t and sigma of every draw, draws x batch of each; sigma is more often high than low.

    (Uniform, as released, a small model spends itself on taking off the last noise, for which it
    need not look at the image tokens; a third of these draws are nothing but noise to the eye.)
    """
    size = len(latents)
    even = (torch.rand(draws, size) + torch.arange(draws)[:, None]).flatten() / draws
    sigma = 1 - even**3
    mix = sigma[:, None, None, None]
    latents = latents.repeat(draws, 1, 1, 1)
    return (1 - mix) * latents + mix * torch.randn_like(latents), sigma


def flow_loss(
    model: Starter, hidden: Tensor, batch: Batch, draws: int, sana: nn.Module
) -> tuple[Tensor, Tensor]:
    """Flow matching by clean latents: their error at `draws` noises a picture, and where nothing
    but noise is to be seen. (The velocity's error is this one divided by sigma squared, which asks
    for more exactness at little noise than a small model has to give.)"""
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
    return error.mean(), error[sigma > 0.9].mean().detach()


def cells(latents: Tensor) -> Tensor:
    """Latents [batch, 32, 16, 16] as the transformer's patches, [batch, 64, 128]."""
    return functional.unfold(latents, PATCH, stride=PATCH).transpose(1, 2)


def told_losses(model: Starter, hidden: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Whether the conditioning says what is in each cell: the cross-entropy of place and code read
    off it, and the error of the latents read off it. Cross-attention finds its way by the first and
    has something to fetch by the second; left to itself it takes thousands of steps to."""
    read = model.told(model.captions(hidden)[:, 1:])
    place, scores, latents = read.split(TOLD_SIZES, dim=-1)
    wanted = torch.arange(GRID * GRID).expand(len(hidden), -1)
    where = functional.cross_entropy(place.flatten(0, 1), wanted.flatten())
    shown = (latents - cells(batch.latents)).square().mean()
    return where + code_loss(scores, batch.tokens), shown


def image_states(hidden: Tensor, batch: Batch) -> Tensor:
    """The hidden states of the scale token and the image tokens: [batch, n + 1, hidden]."""
    places = batch.start[:, None] + torch.arange(batch.tokens.shape[1] + 1)
    return hidden.gather(1, places[..., None].expand(-1, -1, HIDDEN))


class Training:
    """The networks, their running average and optimizer, kept in work/joint.pt."""

    def __init__(self, words: int, rate: float, slow: float, ema: float = EMA) -> None:
        self.ema = ema
        self.model, self.average = Starter(words), Starter(words)
        self.average.load_state_dict(self.model.state_dict())
        model = self.model
        bodies = [model.ar.layers, model.diffusion_connector, model.sana.transformer_blocks]
        bodies.append(model.sana.caption_projection)
        tokens = [model.ar, model.code_embeddings, model.code_head]
        self.optimizer = Optimizer(bodies, model, rate, tokens, slow)
        self.step, self.kept = 0, time.time()

    def resume(self) -> None:
        state = load(WORK / "joint.pt")
        if state is None:
            return
        self.model.load_state_dict(state["model"], strict=False)
        self.average.load_state_dict(state["average"], strict=False)
        if "optimizer" in state:  # none where training goes on from a bundle
            self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def keep(self) -> None:
        state = {"model": self.model.state_dict(), "average": self.average.state_dict()}
        optimizer = self.optimizer.state_dict()
        save(WORK / "joint.pt", {**state, "optimizer": optimizer, "step": self.step})

    def tend(self, part: str, peer: int | None, meet: int, over: bool) -> None:
        """After a step: meets the other process every `meet` steps, and keeps what was learnt every
        two minutes and once it is over; of two processes the first does."""
        if peer is not None and self.step % meet == 0:
            merge(self.model, peer, part)
        if time.time() - self.kept > 120 or over:
            self.kept = time.time()
            if not peer:
                self.keep()

    def update(self, loss: Tensor, rate: float) -> None:
        self.optimizer.set_rate(rate)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        with torch.no_grad():
            decay = min(self.ema, self.step / (self.step + 20))
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.model.parameters()), 1 - decay
            )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--batch", type=int, default=24)
    arguments.add_argument("--learning-rate", type=float, default=2e-3)
    arguments.add_argument("--final", type=float, default=0.03, help="of the rate, at the end")
    arguments.add_argument("--slow", type=float, default=1.0, help="of the rate, for tokens")
    arguments.add_argument("--back", type=float, default=0.2, help="gradient to the tokens' model")
    arguments.add_argument("--edit-share", type=float, default=0.35)
    arguments.add_argument("--more", choices=OPERATIONS, nargs="*", default=(), help=MORE)
    arguments.add_argument("--draws", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--only", choices=TRAINED, default="everything", dest="part")
    arguments.add_argument("--peer", type=int, choices=(0, 1), help="one of two processes")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    training = Training(Vocabulary().image, options.learning_rate, options.slow)
    training.resume()
    seed = training.step * 2 + (options.peer or 0)
    torch.manual_seed(seed)
    data = Batches(options.batch, seed, options.edit_share, options.more)
    model = training.model
    hidden_states = torch.compile(model.hidden_states, dynamic=False)
    sana: nn.Module = torch.compile(model.sana, dynamic=False)  # type: ignore[assignment]
    log, begun = Log("joint"), training.step
    start = time.time()
    means: dict[str, float] = {}
    for batch in data:
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (training.step - begun + 1) / 100)
        rate *= max(options.final, 1 - passed * (1 - options.final))
        kind = "generate" if batch.ids.shape[1] == GENERATE_LENGTH else "edit"
        with torch.set_grad_enabled(options.part != "painting"):
            hidden = image_states(hidden_states(batch.ids), batch)
            tokens = token_loss(model, hidden, batch)
        losses = {f"tokens_{kind}_{batch.tokens.shape[1]}": tokens}
        total, hidden = tokens, softly(hidden, options.back)
        often = batch.tokens.shape[1] == GRID * GRID  # S1 and S2 are too rare to be compiled for
        if often:
            told, shown = told_losses(model, hidden, batch)
            losses |= {f"told_{kind}": told, f"shown_{kind}": shown}
            total = total + TOLD * told + SHOWN * shown
        if options.part != "tokens":
            network = sana if often else model.sana
            flow, blind = flow_loss(model, hidden, batch, options.draws, network)
            losses |= {f"clean_{kind}": flow, f"blind_{kind}": blind}
            total = total + FLOW * flow
        training.update(total, rate)
        for name, value in losses.items():
            now = float(value.detach())
            means[name] = 0.97 * means.get(name, now) + 0.03 * now
        if training.step % 50 == 0:
            log(step=training.step, **means, rate=rate)
        training.tend(options.part, options.peer, MEET, passed >= 1)
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
