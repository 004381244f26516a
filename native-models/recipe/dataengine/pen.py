"""A drawing kept as parts (a path and a role each), so that every colour and style can paint it.

Drawings use their own coordinates, y down, about 100 units on the longer side. `finish` moves
them so that the silhouette fills its box exactly; aspect ratios follow from what is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import skia

Point = tuple[float, float]
TOKEN = re.compile(r"[MLQCZ]|-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Part:
    """One fill of a drawing. `lined` parts get an inner line in the comic style."""

    role: str
    path: skia.Path
    lined: bool


@dataclass(frozen=True)
class Drawing:
    """A finished drawing: `width` x `height` units with the longer side 1, and its parts."""

    width: float
    height: float
    parts: tuple[Part, ...]
    silhouette: skia.Path

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.width / self.height


def parse(text: str) -> skia.Path:
    """A path from absolute SVG path commands M, L, Q, C and Z.

    @raises ValueError: another command, or too few numbers.
    """
    path = skia.Path()
    tokens = TOKEN.findall(text)
    counts = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
    command, at = "", 0
    while at < len(tokens):
        if tokens[at] in counts:
            command, at = tokens[at], at + 1
            if command == "Z":
                path.close()
                continue
        if command in ("", "Z"):
            raise ValueError(f"A path must begin with a command: {text!r}")
        n = [float(v) for v in tokens[at : at + counts[command]]]
        at += counts[command]
        if command == "M":
            path.moveTo(*n)
            command = "L"
        elif command == "L":
            path.lineTo(*n)
        elif command == "Q":
            path.quadTo(*n)
        else:
            path.cubicTo(*n)
    return path


def stroke_path(path: skia.Path, width: float) -> skia.Path:
    """The outline of `path` drawn with a round pen, as an area."""
    paint = skia.Paint(
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )
    area = skia.Path()
    paint.getFillPath(path, area)
    return area


def polygon(points: tuple[Point, ...], radius: float = 0) -> skia.Path:
    """A closed polygon, its corners rounded by `radius`."""
    path = skia.Path.Polygon([skia.Point(*p) for p in points], True)
    if radius <= 0:
        return path
    paint = skia.Paint(Style=skia.Paint.kFill_Style, PathEffect=skia.CornerPathEffect.Make(radius))
    area = skia.Path()
    paint.getFillPath(path, area)
    return area


def ellipse_path(cx: float, cy: float, rx: float, ry: float, angle: float = 0) -> skia.Path:
    """An ellipse turned by `angle` degrees about its centre."""
    path = skia.Path.Oval(skia.Rect.MakeLTRB(cx - rx, cy - ry, cx + rx, cy + ry))
    if angle:
        path.transform(skia.Matrix.RotateDeg(angle, skia.Point(cx, cy)))
    return path


class Pen:
    """Collects the parts of a drawing, back to front."""

    def __init__(self) -> None:
        self.parts: list[tuple[Part, bool]] = []

    def add(
        self,
        role: str,
        path: skia.Path,
        lined: bool = False,
        solid: bool = True,
        inside: skia.Path | None = None,
    ) -> skia.Path:
        """Adds a path; `inside` cuts it, `solid` says whether it belongs to the silhouette."""
        if inside is not None:
            path = skia.Op(path, inside, skia.PathOp.kIntersect_PathOp)
            solid = False
        self.parts.append((Part(role, path, lined), solid))
        return path

    def shape(self, role: str, text: str, **options: bool | skia.Path) -> skia.Path:
        """An area given by SVG path commands."""
        return self.add(role, parse(text), **options)

    def line(self, role: str, text: str, width: float, **options: bool | skia.Path) -> skia.Path:
        """A line of a round pen, given by SVG path commands."""
        return self.add(role, stroke_path(parse(text), width), **options)

    def ellipse(
        self,
        role: str,
        cx: float,
        cy: float,
        rx: float,
        ry: float | None = None,
        angle: float = 0,
        **options: bool | skia.Path,
    ) -> skia.Path:
        """An ellipse; a circle when `ry` is left out."""
        path = ellipse_path(cx, cy, rx, rx if ry is None else ry, angle)
        return self.add(role, path, **options)

    def rect(
        self,
        role: str,
        left: float,
        top: float,
        right: float,
        bottom: float,
        radius: float = 0,
        **options: bool | skia.Path,
    ) -> skia.Path:
        """A rectangle with rounded corners."""
        path = skia.Path()
        path.addRoundRect(skia.Rect.MakeLTRB(left, top, right, bottom), radius, radius)
        return self.add(role, path, **options)

    def poly(
        self, role: str, *points: Point, radius: float = 0, **options: bool | skia.Path
    ) -> skia.Path:
        """A polygon with rounded corners."""
        return self.add(role, polygon(points, radius), **options)

    def eye(self, cx: float, cy: float, radius: float) -> None:
        """An eye with its glint."""
        self.ellipse("eye", cx, cy, radius, radius * 1.12)
        self.ellipse("glint", cx + radius * 0.3, cy - radius * 0.4, radius * 0.36)

    def finish(self) -> Drawing:
        """The drawing, moved and scaled so that its silhouette fills its box."""
        union = skia.Path()
        for part, solid in self.parts:
            if solid:
                union = skia.Op(union, part.path, skia.PathOp.kUnion_PathOp)
        box = union.computeTightBounds()
        scale = 1 / max(box.width(), box.height())
        matrix = skia.Matrix.Scale(scale, scale).preTranslate(-box.left(), -box.top())

        def moved(path: skia.Path) -> skia.Path:
            copy = skia.Path(path)
            copy.transform(matrix)
            return copy

        parts = tuple(Part(p.role, moved(p.path), p.lined) for p, _ in self.parts)
        return Drawing(box.width() * scale, box.height() * scale, parts, moved(union))
