"""Everyday things."""

from __future__ import annotations

from ..pen import Pen


def cup(pen: Pen) -> None:
    """A mug with a big handle."""
    pen.line("base", "M70 28 Q94 26 94 48 Q94 70 66 68", 10)
    body = pen.shape("base", "M6 12 L74 12 L71 80 Q70 92 58 92 L22 92 Q10 92 9 80 Z", lined=True)
    pen.shape("light", "M6 42 L74 42 L74 58 L6 58 Z", inside=body)
    pen.ellipse("dark", 40, 13, 34, 9)
    pen.ellipse("darker", 40, 14.5, 28, 6)


def ball(pen: Pen) -> None:
    """A beach ball with curved panels."""
    ball_path = pen.ellipse("base", 50, 50, 50)
    pen.shape("cream", "M36 28 Q10 44 4 78 L-10 60 L-4 30 Q14 20 36 28 Z", inside=ball_path)
    pen.shape("cream", "M36 28 Q66 30 98 54 L110 30 L80 -4 Q48 6 36 28 Z", inside=ball_path)
    pen.shape("dark", "M36 28 Q48 62 40 104 L14 104 L2 78 Q10 44 36 28 Z", inside=ball_path)
    pen.ellipse("shine", 36, 28, 7)


def chair(pen: Pen) -> None:
    """A wooden chair with a slatted back."""
    pen.rect("dark", 24, 60, 32, 92, 2)
    pen.rect("dark", 70, 60, 78, 92, 2)
    pen.rect("base", 16, 0, 26, 100, 3)
    pen.rect("base", 62, 0, 72, 58, 3)
    pen.rect("base", 16, 6, 72, 20, 3)
    pen.rect("base", 16, 29, 72, 41, 3)
    pen.shape("light", "M16 52 L72 52 L86 62 L16 62 Z", lined=True)
    pen.rect("base", 14, 60, 88, 71, 3, lined=True)
    pen.rect("base", 77, 66, 87, 100, 3)


def lamp(pen: Pen) -> None:
    """A table lamp with a wide shade."""
    pen.rect("dark", 45, 44, 55, 92, 2)
    pen.ellipse("dark", 50, 68, 11, 14)
    pen.shape("dark", "M24 98 Q26 88 50 87 Q74 88 76 98 Z")
    shade = pen.poly("base", (29, 0), (71, 0), (92, 52), (8, 52), radius=4, lined=True)
    pen.poly("light", (40, -2), (50, -2), (46, 56), (24, 56), inside=shade)
    pen.rect("dark", 0, 46, 100, 54, inside=shade)


def umbrella(pen: Pen) -> None:
    """An open umbrella with a curved handle."""
    pen.line("wood", "M50 10 L50 86 Q50 96 60 96 Q69 96 69 87", 5)
    pen.line("wood", "M50 8 L50 2", 4)
    canopy = pen.shape(
        "base",
        "M0 54 Q2 6 50 6 Q98 6 100 54 Q92 45 83 45 Q73 45 66 54 Q58 45 50 45 Q42 45 34 54"
        " Q27 45 17 45 Q8 45 0 54 Z",
    )
    pen.shape("dark", "M50 6 Q28 20 34 56 L0 56 L-4 40 Q6 6 50 6 Z", inside=canopy)
    pen.shape("light", "M50 6 Q58 22 50 56 L34 56 Q28 20 50 6 Z", inside=canopy)


def apple(pen: Pen) -> None:
    """An apple with its stalk and leaf."""
    pen.line("wood", "M50 26 Q49 14 55 5", 5)
    pen.shape("leaf", "M56 17 Q62 2 84 4 Q80 22 56 17 Z")
    fruit = pen.shape(
        "base",
        "M50 24 C66 14 96 18 96 52 C96 80 78 98 64 98 Q56 98 50 95 Q44 98 36 98"
        " C22 98 4 80 4 52 C4 18 34 14 50 24 Z",
    )
    pen.shape("dark", "M110 30 L96 30 Q94 78 50 96 L60 110 L110 100 Z", inside=fruit)
    pen.ellipse("light", 25, 43, 7, 13, 22)


def book(pen: Pen) -> None:
    """A closed book seen a little from below, so that its pages show."""
    pen.poly("dark", (8, 76), (8, 86), (16, 98), (30, 98), (30, 80), radius=3)
    pen.rect("dark", 16, 14, 88, 98, 4)
    pen.rect("cream", 14, 10, 85, 93, 2)
    pen.line("metal", "M22 89.8 L83 89.8", 1.8, solid=False)
    cover = pen.rect("base", 8, 2, 80, 86, 4, lined=True)
    pen.rect("dark", 0, 0, 20, 90, inside=cover)
    pen.rect("cream", 32, 18, 69, 42, 3)
    pen.rect("light", 32, 54, 69, 60, 2)


def hat(pen: Pen) -> None:
    """A top hat with a pale band."""
    pen.ellipse("dark", 50, 70, 49, 10)
    crown = pen.shape("base", "M20 6 Q50 -2 80 6 L74 66 Q50 76 26 66 Z")
    pen.shape("cream", "M0 46 Q50 58 100 46 L100 59 Q50 72 0 59 Z", inside=crown)
    pen.ellipse("light", 50, 7.5, 27, 4.5)
    pen.shape("base", "M1 70 Q1 64 26 63 Q50 74 74 63 Q99 64 99 70 Q94 81 50 81 Q6 81 1 70 Z")
