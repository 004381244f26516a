"""Captions in Spanish, with agreement of article, noun and adjective."""

from __future__ import annotations

import re
from typing import ClassVar, NamedTuple

from .grammar import Form, Frames, Item, Language, Setting, Words


class Noun(NamedTuple):
    """A noun; `tonic` marks feminine nouns that take `el` and `un` (el ave)."""

    singular: str
    plural: str
    gender: str
    tonic: bool = False


NOUNS: dict[str, tuple[Noun, ...]] = {
    "cat": (Noun("gato", "gatos", "m"), Noun("gatito", "gatitos", "m")),
    "dog": (Noun("perro", "perros", "m"), Noun("perrito", "perritos", "m")),
    "bird": (Noun("pájaro", "pájaros", "m"), Noun("ave", "aves", "f", True)),
    "fish": (Noun("pez", "peces", "m"),),
    "rabbit": (Noun("conejo", "conejos", "m"), Noun("conejito", "conejitos", "m")),
    "turtle": (Noun("tortuga", "tortugas", "f"),),
    "butterfly": (Noun("mariposa", "mariposas", "f"),),
    "duck": (Noun("pato", "patos", "m"),),
    "car": (
        Noun("coche", "coches", "m"), Noun("carro", "carros", "m"), Noun("auto", "autos", "m"),
    ),
    "bus": (Noun("autobús", "autobuses", "m"), Noun("bus", "buses", "m")),
    "boat": (
        Noun("barco", "barcos", "m"), Noun("velero", "veleros", "m"),
        Noun("barco de vela", "barcos de vela", "m"),
    ),
    "bicycle": (Noun("bicicleta", "bicicletas", "f"), Noun("bici", "bicis", "f")),
    "airplane": (Noun("avión", "aviones", "m"),),
    "rocket": (Noun("cohete", "cohetes", "m"), Noun("cohete espacial", "cohetes espaciales", "m")),
    "house": (Noun("casa", "casas", "f"),),
    "castle": (Noun("castillo", "castillos", "m"),),
    "tent": (
        Noun("tienda de campaña", "tiendas de campaña", "f"), Noun("carpa", "carpas", "f"),
    ),
    "lighthouse": (Noun("faro", "faros", "m"),),
    "tree": (Noun("árbol", "árboles", "m"),),
    "flower": (Noun("flor", "flores", "f"),),
    "cactus": (Noun("cactus", "cactus", "m"),),
    "mushroom": (Noun("seta", "setas", "f"), Noun("hongo", "hongos", "m")),
    "balloon": (
        Noun("globo", "globos", "m"), Noun("globo aerostático", "globos aerostáticos", "m"),
    ),
    "kite": (Noun("cometa", "cometas", "f"), Noun("papalote", "papalotes", "m")),
    "star": (Noun("estrella", "estrellas", "f"),),
    "cloud": (Noun("nube", "nubes", "f"),),
    "cup": (Noun("taza", "tazas", "f"),),
    "ball": (Noun("pelota", "pelotas", "f"), Noun("balón", "balones", "m")),
    "chair": (Noun("silla", "sillas", "f"),),
    "lamp": (Noun("lámpara", "lámparas", "f"),),
    "umbrella": (Noun("paraguas", "paraguas", "m"), Noun("sombrilla", "sombrillas", "f")),
    "apple": (Noun("manzana", "manzanas", "f"),),
    "book": (Noun("libro", "libros", "m"),),
    "hat": (Noun("sombrero", "sombreros", "m"), Noun("sombrero de copa", "sombreros de copa", "m")),
}  # fmt: skip


class Adjective(NamedTuple):
    """An adjective's four forms: masculine and feminine singular, masculine and feminine plural."""

    ms: str
    fs: str
    mp: str
    fp: str

    def agree(self, gender: str, plural: bool) -> str:
        """The form for a gender and number."""
        return self[(2 if plural else 0) + (gender == "f")]


def ending_in_o(stem: str) -> Adjective:
    """An adjective such as rojo, from its stem."""
    return Adjective(stem + "o", stem + "a", stem + "os", stem + "as")


def of_one_gender(singular: str, plural: str) -> Adjective:
    """An adjective such as verde, the same in both genders."""
    return Adjective(singular, singular, plural, plural)


COLOUR_WORDS: dict[str, tuple[Adjective, ...]] = {
    "red": (ending_in_o("roj"), of_one_gender("de color rojo", "de color rojo")),
    "orange": (
        of_one_gender("naranja", "naranjas"), ending_in_o("anaranjad"),
        of_one_gender("de color naranja", "de color naranja"),
    ),
    "yellow": (ending_in_o("amarill"), of_one_gender("de color amarillo", "de color amarillo")),
    "green": (of_one_gender("verde", "verdes"), of_one_gender("de color verde", "de color verde")),
    "blue": (of_one_gender("azul", "azules"), of_one_gender("de color azul", "de color azul")),
    "purple": (
        ending_in_o("morad"), of_one_gender("violeta", "violetas"),
        of_one_gender("púrpura", "púrpuras"),
    ),
    "pink": (
        of_one_gender("rosa", "rosas"), ending_in_o("rosad"),
        of_one_gender("de color rosa", "de color rosa"),
    ),
    "brown": (
        of_one_gender("marrón", "marrones"), of_one_gender("de color café", "de color café"),
    ),
    "white": (ending_in_o("blanc"), of_one_gender("de color blanco", "de color blanco")),
    "black": (ending_in_o("negr"), of_one_gender("de color negro", "de color negro")),
}  # fmt: skip
SIZES: dict[str, tuple[tuple[Adjective, bool], ...]] = {
    "small": (
        (ending_in_o("pequeñ"), False), (ending_in_o("pequeñ"), True),
        (ending_in_o("diminut"), False),
    ),
    "large": (
        (of_one_gender("grande", "grandes"), False), (of_one_gender("gran", "grandes"), True),
        (of_one_gender("enorme", "enormes"), False), (of_one_gender("enorme", "enormes"), True),
    ),
}  # fmt: skip
"""Adjectives of size, and whether they go before the noun."""
COUNTS: dict[int, tuple[str, ...]] = {
    2: ("dos", "2"), 3: ("tres", "3"), 4: ("cuatro", "4"), 5: ("cinco", "5"), 6: ("seis", "6"),
}  # fmt: skip

PLACES: dict[str, Setting] = {
    "meadow": Setting(
        ("en un prado", "en el prado", "en una pradera", "en el campo", "en la hierba"),
        ("prado", "fondo de prado", "pradera"),
    ),
    "beach": Setting(
        ("en la playa", "en una playa", "junto al mar", "a la orilla del mar"),
        ("playa", "fondo de playa", "escena de playa"),
    ),
    "desert": Setting(
        ("en el desierto", "en un desierto", "en un paisaje desértico"),
        ("desierto", "fondo de desierto", "paisaje desértico"),
    ),
    "snow": Setting(
        ("en la nieve", "en un campo nevado", "en un paisaje nevado", "en un paisaje de invierno"),
        ("nieve", "paisaje nevado", "escena de invierno"),
    ),
    "mountains": Setting(
        ("en las montañas", "en la montaña", "con montañas al fondo", "en un paisaje de montaña"),
        ("montañas", "paisaje de montaña", "fondo de montañas"),
    ),
    "city": Setting(
        ("en la ciudad", "en una ciudad", "en una calle de la ciudad", "con la ciudad al fondo"),
        ("ciudad", "fondo de ciudad", "calle de ciudad"),
    ),
    "forest": Setting(
        ("en el bosque", "en un bosque", "con un bosque al fondo"),
        ("bosque", "fondo de bosque"),
    ),
    "room": Setting(
        ("en una habitación", "dentro de una habitación", "en un cuarto"),
        ("habitación", "interior", "en una habitación"),
    ),
}
TIMES: dict[str, Setting] = {
    "day": Setting(
        ("de día", "durante el día", "a plena luz del día", "a la luz del día"),
        ("de día", "día", "luz de día"),
        ("una escena diurna con {x}", "una escena de día con {x}"),
    ),
    "dusk": Setting(
        ("al atardecer", "a la puesta del sol", "con la luz del atardecer", "al caer el sol"),
        ("atardecer", "al atardecer", "puesta de sol"),
        ("una escena al atardecer con {x}", "un atardecer con {x}"),
    ),
    "night": Setting(
        ("de noche", "por la noche", "en la noche", "a la luz de la luna", "bajo la luna"),
        ("de noche", "noche", "escena nocturna"),
        ("una escena nocturna con {x}", "una escena de noche con {x}", "escena nocturna de {x}"),
    ),
}
STYLES: dict[str, Setting] = {
    "flat": Setting(
        ("en estilo plano", "con estilo plano", "en un estilo de diseño plano",
         "como ilustración plana"),
        ("ilustración plana", "estilo plano", "diseño plano"),
        ("una ilustración plana de {x}", "ilustración plana de {x}", "un dibujo plano de {x}",
         "una imagen de estilo plano con {x}"),
    ),
    "comic": Setting(
        ("en estilo cómic", "en estilo cómic con contornos gruesos", "al estilo de un cómic",
         "con contornos gruesos de cómic", "como en un cómic"),
        ("estilo cómic", "cómic", "estilo cómic con contornos gruesos", "contornos gruesos"),
        ("un dibujo de cómic de {x}", "un cómic de {x}", "una imagen de estilo cómic de {x}",
         "una viñeta de cómic con {x}"),
    ),
    "papercut": Setting(
        ("en estilo de papel recortado", "en papel recortado", "como recorte de papel",
         "con papel recortado"),
        ("papel recortado", "estilo de papel recortado", "recorte de papel", "collage de papel"),
        ("un recorte de papel de {x}", "un collage de papel con {x}",
         "una imagen de papel recortado de {x}"),
    ),
}  # fmt: skip

BESIDE = Frames(
    phrases=(
        "{a} a la {side} de {b}", "{a} a la {side} de {b}", "{b} a la {other} de {a}",
        "{a} a la {side} de {b}", "{b} a la {other} de {a}", "{a} en el lado {side_adj} de {b}",
        "{a} justo a la {side} de {b}", "{a} y, a su {other}, {b}",
        "{a} con {b} a su {other}", "{b} con {a} a su {side}", "{b} con {a} a la {side}",
        "{a} con {b} a la {other}", "{b} y a su {side} {a}", "{a} y a su {other} {b}",
        "{a} a la {side} y {b} a la {other}", "{b} a la {other} y {a} a la {side}",
        "{a} a la {side}, {b} a la {other}", "{b} a la {other}, {a} a la {side}",
        "{a} junto a {b}, {A} a la {side}",
        "{a} y {b}, {A} a la {side}", "{a} en el lado {side_adj} y {b} en el lado {other_adj}",
    ),
    sentences=(
        "hay {a} a la {side} de {b}", "hay {b} a la {other} de {a}",
        "{a} está a la {side} de {b}", "{A} está a la {side} de {B}",
        "a la {side} de {b} hay {a}", "a la {side} hay {a} y a la {other} hay {b}",
        "{a} está a la {side} y {b} está a la {other}", "{B} está a la {other} de {A}",
        "{b} tiene {a} a su {side}", "pon {a} a la {side} de {b}",
        "{A} está a la {side} y {B} a la {other}", "coloca {a} a la {side} y {b} a la {other}",
    ),
    tags=(
        "{a0}, {b0}", "{a0} a la {side} de {b0}", "{b0} a la {other} de {a0}",
        "{side}: {a0}, {other}: {b0}", "{a0} a la {side}, {b0} a la {other}",
    ),
    emphatic=("a la {side} {a} y a la {other} {b}", "a la {other} {b} y a la {side} {a}"),
)  # fmt: skip
ABOVE = Frames(
    phrases=(
        "{a} por encima de {b}", "{a} por encima de {b}", "{a} arriba de {b}", "{b} debajo de {a}",
        "{b} debajo de {a}", "{b} por debajo de {a}", "{b} bajo {a}", "{b} abajo de {a}",
        "{a} justo por encima de {b}", "{b} justo debajo de {a}", "{b} con {a} arriba",
        "{a} con {b} debajo", "{a} con {b} abajo", "{a} arriba y {b} abajo",
        "{b} abajo y {a} arriba",
        "{a} en la parte de arriba y {b} en la parte de abajo", "{a} en lo alto y {b} abajo",
        "{a} flotando por encima de {b}", "{a} más arriba que {b}", "{b} y por encima {a}",
        "{a} y debajo {b}", "{b} con {a} por encima",
    ),
    sentences=(
        "hay {a} por encima de {b}", "hay {b} debajo de {a}", "{a} está por encima de {b}",
        "{A} está por encima de {B}", "{b} está debajo de {a}", "{B} está debajo de {A}",
        "por encima de {b} hay {a}", "debajo de {a} hay {b}", "{a} flota por encima de {b}",
        "{a} está arriba y {b} está abajo", "pon {a} por encima de {b}", "coloca {b} debajo de {a}",
    ),
    tags=(
        "{a0}, {b0}", "{a0} por encima de {b0}", "{b0} debajo de {a0}", "arriba: {a0}, abajo: {b0}",
    ),
    emphatic=("arriba {a} y abajo {b}", "abajo {b} y arriba {a}"),
)  # fmt: skip
ON = Frames(
    phrases=(
        "{a} encima de {b}", "{a} sobre {b}", "{a} encima de {b}", "{a} sobre {b}",
        "{a} justo encima de {b}", "{a} de pie sobre {b}", "{a} de pie encima de {b}",
        "{a} en lo alto de {b}", "{a} en equilibrio sobre {b}", "{a} que está encima de {b}",
        "{a} que descansa sobre {b}", "{a} que se apoya sobre {b}", "{a} directamente sobre {b}",
        "{b} con {a} encima", "{b} con {a} encima", "{b} que lleva {a} encima",
        "{b} llevando {a} encima", "{b} con {a} justo encima", "{b} y encima {a}",
        "{a} que está sobre {b}",
        "{b} que sostiene {a}",
    ),
    sentences=(
        "hay {a} encima de {b}", "hay {a} sobre {b}", "{a} está encima de {b}",
        "{a} está sobre {b}", "{A} está encima de {B}", "{A} está sobre {B}",
        "encima de {b} hay {a}", "sobre {b} hay {a}", "{b} lleva {a} encima",
        "{b} tiene {a} encima", "pon {a} encima de {b}", "coloca {a} sobre {b}",
    ),
    tags=("{a0} sobre {b0}", "{a0} encima de {b0}", "{b0} con {a0} encima"),
)  # fmt: skip
NEAR = Frames(
    phrases=("{a} y {b}", "{b} y {a}", "{a} con {b}", "{a} junto con {b}"),
    sentences=("hay {a} y {b}", "hay {b} y {a}"),
    tags=("{a0}, {b0}", "{b0}, {a0}", "{a0} y {b0}"),
)
SINGLE = Frames(
    phrases=(
        "{a}", "{a}", "{a}", "{a}",
    ),
    sentences=(
        "hay {a}", "aquí hay {a}", "se ve {a}", "esto es {a}", "aparece {a}", "solo hay {a}",
        "quiero {a}", "me gustaría ver {a}", "vemos {a}", "se puede ver {a}", "quisiera {a}",
    ),
    tags=("{a0}", "{a0}", "{a}", "solo {a}"),
    emphatic=(
        "solo {a}", "solamente {a}", "únicamente {a}", "{a} y nada más", "nada más que {a}",
        "simplemente {a}", "tan solo {a}", "{a}, nada más",
    ),
)  # fmt: skip
GROUP = Frames(
    phrases=(
        "{a}", "{a}", "{a}", "{a}", "{a}", "{a}", "un grupo de {a}", "exactamente {a}",
        "un conjunto de {a}",
    ),
    sentences=(
        "hay {a}", "hay exactamente {a}", "aquí hay {a}", "se ven {a}", "aparecen {a}",
        "solo hay {a}", "vemos {a}", "quiero {a}", "me gustaría ver {a}", "se pueden ver {a}",
        "en total hay {a}",
    ),
    tags=("{a}", "{a}", "exactamente {a}", "grupo de {a}"),
    emphatic=(
        "solo {a}", "solamente {a}", "{a} y nada más", "{a} en total", "exactamente {a}",
        "únicamente {a}", "ni más ni menos que {a}", "tan solo {a}",
    ),
)  # fmt: skip
TRIO = Frames(
    phrases=(
        "{a}, {b} y {c}", "{a}, {b} y {c}", "{b}, {a} y {c}", "{c}, {b} y {a}", "{b}, {c} y {a}",
        "{a} y {b} y {c}", "{a} con {b} y {c}", "{a} junto con {b} y {c}", "{a} junto a {b} y {c}",
        "{a}, luego {b} y luego {c}",
        "{a}, {b} y {c} de izquierda a derecha", "{a}, {b} y {c} en fila",
        "{a} a la izquierda, {b} en el centro y {c} a la derecha",
        "{a} a la izquierda, {b} en medio y {c} a la derecha", "{b} entre {a} y {c}",
        "{b} justo entre {a} y {c}", "{b} con {a} a su izquierda y {c} a su derecha",
        "{a} y {c} con {b} en medio", "{c} a la derecha, {b} en el centro y {a} a la izquierda",
    ),
    sentences=(
        "hay {a}, {b} y {c}", "de izquierda a derecha hay {a}, {b} y {c}",
        "{b} está entre {a} y {c}", "hay {b} entre {a} y {c}", "se ven {a}, {b} y {c}",
        "a la izquierda hay {a}, en el centro {b} y a la derecha {c}",
        "de izquierda a derecha: {a}, {b}, {c}", "aparecen {a}, {b} y {c}",
    ),
    tags=("{a0}, {b0}, {c0}", "{c0}, {a0}, {b0}", "{a0} + {b0} + {c0}", "{a0}, {b0} y {c0}"),
    emphatic=("de izquierda a derecha {a}, {b} y {c}", "solo {a}, {b} y {c}"),
)  # fmt: skip
MIX = Frames(
    phrases=(
        "{a} y {b}", "{a} y {b}", "{b} y {a}", "{a} con {b}", "{b} con {a}", "{a} junto con {b}",
        "{a} además de {b}", "{a} más {b}", "{a} y también {b}", "exactamente {a} y {b}",
        "{b} y además {a}", "{b} junto con {a}", "{a}, y {b}", "{b}, y {a}",
        "{a} y {b} en la misma imagen", "{a} en compañía de {b}", "tanto {a} como {b}",
        "{b} y también {a}",
    ),
    sentences=(
        "hay {a} y {b}", "hay {b} y {a}", "se ven {a} y {b}", "aquí hay {a} y {b}",
        "vemos {a} y {b}", "aparecen {a} y {b}", "quiero {a} y {b}", "en la imagen hay {a} y {b}",
    ),
    tags=("{a}, {b}", "{b}, {a}", "{a} + {b}", "{a} y {b}"),
    emphatic=("{a} y {b} y nada más", "solo {a} y {b}", "solamente {a} y {b}"),
)  # fmt: skip
MIX_ABOVE = Frames(
    phrases=(
        "{a} por encima de {b}", "{b} debajo de {a}", "{a} arriba de {b}", "{b} con {a} arriba",
        "{a} con {b} debajo", "{a} arriba y {b} abajo",
    ),
    sentences=("hay {b} debajo de {a}", "por encima de {b} hay {a}", "pon {a} por encima de {b}"),
    tags=("{a} por encima de {b}", "{b} debajo de {a}"),
)  # fmt: skip
MIX_BESIDE = Frames(
    phrases=(
        "{a} a la {side} de {b}", "{b} a la {other} de {a}", "{a} a la {side} y {b} a la {other}",
        "{b} con {a} a la {side}",
    ),
    sentences=("a la {side} hay {a} y a la {other} hay {b}", "hay {a} a la {side} de {b}"),
    tags=("{a} a la {side} de {b}", "{a} a la {side}, {b} a la {other}"),
)  # fmt: skip
LIST = Frames(phrases=("{list}",), sentences=("hay {list}",), tags=("{list}",))
EMPTY = Frames(
    phrases=("una escena vacía", "un paisaje vacío", "solo el fondo", "nada"),
    sentences=("no hay nada", "la imagen está vacía"),
    tags=("vacío", "escena vacía", "sin objetos"),
)


class Spanish(Language):
    """Spanish words and frames."""

    frames: ClassVar[dict[str, Frames]] = {
        "single": SINGLE, "beside": BESIDE, "above": ABOVE, "on": ON, "near": NEAR,
        "group": GROUP, "trio": TRIO, "mix": MIX, "mix_above": MIX_ABOVE,
        "mix_beside": MIX_BESIDE, "list": LIST, "empty": EMPTY,
    }  # fmt: skip
    places, times, styles = PLACES, TIMES, STYLES
    sides: ClassVar[dict[str, str]] = {"left": "izquierda", "right": "derecha"}
    positions: ClassVar[dict[str, tuple[str, ...]]] = {
        "left": ("a la izquierda", "en el lado izquierdo", "a la izquierda de la imagen"),
        "right": ("a la derecha", "en el lado derecho", "a la derecha de la imagen"),
    }
    openers = (
        "una imagen de {x}", "un dibujo de {x}", "una ilustración de {x}", "una foto de {x}",
        "una foto de {x}", "imagen de {x}", "una escena con {x}", "una imagen con {x}",
        "una foto de {x}", "foto de {x}", "una fotografía de {x}",
    )  # fmt: skip
    commands = (
        "dibuja {x}", "pinta {x}", "muéstrame {x}", "haz un dibujo de {x}",
        "crea una imagen de {x}",
        "genera {x}", "por favor dibuja {x}", "dibújame {x}", "genera una imagen de {x}",
        "quiero una imagen de {x}", "puedes dibujar {x}", "crea {x}", "quiero ver {x}",
    )  # fmt: skip
    shows = (
        "la imagen muestra {x}", "el dibujo muestra {x}", "en la imagen hay {x}",
        "esta imagen muestra {x}", "la escena muestra {x}",
    )  # fmt: skip
    conjunction, being = "y", ("es", "son")
    pairs_of = ("un par de {plural}",)

    def noun_phrase(self, words: Words, item: Item, form: Form) -> str:
        """`una casa roja pequeña`, `la casa`, `tres casas rojas`, `casa roja`."""
        nouns = NOUNS[item.kind]
        noun = nouns[words.index(item.kind, len(nouns))]
        plural = item.count > 1
        parts = [noun.plural if plural else noun.singular]
        tonic = noun.tonic and not plural
        if item.colour is not None:
            colours = COLOUR_WORDS[item.colour]
            adjective = colours[words.index(item.colour, len(colours), 0.8)]
            parts.append(adjective.agree(noun.gender, plural))
        if item.size in SIZES:
            sizes = SIZES[item.size]
            adjective, before = sizes[words.index(item.size, len(sizes))]
            word = adjective.agree(noun.gender, plural)
            parts.insert(0 if before else 1 if parts[-1].startswith("de ") else len(parts), word)
            tonic = tonic and not before
        text = " ".join(parts)
        feminine = noun.gender == "f" and not tonic
        if form == "bare":
            return text
        if plural:
            counts = COUNTS[item.count]
            number = counts[words.index("count", len(counts))]
            if form == "indefinite":
                return f"{number} {text}"
            the = "las" if noun.gender == "f" else "los"
            return f"{the} {text}" if form == "the" else f"{the} {number} {text}"
        if form == "indefinite":
            return f"{'una' if feminine else 'un'} {text}"
        return f"{'la' if feminine else 'el'} {text}"

    def finish(self, text: str) -> str:
        """`de el` and `a el` become `del` and `al`."""
        return re.sub(
            r"\b([Dd]e|[Aa]) el\b", lambda m: "del" if m[1].lower() == "de" else "al", text
        )
