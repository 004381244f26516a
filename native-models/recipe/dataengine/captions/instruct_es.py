"""Edit instructions in Spanish. Slots as in English; `{sea}`, `{debe}`... agree with `{x}`."""

from __future__ import annotations

ADD = (
    "añade {a} {where}", "añade {a} {where}", "agrega {a} {where}", "pon {a} {where}",
    "coloca {a} {where}", "dibuja {a} {where}", "pinta {a} {where}", "{where} añade {a}",
    "quiero {a} {where}", "debe haber {a} {where}", "inserta {a} {where}",
    "incluye {a} {where}", "me gustaría {a} {where}", "que haya {a} {where}",
)  # fmt: skip
ADD_PLAIN = (
    "añade {a}", "agrega {a}", "añade {a} a la imagen", "pon {a} en la imagen",
    "dibuja {a} en la imagen", "inserta {a}", "incluye {a}", "quiero {a} en la imagen",
    "también debe haber {a}", "agrega {a} a la escena",
)  # fmt: skip
REMOVE = (
    "quita {x}", "quita {x}", "elimina {x}", "borra {x}", "saca {x} de la imagen",
    "quita {x} de la imagen", "haz desaparecer {x}", "elimina {x} de la imagen",
    "no quiero {x}", "suprime {x}", "retira {x}", "borra {x} de la escena", "sin {x}",
    "haz que {desaparezca} {x}", "deja la imagen sin {x}",
)  # fmt: skip
REPLACE = (
    "reemplaza {x} por {a}", "cambia {x} por {a}", "cambia {x} por {a}", "sustituye {x} por {a}",
    "reemplaza {x} con {a}", "convierte {x} en {a}", "transforma {x} en {a}",
    "pon {a} en lugar de {x}", "en vez de {x}, pon {a}", "quiero {a} en lugar de {x}",
    "quita {x} y pon {a}", "dibuja {a} en vez de {x}", "pon {a} donde {esta} {x}",
    "en lugar de {x} debe haber {a}", "haz que {x} {sea} {a}",
)  # fmt: skip
RECOLOUR = (
    "pinta {x} de {base}", "pinta {x} de {base}", "haz que {x} {sea} {new}",
    "cambia el color de {x} a {base}", "cambia {x} a color {base}", "pon {x} de color {base}",
    "{x} {debe} ser {new}", "quiero que {x} {sea} {new}", "colorea {x} de {base}",
    "cambia {x} de {old} a {base}", "que {x} {sea} {new}", "tiñe {x} de {base}",
    "cambia el color de {x} por el {base}", "haz {x} de color {base}",
    "{x} {debe} ser de color {base}", "pon en {base} {x}",
)  # fmt: skip
MOVE_DIRECTION = {
    "left": ("mueve {x} a la izquierda", "mueve {x} hacia la izquierda",
             "desplaza {x} a la izquierda", "lleva {x} hacia la izquierda",
             "mueve {x} más a la izquierda", "empuja {x} hacia la izquierda"),
    "right": ("mueve {x} a la derecha", "mueve {x} hacia la derecha",
              "desplaza {x} a la derecha", "lleva {x} hacia la derecha",
              "mueve {x} más a la derecha", "empuja {x} hacia la derecha"),
    "up": ("mueve {x} hacia arriba", "sube {x}", "pon {x} más arriba", "desplaza {x} hacia arriba",
           "eleva {x}", "mueve {x} más arriba"),
    "down": ("mueve {x} hacia abajo", "baja {x}", "pon {x} más abajo", "desplaza {x} hacia abajo",
             "mueve {x} más abajo"),
}  # fmt: skip
MOVE_PLACE = (
    "pon {x} {where}", "coloca {x} {where}", "mueve {x} {to}", "{x} {debe} estar {where}",
    "quiero {x} {where}", "lleva {x} {to}", "desplaza {x} {to}",
)  # fmt: skip
MOVE_RELATION = (
    "mueve {x} {where}", "pon {x} {where}", "coloca {x} {where}", "{x} {debe} estar {where}",
    "quiero {x} {where}", "lleva {x} {where}",
)  # fmt: skip
MOVE_OTHER = (
    "intercambia {x} y {y}", "intercambia las posiciones de {x} y {y}",
    "cambia de sitio {x} y {y}", "{x} y {y} deben cambiar de lugar",
    "haz que {x} y {y} cambien de lugar", "pon {x} donde está {y} y {y} donde está {x}",
    "intercambia {x} con {y}",
)  # fmt: skip
COUNT = (
    "debe haber {n}", "debe haber {n}", "que haya {n}", "quiero {n}", "pon {n}", "haz que haya {n}",
    "muestra {n}", "debe haber exactamente {n}", "la imagen debe tener {n}",
    "cambia el número de {plural} a {number}", "dibuja {n} en vez de {before}",
    "me gustaría ver {n}",
)  # fmt: skip
COUNT_MORE = (
    "añade {more}",
    "agrega {more}",
    "pon {more}",
    "dibuja {more}",
    "quiero {more}",
)
COUNT_LESS = (
    "quita {less}", "elimina {less}", "borra {less}", "deja solo {n}", "deja solamente {n}",
    "quita {number_less} de {x}", "elimina {number_less} de {x}", "que quede solo {n}",
)  # fmt: skip
BACKGROUND = (
    "cambia el fondo a {place}", "cambia el fondo por {place}", "pon la escena {where}",
    "pon de fondo {place}", "ponlo todo {where}", "reemplaza el fondo por {place}",
    "sitúa la escena {where}", "muéstralo {where}", "el fondo debe ser {place}",
    "haz que el fondo sea {place}", "que ocurra {where}", "usa {place} como fondo",
    "convierte el fondo en {place}", "quiero {place} como fondo", "la misma escena {where}",
)  # fmt: skip
TIME = (
    "haz que sea {time}", "haz que sea {time}", "pon la escena {where}", "que sea {time}",
    "cámbialo a {hour}", "muéstralo {where}", "transforma la imagen en {hour}",
    "debe ser {time}", "la misma escena {where}", "muestra la escena {where}",
    "quiero que sea {time}", "convierte la imagen en {hour}",
)  # fmt: skip
STYLE = (
    "conviértelo en {style}", "convierte la imagen en {style}", "haz que parezca {style}",
    "dibújalo {where}", "cámbialo a {noun}", "muéstralo {where}",
    "transfórmalo en {style}", "usa {noun}", "debe estar en {noun}",
    "vuelve a dibujarlo {where}", "quiero la imagen {where}", "pásalo a {noun}",
    "redibuja la imagen {where}",
)  # fmt: skip

RELATIONS = {
    "left": ("a la izquierda de {b}",),
    "right": ("a la derecha de {b}",),
    "above": ("por encima de {b}", "arriba de {b}"),
    "below": ("debajo de {b}", "por debajo de {b}", "bajo {b}"),
    "on": ("encima de {b}", "sobre {b}"),
}
WHERE = {
    "left": ("a la izquierda", "en el lado izquierdo", "a la izquierda de la imagen"),
    "right": ("a la derecha", "en el lado derecho", "a la derecha de la imagen"),
    "top": ("arriba", "en la parte de arriba", "en la parte superior"),
    "bottom": ("abajo", "en la parte de abajo", "en la parte inferior"),
    "centre": ("en el centro", "en medio", "en el centro de la imagen"),
}
TO = {
    "left": ("al lado izquierdo", "a la parte izquierda"),
    "right": ("al lado derecho", "a la parte derecha"),
    "top": ("a la parte de arriba", "a la parte superior"),
    "bottom": ("a la parte de abajo", "a la parte inferior"),
    "centre": ("al centro", "al centro de la imagen"),
}
PLACES = {
    "meadow": ("un prado", "una pradera"), "beach": ("una playa", "la playa"),
    "desert": ("un desierto", "el desierto"), "snow": ("un paisaje nevado", "un campo nevado"),
    "mountains": ("unas montañas", "un paisaje de montaña"),
    "city": ("una ciudad", "la ciudad"), "forest": ("un bosque", "el bosque"),
    "room": ("una habitación", "el interior de una habitación"),
}  # fmt: skip
TIMES = {
    "day": ("de día",),
    "dusk": ("al atardecer",),
    "night": ("de noche",),
}
HOURS = {
    "day": ("una escena de día", "una escena diurna"),
    "dusk": ("una escena al atardecer", "un atardecer"),
    "night": ("una escena de noche", "una escena nocturna"),
}  # fmt: skip
STYLES = {
    "flat": ("una ilustración plana", "un dibujo plano", "un diseño plano"),
    "comic": ("un cómic", "un dibujo de cómic", "una viñeta de cómic"),
    "papercut": ("un recorte de papel", "un collage de papel"),
}
STYLE_NOUNS = {
    "flat": ("estilo plano", "diseño plano", "ilustración plana"),
    "comic": ("estilo cómic", "estilo cómic con contornos gruesos", "cómic"),
    "papercut": ("estilo de papel recortado", "papel recortado"),
}
KEEP = (
    "deja lo demás igual", "no cambies nada más", "mantén todo lo demás", "deja el resto como está",
)  # fmt: skip
POLITE = ("por favor, {x}", "{x}, por favor")
PUTTING = ("pon", "dibuja")
WISHES = ("no", "quiero", "me", "el", "la", "los", "las", "sin", "que", "debe", "también")
BASE_COLOURS = {
    "red": "rojo", "orange": "naranja", "yellow": "amarillo", "green": "verde", "blue": "azul",
    "purple": "morado", "pink": "rosa", "brown": "marrón", "white": "blanco", "black": "negro",
}  # fmt: skip
