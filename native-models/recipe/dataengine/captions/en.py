"""Captions in English."""

from __future__ import annotations

from typing import ClassVar

from .grammar import Form, Frames, Item, Language, Setting, Words

NOUNS: dict[str, tuple[tuple[str, str], ...]] = {
    "cat": (("cat", "cats"), ("kitty", "kitties")),
    "dog": (("dog", "dogs"), ("doggy", "doggies"), ("puppy", "puppies")),
    "bird": (("bird", "birds"),),
    "fish": (("fish", "fish"),),
    "rabbit": (("rabbit", "rabbits"), ("bunny", "bunnies")),
    "turtle": (("turtle", "turtles"), ("tortoise", "tortoises")),
    "butterfly": (("butterfly", "butterflies"),),
    "duck": (("duck", "ducks"),),
    "car": (("car", "cars"), ("automobile", "automobiles")),
    "bus": (("bus", "buses"), ("coach", "coaches")),
    "boat": (("boat", "boats"), ("sailboat", "sailboats"), ("sailing boat", "sailing boats")),
    "bicycle": (("bicycle", "bicycles"), ("bike", "bikes")),
    "airplane": (("airplane", "airplanes"), ("plane", "planes"), ("aeroplane", "aeroplanes")),
    "rocket": (("rocket", "rockets"), ("space rocket", "space rockets")),
    "house": (("house", "houses"),),
    "castle": (("castle", "castles"),),
    "tent": (("tent", "tents"),),
    "lighthouse": (("lighthouse", "lighthouses"),),
    "tree": (("tree", "trees"),),
    "flower": (("flower", "flowers"),),
    "cactus": (("cactus", "cacti"), ("cactus", "cactuses")),
    "mushroom": (("mushroom", "mushrooms"), ("toadstool", "toadstools")),
    "balloon": (("balloon", "balloons"), ("hot-air balloon", "hot-air balloons")),
    "kite": (("kite", "kites"),),
    "star": (("star", "stars"),),
    "cloud": (("cloud", "clouds"),),
    "cup": (("cup", "cups"), ("mug", "mugs")),
    "ball": (("ball", "balls"),),
    "chair": (("chair", "chairs"),),
    "lamp": (("lamp", "lamps"), ("table lamp", "table lamps")),
    "umbrella": (("umbrella", "umbrellas"),),
    "apple": (("apple", "apples"),),
    "book": (("book", "books"),),
    "hat": (("hat", "hats"), ("top hat", "top hats")),
}
COLOUR_WORDS: dict[str, tuple[str, ...]] = {"purple": ("purple", "violet")}
SIZES: dict[str, tuple[str, ...]] = {
    "small": ("small", "little", "tiny"),
    "large": ("large", "big", "huge"),
}
COUNTS: dict[int, tuple[str, ...]] = {
    2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4"), 5: ("five", "5"), 6: ("six", "6"),
}  # fmt: skip

PLACES: dict[str, Setting] = {
    "meadow": Setting(
        ("in a meadow", "in the meadow", "in a field", "on the grass", "in a grassy field"),
        ("meadow", "meadow background", "grassy field"),
    ),
    "beach": Setting(
        ("on a beach", "on the beach", "at the beach", "by the sea", "at the seaside"),
        ("beach", "beach background", "beach scene", "seaside"),
    ),
    "desert": Setting(
        ("in the desert", "in a desert", "in a desert landscape"),
        ("desert", "desert background", "desert landscape"),
    ),
    "snow": Setting(
        ("in the snow", "in a snowy field", "in a snowy landscape", "in a winter landscape"),
        ("snow", "snowy landscape", "winter scene"),
    ),
    "mountains": Setting(
        ("in the mountains", "in front of mountains", "with mountains in the background",
         "in a mountain landscape"),
        ("mountains", "mountain landscape", "mountain background"),
    ),
    "city": Setting(
        ("in the city", "in a city", "on a city street", "with a city in the background"),
        ("city", "city background", "city street"),
    ),
    "forest": Setting(
        ("in the forest", "in a forest", "in the woods", "with a forest in the background"),
        ("forest", "forest background", "woods"),
    ),
    "room": Setting(
        ("in a room", "inside a room", "indoors"),
        ("room", "indoors", "inside a room"),
    ),
}  # fmt: skip
TIMES: dict[str, Setting] = {
    "day": Setting(
        ("by day", "during the day", "in daylight", "in the daytime"),
        ("day", "daytime", "daylight"),
        ("a daytime scene of {x}", "a daylight picture of {x}"),
    ),
    "dusk": Setting(
        ("at dusk", "at sunset", "in the evening", "at twilight"),
        ("dusk", "sunset", "evening"),
        ("a dusk scene of {x}", "a sunset scene of {x}", "an evening picture of {x}"),
    ),
    "night": Setting(
        ("at night", "by night", "at nighttime", "in the moonlight", "under the moon"),
        ("night", "nighttime", "night scene"),
        ("a night scene of {x}", "night scene of {x}", "a night picture of {x}"),
    ),
}
STYLES: dict[str, Setting] = {
    "flat": Setting(
        ("in flat style", "in a flat design style", "in a flat vector style",
         "as a flat illustration"),
        ("flat illustration", "flat style", "flat design", "flat vector art"),
        ("a flat illustration of {x}", "flat illustration of {x}", "a flat drawing of {x}",
         "a flat-style picture of {x}", "flat vector art of {x}"),
    ),
    "comic": Setting(
        ("in comic style", "in comic style with bold outlines", "in a comic-book style",
         "with bold comic outlines", "as a comic", "drawn like a comic"),
        ("comic style", "comic style with bold outlines", "comic book style", "bold outlines",
         "comic"),
        ("a comic drawing of {x}", "a comic-style picture of {x}", "a comic book drawing of {x}",
         "a comic of {x}", "comic-style drawing of {x}"),
    ),
    "papercut": Setting(
        ("in paper cut-out style", "in a paper cutout style", "made of cut paper",
         "as a paper cut-out",
         "made of paper", "in papercut style"),
        ("paper cut-out style", "paper cutout", "cut paper", "papercut", "paper collage"),
        ("a paper cut-out of {x}", "a paper collage of {x}", "a papercut of {x}",
         "a cut-paper picture of {x}", "paper cutout of {x}"),
    ),
}  # fmt: skip

BESIDE = Frames(
    phrases=(
        "{a} to the {side} of {b}", "{a} {side} of {b}", "{a} on the {side} of {b}",
        "{a} to the {side} of {b}", "{b} to the {other} of {a}", "{b} {other} of {a}",
        "{b} on the {other} of {a}", "{a} on the {side} side of {b}",
        "{a} with {b} on its {other}", "{b} with {a} on its {side}", "{b} with {a} to its {side}",
        "{a} with {b} to the {other}", "{b} and to its {side} {a}", "{a} and to its {other} {b}",
        "{a} on the {side} and {b} on the {other}", "{b} on the {other} and {a} on the {side}",
        "{a} on the {side}, {b} on the {other}", "{a} at the {side} and {b} at the {other}",
        "{a} next to {b}, with {A} on the {side}", "{a} and {b}, {A} on the {side}",
        "{a} immediately {side} of {b}", "{a} just to the {side} of {b}",
    ),
    sentences=(
        "there is {a} to the {side} of {b}", "there is {b} to the {other} of {a}",
        "{a} is to the {side} of {b}", "{A} is to the {side} of {B}",
        "to the {side} of {b} there is {a}", "on the {side} there is {a} and on the {other} {b}",
        "{a} is on the {side} and {b} is on the {other}", "{A} is {side} of {B}",
        "{b} has {a} on its {side}", "{a} stands to the {side} of {b}",
        "{A} is on the {side}, {B} is on the {other}", "put {a} to the {side} of {b}",
        "place {a} on the {side} and {b} on the {other}",
    ),
    tags=(
        "{a0}, {b0}", "{a0} {side} of {b0}", "{b0} {other} of {a0}", "{a0} {side}, {b0} {other}",
        "{side}: {a0}, {other}: {b0}", "{a0} on the {side}, {b0} on the {other}",
    ),
)  # fmt: skip
ABOVE = Frames(
    phrases=(
        "{a} above {b}", "{a} above {b}", "{a} over {b}", "{b} below {a}", "{b} under {a}",
        "{b} below {a}", "{b} beneath {a}", "{b} underneath {a}", "{a} up above {b}",
        "{a} directly above {b}", "{b} directly below {a}", "{b} with {a} above it",
        "{a} with {b} below it", "{b} with {a} above", "{a} with {b} underneath",
        "{a} at the top and {b} at the bottom", "{b} at the bottom and {a} at the top",
        "{a} floating above {b}", "{a} higher up than {b}", "{b} and above it {a}",
        "{a} and below it {b}", "{a} hovering over {b}",
    ),
    sentences=(
        "there is {a} above {b}", "there is {b} below {a}", "{a} is above {b}", "{A} is above {B}",
        "{b} is below {a}", "{B} is under {A}", "above {b} there is {a}", "below {a} there is {b}",
        "{a} floats above {b}", "{a} is at the top and {b} is at the bottom",
        "put {a} above {b}", "place {b} below {a}",
    ),
    tags=(
        "{a0}, {b0}", "{a0} above {b0}", "{b0} below {a0}", "{a0} over {b0}",
        "top: {a0}, bottom: {b0}",
    ),
)  # fmt: skip
ON = Frames(
    phrases=(
        "{a} on {b}", "{a} on top of {b}", "{a} on top of {b}", "{a} on {b}", "{a} standing on {b}",
        "{a} sitting on {b}", "{a} resting on {b}", "{a} standing on top of {b}",
        "{a} sitting on top of {b}", "{a} resting on top of {b}", "{a} placed on {b}",
        "{a} balanced on {b}", "{a} perched on {b}", "{a} right on top of {b}",
        "{b} with {a} on top", "{b} with {a} on top of it", "{b} with {a} on it",
        "{b} carrying {a}", "{b} carrying {a} on top", "{b} and on top of it {a}",
        "{b} with {a} standing on it", "{b} with {a} sitting on top",
    ),
    sentences=(
        "there is {a} on {b}", "there is {a} on top of {b}", "{a} is on {b}",
        "{a} is on top of {b}", "{A} is on {B}", "{A} is on top of {B}", "{a} stands on {b}",
        "{a} sits on {b}", "{a} rests on {b}", "on top of {b} there is {a}", "{b} carries {a}",
        "put {a} on {b}", "put {a} on top of {b}",
    ),
    tags=("{a0} on {b0}", "{a0} on top of {b0}", "{b0} with {a0} on top", "{a0} on {b0}"),
)  # fmt: skip
NEAR = Frames(
    phrases=("{a} and {b}", "{b} and {a}", "{a} with {b}", "{a} together with {b}"),
    sentences=("there is {a} and {b}", "there is {b} and {a}"),
    tags=("{a0}, {b0}", "{b0}, {a0}", "{a0} and {b0}"),
)
SINGLE = Frames(
    phrases=(
        "{a}", "{a}", "{a}", "{a}", "{a}", "{a}", "one {a0}", "a single {a0}",
    ),
    sentences=(
        "there is {a}", "there's {a}", "here is {a}", "this is {a}", "you can see {a}",
        "{a} is in the picture", "there is one {a0}", "there is only {a}", "we see {a}",
        "i want {a}", "i would like {a}",
    ),
    tags=("{a0}", "{a0}", "{a}", "one {a0}", "single {a0}"),
    emphatic=(
        "just {a}", "only {a}", "{a}, nothing else", "{a} on its own", "{a} by itself", "{a} alone",
        "simply {a}", "{a} and nothing else",
    ),
)  # fmt: skip
GROUP = Frames(
    phrases=(
        "{a}", "{a}", "{a}", "{a}", "{a}", "{a}", "a group of {a}", "exactly {a}", "a set of {a}",
    ),
    sentences=(
        "there are {a}", "there are exactly {a}", "here are {a}",
        "you can see {a}", "there are {a} in the picture", "{a} are in the picture",
        "there are only {a}", "we see {a}", "i want {a}", "i would like {a}",
    ),
    tags=("{a}", "{a}", "exactly {a}", "group of {a}"),
    emphatic=(
        "just {a}", "only {a}", "{a} together", "{a} and nothing else", "{a} in total",
        "exactly {a}", "{a}, no more and no less", "simply {a}",
    ),
)  # fmt: skip
TRIO = Frames(
    phrases=(
        "{a}, {b} and {c}", "{a}, {b} and {c}", "{a}, {b}, and {c}", "{b}, {a} and {c}",
        "{c}, {b} and {a}", "{b}, {c} and {a}", "{a} and {b} and {c}", "{a} with {b} and {c}",
        "{a} together with {b} and {c}", "{a} next to {b} and {c}",
        "{a}, then {b}, then {c}",
        "{a}, {b} and {c} from left to right", "{a}, {b} and {c} in a row",
        "{a} on the left, {b} in the middle and {c} on the right",
        "{b} between {a} and {c}", "{b} in between {a} and {c}",
        "{b} with {a} on its left and {c} on its right", "{a} and {c} with {b} between them",
        "{c} on the right, {b} in the middle and {a} on the left",
    ),
    sentences=(
        "there is {a}, {b} and {c}", "{a}, {b} and {c} are in the picture",
        "from left to right there is {a}, {b} and {c}", "{b} is between {a} and {c}",
        "there is {b} between {a} and {c}", "you can see {a}, {b} and {c}",
        "on the left there is {a}, in the middle {b} and on the right {c}",
        "left to right: {a}, {b}, {c}",
    ),
    tags=("{a0}, {b0}, {c0}", "{c0}, {a0}, {b0}", "{a0} + {b0} + {c0}", "{a0}, {b0} and {c0}"),
    emphatic=("from left to right {a}, {b} and {c}", "only {a}, {b} and {c}"),
)  # fmt: skip
MIX = Frames(
    phrases=(
        "{a} and {b}", "{a} and {b}", "{b} and {a}", "{a} with {b}", "{b} with {a}",
        "{a} together with {b}", "{a} along with {b}", "{a} plus {b}", "{a}, and {b}",
        "{a} as well as {b}", "exactly {a} and {b}", "{b} and also {a}",
        "{b} together with {a}", "{b} along with {a}", "{b}, and {a}",
        "{a} and {b} in one picture", "{a} accompanied by {b}",
    ),
    sentences=(
        "there {be_a} {a} and {b}", "there {be_b} {b} and {a}", "you can see {a} and {b}",
        "here {be_a} {a} and {b}", "we see {a} and {b}", "there {be_a} {a}, and there {be_b} {b}",
        "i want {a} and {b}", "the picture has {a} and {b}",
    ),
    tags=("{a}, {b}", "{b}, {a}", "{a} + {b}", "{a} and {b}"),
    emphatic=("{a} and {b} and nothing else", "just {a} and {b}", "only {a} and {b}"),
)  # fmt: skip
MIX_ABOVE = Frames(
    phrases=(
        "{a} above {b}", "{b} below {a}", "{a} over {b}", "{b} with {a} above",
        "{a} with {b} below", "{a} at the top and {b} at the bottom",
    ),
    sentences=("there {be_b} {b} below {a}", "above {b} you can see {a}", "put {a} above {b}"),
    tags=("{a} above {b}", "{b} below {a}"),
)  # fmt: skip
MIX_BESIDE = Frames(
    phrases=(
        "{a} to the {side} of {b}", "{a} {side} of {b}", "{b} to the {other} of {a}",
        "{a} on the {side} and {b} on the {other}", "{b} with {a} on the {side}",
    ),
    sentences=("on the {side} you can see {a} and on the {other} {b}",),
    tags=("{a} {side} of {b}", "{a} on the {side}, {b} on the {other}"),
)  # fmt: skip
LIST = Frames(phrases=("{list}",), sentences=("there is {list}",), tags=("{list}",))
EMPTY = Frames(
    phrases=("an empty scene", "an empty landscape", "just the background", "nothing"),
    sentences=("there is nothing here", "the picture is empty"),
    tags=("empty", "empty scene", "no objects"),
)


def article(text: str) -> str:
    """`a` or `an` before a phrase."""
    return f"an {text}" if text[0] in "aeiou" else f"a {text}"


class English(Language):
    """English words and frames."""

    frames: ClassVar[dict[str, Frames]] = {
        "single": SINGLE, "beside": BESIDE, "above": ABOVE, "on": ON, "near": NEAR,
        "group": GROUP, "trio": TRIO, "mix": MIX, "mix_above": MIX_ABOVE,
        "mix_beside": MIX_BESIDE, "list": LIST, "empty": EMPTY,
    }  # fmt: skip
    places, times, styles = PLACES, TIMES, STYLES
    sides: ClassVar[dict[str, str]] = {"left": "left", "right": "right"}
    positions: ClassVar[dict[str, tuple[str, ...]]] = {
        "left": ("on the left", "on the left side", "at the left", "on the left of the picture"),
        "right": (
            "on the right",
            "on the right side",
            "at the right",
            "on the right of the picture",
        ),
    }
    openers = (
        "a picture of {x}", "an image of {x}", "a drawing of {x}", "an illustration of {x}",
        "a photo of {x}", "a photo of {x}", "a photo of {x}", "picture of {x}", "a scene with {x}",
        "a picture with {x}", "image of {x}",
    )  # fmt: skip
    commands = (
        "draw {x}", "paint {x}", "show me {x}", "make a picture of {x}", "create an image of {x}",
        "generate {x}", "please draw {x}", "draw me {x}", "generate an image of {x}",
        "i want a picture of {x}", "can you draw {x}", "create {x}", "i'd like an image of {x}",
    )  # fmt: skip
    shows = (
        "the picture shows {x}", "the image shows {x}", "this picture shows {x}",
        "in the picture you can see {x}", "the scene shows {x}",
    )  # fmt: skip
    conjunction, being = "and", ("is", "are")
    pairs_of = ("a pair of {plural}", "a couple of {plural}")

    def noun_phrase(self, words: Words, item: Item, form: Form) -> str:
        """`a small red house`, `the house`, `three red houses`, `red house`."""
        nouns = NOUNS[item.kind]
        noun = nouns[words.index(item.kind, len(nouns))][item.count > 1]
        parts = [noun]
        if item.colour is not None:
            colours = COLOUR_WORDS.get(item.colour, (item.colour,))
            parts.insert(0, colours[words.index(item.colour, len(colours))])
        if item.size in SIZES:
            sizes = SIZES[item.size]
            parts.insert(0, sizes[words.index(item.size, len(sizes))])
        text = " ".join(parts)
        if item.count > 1:
            counts = COUNTS[item.count]
            number = counts[words.index("count", len(counts))]
            if form in ("bare", "the"):
                return text if form == "bare" else f"the {text}"
            return f"{number} {text}" if form == "indefinite" else f"the {number} {text}"
        if form == "indefinite":
            return article(text)
        return text if form == "bare" else f"the {text}"

    def finish(self, text: str) -> str:
        """English needs no contractions."""
        return text
