"""The animals. Seen from the side they look to the right."""

from __future__ import annotations

from ..pen import Pen


def cat(pen: Pen) -> None:
    """A sitting cat, its face to us, the tail curled up at its side."""
    pen.line("base", "M66 91 C92 94 98 78 88 64 C84 58 88 52 94 52", 10)
    body = pen.shape(
        "base", "M50 36 C70 36 79 66 80 88 Q80 98 70 98 L30 98 Q20 98 20 88 C21 66 30 36 50 36 Z"
    )
    pen.ellipse("light", 50, 72, 13, 17, inside=body)
    pen.line("dark", "M43 97 L43 82", 2.6, solid=False)
    pen.line("dark", "M57 97 L57 82", 2.6, solid=False)
    pen.poly("base", (21, 34), (23, 0), (48, 18), radius=5)
    pen.poly("base", (79, 34), (77, 0), (52, 18), radius=5)
    pen.poly("blush", (27, 22), (28, 9), (38, 17), radius=2)
    pen.poly("blush", (73, 22), (72, 9), (62, 17), radius=2)
    pen.ellipse("base", 50, 34, 31, 24, lined=True)
    pen.poly("dark", (45, 11), (55, 11), (50, 22), radius=2)
    pen.eye(38, 34, 4.6)
    pen.eye(62, 34, 4.6)
    pen.ellipse("light", 45, 46, 6, 5)
    pen.ellipse("light", 55, 46, 6, 5)
    pen.poly("nose", (46, 40), (54, 40), (50, 45), radius=1.5)


def dog(pen: Pen) -> None:
    """A standing dog with a raised tail and a hanging ear."""
    pen.line("base", "M14 50 C6 44 4 34 8 26", 8)
    pen.rect("dark", 22, 60, 33, 94, 5)
    pen.rect("dark", 60, 60, 71, 94, 5)
    pen.shape("base", "M14 44 Q24 38 46 42 L62 40 L74 54 Q76 74 62 74 L24 74 Q8 74 10 54 Z")
    pen.rect("base", 11, 56, 24, 96, 5)
    pen.rect("base", 54, 58, 67, 96, 5)
    pen.shape("base", "M50 54 L56 24 L80 30 L76 62 Q62 76 50 54 Z")
    pen.ellipse("base", 68, 25, 19, 18)
    pen.shape("base", "M72 16 L92 22 Q100 24 99 32 Q98 40 88 40 L70 42 Z")
    pen.ellipse("light", 91, 35, 8, 5)
    pen.ellipse("nose", 95, 25, 5, 4.2)
    pen.eye(77, 20, 3.8)
    pen.shape("dark", "M58 8 Q46 8 46 26 Q46 44 53 45 Q62 44 64 28 Q66 12 58 8 Z", lined=True)
    pen.line("gold", "M54 49 Q64 56 75 51", 5, solid=False)


def bird(pen: Pen) -> None:
    """A small bird in flight with a raised wing and a pointed beak."""
    pen.poly("dark", (26, 62), (0, 58), (3, 70), (0, 82), (30, 74), radius=4)
    pen.poly("beak", (88, 46), (100, 54), (86, 60), radius=2)
    body = pen.shape(
        "base", "M16 68 Q30 50 52 48 Q58 34 74 34 Q91 36 91 54 Q90 88 54 88 Q30 88 16 68 Z"
    )
    pen.ellipse("light", 70, 78, 20, 15, inside=body)
    pen.shape("dark", "M62 64 Q34 72 26 54 Q16 30 26 8 Q34 18 46 24 Q64 34 66 54 Z", lined=True)
    pen.shape("base", "M56 58 Q40 60 34 48 Q28 34 30 22 Q40 32 48 36 Q58 42 58 52 Z")
    pen.eye(77, 48, 4.6)


def fish(pen: Pen) -> None:
    """A fish with a big tail fin."""
    pen.shape("dark", "M30 40 Q44 14 66 26 L70 40 Z")
    pen.shape("dark", "M40 70 Q48 88 62 84 L62 70 Z")
    pen.shape("dark", "M28 54 L4 30 Q-2 30 2 42 Q6 54 2 66 Q-2 78 4 78 Z")
    body = pen.shape("base", "M18 54 Q36 28 62 28 Q88 30 100 54 Q88 78 62 80 Q36 80 18 54 Z")
    pen.line("light", "M52 28 Q44 54 52 80", 7, inside=body)
    pen.line("light", "M36 34 Q29 54 36 74", 6, inside=body)
    pen.shape("dark", "M62 56 Q50 58 46 68 Q58 74 66 64 Z")
    pen.ellipse("shine", 80, 47, 7)
    pen.ellipse("ink", 81, 47, 4)
    pen.line("darker", "M90 62 Q86 66 82 64", 2.4, solid=False)


def rabbit(pen: Pen) -> None:
    """A sitting rabbit with long upright ears and a round tail."""
    pen.ellipse("light", 8, 80, 9)
    pen.ellipse("dark", 54, 20, 7, 22, -14)
    pen.ellipse("base", 68, 20, 7.5, 22, 8)
    pen.ellipse("blush", 68.4, 20, 3.4, 15, 8)
    pen.shape("base", "M8 76 Q10 50 40 50 Q58 52 66 64 L69 90 Q69 98 60 98 L24 98 Q8 94 8 76 Z")
    pen.ellipse("base", 66, 93.5, 10, 4.8)
    pen.ellipse("base", 65, 49, 20, 17)
    pen.ellipse("dark", 30, 80, 20, 18, lined=True)
    pen.ellipse("base", 31, 78, 17, 15)
    pen.rect("base", 22, 89, 48, 98, 4.5)
    pen.ellipse("light", 76, 55, 8, 6)
    pen.eye(68, 45, 4)
    pen.ellipse("nose", 84, 50, 2.8, 2.2)


def turtle(pen: Pen) -> None:
    """A walking turtle with a domed shell."""
    pen.poly("dark", (10, 74), (0, 82), (14, 82), radius=2)
    pen.shape("dark", "M14 70 L32 70 L30 88 Q30 92 24 92 L18 92 Q13 92 13 88 Z")
    pen.shape("dark", "M50 70 L68 70 L68 88 Q68 92 62 92 L56 92 Q51 92 51 88 Z")
    pen.shape("dark", "M62 80 Q74 78 76 64 L78 50 L94 58 Q92 84 68 82 Z")
    pen.ellipse("dark", 88, 49, 13.5, 12)
    pen.eye(92, 46, 3.4)
    shell = pen.shape("base", "M6 74 Q8 34 42 34 Q76 34 78 74 Z", lined=True)
    pen.poly("light", (32, 44), (52, 44), (58, 57), (42, 66), (26, 57), radius=4)
    pen.line("dark", "M26 57 L13 50", 2.6, inside=shell)
    pen.line("dark", "M58 57 L71 50", 2.6, inside=shell)
    pen.line("dark", "M42 66 L42 76", 2.6, inside=shell)
    pen.rect("base", 2, 68, 82, 78, 5, lined=True)


def butterfly(pen: Pen) -> None:
    """A butterfly from above, wings spread."""
    pen.line("ink", "M49 24 Q44 10 36 8", 2.4)
    pen.line("ink", "M51 24 Q56 10 64 8", 2.4)
    for side in (-1, 1):

        def at(x: float, side: int = side) -> float:
            return 50 + side * x

        pen.shape(
            "dark",
            f"M{at(2)} 52 C{at(20)} 52 {at(40)} 60 {at(36)} 76 C{at(32)} 92 {at(12)} 88 {at(2)} 60 Z",
        )
        pen.ellipse("light", at(23), 71, 6.5)
        pen.shape(
            "base",
            f"M{at(2)} 50 C{at(8)} 24 {at(30)} 8 {at(44)} 14 C{at(54)} 20 {at(50)} 58 {at(24)} 60"
            f" Q{at(10)} 60 {at(2)} 54 Z",
            lined=True,
        )
        pen.ellipse("light", at(33), 31, 8.5)
    pen.rect("ink", 46, 26, 54, 80, 4)
    pen.ellipse("ink", 50, 26, 5.6)


def duck(pen: Pen) -> None:
    """A duck with a flat bill and a turned-up tail."""
    pen.line("beak", "M40 84 L40 96 L49 96", 5)
    pen.line("beak", "M56 84 L56 96 L65 96", 5)
    pen.shape("beak", "M82 22 Q92 20 99 24 Q102 30 94 32 L82 34 Z")
    pen.shape(
        "base",
        "M2 42 Q14 52 30 50 Q50 48 54 36 Q48 6 70 5 Q90 7 88 28 Q86 38 80 44 Q86 66 74 78"
        " Q62 90 42 88 Q8 84 2 42 Z",
    )
    pen.shape("dark", "M20 58 Q40 50 60 58 Q60 78 40 78 Q24 76 20 58 Z", lined=True)
    pen.line("base", "M34 68 Q44 72 52 66", 2.6, solid=False)
    pen.eye(75, 20, 4)
