"""The ten colours as schemes of shades, and how the time of day tints everything."""

from __future__ import annotations

from functools import cache

RGB = tuple[int, int, int]

BASES: dict[str, RGB] = {
    "red": (218, 42, 48),
    "orange": (245, 130, 24),
    "yellow": (250, 208, 46),
    "green": (48, 158, 72),
    "blue": (40, 106, 214),
    "purple": (130, 66, 184),
    "pink": (246, 138, 186),
    "brown": (132, 82, 48),
    "white": (247, 247, 244),
    "black": (42, 42, 50),
}

INK: RGB = (34, 30, 44)
PAPER: RGB = (255, 253, 248)

# What never changes with an object's colour. Roles of a drawing that are not shades of it.
NEUTRALS: dict[str, RGB] = {
    "ink": (38, 34, 46),
    "tyre": (52, 50, 60),
    "metal": (176, 182, 192),
    "glass": (212, 236, 246),
    "cream": (252, 243, 222),
    "wood": (128, 92, 64),
    "leaf": (86, 148, 74),
    "beak": (246, 164, 50),
    "gold": (250, 204, 84),
    "blush": (240, 150, 150),
    "shine": (255, 255, 255),
    "glint": (255, 255, 255),
}

# Where a neutral would drown in the object's own colour, it gives way.
EXCEPTIONS: dict[str, dict[str, RGB]] = {
    "black": {
        "eye": (250, 248, 240),
        "glint": (38, 34, 46),
        "tyre": (92, 94, 106),
        "nose": (236, 150, 150),
    },
    "white": {"glass": (138, 182, 214), "cream": (206, 212, 222), "shine": (228, 232, 238)},
    "orange": {"beak": (250, 214, 90), "gold": (255, 232, 160)},
    "yellow": {"beak": (240, 136, 36), "gold": (160, 96, 40), "cream": (255, 248, 224)},
    "brown": {"wood": (92, 58, 38)},
    "green": {"leaf": (34, 108, 58)},
    "pink": {"blush": (220, 90, 140)},
    "red": {"blush": (168, 24, 40)},
}


def mix(a: RGB, b: RGB, amount: float) -> RGB:
    """`a` moved towards `b` by `amount` (0 to 1)."""
    return (
        round(a[0] + (b[0] - a[0]) * amount),
        round(a[1] + (b[1] - a[1]) * amount),
        round(a[2] + (b[2] - a[2]) * amount),
    )


def scale(a: RGB, factor: float) -> RGB:
    """`a` made darker (factor < 1) or lighter (> 1), clipped."""
    return (
        min(255, round(a[0] * factor)),
        min(255, round(a[1] * factor)),
        min(255, round(a[2] * factor)),
    )


def saturate(a: RGB, amount: float) -> RGB:
    """`a` moved away from the grey of the same brightness by `amount`."""
    grey = 0.30 * a[0] + 0.59 * a[1] + 0.11 * a[2]
    r, g, b = (min(255, max(0, round(grey + (c - grey) * (1 + amount)))) for c in a)
    return (r, g, b)


def object_tint(colour: RGB, time: str) -> RGB:
    """An object's colour at a time of day: mild, so that its name stays true."""
    if time == "dusk":
        return mix(
            (colour[0], round(colour[1] * 0.97), round(colour[2] * 0.96)), (246, 150, 130), 0.05
        )
    if time == "night":
        return mix(scale(colour, 0.95), (44, 52, 120), 0.09)
    return colour


def background_tint(colour: RGB, time: str) -> RGB:
    """A background's colour at a time of day: strong, so that the time is seen at a glance."""
    if time == "dusk":
        warm = (round(colour[0] * 0.88), round(colour[1] * 0.82), round(colour[2] * 0.82))
        return mix(warm, (214, 108, 132), 0.11)
    if time == "night":
        dark = (round(colour[0] * 0.30), round(colour[1] * 0.38), round(colour[2] * 0.53))
        return mix(dark, (34, 46, 100), 0.24)
    return colour


@cache
def scheme(colour: str, time: str, style: str) -> dict[str, RGB]:
    """Role -> colour of everything a drawing may use, for one colour, time and style."""
    base = BASES[colour]
    roles: dict[str, RGB] = dict(NEUTRALS)
    roles["eye"] = NEUTRALS["ink"]
    roles["nose"] = NEUTRALS["ink"]
    roles["base"] = base
    if colour == "white":
        roles |= {"light": (255, 255, 255), "dark": (206, 212, 222), "darker": (164, 174, 190)}
        roles["contour"] = (158, 168, 184)
    elif colour == "black":
        # A black thing is modelled by lighter greys: darker ones could not be seen.
        roles |= {"light": (88, 90, 104), "dark": (72, 74, 88), "darker": (106, 108, 122)}
        roles["contour"] = (120, 122, 138)
    else:
        roles |= {"light": mix(base, (255, 255, 255), 0.36), "dark": scale(base, 0.76)}
        roles |= {"darker": scale(base, 0.54), "contour": scale(base, 0.6)}
    roles |= EXCEPTIONS.get(colour, {})
    if style == "comic" and colour not in ("white", "black", "brown"):
        for role in ("base", "light", "dark"):
            roles[role] = saturate(roles[role], 0.12)
    tinted = {role: object_tint(value, time) for role, value in roles.items()}
    if time == "night":
        if colour != "white":  # a dark line would drown in the dark
            tinted["contour"] = mix(
                tinted["base"], (214, 220, 255), 0.55 if colour == "black" else 0.34
            )
        tinted["glass"] = (255, 228, 140) if colour != "yellow" else (255, 250, 220)
    tinted["outline"] = INK
    tinted["rim"] = (128, 130, 146) if colour == "black" else INK
    return tinted
