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
    pen.line("ink", "M34 60 Q28 70 34 78 Q48 84 47 98", 2.4)
    for cx, cy, angle in ((35, 79, 20), (47, 94, -8)):
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        for side in (-1, 1):
            wing = [
                (cx + side * u * cosine - v * sine, cy + side * u * sine + v * cosine)
                for u, v in ((-1, 0), (12, -6), (12, 6))
            ]
            pen.poly("dark", *wing, radius=2)
    points = ((64, 0), (84, 36), (32, 64), (20, 18))
    body = pen.poly("base", *points, radius=2)
    pen.poly("dark", (84, 36), (32, 64), (48, 30), inside=body)
    pen.line("cream", "M64 0 L32 64", 2.2, inside=body)
    pen.line("cream", "M20 18 L84 36", 2.2, inside=body)


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
    pen.rect("base", 2, 36, 98, 64, 14)
    pen.ellipse("base", 20, 44, 17)
    pen.ellipse("base", 40, 27, 19)
    pen.ellipse("base", 63, 23, 22)
    pen.ellipse("base", 82, 42, 16)
    pen.shape("dark", "M6 57 Q50 62 94 57 Q90 64 84 64 L16 64 Q10 64 6 57 Z")
    pen.line("dark", "M33 45 Q43 51 52 43", 3.6, solid=False)
    pen.ellipse("light", 60, 14, 11, 6, -15)
