"""The autoencoder (diffusers' AutoencoderDC, f16c32): an encoder that is the linear transform of
`latents.py` exactly, and a decoder that starts as its transpose and learns to do better.

python -m training.autoencoder --minutes 60     resumes from work/autoencoder.pt
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderDC
from diffusers.models.autoencoders.autoencoder_dc import ResBlock
from PIL import Image
from torch import Tensor, nn

from .checkpoint import WORK, Log, load, save
from .drawn import FOLDER as DRAWN
from .latents import CHANNELS, PATCH, Basis
from .pictures import SHARD, open_shard, shards

CONFIG: dict[str, Any] = {
    "in_channels": 3,
    "latent_channels": CHANNELS,
    "attention_head_dim": 32,
    "encoder_block_types": "ResBlock",
    "decoder_block_types": "ResBlock",
    "encoder_block_out_channels": (12, 12, 48, 192, 128),
    "decoder_block_out_channels": (12, 12, 24, 48, 96),
    "encoder_layers_per_block": (0, 1, 1, 1, 1),
    "decoder_layers_per_block": (0, 1, 1, 2, 4),
    "encoder_qkv_multiscales": ((),) * 5,
    "decoder_qkv_multiscales": ((),) * 5,
    "downsample_block_type": "pixel_unshuffle",
    "upsample_block_type": "pixel_shuffle",
    "decoder_norm_types": "rms_norm",
    "decoder_act_fns": "silu",
    "scaling_factor": 1.0,
}
IDLE_STAGES = (1, 2)  # of the decoder: where positions are many, the residual block does nothing
NOISE = 0.08  # added to the latents in training, so that nearby latents decode alike
BRIGHT = 6.0  # what the last stage's values are divided by before ReLU, which they pass unchanged
LIFT = 0.7  # since this is added to them


@torch.no_grad()
def fill_encoder(model: AutoencoderDC, basis: Basis) -> None:
    """Makes the encoder the linear transform: pixels are only rearranged until the last but one
    stage; there every convolution sees the four cells of a patch, and one of its four outputs is
    the patch's latent."""
    encoder = model.encoder
    for parameter in encoder.parameters():
        parameter.zero_()
    for channel in range(3):
        encoder.conv_in.conv.weight[channel, channel, 1, 1] = 1
    last = encoder.down_blocks[3][-1].conv
    rows = basis.components / basis.scale[:, None]  # [32, 3 x 16 x 16]
    # Channels at 32x32 are (colour, y1, x1, y2, x2, y3, x3), coarsest last; a cell has 8x8 pixels.
    cells = rows.reshape(CHANNELS, 3, 2, 2, 2, 2, 2, 2, 2, 2)
    # [latent, colour, y: cell, y3, y2, y1, x: cell, x3, x2, x1]
    weight = cells.permute(0, 1, 5, 9, 4, 8, 3, 7, 2, 6).reshape(CHANNELS, 192, 2, 2)
    last.weight[:, :, 1:, 1:] = weight
    last.bias.copy_(-(rows @ basis.mean))
    group = 192 * 4 // 128
    for latent in range(CHANNELS):  # less the shortcut: a mean of six rearranged channels
        for index in range(group * latent * 4, group * (latent * 4 + 1)):
            channel, cell = divmod(index, 4)
            last.weight[latent, channel, 1 + cell // 2, 1 + cell % 2] -= 1 / group
        encoder.conv_out.weight[latent, latent * 4, 1, 1] = 1
        encoder.conv_out.weight[latent, latent * 4 : latent * 4 + 4, 1, 1] -= 1 / 4


def window_basis(pictures: Tensor, size: int, count: int) -> Tensor:
    """The `count` best rows for windows of size x size pixels: [count, 3 x size x size]."""
    x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
    patches = nn.functional.unfold(x, size, stride=size).transpose(1, 2).flatten(0, 1)
    _, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    return vectors[:, -count:].flip(1).T.contiguous()


def quarters(size: int) -> Tensor:
    """Indices [4, 3 x half x half] of a window's quarters, row by row."""
    index = torch.arange(3 * size * size).reshape(3, 2, size // 2, 2, size // 2)
    return index.permute(1, 3, 0, 2, 4).reshape(4, -1)


@torch.no_grad()
def fill_upsampling(block: nn.Module, from_rows: Tensor, to_rows: Tensor, copies: int) -> None:
    """Makes an upsampling block turn a window's coefficients into those of its quarters.

    from_rows [inputs / copies, 3 x size x size], to_rows [<= outputs, 3 x half x half].
    """
    size = round((from_rows.shape[1] / 3) ** 0.5)
    conv = block.conv
    assert isinstance(conv, nn.Conv2d) and conv.bias is not None
    conv.weight.mul_(0.02)
    conv.bias.zero_()
    for cell, index in enumerate(quarters(size)):
        turn = to_rows @ from_rows[:, index].T / copies
        conv.weight[cell : 4 * len(to_rows) : 4, :, 1, 1] = turn.repeat_interleave(copies, dim=1)
    repeats = conv.weight.shape[0] // conv.weight.shape[1]
    for row in range(conv.weight.shape[0]):  # less the shortcut
        conv.weight[row, row // repeats, 1, 1] -= 1


@torch.no_grad()
def fill_decoder(model: AutoencoderDC, basis: Basis, pictures: Tensor) -> None:
    """Makes the decoder the transform's transpose, down a pyramid of smaller and smaller windows;
    its residual blocks begin as whispers."""
    decoder = model.decoder
    for block in decoder.modules():
        if isinstance(block, ResBlock):
            block.norm.weight.fill_(0.05)
    decoder.conv_in.weight.zero_()
    decoder.conv_in.bias.zero_()
    rows = [basis.components * basis.scale[:, None]]
    rows += [window_basis(pictures, size, count) for size, count in ((8, 48), (4, 24), (2, 11))]
    for level, stage in enumerate((3, 2, 1)):
        block = decoder.up_blocks[stage][0]
        fill_upsampling(block, rows[level], rows[level + 1], 3 if level == 0 else 1)
        if level == 0:  # the mean
            for cell, index in enumerate(quarters(PATCH)):
                block.conv.bias[cell::4] = rows[1] @ basis.mean[index]
    # A constant last channel keeps the norm of all channels from dividing brightness away.
    block.conv.weight[44:, :, 1, 1] = 0
    for row in range(44, 48):
        block.conv.weight[row, row // 2, 1, 1] = -1
    block.conv.bias[44:] = BRIGHT * 12**0.5
    decoder.norm_out.weight.fill_(1)
    decoder.norm_out.weight[11] = 0
    decoder.norm_out.bias.fill_(LIFT)
    out = decoder.conv_out.conv
    out.weight.zero_()
    out.weight[:, :11, 1, 1] = BRIGHT * rows[3].T
    out.bias.copy_(-BRIGHT * LIFT * rows[3].sum(0))


def initial_network(basis: Basis, pictures: Tensor) -> AutoencoderDC:
    """The linear autoencoder as the official class has it."""
    model = AutoencoderDC(**CONFIG)
    fill_encoder(model, basis)
    fill_decoder(model, basis, pictures)
    for stage in IDLE_STAGES:
        for block in model.decoder.up_blocks[stage]:
            if isinstance(block, ResBlock):
                for parameter in block.parameters():
                    nn.init.zeros_(parameter)
    return model


def without_idle_blocks(model: AutoencoderDC) -> Callable[[Tensor], Tensor]:
    """The decoder with the blocks that do nothing left out; shares its weights."""
    decoder = model.decoder

    def decode(latents: Tensor) -> Tensor:
        x = latents.repeat_interleave(decoder.in_shortcut_repeats, dim=1) + decoder.conv_in(latents)
        for stage in reversed(range(1, 5)):
            for layer in decoder.up_blocks[stage]:
                if not (stage in IDLE_STAGES and isinstance(layer, ResBlock)):
                    x = layer(x)
        x = decoder.norm_out(x.movedim(1, -1)).movedim(-1, 1)
        return decoder.conv_out(decoder.conv_act(x))

    return decode


def batches(size: int, seed: int, basis: Basis) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of latents [size, 32, 16, 16], a little noisy, and the pictures they decode
    to, uint8 [size, 256, 256, 3]: every other one of the transform's own and, where there are any,
    of those that the diffusion model drew."""
    rng = np.random.default_rng(seed)
    drawn = [state for path in sorted(DRAWN.glob("*.pt")) if (state := load(path)) is not None]
    while True:
        known = shards()
        pictures = open_shard(known[rng.integers(len(known))])
        order = rng.permutation(SHARD)
        for start in range(0, SHARD - size + 1, size):
            some = torch.from_numpy(pictures[np.sort(order[start : start + size])])
            latents = basis.encode(some)
            yield latents + NOISE * torch.rand(1) * torch.randn_like(latents), some
            if drawn:
                state = drawn[rng.integers(len(drawn))]
                chosen = torch.from_numpy(rng.integers(len(state["latents"]), size=size))
                yield state["latents"][chosen].float(), state["pictures"][chosen]


def edges(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def loss_of(result: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of pixels and of their differences, and mean squared error."""
    loss = (result - target).abs().mean() + (result - target).square().mean()
    for a, b in zip(edges(result), edges(target), strict=True):
        loss = loss + 0.5 * (a - b).abs().mean()
    return loss


def sample_sheet(result: Tensor, target: Tensor, name: str) -> None:
    """Pictures above, their reconstructions below."""
    rows = [torch.cat(list(x[:8].clamp(-1, 1)), dim=2) for x in (target, result)]
    pixels = ((torch.cat(rows, dim=1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(np.ascontiguousarray(pixels)).save(WORK / name)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--batch", type=int, default=8)
    arguments.add_argument("--learning-rate", type=float, default=1e-3)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    basis = Basis()
    model = initial_network(basis, next(batches(300, 0, basis))[1]).to(
        memory_format=torch.channels_last
    )
    trained = list(model.decoder.parameters())
    optimizer = torch.optim.AdamW(
        trained, lr=options.learning_rate, betas=(0.9, 0.97), weight_decay=0
    )
    step, path = 0, WORK / "autoencoder.pt"
    if (state := load(path)) is not None:
        model.load_state_dict(state["model"])
        if "optimizer" in state:  # none where training goes on from a bundle
            optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    decode = without_idle_blocks(model)

    @torch.compile
    def forward(latents: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        result = decode(latents)
        return loss_of(result, target), result.detach()

    log = Log("autoencoder")
    begun = step
    start = last = time.time()
    mean = {"loss": 0.0, "psnr": 0.0}
    for latents, batch in batches(options.batch, step + 1, basis):
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (step - begun + 1) / 100) * max(0.02, 1 - passed)
        for group in optimizer.param_groups:
            group["lr"] = rate
        target = (batch.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(
            memory_format=torch.channels_last
        )
        loss, result = forward(latents, target)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 0.5)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        psnr = float(-10 * np.log10(float((result - target).square().mean()) / 4))
        for name, value in (("loss", float(loss.detach())), ("psnr", psnr)):
            mean[name] = value if step == begun + 1 else 0.97 * mean[name] + 0.03 * value
        if step % 50 == 0 or step < 3:
            log(step=step, **mean, rate=rate)
        if time.time() - last > 90 or passed >= 1:
            last = time.time()
            save(
                path,
                {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step},
            )
            sample_sheet(result, target, "autoencoder.png")
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
