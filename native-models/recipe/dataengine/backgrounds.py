"""The eight backgrounds at three times of day: calm, large smooth areas, seeded small variations."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import skia

from .palette import INK, RGB, background_tint, mix, saturate, scale
from .pen import Point, polygon
from .scene import SIZE, generator

GROUND: dict[str, tuple[int, int]] = {
    "meadow": (176, 244),
    "beach": (186, 244),
    "desert": (180, 244),
    "snow": (178, 244),
    "mountains": (190, 244),
    "city": (198, 244),
    "forest": (184, 244),
    "room": (200, 244),
}
"""Of each background the rows between which the feet of a standing thing look right."""

SKIES: dict[str, tuple[tuple[RGB, ...], ...]] = {
    "day": (
        ((146, 204, 240), (190, 226, 246), (228, 244, 250)),
        ((160, 214, 238), (200, 232, 244), (236, 246, 246)),
    ),
    "dusk": (
        ((120, 88, 156), (226, 122, 146), (254, 190, 138)),
        ((142, 92, 150), (240, 132, 122), (255, 204, 140)),
    ),
    "night": (
        ((16, 20, 54), (28, 36, 82), (48, 60, 114)),
        ((20, 18, 58), (34, 34, 86), (56, 58, 116)),
    ),
}


def ridge(points: list[Point], bottom: float = SIZE + 8) -> skia.Path:
    """The area under a smooth line through the points (Catmull-Rom, from left to right)."""
    path = skia.Path()
    path.moveTo(points[0][0], bottom)
    path.lineTo(*points[0])
    for k in range(len(points) - 1):
        before, a, b = points[max(k - 1, 0)], points[k], points[k + 1]
        after = points[min(k + 2, len(points) - 1)]
        path.cubicTo(
            a[0] + (b[0] - before[0]) / 6,
            a[1] + (b[1] - before[1]) / 6,
            b[0] - (after[0] - a[0]) / 6,
            b[1] - (after[1] - a[1]) / 6,
            *b,
        )
    path.lineTo(points[-1][0], bottom)
    path.close()
    return path


def box(left: float, top: float, right: float, bottom: float) -> skia.Path:
    """A rectangle as a path."""
    return skia.Path.Rect(skia.Rect.MakeLTRB(left, top, right, bottom))


class Stage:
    """A canvas that lays down background layers in the scene's style and time."""

    def __init__(self, canvas: skia.Canvas, time: str, style: str, rng: np.random.Generator):
        self.canvas = canvas
        self.time = time
        self.style = style
        self.rng = rng

    def vary(self, amount: float) -> float:
        """A random number between -amount and amount."""
        return float(self.rng.uniform(-amount, amount))

    def colour(self, colour: RGB) -> RGB:
        """A background colour at this time, in this style."""
        tinted = background_tint(colour, self.time)
        return saturate(tinted, 0.22) if self.style == "comic" else tinted

    def fill(self, path: skia.Path, colour: RGB, alpha: float = 1) -> None:
        """A plain fill of a final colour."""
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(*colour, round(alpha * 255)))
        self.canvas.drawPath(path, paint)

    def decal(self, path: skia.Path, colour: RGB, alpha: float = 1) -> None:
        """A detail on a layer: tinted, never outlined."""
        self.fill(path, self.colour(colour), alpha)

    def layer(self, path: skia.Path, colour: RGB, edge: float = 1) -> None:
        """A layer: outlined in comic, a sheet with a soft shadow in papercut.

        `edge` weakens both for layers far away.
        """
        final = self.colour(colour)
        self.sheet(path, final, edge)

    def sheet(self, path: skia.Path, final: RGB, edge: float = 1) -> None:
        """A layer of a colour that is final already."""
        if self.style == "papercut":
            for grow, alpha in ((10, 0.06), (6, 0.09), (2.6, 0.12)):
                self.outline(path, (20, 16, 40), grow * (0.5 + 0.5 * edge), alpha * edge, -1.2)
        self.fill(path, final)
        if self.style == "papercut":
            self.canvas.save()
            self.canvas.clipPath(path, True)
            self.outline(
                path, mix(final, (255, 255, 255), 0.16 if self.time == "night" else 0.45), 3.2, 0.9
            )
            self.canvas.restore()
        if self.style == "comic":
            self.outline(path, INK, 1.4 + 0.9 * edge, 0.55 + 0.35 * edge)

    def outline(
        self, path: skia.Path, colour: RGB, width: float, alpha: float, dy: float = 0
    ) -> None:
        """A line along the edge of a path."""
        paint = skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=width,
            StrokeJoin=skia.Paint.kRound_Join,
            Color=skia.Color(*colour, round(alpha * 255)),
        )
        self.canvas.save()
        self.canvas.translate(0, dy)
        self.canvas.drawPath(path, paint)
        self.canvas.restore()

    def glow(self, x: float, y: float, radius: float, colour: RGB, alpha: float) -> None:
        """A soft round light."""
        shader = skia.GradientShader.MakeRadial(
            skia.Point(x, y),
            radius,
            [skia.Color(*colour, round(alpha * 255)), skia.Color(*colour, 0)],
        )
        paint = skia.Paint(Shader=shader)
        self.canvas.drawRect(
            skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius), paint
        )

    def sky(self, horizon: float) -> None:
        """The sky down to the horizon: a gradient, in papercut and comic steps of it."""
        palettes = SKIES[self.time]
        colours = palettes[int(self.rng.integers(len(palettes)))]
        if self.style == "comic":
            colours = tuple(saturate(c, 0.2) for c in colours)
        if self.style == "flat":
            shader = skia.GradientShader.MakeLinear(
                [skia.Point(0, 0), skia.Point(0, horizon)], [skia.Color(*c) for c in colours]
            )
            self.canvas.drawRect(skia.Rect.MakeWH(SIZE, horizon + 32), skia.Paint(Shader=shader))
        else:
            self.canvas.clear(skia.Color(*colours[0]))
            self.steps(colours, horizon)
        self.lights(horizon)

    def steps(self, colours: tuple[RGB, ...], horizon: float) -> None:
        """Bands of sky: straight ones in comic, wavy sheets in papercut."""
        for k, colour in enumerate(colours[1:]):
            y = horizon * (0.36 + 0.34 * k)
            if self.style == "comic":
                self.fill(box(0, y, SIZE, SIZE), colour)
                continue
            phase = float(self.rng.uniform(0, 6.3))
            points = [(x, y + 7 * math.sin(x / 38 + phase)) for x in range(-16, SIZE + 33, 24)]
            self.sheet(ridge([(float(a), b) for a, b in points]), colour, 0.55)

    def lights(self, horizon: float) -> None:
        """The low sun of dusk; moon and tiny stars at night."""
        side = float(self.rng.choice([0.16, 0.3, 0.7, 0.84])) * SIZE
        if self.time == "dusk":
            self.glow(side, horizon - 6, 92, (255, 226, 150), 0.75)
            self.fill(skia.Path.Circle(side, horizon - 8, 22), (255, 224, 150), 0.85)
        if self.time == "night":
            self.glow(side, 34, 66, (190, 206, 255), 0.5)
            disc, shade = skia.Path.Circle(side, 34, 14), skia.Path.Circle(side - 7, 30, 12)
            moon = skia.Op(disc, shade, skia.PathOp.kDifference_PathOp)
            self.fill(moon, (244, 240, 214), 0.95)
            for _ in range(16):
                x, y = float(self.rng.uniform(6, 250)), float(self.rng.uniform(6, horizon * 0.8))
                if abs(x - side) > 24 or y > 62:
                    radius = float(self.rng.uniform(0.9, 1.7))
                    self.fill(skia.Path.Circle(x, y, radius), (240, 240, 255), 0.85)

    def hills(
        self, y: float, height: float, colour: RGB, edge: float = 1, wave: float = 58
    ) -> None:
        """Rolling hills around the row `y`."""
        phase = float(self.rng.uniform(0, 6.3))
        second = float(self.rng.uniform(0, 6.3))
        points = [
            (
                float(x),
                y - height * (0.7 * math.sin(x / wave + phase) + 0.3 * math.sin(x / 29 + second)),
            )
            for x in range(-16, SIZE + 33, 24)
        ]
        self.layer(ridge(points), colour, edge)


def meadow(stage: Stage) -> None:
    """Green rolling hills."""
    stage.sky(160)
    stage.hills(134, 14, (168, 208, 168), 0.5)
    stage.hills(156, 10, (160, 208, 136), 0.8, 46)
    stage.hills(184, 6, (176, 220, 132), 1, 70)


def beach(stage: Stage) -> None:
    """A flat sea and a curved sandy shore."""
    stage.sky(128)
    stage.layer(box(-8, 126, SIZE + 8, SIZE + 8), (92, 182, 206), 0.7)
    stage.decal(box(-8, 142, SIZE + 8, SIZE), (112, 198, 212))
    slope = stage.vary(10)
    shore = [
        (float(x), 176 + slope * (x - 128) / 128 + 5 * math.sin(x / 34))
        for x in range(-16, 289, 24)
    ]
    stage.decal(ridge([(x, y - 7) for x, y in shore]), (226, 244, 240))
    stage.layer(ridge(shore), (244, 222, 172))
    stage.decal(ridge([(x, y + 9) for x, y in shore]), (248, 230, 186))


def desert(stage: Stage) -> None:
    """Sand dunes below far table mountains."""
    stage.sky(152)
    shift = stage.vary(26)
    for left, top, width in ((24, 112, 54), (186, 104, 60)):
        x = left + shift
        mesa = polygon(
            (
                (x - 9, 168),
                (x, top + 5),
                (x + 6, top),
                (x + width - 6, top),
                (x + width, top + 5),
                (x + width + 9, 168),
            ),
            4,
        )
        stage.layer(mesa, (222, 172, 142), 0.5)
    stage.hills(156, 9, (236, 198, 142), 0.8, 64)
    stage.hills(190, 12, (244, 214, 160), 1, 80)


def snow(stage: Stage) -> None:
    """White hills with a far row of frosted firs."""
    stage.sky(156)
    stage.hills(128, 12, (206, 224, 240), 0.5)
    zigzag: list[Point] = [(-40.0, 176.0)]
    offset = stage.vary(9)
    for k in range(15):
        x, tall = k * 20 - 8 + offset, 27 + 7 * math.sin(k * 2.4 + offset)
        zigzag += [(x - 10, 158), (x, 160 - tall)]
    stage.layer(polygon((*zigzag, (320.0, 176.0))), (166, 196, 214), 0.4)
    stage.hills(160, 7, (228, 238, 248), 0.8, 50)
    stage.hills(192, 9, (242, 248, 253), 1, 74)


def mountains(stage: Stage) -> None:
    """Two rows of peaks, the far one with snow."""
    stage.sky(164)
    shift = stage.vary(22)
    peaks = [(-30, 120), (34, 62), (88, 116), (146, 46), (206, 112), (250, 74), (300, 128)]
    outline = tuple((x + shift, float(y)) for x, y in peaks)
    stage.layer(polygon((*outline, (330, 264), (-60, 264)), 3), (158, 164, 200), 0.7)
    for x, y in (outline[1], outline[3], outline[5]):
        cap = polygon(
            (
                (x, y + 2),
                (x + 19, y + 26),
                (x + 8, y + 22),
                (x, y + 31),
                (x - 8, y + 22),
                (x - 18, y + 27),
            )
        )
        stage.decal(cap, (240, 244, 250))
    near = ((-40, 190), (10, 138), (62, 166), (110, 130), (172, 168), (222, 134), (300, 184))
    stage.layer(
        polygon((*((x - shift, float(y)) for x, y in near), (330, 264), (-60, 264)), 6),
        (142, 168, 176),
        0.8,
    )
    stage.hills(192, 7, (172, 196, 156), 1, 60)


def city(stage: Stage) -> None:
    """Two rows of house fronts behind a street."""
    stage.sky(176)
    offset = stage.vary(14)
    far = skia.Path()
    for k in range(9):
        x = k * 34 - 30 - offset
        far.addPath(box(x, 92 + 26 * math.sin(k * 2.1 + offset), x + 30, 200))
    stage.layer(far, (186, 202, 222), 0.4)
    for k in range(6):
        left = k * 52 - 32 + offset
        top = 126 + 22 * math.sin(k * 1.7 + offset * 2)
        stage.layer(
            box(left, top, left + 46, 200), (160, 174, 200) if k % 2 else (176, 180, 200), 0.7
        )
        windows = skia.Path()
        for row in range(int((184 - top) // 17)):
            for column in range(3):
                if (row * 3 + column + k) % 4 or stage.time == "day":
                    x, y = left + 6 + column * 13, top + 9 + row * 17
                    windows.addPath(box(x, y, x + 8, y + 9))
        if stage.time == "day":
            stage.decal(windows, (206, 222, 236))
        else:
            stage.fill(windows, (250, 210, 130), 0.62)
    stage.layer(box(-8, 190, SIZE + 8, SIZE + 8), (200, 202, 206))
    stage.layer(box(-8, 202, SIZE + 8, SIZE + 8), (150, 154, 164), 0.7)
    marks = skia.Path()
    for k in range(6):
        x = k * 56 - 30 + offset
        marks.addPath(box(x, 226, x + 30, 231))
    stage.decal(marks, (220, 222, 222))


def foliage(y: float, radius: float, phase: float) -> skia.Path:
    """A roof of leaves: round bumps of uneven size hanging from the top edge."""
    for nudge in range(8):  # Skia cannot unite some nearly touching curves; a hair further, it can
        builder = skia.OpBuilder()
        builder.add(box(-40, -40, SIZE + 40, y), skia.PathOp.kUnion_PathOp)
        x, k = -20.0, 0
        while x < SIZE + 30:
            r = radius * (1 + 0.35 * math.sin(k * 2.3 + phase))
            bump = skia.Path.Circle(x, y + 5 * math.sin(k * 1.7 + phase), r)
            builder.add(bump, skia.PathOp.kUnion_PathOp)
            x, k = x + r * 1.25, k + 1
        try:
            return builder.resolve()
        except RuntimeError:
            phase += 0.01 * (nudge + 1)
    return box(-40, -40, SIZE + 40, y + radius / 2)


def forest(stage: Stage) -> None:
    """Receding trunks under a roof of leaves, in muted greens and browns."""
    stage.sky(190)
    stage.decal(box(0, 0, SIZE, SIZE), (200, 224, 190), 0.6)
    phase = float(stage.rng.uniform(0, 6.3))
    rows: tuple[tuple[RGB, float, int], ...] = (
        ((164, 194, 164), 9, 7),
        ((146, 162, 130), 15, 4),
        ((132, 120, 98), 24, 2),
    )
    for depth, (colour, width, count) in enumerate(rows):
        if depth == 2:
            stage.layer(foliage(34, 19, phase), (132, 182, 128), 0.5)
        step = SIZE / count
        offset = stage.vary(16)
        trunks = skia.Path()
        for k in range(count + 1):
            x = k * step + offset + stage.vary(6) + (12 if depth == 1 else 0)
            trunks.addPath(trunk(x, width))
        stage.layer(trunks, colour, 0.25 + 0.3 * depth)
    stage.layer(foliage(14, 22, phase + 2), (106, 160, 108), 0.9)
    stage.hills(180, 6, (132, 176, 112), 0.7, 40)
    stage.hills(204, 5, (160, 196, 124), 1, 62)


def trunk(x: float, width: float) -> skia.Path:
    """A far trunk, wider at its foot."""
    w = width / 2
    path = skia.Path()
    path.moveTo(x - w * 0.8, -9)
    path.lineTo(x + w * 0.8, -9)
    path.lineTo(x + w, 150)
    path.quadTo(x + w * 1.1, 178, x + w * 2, 196)
    path.lineTo(x - w * 2, 196)
    path.quadTo(x - w * 1.1, 178, x - w, 150)
    path.close()
    return path


def room(stage: Stage) -> None:
    """A wall with a window, a skirting board and a wooden floor with a rug."""
    walls: tuple[RGB, ...] = ((240, 226, 204), (218, 230, 220), (232, 222, 232))
    wall = walls[int(stage.rng.integers(len(walls)))]
    light: RGB = {"day": wall, "dusk": mix(wall, (236, 160, 136), 0.4)}.get(
        stage.time, mix(scale(wall, 0.44), (100, 94, 146), 0.6)
    )
    centre = 128 + float(stage.rng.choice([-62, 0, 62])) + stage.vary(10)
    pane = box(centre - 48, 20, centre + 48, 116)
    stage.sky(116)
    stage.canvas.save()
    stage.canvas.clipPath(pane, True)
    stage.hills(100, 5, (164, 206, 150), 0.4, 30)
    stage.canvas.restore()
    stage.sheet(hollow(box(-8, -8, SIZE + 8, SIZE + 8), pane), light, 0.8)
    frame = (
        mix(light, (255, 250, 244), 0.3) if stage.time == "night" else stage.colour((250, 248, 242))
    )
    stage.fill(box(centre - 2.5, 20, centre + 2.5, 116), frame)
    stage.fill(box(centre - 48, 62, centre + 48, 67), frame)
    stage.sheet(hollow(box(centre - 55, 13, centre + 55, 123), pane), frame, 0.5)
    stage.sheet(box(centre - 62, 120, centre + 62, 129), frame, 0.6)
    stage.sheet(box(-8, 178, SIZE + 8, SIZE + 8), frame, 0.5)
    stage.layer(box(-8, 190, SIZE + 8, SIZE + 8), (212, 176, 138))
    for y in (206, 232):
        stage.decal(box(-8, y, SIZE + 8, y + 2), (194, 156, 120))
    x = 128 + stage.vary(24)
    rug = skia.Path.Oval(skia.Rect.MakeLTRB(x - 96, 204, x + 96, 246))
    stage.layer(rug, (206, 202, 210), 0.6)
    inner = skia.Path.Oval(skia.Rect.MakeLTRB(x - 82, 208, x + 82, 241))
    stage.decal(inner, (222, 218, 224))


def hollow(outer: skia.Path, hole: skia.Path) -> skia.Path:
    """`outer` without `hole`."""
    return skia.Op(outer, hole, skia.PathOp.kDifference_PathOp)


PAINTERS: dict[str, Callable[[Stage], None]] = {
    "meadow": meadow,
    "beach": beach,
    "desert": desert,
    "snow": snow,
    "mountains": mountains,
    "city": city,
    "forest": forest,
    "room": room,
}


def paint_background(
    canvas: skia.Canvas, background: str, time: str, style: str, seed: int
) -> None:
    """Paints a whole background; what varies depends on the seed alone."""
    rng = generator(seed, list(PAINTERS).index(background))
    PAINTERS[background](Stage(canvas, time, style, rng))
