"""The plants."""

from __future__ import annotations

import math

from ..pen import Pen


def tree(pen: Pen) -> None:
    """A broad tree: a round crown on a short trunk."""
    pen.shape("wood", "M42 62 L58 62 L59 90 Q60 96 68 98 L32 98 Q40 96 41 90 Z")
    pen.ellipse("base", 24, 48, 20, 19)
    pen.ellipse("base", 76, 48, 20, 19)
    pen.ellipse("base", 50, 55, 24, 17)
    pen.ellipse("base", 35, 25, 22, 21)
    pen.ellipse("base", 64, 24, 23, 22)
    pen.ellipse("base", 50, 40, 28, 28)
    pen.ellipse("light", 36, 22, 12, 9, -25)
    pen.ellipse("light", 66, 32, 9, 7, -20)
    pen.line("dark", "M30 60 Q42 67 54 61", 4, solid=False)
    pen.line("dark", "M64 57 Q74 60 82 53", 4, solid=False)


def flower(pen: Pen) -> None:
    """A big daisy on a stem with two leaves."""
    pen.line("leaf", "M50 40 Q52 70 50 97", 5)
    pen.shape("leaf", "M50 92 Q30 92 24 72 Q46 70 50 92 Z")
    pen.shape("leaf", "M50 88 Q70 88 76 70 Q54 68 50 88 Z")
    for k in range(6):
        angle = k * 60 + 30
        cx = 50 + 20 * math.cos(math.radians(angle))
        cy = 32 + 20 * math.sin(math.radians(angle))
        pen.ellipse("base", cx, cy, 15, 12.5, angle, lined=True)
    pen.ellipse("base", 50, 32, 18)
    pen.ellipse("gold", 50, 32, 10.5)


def cactus(pen: Pen) -> None:
    """A tall cactus with two arms."""
    pen.line("base", "M50 64 L26 64 Q18 64 18 54 L18 40", 15)
    pen.line("base", "M50 54 L74 54 Q82 54 82 44 L82 28", 15)
    pen.rect("base", 36, 2, 64, 90, 14)
    pen.rect("base", 36, 60, 64, 98, 3)
    pen.line("dark", "M45 16 L45 90", 3, solid=False)
    pen.line("dark", "M55 16 L55 90", 3, solid=False)
    pen.line("dark", "M18 42 L18 52 Q18 58 22 62", 2.6, solid=False)
    pen.line("dark", "M82 30 L82 42 Q82 48 78 52", 2.6, solid=False)


def mushroom(pen: Pen) -> None:
    """A toadstool: a wide spotted cap on a pale stem."""
    pen.shape("cream", "M38 48 L62 48 Q60 72 66 86 Q66 94 50 94 Q34 94 34 86 Q40 72 38 48 Z")
    cap = pen.shape("base", "M2 56 Q4 6 50 6 Q96 6 98 56 Q98 62 90 62 Q50 54 10 62 Q2 62 2 56 Z")
    pen.shape("dark", "M0 70 L0 50 Q50 42 100 50 L100 70 Z", inside=cap)
    pen.ellipse("shine", 50, 22, 9, 8, inside=cap)
    pen.ellipse("shine", 25, 38, 8, 7.5, inside=cap)
    pen.ellipse("shine", 75, 38, 8, 7.5, inside=cap)
