"""Trains the autoregressive and the diffusion model, first the one alone, then both together.

python -m training.joint --minutes 60            resumes from work/joint.pt
Cross-entropy on the image tokens plus flow matching (uniform timesteps, conditioning dropped one
time in ten); as long as there are no latents on disk, cross-entropy alone.
"""

from __future__ import annotations

import argparse
import time

import torch
from torch import Tensor, nn
from torch.nn import functional

from .checkpoint import WORK, Log, load, save
from .data import Batch, Batches
from .model import HIDDEN, Starter
from .optimizer import Optimizer
from .vision_tokenizer import CODEBOOK_SIZE

DROP = 0.1
EMA = 0.999


def token_loss(model: Starter, hidden: Tensor, tokens: Tensor, image: int) -> Tensor:
    """Cross-entropy over the image tokens' rows of lm_head; hidden is [batch, n + 1, hidden]."""
    rows = model.ar.lm_head.weight[image : image + CODEBOOK_SIZE]
    logits = hidden[:, :-1].float() @ rows.float().T
    return functional.cross_entropy(logits.flatten(0, 1), tokens.flatten())


def flow_loss(model: Starter, hidden: Tensor, batch: Batch, draws: int) -> Tensor:
    """Flow matching: the error of the velocity `noise - latents`, at `draws` noises a picture."""
    assert batch.latents is not None and batch.weight is not None
    size = len(hidden)
    reference = batch.reference
    dropped = torch.rand(size) < DROP
    if reference is None:  # unconditional pictures have the connector of zeros
        context = model.context(hidden * ~dropped[:, None, None], None)
    else:  # unconditional edits have zeros after the connectors
        context = model.context(hidden, reference) * ~dropped[:, None, None]
        reference = reference.repeat(draws, 1, 1, 1)
    latents = batch.latents.repeat(draws, 1, 1, 1)
    sigma = (torch.rand(draws, size) + torch.arange(draws)[:, None]).flatten() / draws
    noise = torch.randn_like(latents)
    noisy = (1 - sigma)[:, None, None, None] * latents + sigma[:, None, None, None] * noise
    velocity = model.velocity(noisy, reference, sigma, context.repeat(draws, 1, 1))
    error = (velocity.float() - (noise - latents)).square().mean(1)
    return (error * batch.weight.repeat(draws, 1, 1)).mean() / batch.weight.mean()


def image_states(hidden: Tensor, batch: Batch) -> Tensor:
    """The hidden states of the scale token and the image tokens: [batch, n + 1, hidden]."""
    places = batch.start[:, None] + torch.arange(batch.tokens.shape[1] + 1)
    return hidden.gather(1, places[..., None].expand(-1, -1, HIDDEN))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--learning-rate", type=float, default=1e-3)
    arguments.add_argument("--final", type=float, default=0.03, help="learning rate at the end, as a share")
    arguments.add_argument("--edit-share", type=float, default=0.4)
    arguments.add_argument("--draws", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    state = load(WORK / "joint.pt")
    step = 0 if state is None else state["step"]
    torch.manual_seed(step)
    scale = load(WORK / "latents.pt")
    factor = None if scale is None else scale["scaling_factor"]
    data = Batches(options.batch, step, factor, options.edit_share)
    model = Starter(data.vocabulary.size)
    average = Starter(data.vocabulary.size)
    average.load_state_dict(model.state_dict())
    bodies = [model.ar.model.layers, model.sana.transformer_blocks]
    optimizer = Optimizer(bodies, [model], options.learning_rate)
    if state is not None:
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
    log = Log("joint")
    start = last = time.time()
    means: dict[str, float] = {}
    for batch in data:
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (step + 1) / 200)
        rate *= max(options.final, 1 - passed * (1 - options.final))
        optimizer.set_rate(rate)
        kind = "generate" if batch.reference is None else "edit"
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = image_states(model.hidden_states(batch.ids), batch)
            tokens = token_loss(model, hidden, batch.tokens, data.vocabulary.image)
            losses = {f"tokens_{batch.tokens.shape[1]}": tokens}
            total = tokens
            if batch.latents is not None:
                losses[f"flow_{kind}"] = flow_loss(model, hidden.float(), batch, options.draws)
                total = total + losses[f"flow_{kind}"]
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        with torch.no_grad():
            mine = list(average.parameters())
            torch._foreach_lerp_(mine, list(model.parameters()), 1 - min(EMA, step / (step + 20)))
        for name, value in losses.items():
            now = float(value.detach())
            means[name] = 0.97 * means.get(name, now) + 0.03 * now
        if step % 50 == 0:
            log(step=step, **means, rate=rate)
        if time.time() - last > 120 or passed >= 1:
            last = time.time()
            save(WORK / "joint.pt", {"model": model.state_dict(), "average": average.state_dict(),
                                     "optimizer": optimizer.state_dict(), "step": step})  # fmt: skip
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
