"""Golden values of whole pictures: two tiny bundles, and what the reference makes of fixed tokens
and noise with them.

Everything is transformers' and diffusers' own: Qwen3, SigLIP, the two connectors, SANA, DC-AE and
the schedulers, put together as BLIP3o-NEXT's released inference does: the sequence runs through the
AR model once more for the hidden states, the unconditional branch is the connector of zeros (text
to image) or a context of zeros (editing), and both branches share a batch.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderDC,
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    SanaTransformer2DModel,
)
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from transformers import Qwen3Config, Qwen3ForCausalLM

from .common import Config, randomize, round_weights
from .diffusion import connector
from .vision import Tokenizer as VisionTokenizer

RESOLUTION = 32
CODES = 64
HIDDEN = 32
CAPTIONS = 24
LATENTS = 4
GUIDANCE = 2.0
PROMPT = "A red house, to the left of 2 trees"
INSTRUCTION = "Make the house yellow"

CHAT = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
TAGS = ("<im_start>", "<im_end>")
SCALES = ("<S0>", "<S1>", "<S2>")
SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
ANSWER = "<|im_end|>\n<|im_start|>assistant\n<im_start>"
TEMPLATES = {
    "generate": f"{SYSTEM}Please generate image based on the following caption: {{prompt}}{ANSWER}",
    "edit": f"{SYSTEM}Please edit this image according to the following instruction: "
    f"{{prompt}}.\n<image>{ANSWER}",
}

VISION: Config = {
    "model_type": "ta_tok",
    "encoder": {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_channels": 3,
        "image_size": RESOLUTION,
        "patch_size": 4,
        "hidden_act": "gelu_pytorch_tanh",
        "layer_norm_eps": 1e-6,
    },
    "select_layer_id": -2,
    "bottleneck": {"token_dim": 8, "codebook_size": CODES, "l2_normalized": True},
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
TRANSFORMER: Config = {
    "in_channels": LATENTS,
    "out_channels": LATENTS,
    "num_attention_heads": 4,
    "attention_head_dim": 8,
    "num_layers": 2,
    "num_cross_attention_heads": 2,
    "cross_attention_head_dim": 16,
    "cross_attention_dim": 32,
    "caption_channels": CAPTIONS,
    "mlp_ratio": 2.5,
    "sample_size": 4,
    "patch_size": 1,
    "qk_norm": "rms_norm_across_heads",
    "interpolation_scale": None,
}
VAE: Config = {
    "in_channels": 3,
    "latent_channels": LATENTS,
    "attention_head_dim": 8,
    "encoder_block_types": ["ResBlock", "ResBlock", "ResBlock", "EfficientViTBlock"],
    "decoder_block_types": ["ResBlock", "ResBlock", "ResBlock", "EfficientViTBlock"],
    "encoder_block_out_channels": [4, 8, 8, 8],
    "decoder_block_out_channels": [4, 8, 8, 8],
    "encoder_layers_per_block": [0, 1, 1, 1],
    "decoder_layers_per_block": [0, 1, 1, 1],
    "encoder_qkv_multiscales": [[], [], [], [5]],
    "decoder_qkv_multiscales": [[], [], [], [5]],
    "downsample_block_type": "pixel_unshuffle",
    "upsample_block_type": "pixel_shuffle",
    "decoder_norm_types": "rms_norm",
    "decoder_act_fns": "silu",
    "scaling_factor": 0.41407,
}
NO_REFERENCE = {
    "use_und_image_vae": False,
    "use_und_image_vae_as_noise": False,
    "only_use_und_image_vae_as_noise": False,
}

# The bundles: how a reference enters noise space, and what else differs.
BUNDLES: dict[str, tuple[Config, Config]] = {
    "width": ({}, {}),
    "channels": (
        {"in_channels": 2 * LATENTS, "interpolation_scale": 1},
        {"und_image_vae_as_noise_layout": "channels"},
    ),
}


@dataclass
class Case:
    """One picture: `flags` replace the bundle's own in `config.json`."""

    name: str
    bundle: str
    kind: str
    scale: str = "S0"
    steps: int = 30
    scheduler: str = "euler"
    flags: dict[str, bool] = field(default_factory=dict)
    guidanceScale: float = GUIDANCE
    # As the engine counts it: the released edit guidance drops the whole context at once, and that
    # is 1 where the reference stays in noise space and the text's scale where it does not.
    imageGuidanceScale: float = 1.0


BOTH = {**NO_REFERENCE, "use_und_image_vae": True, "use_und_image_vae_as_noise": True}
CASES = (
    Case("generate", "width", "generate"),
    Case("generate-s1-dpm-solver", "width", "generate", "S1", 12, "dpm-solver++"),
    Case("generate-channels", "channels", "generate", "S2"),
    Case("edit-context-and-width", "width", "edit", flags=BOTH),
    Case(
        "edit-width-only",
        "width",
        "edit",
        flags={**BOTH, "only_use_und_image_vae_as_noise": True},
    ),
    Case(
        "edit-context-only",
        "width",
        "edit",
        flags={**NO_REFERENCE, "use_und_image_vae": True},
        imageGuidanceScale=GUIDANCE,
    ),
    Case("edit-context-and-channels", "channels", "edit", flags=BOTH),
)


def text_tokenizer() -> Tokenizer:
    """A byte-level BPE with a few merges, and the added tokens of a bundle."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*TEMPLATES.values(), PROMPT, INSTRUCTION] * 4, trainer)
    special = [AddedToken(token, special=True, normalized=False) for token in (*CHAT, *TAGS)]
    tokenizer.add_special_tokens(special)
    image = [f"<I{code}>" for code in range(CODES)]
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in (*SCALES, *image)])
    return tokenizer


def ar_config(tokenizer: Tokenizer, flags: Config) -> Config:
    ids = {
        "image_start_tag_id": "<im_start>",
        "image_end_tag_id": "<im_end>",
        "scale_start_token_id": "<S0>",
        "scale_end_token_id": "<S2>",
        "image_start_token_id": "<I0>",
        "image_end_token_id": f"<I{CODES - 1}>",
    }
    return {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": HIDDEN,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "tie_word_embeddings": False,
        **{name: tokenizer.token_to_id(token) for name, token in ids.items()},
        "num_image_tokens": 64,
        **BOTH,
        **flags,
    }


class Studio:
    """All networks of one bundle, and the released inference over them."""

    def __init__(self, layout: str, seed: int) -> None:
        transformer, flags = BUNDLES[layout]
        self.layout = layout
        self.tokenizer = text_tokenizer()
        self.config = ar_config(self.tokenizer, flags)
        self.transformer_config = {**TRANSFORMER, **transformer}
        known = Qwen3Config().to_dict()
        fields = {key: value for key, value in self.config.items() if key in known}
        rope = {"rope_type": "default", "rope_theta": self.config["rope_theta"]}
        self.ar = Qwen3ForCausalLM(Qwen3Config(**fields, rope_parameters=rope))
        self.vision = VisionTokenizer(VISION["encoder"], VISION["bottleneck"], -2)
        self.parts = nn.ModuleDict(
            {
                "diffusion_connector": connector(HIDDEN, CAPTIONS),
                "und_image_vae_connector": connector(LATENTS, CAPTIONS),
                "sana": SanaTransformer2DModel(**self.transformer_config),
                "sana_vae": AutoencoderDC(**VAE),
            }
        )
        for index, module in enumerate((self.ar, self.vision, self.parts)):
            randomize(module.eval(), seed + index)
            round_weights(module, "float16")
        self.sana: SanaTransformer2DModel = self.parts["sana"]
        self.vae: AutoencoderDC = self.parts["sana_vae"]

    def weights(self) -> dict[str, torch.Tensor]:
        tensors = dict(self.ar.state_dict())
        for name, value in self.vision.state_dict().items():
            if "post_layernorm" not in name:
                tensors[f"model.vision_tower.{name}"] = value
        for name, value in self.parts.state_dict().items():
            tensors[f"model.{name}"] = value
        return {name: value.half().contiguous().clone() for name, value in tensors.items()}

    def token(self, text: str) -> int:
        found = self.tokenizer.token_to_id(text)
        assert found is not None, f"the tokenizer has no {text}"
        return found

    def prompt_ids(self, case: Case, codes: list[int]) -> list[int]:
        text = PROMPT if case.kind == "generate" else INSTRUCTION
        words = TEMPLATES[case.kind].replace("{prompt}", text)
        parts = words.split("<image>")
        ids = list(self.tokenizer.encode(parts[0]).ids)
        for part in parts[1:]:
            first = self.config["image_start_token_id"]
            ids.append(self.token("<|vision_start|>"))
            ids.extend(first + code for code in codes)
            ids.append(self.token("<|vision_end|>"))
            ids.extend(self.tokenizer.encode(part).ids)
        return [*ids, self.token(f"<{case.scale}>")]

    def codes(self, picture: torch.Tensor) -> torch.Tensor:
        """S0 codes of a picture in [-1, 1], which is also what mean and std 0.5 make of it."""
        distances = self.vision.distances(self.vision.tokens(self.vision.tower(picture), 1))
        nearest = distances.topk(2, dim=-1, largest=False).values
        assert (nearest[..., 1] - nearest[..., 0]).min() > 1e-5, "two codes are as good as equal"
        return distances.argmin(-1)[0]

    def context(
        self, case: Case, hidden: torch.Tensor, reference: torch.Tensor | None
    ) -> torch.Tensor:
        """Unconditional and conditional context, [2, tokens, CAPTIONS]."""
        connect = self.parts["diffusion_connector"]
        context = connect(hidden)
        if case.kind == "generate":
            return torch.cat([connect(torch.zeros_like(hidden)), context])
        flags = {**self.config, **case.flags}
        if flags["use_und_image_vae"] and not flags["only_use_und_image_vae_as_noise"]:
            assert reference is not None, "an edit has a picture"
            vectors = reference.flatten(2).transpose(1, 2)
            context = torch.cat([context, self.parts["und_image_vae_connector"](vectors)], dim=1)
        return torch.cat([torch.zeros_like(context), context])

    def place(
        self, case: Case, latents: torch.Tensor, reference: torch.Tensor | None
    ) -> torch.Tensor:
        """What the transformer is fed: the latents, and the reference's beside them."""
        flags = {**self.config, **case.flags}
        if self.layout == "channels":
            beside = torch.zeros_like(latents) if reference is None else reference
            return torch.cat([latents, beside], dim=1)
        in_noise = flags["use_und_image_vae_as_noise"] or flags["only_use_und_image_vae_as_noise"]
        if reference is None or not in_noise:
            return latents
        return torch.cat([latents, reference], dim=3)

    def denoise(
        self,
        case: Case,
        context: torch.Tensor,
        noise: torch.Tensor,
        reference: torch.Tensor | None,
    ) -> torch.Tensor:
        scheduler = make_scheduler(case)
        latents = noise
        for timestep in scheduler.timesteps:
            fed = self.place(case, latents, reference)
            prediction = self.sana(
                hidden_states=torch.cat([fed, fed]),
                encoder_hidden_states=context,
                timestep=timestep.expand(2),
            ).sample[..., : latents.shape[-1]]
            without, with_text = prediction.chunk(2)
            velocity = without + case.guidanceScale * (with_text - without)
            latents = scheduler.step(velocity, timestep, latents, return_dict=False)[0]
        return latents

    def paint(
        self, case: Case, tokens: torch.Tensor, noise: torch.Tensor, picture: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Runs one case; `tokens` are image codes, `picture` the reference [1, 3, h, w]."""
        edit = case.kind == "edit"
        codes = self.codes(picture).tolist() if edit else []
        reference = self.vae.encode(picture).latent * VAE["scaling_factor"] if edit else None
        prompt = self.prompt_ids(case, codes)
        ids = [*prompt, *(self.config["image_start_token_id"] + code for code in tokens.tolist())]
        states = self.ar.model(input_ids=torch.tensor([ids])).last_hidden_state
        hidden = states[:, len(prompt) - 1 :]
        latents = self.denoise(case, self.context(case, hidden, reference), noise, reference)
        decoded = self.vae.decode(latents / VAE["scaling_factor"]).sample
        return {
            "prompt_ids": torch.tensor(prompt),
            "tokens": tokens,
            "noise": noise,
            "hidden_states": hidden,
            "latents": latents,
            "image": (decoded / 2 + 0.5).clamp(0, 1),
        }


def make_scheduler(case: Case) -> FlowMatchEulerDiscreteScheduler | DPMSolverMultistepScheduler:
    """The released Euler scheduler, or DPM-Solver++ over the same sigmas."""
    sigmas = np.linspace(1.0, 1 / case.steps, case.steps)
    if case.scheduler == "euler":
        euler = FlowMatchEulerDiscreteScheduler()
        euler.set_timesteps(sigmas=sigmas.tolist())
        return euler
    solver = DPMSolverMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True)
    solver.set_timesteps(case.steps)
    solver.sigmas = torch.tensor([*sigmas, 0.0], dtype=torch.float32)
    solver.timesteps = solver.sigmas[:-1] * 1000
    solver.set_begin_index(0)
    return solver


def write_bundle(folder: Path, studio: Studio) -> None:
    for name, content in {
        "config.json": studio.config,
        "vision/config.json": VISION,
        "transformer/config.json": studio.transformer_config,
        "vae/config.json": VAE,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n")
    studio.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    save_file(studio.weights(), folder / "model.safetensors")
    (folder / "README.md").write_text("Random weights, for tests of the engine.\n")
    manifest = {
        "schemaVersion": 1,
        "id": f"golden-{studio.layout}",
        "name": f"Golden values, {studio.layout} layout",
        "version": "1",
        "license": "Apache-2.0",
        "description": "Random weights of every network at a tiny size.",
        "modelType": "blip3o-next",
        "resolution": RESOLUTION,
        "languages": ["en"],
        "capabilities": {
            "generate": True,
            "edit": True,
            "maxReferences": 1,
            "tokenScales": ["S0", "S1", "S2"],
        },
        "defaults": {
            "steps": 30,
            "guidanceScale": GUIDANCE,
            "imageGuidanceScale": 1,
            "temperature": 1,
            "topP": 0.95,
            "topK": 32,
            "tokens": "S0",
            "scheduler": "euler",
        },
        "configs": {
            "ar": "config.json",
            "vision": "vision/config.json",
            "transformer": "transformer/config.json",
            "vae": "vae/config.json",
            "tokenizer": "tokenizer.json",
        },
        "weights": ["model.safetensors"],
        "files": file_entries(folder),
    }
    (folder / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n")


def file_entries(folder: Path) -> dict[str, dict[str, int | str]]:
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != "bundle.json"
    )
    return {
        path.relative_to(folder).as_posix(): {
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
    }


@torch.no_grad()
def write(out_dir: Path) -> None:
    """Writes the bundles and the cases' values below `out_dir`/pipeline."""
    folder = out_dir / "pipeline"
    studios = {layout: Studio(layout, 40 + 10 * index) for index, layout in enumerate(BUNDLES)}
    for layout, studio in studios.items():
        write_bundle(folder / layout, studio)
    generator = torch.Generator().manual_seed(4000)
    # Bytes of a picture: what the vision tower and the autoencoder read has to survive a PNG.
    pixels = torch.randint(0, 256, (3, RESOLUTION, RESOLUTION), generator=generator)
    picture = pixels[None].float() / 127.5 - 1
    side = RESOLUTION // 8
    golden = {"picture": pixels}
    for case in CASES:
        count = {"S0": 64, "S1": 16, "S2": 4}[case.scale]
        tokens = torch.randint(0, CODES, (count,), generator=generator)
        noise = torch.randn((1, LATENTS, side, side), generator=generator)
        values = studios[case.bundle].paint(case, tokens, noise, picture)
        golden.update({f"{case.name}/{key}": value for key, value in values.items()})
    save_file(
        {key: value.contiguous() for key, value in golden.items()}, folder / "golden.safetensors"
    )
    described = {
        "prompt": PROMPT,
        "instruction": INSTRUCTION,
        "cases": [asdict(case) for case in CASES],
    }
    (folder / "cases.json").write_text(json.dumps(described, indent=2) + "\n")
