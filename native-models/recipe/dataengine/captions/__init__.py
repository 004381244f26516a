"""Captions of scenes in English and Spanish."""

from __future__ import annotations

import numpy as np

from ..scene import Scene
from .compose import Described
from .compose import describe as _describe
from .en import English
from .es import Spanish
from .facts import CountFact, Fact, RelationFact, fact_list, group_relation
from .grammar import Language

__all__ = [
    "LANGUAGES",
    "CountFact",
    "Described",
    "Fact",
    "RelationFact",
    "caption",
    "describe",
    "fact_list",
    "group_relation",
]

LANGUAGES: dict[str, Language] = {"en": English(), "es": Spanish()}


def caption(scene: Scene, rng: np.random.Generator, language: str) -> str:
    """One of many captions of a scene, in `en` or `es`."""
    return describe(scene, rng, language).text


def describe(scene: Scene, rng: np.random.Generator, language: str) -> Described:
    """A caption of a scene, and what of the scene it says."""
    return _describe(scene, rng, LANGUAGES[language])
