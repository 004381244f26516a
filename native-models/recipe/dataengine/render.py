"""Scenes to pixels. Deterministic: the same scene gives the same bytes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import skia

from .backgrounds import paint_background
from .palette import PAPER, RGB, object_tint, scheme
from .pen import Drawing, Part
from .scene import SIZE, Scene, Thing
from .shapes import ASPECT, DRAWINGS

__all__ = ["ASPECT", "render", "render_ids", "thing_box"]

INFO = skia.ImageInfo.Make(SIZE, SIZE, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)


def thing_box(thing: Thing) -> tuple[float, float, float, float]:
    """The drawn box of a thing in pixels, without outline, border and shadow: x0, y0, x1, y1."""
    drawing = DRAWINGS[thing.kind]
    width, height = drawing.width * thing.extent, drawing.height * thing.extent
    left, top = thing.x - width / 2, thing.y - height / 2
    return left, top, left + width, top + height


def _placed(thing: Thing, drawing: Drawing) -> skia.Matrix:
    """From the drawing's units to pixels."""
    left, top, right, _ = thing_box(thing)
    if thing.flip:
        return skia.Matrix.Translate(right, top).preScale(-thing.extent, thing.extent)
    return skia.Matrix.Translate(left, top).preScale(thing.extent, thing.extent)


def _paint(colour: RGB, width: float = 0, alpha: float = 1) -> skia.Paint:
    """A fill, or a round-joined line when a width is given."""
    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*colour, round(alpha * 255)))
    if width:
        # Not stroke-and-fill: it would close the holes of silhouettes (wheels, handles).
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


def _line_width(extent: float) -> float:
    """The pixels of an outline: bolder on larger things, but never hairline or clumsy."""
    return min(3.4, max(1.7, 1.2 + extent / 70))


def _draw_edge(canvas: skia.Canvas, thing: Thing, drawing: Drawing, time: str, style: str) -> None:
    """What lies under a thing: its contour, ink outline, or paper border and shadow."""
    roles = scheme(thing.colour, time, style)
    pixel = 1 / thing.extent
    line = _line_width(thing.extent)
    if style == "papercut":
        border = 2.2 + thing.extent / 60
        canvas.save()
        canvas.translate((-1.6 if thing.flip else 1.6) * pixel, 3.2 * pixel)
        for grow, alpha in ((5.5, 0.06), (3.6, 0.08), (2.0, 0.10), (0.6, 0.12)):
            width = 2 * (border + grow) * pixel
            canvas.drawPath(drawing.silhouette, _paint((16, 12, 34), width, alpha))
        canvas.restore()
        paper = object_tint(PAPER, time)
        canvas.drawPath(drawing.silhouette, _paint(paper, 2 * border * pixel))
        if thing.colour == "white":
            canvas.drawPath(drawing.silhouette, _paint(roles["contour"], 2 * pixel))
    elif style == "comic":
        if thing.colour == "black":
            canvas.drawPath(drawing.silhouette, _paint(roles["rim"], 2 * (line + 1.2) * pixel))
        canvas.drawPath(drawing.silhouette, _paint(roles["outline"], 2 * line * pixel))
    else:
        width = 2.0 if thing.colour in ("white", "black") else 1.5
        canvas.drawPath(drawing.silhouette, _paint(roles["contour"], 2 * width * 0.7 * pixel))


def _draw_part(canvas: skia.Canvas, part: Part, colour: RGB, ink: RGB | None, line: float) -> None:
    """One part, with an inner line where the style has one."""
    if ink is not None and part.lined:
        canvas.drawPath(part.path, _paint(ink, line))
    canvas.drawPath(part.path, _paint(colour))


def draw_thing(canvas: skia.Canvas, thing: Thing, time: str, style: str) -> None:
    """Draws a thing; its pixels depend on nothing but the thing, the time and the style."""
    drawing = DRAWINGS[thing.kind]
    roles = scheme(thing.colour, time, style)
    canvas.save()
    canvas.concat(_placed(thing, drawing))
    _draw_edge(canvas, thing, drawing, time, style)
    ink = roles["rim"] if style == "comic" else None
    line = 1.5 * _line_width(thing.extent) / thing.extent
    for part in drawing.parts:
        _draw_part(canvas, part, roles[part.role], ink, line)
    canvas.restore()


@lru_cache(maxsize=256)
def _background(background: str, time: str, style: str, seed: int) -> skia.Image:
    """A painted background; kept, since many pictures share one."""
    surface = skia.Surface(SIZE, SIZE)
    with surface as canvas:
        paint_background(canvas, background, time, style, seed)
    return surface.makeImageSnapshot()


def render(scene: Scene) -> np.ndarray:
    """The picture of a scene, uint8 [256, 256, 3]."""
    pixels = np.zeros((SIZE, SIZE, 4), dtype=np.uint8)
    surface = skia.Surface.MakeRasterDirect(INFO, pixels, SIZE * 4)
    canvas = surface.getCanvas()
    canvas.drawImage(_background(scene.background, scene.time, scene.style, scene.seed), 0, 0)
    for thing in scene.things:
        draw_thing(canvas, thing, scene.time, scene.style)
    return np.ascontiguousarray(pixels[..., :3])


def render_ids(scene: Scene) -> np.ndarray:
    """The index of the front-most thing at each pixel, -1 where there is none, int8 [256, 256].

    Things count by their silhouettes, without outline, border and shadow.
    """
    pixels = np.zeros((SIZE, SIZE, 4), dtype=np.uint8)
    surface = skia.Surface.MakeRasterDirect(INFO, pixels, SIZE * 4)
    canvas = surface.getCanvas()
    for index, thing in enumerate(scene.things):
        drawing = DRAWINGS[thing.kind]
        canvas.save()
        canvas.concat(_placed(thing, drawing))
        paint = skia.Paint(AntiAlias=False, Color=skia.Color(index + 1, 0, 0))
        canvas.drawPath(drawing.silhouette, paint)
        canvas.restore()
    return pixels[..., 0].astype(np.int16).astype(np.int8) - np.int8(1)
