"""Scores a bundle: GenEval's six categories and editing, by the verifier.

python -m evaluation.evaluate --bundle ../starter --out work/evaluation.json
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dataengine.edits import change_mask, instruction, sample_edit
from dataengine.render import render
from dataengine.scene import generator
from training.reading import read
from training.sample import Sampler, sheet

from .check import edited, holds
from .prompts import CATEGORIES, Prompt, prompts_of
from .verifier import Seen, accuracy, load_verifier, look

BATCH = 16


@dataclass(frozen=True)
class Score:
    """The share of what was asked for that pictures show, and of what their codes say."""

    success: float
    tokens: float


def share_right(prompts: list[Prompt], seen: list[Seen]) -> float:
    """How many of the prompts have every fact hold."""
    right = [all(holds(f, s) for f in p.facts) for p, s in zip(prompts, seen, strict=True)]
    return float(np.mean(right))


def generation(sampler: Sampler, count: int, folder: Path) -> dict[str, Score]:
    """The share of prompts of which every fact holds, by category."""
    verifier = load_verifier()
    rng = generator(11, 11)
    scores: dict[str, Score] = {}
    for category in CATEGORIES:
        prompts = prompts_of(category, count, rng)
        drawn = [
            sampler.generate([p.text for p in prompts[k : k + BATCH]])
            for k in range(0, count, BATCH)
        ]
        pictures = np.concatenate([some for some, _ in drawn])
        said = [read(codes) for _, some in drawn for codes in some]
        shown, told = share_right(prompts, look(verifier, pictures)), share_right(prompts, said)
        scores[category] = Score(shown, told)
        sheet(pictures, 8).save(folder / f"evaluation-{category}.png")
        print(category, scores[category], flush=True)
    every = list(scores.values())
    scores["overall"] = Score(
        float(np.mean([s.success for s in every])), float(np.mean([s.tokens for s in every]))
    )
    return scores


def outside_psnr(source: np.ndarray, result: np.ndarray, changed: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB where nothing should have changed."""
    kept = ~changed
    error = (source[kept].astype(np.float32) - result[kept].astype(np.float32)) / 255
    return (
        float(-10 * np.log10(max(1e-10, np.square(error).mean()))) if kept.any() else float("nan")
    )


def editing(sampler: Sampler, count: int, folder: Path) -> dict[str, Any]:
    """Per operation: the share of edits that show their target, or whose codes say it, and the PSNR
    outside the change."""
    verifier = load_verifier()
    rng = generator(12, 12)
    edits = [sample_edit(rng, "any") for _ in range(count)]
    rows: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
    strips = []
    for start in range(0, count, BATCH):
        some = edits[start : start + BATCH]
        sources = np.stack([render(edit.source) for edit in some])
        texts = [
            instruction(edit, rng, ("en", "es")[(start + k) % 2]) for k, edit in enumerate(some)
        ]
        results, drawn = sampler.edit(sources, texts)
        for edit, source, result, seen, codes in zip(
            some, sources, results, look(verifier, results), drawn, strict=True
        ):
            psnr = outside_psnr(source, result, change_mask(edit))
            rows[edit.operation].append((edited(edit, seen), edited(edit, read(codes)), psnr))
        strips.append(np.concatenate([sources[:8], results[:8]]))
    sheet(np.concatenate(strips[:4]), 8).save(folder / "evaluation-edits.png")
    table = {
        operation: {
            "success": float(np.mean([shown for shown, _, _ in values])),
            "tokens": float(np.mean([said for _, said, _ in values])),
            "psnr_outside": float(np.nanmedian([psnr for _, _, psnr in values])),
            "count": len(values),
        }
        for operation, values in sorted(rows.items())
    }
    every = [row for values in rows.values() for row in values]
    return {
        "overall": float(np.mean([shown for shown, _, _ in every])),
        "tokens": float(np.mean([said for _, said, _ in every])),
        "operations": table,
    }


def markdown(result: dict[str, Any]) -> str:
    """The tables of the model card."""
    lines = ["| category | score | by the tokens |", "| --- | --- | --- |"]
    for name, score in result["generation"].items():
        lines.append(f"| {name} | {score['success']:.2f} | {score['tokens']:.2f} |")
    editing = result["editing"]
    lines += [
        "",
        "| operation | success | by the tokens | PSNR outside the change (dB) | edits |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in editing["operations"].items():
        lines.append(
            f"| {name} | {row['success']:.2f} | {row['tokens']:.2f} | {row['psnr_outside']:.1f} "
            f"| {row['count']} |"
        )
    lines.append(f"| overall | {editing['overall']:.2f} | {editing['tokens']:.2f} | | |")
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bundle", type=Path, default=Path("../starter"))
    arguments.add_argument("--out", type=Path, default=Path("work/evaluation.json"))
    arguments.add_argument("--count", type=int, default=96, help="prompts a category")
    arguments.add_argument("--edits", type=int, default=240)
    options = arguments.parse_args()
    torch.manual_seed(1)
    sampler = Sampler(options.bundle)
    folder = options.out.parent
    folder.mkdir(parents=True, exist_ok=True)
    result = {
        "verifier": accuracy(load_verifier()),
        "generation": {
            name: asdict(score)
            for name, score in generation(sampler, options.count, folder).items()
        },
        "editing": editing(sampler, options.edits, folder),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(markdown(result))


if __name__ == "__main__":
    main()
