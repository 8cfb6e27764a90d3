"""The hand-written material of the offline client: complete in both languages, nothing left open."""

from __future__ import annotations

import re

import pytest

from muspsy_sim.llm.offline.client.material import ClientMaterial, client_material, pattern
from muspsy_sim.llm.offline.client.moves import ROOM
from muspsy_sim.llm.offline.client.wording import bare, in_language, size
from muspsy_sim.records.base import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
COMMON = (
    "more",
    "coda",
    "deflect",
    "resist",
    "consider",
    "agree",
    "nod",
    "on_reflection",
    "on_yesno",
)
REGISTERS = ("any", "plain", "dry", "careful", "raw")


def every_line(material: ClientMaterial) -> list[tuple[str, str, str]]:
    return [
        (pool, register, line)
        for pool, lines in material.pools.items()
        for register in REGISTERS
        for line in getattr(lines, register)
    ]


ENGLISH_ONLY = {
    "frames": {"behind", "behind_well"},
    "asked": {"obstacle"},
    "pools": {"on_obstacle"},
}
"""Chinese clauses stand behind one another without a word that joins them."""


def test_both_languages_have_the_same_pools_frames_and_kinds() -> None:
    en, zh = (client_material(language) for language in LANGUAGES)
    for part in ("anywhere", "asked", "stated", "about", "pools", "frames", "manners", "registers"):
        alike = set(getattr(en, part)) - ENGLISH_ONLY.get(part, set())
        assert alike == set(getattr(zh, part)), part


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_of_their_language_and_whole(language: Language) -> None:
    for pool, register, line in every_line(client_material(language)):
        where = f"{pool}/{register}: {line}"
        assert "{" not in line, where
        assert in_language(line, language), where
        assert line[-1] in (".!?…" if language == "en" else "。！？，…"), where
        assert language == "zh" or line[0].isupper(), where
        assert language == "en" or not re.search(r"[A-Za-z,.!?]", line), where


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_stands_once(language: Language) -> None:
    seen: dict[str, str] = {}
    doubled = []
    for pool, _, line in every_line(client_material(language)):
        key = bare(line)
        if len(key) > 14 and seen.get(key, pool) == pool and key in seen:
            doubled.append(line)
        seen[key] = pool
    assert doubled == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pool", COMMON)
def test_common_moves_have_forty_lines(language: Language, pool: str) -> None:
    lines = client_material(language).pools[pool]
    assert sum(len(getattr(lines, register)) for register in REGISTERS) >= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_minimal_lines_are_minimal(language: Language) -> None:
    most = ROOM[language]["a word or two"][0]
    for pool, _, line in every_line(client_material(language)):
        if pool.startswith("minimal_"):
            assert size(line) <= most, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_frames_have_one_place_for_the_clients_words(language: Language) -> None:
    for name, frames in client_material(language).frames.items():
        for frame in frames:
            assert frame.count("{x}") == 1, f"{name}: {frame}"
            assert in_language(frame.replace("{x}", ""), language), f"{name}: {frame}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_is_an_expression(language: Language) -> None:
    material = client_material(language)
    for part in (material.anywhere, material.asked, material.stated, material.about):
        for cues in part.values():
            assert pattern(*cues).search("") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_that_open_with_agreement_are_in_the_pools_for_it(language: Language) -> None:
    """Elsewhere they would upset the share of agreement openings."""
    material = client_material(language)
    agreeing = pattern(*material.agreeing)
    strays = [
        line
        for pool, _, line in every_line(material)
        if pool in ("more", "coda", "deflect", "resist", "consider", "hurt", "on_feeling")
        if agreeing.match(line)
    ]
    assert strays == []
