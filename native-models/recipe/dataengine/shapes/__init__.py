"""Every kind of thing as a drawing, made once and painted in any colour, style and time."""

from __future__ import annotations

from collections.abc import Callable

from ..pen import Drawing, Pen
from ..scene import KINDS
from . import animals, buildings, everyday, plants, sky, vehicles

MODULES = (animals, vehicles, buildings, plants, sky, everyday)


def _drawing(kind: str) -> Drawing:
    for module in MODULES:
        draw: Callable[[Pen], None] | None = getattr(module, kind, None)
        if draw is not None:
            pen = Pen()
            draw(pen)
            return pen.finish()
    raise LookupError(f"No drawing for the kind {kind!r}: add a function of this name to shapes/.")


DRAWINGS: dict[str, Drawing] = {kind: _drawing(kind) for kind in KINDS}
"""The drawing of each kind."""

ASPECT: dict[str, float] = {kind: drawing.aspect for kind, drawing in DRAWINGS.items()}
"""Width divided by height of each kind's box."""
