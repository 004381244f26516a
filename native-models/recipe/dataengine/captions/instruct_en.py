"""Edit instructions in English. Slots: `{x}` what changes, `{a}` what is new, `{where}` a place."""

from __future__ import annotations

ADD = (
    "add {a} {where}", "add {a} {where}", "put {a} {where}", "place {a} {where}",
    "draw {a} {where}",
    "insert {a} {where}", "{where} add {a}", "paint {a} {where}", "i want {a} {where}",
    "there should be {a} {where}", "add {a} to the picture {where}", "include {a} {where}",
    "i would like {a} {where}", "make {a} appear {where}", "also show {a} {where}",
)  # fmt: skip
ADD_PLAIN = (
    "add {a}", "add {a} to the picture", "put {a} in the picture", "draw {a} in the picture",
    "insert {a}", "include {a}", "i want {a} in the picture", "there should also be {a}",
    "add {a} to the scene", "add {a} to the image",
)  # fmt: skip
REMOVE = (
    "remove {x}", "remove {x}", "delete {x}", "erase {x}", "take {x} away", "take away {x}",
    "get rid of {x}", "remove {x} from the picture", "take {x} out of the picture",
    "make {x} disappear", "cut {x} out", "delete {x} from the image", "i don't want {x}",
    "the picture should not have {x}", "clear {x} away", "without {x}", "leave out {x}",
)  # fmt: skip
REPLACE = (
    "replace {x} with {a}", "replace {x} with {a}", "replace {x} by {a}", "change {x} to {a}",
    "change {x} into {a}", "turn {x} into {a}", "swap {x} for {a}", "put {a} in place of {x}",
    "i want {a} instead of {x}", "make {x} {a}", "substitute {a} for {x}",
    "instead of {x}, draw {a}", "exchange {x} for {a}", "transform {x} into {a}",
    "put {a} where {x} {is}", "remove {x} and put {a} there", "there should be {a} instead of {x}",
)  # fmt: skip
RECOLOUR = (
    "make {x} {new}", "make {x} {new}", "change the colour of {x} to {new}",
    "change the color of {x} to {new}", "paint {x} {new}", "paint {x} {new}", "turn {x} {new}",
    "colour {x} {new}", "color {x} {new}", "recolor {x} to {new}", "recolour {x} in {new}",
    "{x} should be {new}", "i want {x} to be {new}", "change {x} to {new}",
    "make {x} {new} instead of {old}", "give {x} {a_new} colour", "let {x} be {new}",
    "dye {x} {new}", "change {x} from {old} to {new}", "set the color of {x} to {new}",
)  # fmt: skip
MOVE_DIRECTION = {
    "left": ("move {x} to the left", "move {x} left", "shift {x} to the left", "slide {x} left",
             "push {x} to the left", "move {x} further left", "bring {x} more to the left",
             "drag {x} to the left"),
    "right": ("move {x} to the right", "move {x} right", "shift {x} to the right",
              "slide {x} right",
              "push {x} to the right", "move {x} further right", "bring {x} more to the right",
              "drag {x} to the right"),
    "up": ("move {x} up", "move {x} higher", "raise {x}", "lift {x}", "shift {x} up",
           "move {x} upwards", "put {x} higher up", "lift {x} up"),
    "down": ("move {x} down", "move {x} lower", "lower {x}", "shift {x} down",
             "move {x} downwards", "put {x} lower down", "bring {x} down"),
}  # fmt: skip
MOVE_PLACE = (
    "put {x} {where}", "move {x} {to}", "place {x} {where}", "{x} should be {where}",
    "i want {x} {where}", "shift {x} {to}", "bring {x} {to}",
)  # fmt: skip
MOVE_RELATION = (
    "move {x} {where}", "put {x} {where}", "place {x} {where}", "{x} should be {where}",
    "i want {x} {where}", "position {x} {where}",
)  # fmt: skip
MOVE_OTHER = (
    "swap {x} and {y}", "switch {x} and {y}", "exchange the positions of {x} and {y}",
    "swap the positions of {x} and {y}", "let {x} and {y} change places",
    "{x} and {y} should swap places", "put {x} where {y} is and {y} where {x} is",
    "swap {x} with {y}", "make {x} and {y} trade places",
)  # fmt: skip
COUNT = (
    "there should be {n}", "there should be {n}", "make it {n}", "i want {n}", "show {n}",
    "make {n} out of {x}", "change it to {n}", "there should be exactly {n}",
    "the picture should have {n}", "put {n} in the picture", "draw {n} instead of {before}",
    "change the number of {plural} to {number}", "i would like to see {n}",
)  # fmt: skip
COUNT_MORE = (
    "add {more}",
    "add {more} to the picture",
    "put {more} in",
    "draw {more}",
    "i want {more}",
)
COUNT_LESS = (
    "remove {less}", "take away {less}", "delete {less}", "erase {less}", "leave only {n}",
    "keep only {n}", "remove {number_less} of {x}", "take {less} away",
    "delete {number_less} of {x}",
)  # fmt: skip
BACKGROUND = (
    "change the background to {place}", "make the background {place}", "put the scene {where}",
    "put everything {where}", "replace the background with {place}", "set the scene {where}",
    "show it {where}", "the background should be {place}", "make it take place {where}",
    "use {place} as the background", "turn the background into {place}", "set it {where}",
    "i want {place} in the background", "show the same scene {where}",
    "change the place to {place}", "it should be {where}",
)  # fmt: skip
TIME = (
    "make it {time}", "make it {time}", "turn it into {time}", "change the time to {time}",
    "it should be {time}", "show it {where}", "change it to {time}", "show the scene {where}",
    "turn the scene into {time}", "change the time of day to {time}", "set the time to {time}",
    "make it look like {time}", "let it be {time}", "show the same picture {where}",
    "change the light to {time}", "i want it to be {time}",
)  # fmt: skip
STYLE = (
    "turn it into {style}", "turn the picture into {style}", "make it {style}",
    "redraw it {where}", "draw it {where}", "change it to {noun}", "convert it to {noun}",
    "make it look like {style}", "show it {where}", "change the picture to {noun}",
    "use {noun}", "it should be in {noun}", "repaint it {where}", "render it {where}",
    "i want it {where}", "convert the image into {style}",
)  # fmt: skip

RELATIONS = {
    "left": ("to the left of {b}", "to the left of {b}", "on the left of {b}", "left of {b}",
             "on the left side of {b}"),
    "right": ("to the right of {b}", "to the right of {b}", "on the right of {b}", "right of {b}",
              "on the right side of {b}"),
    "above": ("above {b}", "above {b}", "over {b}", "up above {b}"),
    "below": ("below {b}", "below {b}", "under {b}", "beneath {b}", "underneath {b}"),
    "on": ("on {b}", "on top of {b}", "on top of {b}"),
}  # fmt: skip
WHERE = {
    "left": ("on the left", "on the left side", "at the left"),
    "right": ("on the right", "on the right side", "at the right"),
    "top": ("at the top", "at the top of the picture"),
    "bottom": ("at the bottom", "at the bottom of the picture"),
    "centre": ("in the middle", "in the centre", "in the center"),
}
TO = {
    "left": ("to the left side", "to the left of the picture"),
    "right": ("to the right side", "to the right of the picture"),
    "top": ("to the top", "to the top of the picture"),
    "bottom": ("to the bottom", "to the bottom of the picture"),
    "centre": ("to the middle", "to the centre", "to the center"),
}
PLACES = {
    "meadow": ("a meadow", "a grassy field"), "beach": ("a beach", "the beach", "the seaside"),
    "desert": ("a desert", "the desert"), "snow": ("a snowy landscape", "snow", "a snowy field"),
    "mountains": ("mountains", "a mountain landscape"), "city": ("a city", "a city street"),
    "forest": ("a forest", "the woods"), "room": ("a room", "the inside of a room"),
}  # fmt: skip
TIMES = {
    "day": ("day", "daytime", "daylight"),
    "dusk": ("dusk", "sunset", "evening", "twilight"),
    "night": ("night", "nighttime"),
}
STYLES = {
    "flat": ("a flat illustration", "a flat drawing", "a flat design"),
    "comic": ("a comic", "a comic drawing", "a comic book picture"),
    "papercut": ("a paper cut-out", "a paper collage", "a papercut"),
}
STYLE_NOUNS = {
    "flat": ("flat style", "flat illustration", "flat design"),
    "comic": ("comic style", "comic style with bold outlines", "comic book style"),
    "papercut": ("paper cut-out style", "cut paper", "papercut style"),
}
KEEP = (
    "keep everything else the same", "leave the rest as it is", "don't change anything else",
    "keep the rest",
)  # fmt: skip
POLITE = ("please {x}", "{x}, please", "can you {x}?", "could you {x}?")
PUTTING = ("put", "draw", "make {n}")
"""Starts of frames that would add rather than leave so many."""
WISHES = ("i", "there", "it", "the", "without", "also", "let")
"""First words of frames that are no commands."""
