"""How a persona says the lines that are nobody's own: its part of them, its 你 or 您, its dialect.

A tongue is read off a view once; what it makes of the material is cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random

from muspsy_sim.llm.offline.client.material import Register, client_material, pattern
from muspsy_sim.llm.offline.client.wording import bare, sentences
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import SpeakView

_SMALLEST_SHARE = 4
"""Lines for anybody in a pool that every persona has of its own; larger pools are shared out."""
_KINDRED = 3
"""The same for lines of a register, which a few clients share."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """What tells how one persona says a generic line.

    `formal` is whether a Chinese speaker says 您, `None` in English; `dialect` is the number of the
    dialect, `None` for the common words; `persona` shares the lines out between personas.
    """

    register: Register
    formal: bool | None
    dialect: int | None
    persona: int


def tongue_of(view: SpeakView) -> Tongue:
    """The tongue of a view's client."""
    register = register_of(view.voice_style, view.language)
    own = tuple(x for lines in view.lines.values() for x in lines)
    return Tongue(
        register=register,
        formal=_formal(own, view.language, register),
        dialect=_dialect(own, view.language),
        persona=_number(view.demographics.name, view.voice_style, view.presenting_problem),
    )


@lru_cache(maxsize=512)
def register_of(style: str, language: Language) -> Register:
    """The register of a voice style: by the first word that tells of one, else by its hash."""
    found: dict[Register, int] = {}
    for register, cues in client_material(language).registers.items():
        if hit := pattern(*cues).search(style):
            found[register] = hit.start()
    if found:
        return min(found, key=lambda r: found[r])
    registers: tuple[Register, ...] = ("plain", "dry", "careful", "raw")
    return registers[_number(style) % len(registers)]


@lru_cache(maxsize=512)
def _formal(lines: tuple[str, ...], language: Language, register: Register) -> bool | None:
    """Whether a Chinese speaker says 您: as its own lines do, else as its register would."""
    if language == "en":
        return None
    polite = sum("您" in x for x in lines)
    familiar = sum("你" in x for x in lines)
    return register == "careful" if polite == familiar else polite > familiar


@lru_cache(maxsize=512)
def _dialect(lines: tuple[str, ...], language: Language) -> int | None:
    """Which dialect a persona's own lines show."""
    for n, dialect in enumerate(client_material(language).dialects):
        cue = pattern(dialect.cue)
        if sum(len(cue.findall(x)) for x in lines) >= dialect.least:
            return n
    return None


def _spoken(text: str, language: Language, pool: str, dialect: int | None) -> str:
    """A generic line in a dialect. How bad it is, is said in words that everybody knows."""
    if dialect is None or pool.startswith("burden_"):
        return text
    return client_material(language).dialects[dialect].said(text)


@lru_cache(maxsize=8192)
def order(language: Language, pool: str, tongue: Tongue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A persona's own part of a pool, and the rest, which it says when that is used up."""
    lines = client_material(language).pools[pool]
    draw = Random(f"{tongue.persona}/{pool}")

    def spoken(text: str) -> str:
        return _spoken(_addressed(text, tongue.formal), language, pool, tongue.dialect)

    everyone = [spoken(x) for x in lines.any]
    draw.shuffle(everyone)
    share = max(_SMALLEST_SHARE, len(everyone) * 3 // 10)
    kindred = [spoken(x) for x in lines.of(tongue.register)]
    draw.shuffle(kindred)
    most = max(_KINDRED, len(kindred) * 2 // 3)
    own = [*everyone[:share], *kindred[:most]]
    draw.shuffle(own)
    return tuple(own), (*kindred[most:], *everyone[share:])


@lru_cache(maxsize=2048)
def frames(language: Language, name: str, tongue: Tongue) -> tuple[str, ...]:
    """A persona's own part of the frames of a name."""
    found = list(client_material(language).frames[name])
    Random(f"{tongue.persona}/{name}").shuffle(found)
    kept = found[: max(4, (2 * len(found)) // 3)]
    return tuple(
        _spoken(_addressed(x, tongue.formal), language, name, tongue.dialect) for x in kept
    )


@lru_cache(maxsize=2)
def generic(language: Language) -> frozenset[str]:
    """Every sentence of every pool, without case and punctuation."""
    material = client_material(language)
    spoken = (None, *range(len(material.dialects)))
    return frozenset().union(*(keys(language, pool, n) for pool in material.pools for n in spoken))


@lru_cache(maxsize=1024)
def keys(language: Language, pool: str, dialect: int | None) -> frozenset[str]:
    """Every sentence of a pool as this dialect says it, without case and punctuation."""
    lines = client_material(language).pools[pool]
    every = (*lines.any, *lines.plain, *lines.dry, *lines.careful, *lines.raw)
    said = (_spoken(text, language, pool, dialect) for text in every)
    return frozenset(bare(s) for text in said for s in sentences(text))


def _addressed(text: str, formal: bool | None) -> str:
    """A generic Chinese line with the persona's form of address."""
    if formal is None:
        return text
    return text.replace("你", "您") if formal else text.replace("您", "你")


@lru_cache(maxsize=512)
def _number(*parts: str) -> int:
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=6).digest(), "big")
