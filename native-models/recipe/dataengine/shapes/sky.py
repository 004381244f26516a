"""What hangs in the sky."""

from __future__ import annotations

import math

from ..pen import Pen


def balloon(pen: Pen) -> None:
    """A hot-air balloon with a basket."""
    pen.line("wood", "M34 62 L42 84", 2.4)
    pen.line("wood", "M66 62 L58 84", 2.4)
    pen.line("wood", "M50 62 L50 84", 2.4)
    envelope = pen.shape("base", "M50 0 Q84 2 86 34 Q86 54 62 70 L38 70 Q14 54 14 34 Q16 2 50 0 Z")
    pen.shape("dark", "M50 0 Q-4 16 38 72 L34 76 L0 60 L0 0 Z", inside=envelope)
    pen.shape("dark", "M50 0 Q104 16 62 72 L66 76 L100 60 L100 0 Z", inside=envelope)
    pen.shape("light", "M50 0 Q30 34 45 72 L55 72 Q70 34 50 0 Z", inside=envelope)
    pen.rect("wood", 39, 82, 61, 99, 4)


def kite(pen: Pen) -> None:
    """A diamond kite with a tail of bows."""
    pen.line("ink", "M34 62 Q30 78 44 84 Q56 90 52 100", 2.2)
    for cx, cy, angle in ((39, 81, 25), (53, 94, 65)):
        for side in (-1, 1):
            x = cx + side * 7 * math.cos(math.radians(angle))
            y = cy + side * 7 * math.sin(math.radians(angle))
            pen.ellipse("dark", x, y, 6.6, 4, angle)
    points = ((62, 0), (82, 34), (34, 64), (22, 18))
    body = pen.poly("base", *points, radius=2)
    pen.poly("light", (62, 0), (47, 29), (22, 18), inside=body)
    pen.poly("dark", (82, 34), (34, 64), (47, 29), inside=body)
    pen.line("cream", "M62 0 L34 64", 2.2, inside=body)
    pen.line("cream", "M22 18 L82 34", 2.2, inside=body)


def star(pen: Pen) -> None:
    """A plump five-pointed star."""
    points = []
    inner = []
    for k in range(10):
        radius = 52 if k % 2 == 0 else 25
        angle = math.radians(k * 36 - 90)
        points.append((50 + radius * math.cos(angle), 50 + radius * math.sin(angle)))
        inner.append((50 + radius * 0.55 * math.cos(angle), 51 + radius * 0.55 * math.sin(angle)))
    pen.poly("base", *points, radius=7)
    pen.poly("light", *inner, radius=4)


def cloud(pen: Pen) -> None:
    """A puffy cloud with a flat foot."""
    pen.rect("base", 4, 34, 96, 60, 13)
    pen.ellipse("base", 26, 36, 18)
    pen.ellipse("base", 52, 25, 24)
    pen.ellipse("base", 77, 37, 17)
    pen.shape("dark", "M8 53 Q50 59 92 53 Q88 60 83 60 L17 60 Q12 60 8 53 Z")
    pen.ellipse("light", 46, 17, 11, 7, -20)
