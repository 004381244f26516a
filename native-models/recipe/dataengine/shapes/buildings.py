"""The buildings."""

from __future__ import annotations

from ..pen import Pen


def house(pen: Pen) -> None:
    """A house with a gabled roof, a chimney, a door and two windows."""
    pen.rect("dark", 68, 8, 80, 34, 1)
    pen.rect("base", 14, 40, 86, 96, 2)
    pen.poly("dark", (2, 48), (50, 4), (98, 48), radius=4, lined=True)
    pen.ellipse("glass", 50, 31, 7)
    pen.rect("cream", 42, 64, 60, 96, 2)
    pen.ellipse("wood", 56, 81, 1.8)
    pen.rect("glass", 21, 58, 36, 74, 1.5)
    pen.rect("glass", 66, 58, 81, 74, 1.5)


def castle(pen: Pen) -> None:
    """A castle with two towers, battlements and a gate."""
    pen.line("wood", "M50 24 L50 2", 3)
    pen.poly("light", (51, 1), (70, 7), (51, 14), radius=1)
    for left in (36, 46.5, 57):
        pen.rect("base", left, 20, left + 7, 34, 1)
    pen.rect("base", 36, 28, 64, 60, 1)
    pen.rect("base", 20, 52, 80, 96, 1, lined=True)
    for left in (2, 74):
        pen.rect("base", left, 36, left + 24, 96, 1.5, lined=True)
        for notch in (-2, 8, 18):
            pen.rect("base", left + notch, 20, left + notch + 8, 42, 1)
        pen.rect("base", left - 2, 29, left + 26, 40, 1)
        pen.rect("dark", left - 2, 37, left + 26, 42, 1)
        pen.rect("glass", left + 8, 52, left + 16, 66, 4)
    pen.rect("glass", 46, 35, 54, 47, 4)
    pen.shape("darker", "M38 96 L38 76 Q38 62 50 62 Q62 62 62 76 L62 96 Z")


def tent(pen: Pen) -> None:
    """A ridge tent, its entrance open."""
    pen.line("wood", "M44 8 L54 18", 4)
    pen.line("wood", "M54 8 L44 18", 4)
    body = pen.poly("base", (49, 12), (100, 84), (0, 84), radius=4)
    pen.poly("dark", (49, 12), (104, 86), (78, 86), inside=body)
    pen.poly("darker", (49, 34), (64, 84), (34, 84), inside=body)
    pen.poly("light", (49, 32), (50, 60), (40, 84), (28, 84), radius=1, lined=True)


def lighthouse(pen: Pen) -> None:
    """A tapering tower with two white bands and a lantern."""
    pen.poly("base", (28, 16), (50, 0), (72, 16), radius=3)
    pen.rect("glass", 35, 14, 65, 32, 1)
    pen.rect("darker", 48, 14, 52, 32)
    pen.rect("dark", 26, 30, 74, 38, 2)
    tower = pen.poly("base", (33, 37), (67, 37), (77, 98), (23, 98), radius=1)
    pen.rect("cream", 0, 50, 100, 60, inside=tower)
    pen.rect("cream", 0, 74, 100, 84, inside=tower)
    pen.shape("darker", "M43 99 L43 92 Q43 86 50 86 Q57 86 57 92 L57 99 Z", inside=tower)
