"""Sheets of pictures to look at: `python -m dataengine.contact_sheet --out FOLDER`."""

from __future__ import annotations

import argparse
import time as clock
from pathlib import Path

import numpy as np
from PIL import Image

from .backgrounds import GROUND
from .render import ASPECT, render, thing_box
from .scene import BACKGROUNDS, COLOURS, KINDS, SIZE, STYLES, TIMES, Scene, Thing, generator


def random_scene(seed: int) -> Scene:
    """Any background, time and style with one to three things side by side."""
    rng = generator(seed, 7)
    background = str(rng.choice(BACKGROUNDS))
    count = int(rng.integers(1, 4))
    things = []
    for k in range(count):
        kind, colour = str(rng.choice(KINDS)), str(rng.choice(COLOURS))
        extent = float(rng.uniform(60, 90 if count > 1 else 160))
        low, high = GROUND[background]
        foot = float(rng.uniform(low + 12, high))
        height = extent if ASPECT[kind] < 1 else extent / ASPECT[kind]
        x = (k + 0.5) * SIZE / count + float(rng.uniform(-8, 8))
        things.append(Thing(kind, colour, x, foot - height / 2, extent, bool(rng.integers(2))))
    style, time = str(rng.choice(STYLES)), str(rng.choice(TIMES))
    return Scene(background, time, style, tuple(things), seed)


def sheet(pictures: list[np.ndarray], columns: int) -> Image.Image:
    """Pictures of one size in rows."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    page = np.full((rows * (height + 4), columns * (width + 4), 3), 255, dtype=np.uint8)
    for k, picture in enumerate(pictures):
        y, x = (k // columns) * (height + 4), (k % columns) * (width + 4)
        page[y : y + height, x : x + width] = picture
    return Image.fromarray(page)


def kinds_sheet(colour: str, style: str, time: str, background: str) -> Image.Image:
    """Every kind, large, in one colour ("mixed": a different one each)."""
    pictures = []
    for k, kind in enumerate(KINDS):
        name = COLOURS[(k * 3) % 10] if colour == "mixed" else colour
        thing = Thing(kind, name, 128, 132, 180)
        pictures.append(render(Scene(background, time, style, (thing,), k)))
    return sheet(pictures, 7)


def colours_sheet(style: str, time: str, background: str) -> Image.Image:
    """Every kind in every colour at 60 pixels, four kinds a picture row."""
    pictures = []
    for kind in KINDS:
        things = tuple(
            Thing(kind, colour, 26 + 51 * (k % 5), 70 + 100 * (k // 5), 46)
            for k, colour in enumerate(COLOURS)
        )
        pictures.append(render(Scene(background, time, style, things, 3)))
    return sheet(pictures, 7)


def backgrounds_sheet(seed: int) -> Image.Image:
    """Every background at every time (rows) and style (columns), with one thing in front."""
    pictures = []
    for background in BACKGROUNDS:
        for time in TIMES:
            for style in STYLES:
                foot = sum(GROUND[background]) / 2
                thing = Thing("car", "red", 190, foot - 15, 70)
                box = thing_box(thing)
                thing = Thing("car", "red", 190, foot - (box[3] - box[1]) / 2, 70)
                pictures.append(render(Scene(background, time, style, (thing,), seed)))
    return sheet(pictures, 9)


def main() -> None:
    """Writes the sheets and prints the time a scene takes."""
    parser = argparse.ArgumentParser(description="Write contact sheets of the data engine.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kinds_sheet("mixed", "flat", "day", "meadow").save(options.out / "kinds-flat.png")
    kinds_sheet("mixed", "comic", "day", "beach").save(options.out / "kinds-comic.png")
    kinds_sheet("mixed", "papercut", "dusk", "desert").save(options.out / "kinds-papercut.png")
    kinds_sheet("black", "flat", "night", "forest").save(options.out / "kinds-black-night.png")
    kinds_sheet("white", "flat", "day", "snow").save(options.out / "kinds-white-snow.png")
    colours_sheet("flat", "day", "meadow").save(options.out / "colours-day.png")
    colours_sheet("comic", "night", "city").save(options.out / "colours-night.png")
    backgrounds_sheet(options.seed).save(options.out / "backgrounds.png")
    scenes = [random_scene(options.seed * 1000 + k) for k in range(48)]
    start = clock.perf_counter()
    pictures = [render(scene) for scene in scenes]
    print(f"{(clock.perf_counter() - start) / len(scenes) * 1000:.2f} ms a scene")
    sheet(pictures, 8).save(options.out / "random.png")


if __name__ == "__main__":
    main()
