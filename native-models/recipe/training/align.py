"""Points cross-attention at the right cells, once the conditioning says where its vectors belong.

python -m training.align       changes work/joint.pt; run once, when `told` is small

In the first block all heads' queries and keys, in the others the first one's, become what a linear
fit reads of row and column, so that a latent token looks at the image token of its own cell. Found
by gradient alone, this takes a small model longer than everything else it learns; it is only a
start, and trained on.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor, nn

from .checkpoint import WORK, load, save
from .codes import GRID
from .data import Batch, Batches, Vocabulary
from .joint import cells, image_states, noisy_latents
from .model import PATCH, Starter

HEARD = 1.0  # how loud what is looked up is to be, beside the stream it is added to
SHARP = 1.5  # how sharply: the weight of the queries' norm
PLACE = 2 * GRID  # row and column, one of eight each
BATCH = 24
BATCHES = 16


def places() -> Tensor:
    """Row and column of every cell, centred one-hot: [64, 16]."""
    cells = torch.arange(GRID * GRID)
    row, column = (nn.functional.one_hot(v, GRID) for v in (cells // GRID, cells % GRID))
    return torch.cat([row, column], dim=1).float() - 1 / GRID


def read_off(vectors: Tensor, steps: int = 200) -> tuple[Tensor, Tensor]:
    """weight [16, width] and bias [16] that read places off vectors [batch, 64, width]: least
    squares, then the cross-entropy of the place they read."""
    x = torch.cat([vectors, torch.ones(*vectors.shape[:2], 1)], dim=-1).flatten(0, 1)
    wanted = places().repeat(len(vectors), 1)
    square = x.T @ x + 1e-4 * len(x) * torch.eye(x.shape[1])
    solution = nn.Parameter(torch.linalg.solve(square, x.T @ wanted))
    cell = torch.arange(GRID * GRID).repeat(len(vectors))
    optimizer = torch.optim.Adam([solution], lr=2e-2)
    with torch.enable_grad():
        for _ in range(steps):
            optimizer.zero_grad()
            scores = x @ solution @ places().T
            nn.functional.cross_entropy(scores, cell).backward()
            optimizer.step()
    print("places read", round(float((scores.argmax(-1) == cell).float().mean()), 3))
    return solution.detach()[:-1].T, solution.detach()[-1]


def point(linear: nn.Linear, vectors: Tensor, heads: int, size: int) -> None:
    """Makes the rows of a projection's first heads read places, as loud as they were before,
    whatever the norm that follows divides by."""
    weight, bias = read_off(vectors)
    before = nn.functional.linear(vectors, linear.weight[:size], linear.bias[:size])
    mine = nn.functional.linear(vectors, weight, bias)
    loudness = before.square().sum(-1).mean().sqrt() / mine.square().sum(-1).mean().sqrt()
    for start in range(0, heads * size, size):
        linear.weight[start : start + size] = 0
        linear.bias[start : start + size] = 0
        linear.weight[start : start + PLACE] = weight * loudness
        linear.bias[start : start + PLACE] = bias * loudness


@torch.no_grad()
def reserve(model: Starter) -> None:
    """Keeps the channels in which the position embedding says row and column most clearly free of
    everything else: nothing is written there to begin with."""
    sana = model.sana
    quarter = sana.config.num_attention_heads * sana.config.attention_head_dim // 4
    fast = PLACE // 4  # of each axis, as many sines and as many cosines of the highest frequencies
    channels = [start + k for start in range(0, 4 * quarter, quarter) for k in range(fast)]
    writers = [sana.patch_embed.proj]
    for block in sana.transformer_blocks:
        writers += [block.attn1.to_out[0], block.attn2.to_out[0], block.ff.conv_point]
    for writer in writers:
        writer.weight[channels] = 0
        if writer.bias is not None:
            writer.bias[channels] = 0


def passing(model: Starter, attention: nn.Module, batches: list[Batch]) -> tuple[Tensor, ...]:
    """What goes into a block's cross-attention (queries, captions) and what comes out of it."""
    seen: list[tuple[Tensor, Tensor, Tensor]] = []

    def note(
        _: nn.Module, given: tuple[Tensor, ...], named: dict[str, Tensor], out: Tensor
    ) -> None:
        seen.append((given[0], named["encoder_hidden_states"], out))

    hook = attention.register_forward_hook(note, with_kwargs=True)
    for batch in batches:
        hidden = image_states(model.hidden_states(batch.ids), batch)
        noisy, sigma = noisy_latents(batch.latents, 1)
        model.clean(noisy, batch.reference, sigma, model.context(hidden))
    hook.remove()
    return tuple(torch.cat(parts) for parts in zip(*seen, strict=True))


@torch.no_grad()
def align(model: Starter, batches: list[Batch]) -> None:
    """Block by block, since each one changes what the next one sees: all heads of the first block,
    one head of every other."""
    for index, block in enumerate(model.sana.transformer_blocks):
        attention = block.attn2
        size = attention.to_q.out_features // attention.heads
        queries, keys, _ = passing(model, attention, batches)
        heads = 1 if index else attention.heads
        point(attention.to_q, queries, heads, size)
        point(attention.to_k, keys[:, 1:], heads, size)
        attention.norm_q.weight[: heads * size] = SHARP
        queries, _, result = passing(model, attention, batches)
        loudness = float(queries.square().mean().sqrt() / result.square().mean().sqrt())
        attention.to_out[0].weight[:, : heads * size] *= max(1.0, HEARD * loudness)


@torch.no_grad()
def fit_output(model: Starter, batches: list[Batch]) -> None:
    """Makes the last projection the best linear reading of what now arrives there."""
    projection = model.sana.proj_out
    seen: list[Tensor] = []
    hook = projection.register_forward_hook(lambda _, given, out: seen.append(given[0]))
    wanted = []
    for batch in batches:
        hidden = image_states(model.hidden_states(batch.ids), batch)
        noisy, sigma = noisy_latents(batch.latents, 1)
        model.clean(noisy, batch.reference, sigma, model.context(hidden))
        patches = cells(batch.latents).unflatten(2, (-1, PATCH * PATCH))
        wanted.append(patches.transpose(2, 3).flatten(2))  # the transformer has channels last
    hook.remove()
    x = torch.cat(seen).flatten(0, 1)
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    y = torch.cat(wanted).flatten(0, 1)
    square = x.T @ x + 1e-3 * len(x) * torch.eye(x.shape[1])
    solution = torch.linalg.solve(square, x.T @ y)
    projection.weight.copy_(solution[:-1].T)
    projection.bias.copy_(solution[-1])
    print("error left", round(float((x @ solution - y).square().mean()), 3))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--again", action="store_true", help="fit once more, to better captions")
    options = arguments.parse_args()
    state = load(WORK / "joint.pt")
    assert state is not None, "train the autoregressive model first"
    model = Starter(Vocabulary().image)
    model.load_state_dict(state["model"])
    if not options.again:
        reserve(model)
    data = Batches(BATCH, 5, 0.4)
    batches = [data.batch(data.is_edit()) for _ in range(BATCHES)]
    batches = [batch for batch in batches if batch.tokens.shape[1] == GRID * GRID]
    align(model, batches[:3])
    if not options.again:
        fit_output(model, batches)
    aligned = {"model": model.state_dict(), "average": model.state_dict(), "step": state["step"]}
    save(WORK / "joint.pt", aligned)


if __name__ == "__main__":
    main()
