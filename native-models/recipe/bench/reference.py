"""Times transformers and diffusers on a bundle's weights, as the released inference runs them.

echo run | python -m bench.reference ../starter "a red house" --threads 2
transformers' `generate` draws the tokens with the bundle's settings, and the AR model reads the
whole sequence again for the hidden states; connector and cross-attention projections are computed
in every denoising step. Says `ready` after a first picture, and answers every line it reads with
one more picture's seconds as JSON, so that whoever compares can let both take turns. A line `tuned`
asks for what a careful PyTorch does instead: hidden states kept while drawing, logits of image
codes alone, the connector once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderDC, SanaTransformer2DModel
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import (
    DynamicCache,
    LogitsProcessor,
    LogitsProcessorList,
    Qwen3Config,
    Qwen3ForCausalLM,
)


def part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: v for name, v in weights.items() if name.startswith(prefix)}


class Reference:
    """The networks of a bundle in float32."""

    def __init__(self, folder: Path) -> None:
        manifest = json.loads((folder / "bundle.json").read_text())

        def config(name: str) -> dict[str, Any]:
            found: dict[str, Any] = json.loads((folder / manifest["configs"][name]).read_text())
            return found

        self.ids = config("ar")
        weights: dict[str, Tensor] = {}
        for file in manifest["weights"]:
            weights |= {n: v.float() for n, v in load_file(folder / file).items()}
        self.tokenizer = Tokenizer.from_file(str(folder / manifest["configs"]["tokenizer"]))
        self.template = manifest["promptTemplates"]["generate"]
        self.defaults = manifest["defaults"]
        self.ar = Qwen3ForCausalLM(Qwen3Config(**self.ids)).eval()
        own = {n: v for n, v in weights.items() if n in self.ar.state_dict()}
        self.ar.load_state_dict(own)
        transformer = config("transformer")
        self.predicts_sample = transformer.pop("prediction_type", None) == "sample"
        self.sana = SanaTransformer2DModel.from_config(transformer).eval()
        self.sana.load_state_dict(part(weights, "model.sana."))
        self.vae = AutoencoderDC.from_config(config("vae")).eval()
        self.vae.load_state_dict(part(weights, "model.sana_vae."))
        self.connector = part(weights, "model.diffusion_connector.")
        self.scale = config("vae")["scaling_factor"]
        vision = config("vision")["encoder"]
        self.tokens = (vision["image_size"] // vision["patch_size"]) ** 2

    def connect(self, hidden: Tensor) -> Tensor:
        c = self.connector
        x = nn.functional.linear(hidden, c["0.weight"], c["0.bias"])
        x = nn.functional.gelu(x, approximate="tanh")
        x = nn.functional.linear(x, c["2.weight"], c["2.bias"])
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * c["3.weight"]


class Clock(LogitsProcessor):  # type: ignore[misc]
    """Notes when the logits of every token are there."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        self.times.append(time.perf_counter())
        return scores


def draw(ref: Reference, ids: Tensor) -> tuple[Tensor, float, float]:
    """As released: `generate`, then the sequence once more. Hidden states, seconds by part."""
    begin = time.perf_counter()
    clock = Clock()
    drawn = ref.ar.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=ref.tokens,
        min_new_tokens=ref.tokens,
        do_sample=True,
        temperature=ref.defaults["temperature"],
        top_k=ref.defaults["topK"],
        top_p=ref.defaults["topP"],
        pad_token_id=0,
        logits_processor=LogitsProcessorList([clock]),
    )
    first, last = clock.times[0], clock.times[-1]
    hidden = ref.ar.model(input_ids=drawn, use_cache=False).last_hidden_state
    return hidden[:, ids.shape[1] - 1 :], first - begin, (last - first) / (ref.tokens - 1)


def draw_tuned(ref: Reference, ids: Tensor) -> tuple[Tensor, float, float]:
    """Hidden states kept on the way, logits of image codes alone."""
    begin = time.perf_counter()
    cache = DynamicCache()
    first, last = ref.ids["image_start_token_id"], ref.ids["image_end_token_id"]
    head = ref.ar.lm_head.weight[first : last + 1]
    state = ref.ar.model(input_ids=ids, past_key_values=cache, use_cache=True).last_hidden_state
    states = [state[:, -1:]]
    prefill = time.perf_counter() - begin
    began = time.perf_counter()
    for _ in range(ref.tokens):
        chosen = nn.functional.linear(states[-1][:, 0], head).argmax(-1, keepdim=True) + first
        output = ref.ar.model(input_ids=chosen, past_key_values=cache, use_cache=True)
        states.append(output.last_hidden_state)
    per_token = (time.perf_counter() - began) / ref.tokens
    return torch.cat(states, dim=1), prefill, per_token


@torch.no_grad()
def run(ref: Reference, prompt: str, steps: int, tuned: bool) -> dict[str, float]:
    """One picture; seconds by part."""
    begin = time.perf_counter()
    text = ref.template.replace("{prompt}", prompt) + "<S0>"
    ids = torch.tensor([ref.tokenizer.encode(text, add_special_tokens=False).ids])
    hidden, prefill, per_token = (draw_tuned if tuned else draw)(ref, ids)
    began = time.perf_counter()
    side, channels = ref.sana.config.sample_size, ref.vae.config.latent_channels
    latents = torch.randn(1, channels, side, side)
    sigmas = [*torch.linspace(1, 1 / steps, steps).tolist(), 0.0]
    extra = ref.sana.config.in_channels - channels
    conditions = torch.cat([torch.zeros_like(hidden), hidden])
    context = ref.connect(conditions)
    for now, then in itertools.pairwise(sigmas):
        if not tuned:
            context = ref.connect(conditions)
        both = torch.cat([latents, torch.zeros(1, extra, side, side)], dim=1).repeat(2, 1, 1, 1)
        velocity = ref.sana(
            both,
            encoder_hidden_states=context,
            timestep=torch.full((2,), now * 1000),
            return_dict=False,
        )[0]
        plain, guided = velocity.chunk(2)
        velocity = plain + 2.0 * (guided - plain)
        if ref.predicts_sample:
            velocity = (latents - velocity) / now
        latents = latents + (then - now) * velocity
    per_step = (time.perf_counter() - began) / steps
    began = time.perf_counter()
    ref.vae.decode(latents / ref.scale)
    decode = time.perf_counter() - began
    return {
        "prefill": prefill,
        "perToken": per_token,
        "perStep": per_step,
        "decode": decode,
        "wholeImage": time.perf_counter() - begin,
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bundle", type=Path)
    arguments.add_argument("prompt")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--steps", type=int, default=30)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    reference = Reference(options.bundle)
    for tuned in (False, True):
        run(reference, options.prompt, options.steps, tuned)
    print("ready", flush=True)
    for line in sys.stdin:
        figures = run(reference, options.prompt, options.steps, line.strip() == "tuned")
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
