"""Draws pictures with a bundle in PyTorch, to look at while training.

python -m training.sample --out sheet.png "a red car" "tres gatos negros, de noche"
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache

from .bundle import Networks
from .codes import GRID
from .denoise import denoised
from .latents import PATCH

TOKENS = 64
WHOLE = 0.5  # of the codes: an edit of more is one of the whole picture
REACH, EDGE = 12, 2  # pixels beyond changed cells to the middle of the soft edge; half its width


class Sampler:
    """The released inference, in PyTorch, for several prompts at once, with the bundle's defaults."""

    def __init__(self, bundle: Path) -> None:
        networks = Networks(bundle)
        self.vocabulary, self.model = networks.vocabulary, networks.model
        self.vae, self.vision = networks.vae, networks.vision
        self.scaling_factor = networks.scaling_factor
        self.temperature: float = networks.defaults["temperature"]
        self.edit_temperature: float = networks.defaults["editTemperature"]
        self.top_p: float = networks.defaults["topP"]
        self.guidance: float = networks.defaults["guidanceScale"]
        self.steps: int = networks.defaults["steps"]

    @torch.no_grad()
    def tokens(
        self, prompts: list[list[int]], temperature: float, top_p: float
    ) -> tuple[Tensor, Tensor]:
        """-> codes [batch, 64] and their hidden states [batch, 65, hidden]."""
        rows = [[*prompt, self.vocabulary.scales[0]] for prompt in prompts]
        longest = max(map(len, rows))
        ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        table = torch.cat([self.model.ar.embed_tokens.weight, self.model.code_embeddings()])
        head = self.model.code_head().T
        cache = DynamicCache()
        states: list[Tensor] = []
        codes: list[Tensor] = []
        for position in range(TOKENS + 1):
            output = self.model.ar(
                inputs_embeds=table[ids],
                attention_mask=mask,
                position_ids=(mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :],
                past_key_values=cache,
                use_cache=True,
            )
            hidden = output.last_hidden_state[:, -1]
            states.append(hidden)
            if position == TOKENS:
                break
            probabilities = torch.softmax(hidden @ head / max(temperature, 1e-3), -1)
            ordered, order = probabilities.sort(descending=True)
            ordered = torch.where(ordered.cumsum(-1) - ordered < top_p, ordered, 0.0)
            chosen = order.gather(1, torch.multinomial(ordered, 1))[:, 0]
            codes.append(chosen)
            ids = chosen[:, None] + self.vocabulary.image
            mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
        return torch.stack(codes, 1), torch.stack(states, 1)

    @torch.no_grad()
    def denoise(
        self,
        hidden: Tensor,
        reference: Tensor | None,
        guidance: float,
        mask: Tensor | None = None,
    ) -> Tensor:
        """-> pictures uint8 [batch, 256, 256, 3]; reference: scaled latents; mask of the latents."""
        latents = denoised(self.model, hidden, reference, guidance, self.steps, mask)
        return self.pixels(latents)

    @torch.no_grad()
    def pixels(self, latents: Tensor) -> Tensor:
        """Scaled latents [batch, 32, 16, 16] -> uint8 [batch, 256, 256, 3]."""
        sample = self.vae.decode(latents / self.scaling_factor).sample
        return ((sample.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)

    def generate(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """-> pictures uint8 [batch, 256, 256, 3] and the codes [batch, 64] that they paint."""
        prompts = [self.vocabulary.prompt(text, None) for text in texts]
        codes, hidden = self.tokens(prompts, self.temperature, self.top_p)
        return self.denoise(hidden, None, self.guidance).numpy(), codes.numpy()

    def edit(self, pictures: np.ndarray, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """pictures uint8 [batch, 256, 256, 3] -> the same edited, and their codes [batch, 64]."""
        pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.no_grad():
            own = self.vision(pixels)
            reference = self.vae.encode(pixels).latent * self.scaling_factor
        prompts = [self.vocabulary.prompt(t, c) for t, c in zip(texts, own.numpy(), strict=True)]
        drawn, hidden = self.tokens(prompts, self.edit_temperature, self.top_p)
        mask = changes(drawn, own)
        results = self.denoise(hidden, reference, self.guidance, functional.max_pool2d(mask, PATCH))
        soft = mask.permute(0, 2, 3, 1).numpy()
        mixed = pictures + soft * (results.numpy().astype(np.float32) - pictures)
        return mixed.round().astype(np.uint8), drawn.numpy()


def changes(drawn: Tensor, own: Tensor) -> Tensor:
    """Where edits may change their pictures, by the codes [batch, 64] of both: [batch, 1, 256, 256]
    from 0 to 1, as the engine's `tokenChanges` has it."""
    differs = (drawn != own).float()
    differs[differs.mean(1) > WHOLE] = 1
    cells = differs.unflatten(1, (1, GRID, GRID))
    pixels = functional.interpolate(cells, scale_factor=2 * PATCH)
    grown = functional.max_pool2d(pixels, 2 * REACH + 1, stride=1, padding=REACH)
    return functional.avg_pool2d(
        grown, 2 * EDGE + 1, stride=1, padding=EDGE, count_include_pad=False
    )


def sheet(pictures: np.ndarray, columns: int) -> Image.Image:
    """Pictures in rows of `columns`."""
    rows = [
        np.concatenate(list(pictures[start : start + columns]), axis=1)
        for start in range(0, len(pictures) - columns + 1, columns)
    ]
    return Image.fromarray(np.concatenate(rows))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("prompts", nargs="+")
    arguments.add_argument("--bundle", type=Path, default=Path("../starter"))
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--each", type=int, default=4)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    torch.manual_seed(options.seed)
    texts = [text for text in options.prompts for _ in range(options.each)]
    pictures, _ = Sampler(options.bundle).generate(texts)
    sheet(pictures, options.each).save(options.out)


if __name__ == "__main__":
    main()
