"""The vehicles, driving to the right."""

from __future__ import annotations

import skia

from ..pen import Pen, ellipse_path


def wheel(pen: Pen, cx: float, cy: float, radius: float) -> None:
    """A tyre with its hub."""
    pen.ellipse("tyre", cx, cy, radius)
    pen.ellipse("metal", cx, cy, radius * 0.48)


def car(pen: Pen) -> None:
    """A small round car from the side."""
    pen.shape("base", "M16 34 Q24 8 42 8 L58 8 Q70 8 80 32 L80 40 L16 40 Z")
    pen.shape("glass", "M25 32 Q30 15 42 15 L46 15 L46 32 Z")
    pen.shape("glass", "M52 15 L58 15 Q65 16 71 32 L52 32 Z")
    body = pen.shape(
        "base", "M4 44 Q5 33 18 31 L78 31 Q97 33 99 46 L99 54 Q99 60 92 60 L10 60 Q3 60 3 54 Z"
    )
    pen.rect("dark", 0, 51, 100, 64, inside=body)
    pen.ellipse("gold", 95, 42, 4, 5, inside=body)
    pen.rect("dark", 52, 37, 60, 40.5, 1.5)
    wheel(pen, 25, 60, 11.5)
    wheel(pen, 76, 60, 11.5)


def bus(pen: Pen) -> None:
    """A long bus with a row of windows."""
    body = pen.rect("base", 0, 4, 100, 54, 8)
    pen.rect("dark", -2, 42, 102, 60, inside=body)
    for left in (8, 26, 44, 62):
        pen.rect("glass", left, 13, left + 14, 29, 2.5)
    pen.shape("glass", "M81 13 L94 13 Q96 13 96 16 L99 30 L81 30 Z", inside=body)
    pen.rect("light", 0, 33, 78, 37)
    pen.ellipse("gold", 97, 46, 3.4, 3.6, inside=body)
    wheel(pen, 23, 54, 10)
    wheel(pen, 76, 54, 10)


def boat(pen: Pen) -> None:
    """A sailing boat: the hull and the main sail carry the colour."""
    pen.rect("wood", 45, 2, 49.5, 72, 2)
    pen.shape("base", "M53 6 Q84 26 90 62 L53 62 Z", lined=True)
    pen.shape("light", "M41 16 Q24 40 14 62 L41 62 Z", lined=True)
    hull = pen.shape("base", "M2 68 L98 68 Q94 94 78 96 L24 96 Q8 94 2 68 Z")
    pen.rect("dark", 0, 84, 100, 98, inside=hull)
    pen.rect("light", 0, 68, 100, 73, inside=hull)


def bicycle(pen: Pen) -> None:
    """A bicycle: two wheels and a stout frame."""
    for cx in (22, 78):
        tyre, hole = ellipse_path(cx, 48, 21.7, 21.7), ellipse_path(cx, 48, 15.3, 15.3)
        pen.add("base", skia.Op(tyre, hole, skia.PathOp.kDifference_PathOp))
        pen.ellipse("base", cx, 48, 3.6)
    pen.line("dark", "M22 48 L38 22 L68 22", 5.4)
    pen.line("dark", "M68 22 L46 49 L22 48", 5.3)
    pen.line("dark", "M38 22 L46 49", 5.4)
    pen.line("dark", "M78 48 L66 12", 5.4)
    pen.line("ink", "M66 10 L76 8 Q82 9 80 16", 4.6)
    pen.line("dark", "M38 22 L36 14", 4.4)
    pen.line("ink", "M28 13 L44 13", 6.4)
    pen.ellipse("ink", 46, 49, 5)


def airplane(pen: Pen) -> None:
    """A passenger plane with swept wings."""
    pen.poly("dark", (52, 36), (40, 8), (50, 8), (70, 36), radius=3)
    pen.poly("base", (6, 36), (0, 10), (12, 10), (26, 34), radius=3)
    body = pen.shape(
        "base", "M4 34 Q8 28 20 28 L76 28 Q96 30 100 42 Q97 54 76 54 L34 54 Q14 52 4 34 Z"
    )
    pen.rect("light", 0, 46, 102, 56, inside=body)
    pen.shape("glass", "M80 31 Q90 33 94 38 L81 38 Z")
    for cx in (34, 45, 56, 67):
        pen.ellipse("glass", cx, 37, 3.2)
    pen.poly("dark", (44, 45), (66, 45), (42, 74), (30, 74), radius=3, lined=True)
    pen.poly("dark", (8, 36), (22, 37), (8, 47), (0, 47), radius=2)


def rocket(pen: Pen) -> None:
    """An upright rocket on its flame."""
    pen.shape("beak", "M36 78 Q38 96 50 102 Q62 96 64 78 Z")
    pen.shape("gold", "M42 78 Q44 88 50 93 Q56 88 58 78 Z", solid=False)
    pen.shape("dark", "M32 50 Q16 60 15 84 L36 76 Z")
    pen.shape("dark", "M68 50 Q84 60 85 84 L64 76 Z")
    body = pen.shape(
        "base", "M50 0 Q74 20 72 52 Q71 68 64 79 L36 79 Q29 68 28 52 Q26 20 50 0 Z", lined=True
    )
    pen.shape("dark", "M20 0 L80 0 L80 21 Q50 28 20 21 Z", inside=body)
    pen.rect("dark", 20, 72, 80, 80, inside=body)
    pen.ellipse("cream", 50, 43, 11.5)
    pen.ellipse("glass", 50, 43, 8)
    pen.rect("dark", 47, 60, 53, 84, 3)
