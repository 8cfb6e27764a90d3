"""How the offline client's distress shows in its words, and that trust is another matter."""

from __future__ import annotations

import re
from random import Random
from typing import get_args

import pytest
from offline_client_people import (
    COUNSELOR_EN,
    COUNSELOR_ZH,
    daniel,
    gao,
    lin,
    nora,
    said_in_session,
)

from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.client.wording import bare, sentences, size
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import DistressWord

BANDS: tuple[str, ...] = get_args(DistressWord)
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PEOPLE = {"nora": nora, "daniel": daniel, "lin": lin, "gao": gao}


def lines(language: Language, band: str, *kinds: str) -> set[str]:
    pools = client_material(language).pools
    names = [f"burden_{kind}{band}" for kind in kinds or ("", "kept_", "minimal_", "past_")]
    return {
        bare(sentence)
        for name in names
        if name in pools
        for register in ("any", "plain", "dry", "careful", "raw")
        for line in getattr(pools[name], register)
        for sentence in sentences(line)
    }


def turns(who: str, seeds: int = 6, **words: str) -> list[str]:
    view = PEOPLE[who]()
    counselor = COUNSELOR_EN if view.language == "en" else COUNSELOR_ZH
    found = []
    for seed in range(seeds):
        now = view.model_copy(update={"session": 1 + seed % 6})
        found += [s.text for _, s in said_in_session(now, counselor, seed, 14, **words)[1]]
    return found


def said_of_mood(sentence: str) -> set[str]:
    """What a sentence may be a line as: itself, and without the words that join it to another."""
    leads = [
        lead.partition("{x}")[0]
        for language in LANGUAGES
        for group in client_material(language).mood_led.values()
        for lead in group
    ]
    return {bare(sentence), *(bare(sentence.removeprefix(lead)) for lead in leads)}


def share(texts: list[str], keys: set[str]) -> float:
    return sum(any(said_of_mood(s) & keys for s in sentences(t)) for t in texts) / len(texts)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("trust", ["closed", "open"])
@pytest.mark.parametrize("band", BANDS)
def test_a_part_of_the_turns_says_how_it_is_and_none_says_otherwise(
    who: str, trust: str, band: str
) -> None:
    language = PEOPLE[who]().language
    said = turns(who, trust=trust, distress=band)
    assert 0.1 <= share(said, lines(language, band)) <= 0.5
    others = set().union(*(lines(language, other) for other in BANDS if other != band))
    assert share(said, others - lines(language, band)) == 0.0


@pytest.mark.parametrize("who", PEOPLE)
def test_who_does_not_trust_says_it_from_a_distance(who: str) -> None:
    language = PEOPLE[who]().language
    for trust, own, other in (("closed", "kept_", ""), ("trusting", "", "kept_")):
        said = turns(who, trust=trust, distress="heavy")
        assert share(said, lines(language, "heavy", own)) > 0.05
        assert share(said, lines(language, "heavy", other)) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_distress_does_not_make_the_distrustful_talk(who: str) -> None:
    def words(band: str) -> float:
        said = turns(who, 12, trust="closed", distress=band)
        return sum(map(size, said)) / len(said)

    lengths = [words(band) for band in BANDS]
    assert max(lengths) < 1.35 * min(lengths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_on_how_it_is_speaks_of_danger_or_promises_anything(language: Language) -> None:
    """A counselor who heard danger in tiredness would ask about nothing else."""
    pools = client_material(language).pools
    for name, pool in pools.items():
        if not name.startswith("burden_"):
            continue
        for register in ("any", "plain", "dry", "careful", "raw"):
            for line in getattr(pool, register):
                cues = hear(line, language).cues
                assert not [c for c in cues if c.startswith("risk")], line
                assert "agree" not in cues, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_for_distress_has_its_lines_at_either_distance(language: Language) -> None:
    pools = client_material(language).pools
    for band in BANDS:
        for kind, fewest in (("", 40), ("kept_", 25), ("minimal_", 6)):
            pool = pools[f"burden_{kind}{band}"]
            assert (
                sum(len(getattr(pool, r)) for r in ("any", "plain", "dry", "careful", "raw"))
                >= fewest
            )


@pytest.mark.parametrize("who", PEOPLE)
def test_the_same_seed_says_the_same(who: str) -> None:
    assert turns(who, 1, distress="heavy") == turns(who, 1, distress="heavy")
    assert not re.search("burden", " ".join(turns(who, 1))), Random(0)
