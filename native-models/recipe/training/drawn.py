"""Scenes as the diffusion model draws them, for the decoder to learn what to make of its latents.

python -m training.drawn --count 800        adds to work/drawn/

From a scene's true codes there is one right picture, so what the diffusion model makes of them and
the picture as rendered are a pair: latents that are a little wrong, and what they should decode to.
"""

from __future__ import annotations

import argparse

import torch
from torch import Tensor

from dataengine.render import render

from .checkpoint import WORK, load, save
from .data import Batches, Vocabulary
from .denoise import STEPS, denoised
from .joint import image_states
from .model import Starter

FOLDER = WORK / "drawn"
BATCH = 16


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=800)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--guidance", type=float, default=1.5)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    state = load(WORK / "joint.pt")
    assert state is not None, "train the diffusion model first"
    model = Starter(Vocabulary().image).eval()
    model.load_state_dict(state["average"])
    data = Batches(BATCH, 100 + options.seed, 0.3)
    made: list[Tensor] = []
    pictures: list[Tensor] = []
    while len(made) * BATCH < options.count:
        batch = data.batch(data.is_edit(), scale=0)
        with torch.no_grad():
            hidden = image_states(model.hidden_states(batch.ids), batch)
        latents = denoised(model, hidden, batch.reference, options.guidance, STEPS)
        made.append(latents.half())
        pictures += [torch.from_numpy(render(scene)) for scene in batch.scenes]
    save(
        FOLDER / f"{options.seed:04}.pt",
        {"latents": torch.cat(made), "pictures": torch.stack(pictures)},
    )


if __name__ == "__main__":
    main()
