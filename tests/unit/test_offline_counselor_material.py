"""The counselor's sentence files: strict, complete in both languages, and with known slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.llm.offline.counselor_material import (
    Listening,
    Sayings,
    ThemeWords,
    frame,
    material,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.memory import Strategy
from muspsy_sim.records.strict_yaml import load_strict

LANGUAGES: tuple[Language, ...] = ("en", "zh")


ENGLISH_ONLY = {
    *("return_to", "risk_why", "asks_why", "receive_told", "ask_concrete"),
    *("answer_plain", "after_lookback"),
}
"""What the Chinese counselor has no sentences for; where there are none, it does something else."""


def test_both_languages_have_the_same_functions_cues_and_themes() -> None:
    en, zh = material("en"), material("zh")
    assert en.manners.keys() == zh.manners.keys()
    for manner in en.manners:
        assert en.manners[manner].keys() - ENGLISH_ONLY == zh.manners[manner].keys(), manner
    assert en.listening.cues.keys() - ENGLISH_ONLY == zh.listening.cues.keys()
    assert en.themes.keys() == zh.themes.keys()
    assert en.notes.keys() == zh.notes.keys()
    assert en.plans.aims.keys() == zh.plans.aims.keys()
    assert en.plans.reasons.keys() == zh.plans.reasons.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_function_has_a_sentence_that_needs_nothing_or_what_it_is_called_with(
    language: Language,
) -> None:
    for manner, functions in material(language).manners.items():
        for function, frames in functions.items():
            assert frames, (manner, function)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_theme_can_be_worked_with(language: Language) -> None:
    words = material(language)
    assert "other" in words.themes
    assert set(words.plans.aims) == set(Strategy.__args__)  # type: ignore[attr-defined]
    for name, theme in words.themes.items():
        assert isinstance(theme, ThemeWords)
        assert len(theme.homework) >= 3, name
        assert set(theme.not_with) <= set(words.themes)
        for homework in theme.homework:
            assert not homework.task.endswith((".", "。", "?", "？"))


def test_a_frame_is_cut_at_its_slots_and_filled_with_values_as_they_are() -> None:
    cut = frame("So {clause}, and “{quote}” too.")
    assert cut.slots == {"clause", "quote"}
    assert cut.filled({"clause": "you {quote}", "quote": "{0}"}) == "So you {quote}, and “{0}” too."
    assert cut.key == ", and “"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("manners: {attuned: {greet: ['Hello {nome}.']}}", "unknown slot {nome}"),
        ("manners: {attuned: {greet: ['Hello {.']}}", "a brace does not belong to a slot"),
        ("manners: {attuned: {greet: ['']}}", "must not be empty"),
        ("manners: {atuned: {greet: ['Hello.']}}", "attuned"),
        ("maners: {}", "did you mean 'manners'?"),
    ],
)
def test_a_slip_in_the_sentences_is_told_with_file_and_line(
    tmp_path: Path, written: str, told: str
) -> None:
    path = tmp_path / "en.yaml"
    path.write_text(f"language: en\nnotes: {{}}\n{written}\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_strict(path, Sayings)
    assert told in str(caught.value)
    assert any(p.line == 3 for p in caught.value.problems)


def test_the_listening_file_refuses_an_unknown_key(tmp_path: Path) -> None:
    source = content_path("agents", "counselor", "offline", "en-listening.yaml")
    path = tmp_path / "en.yaml"
    path.write_text(source.read_text(encoding="utf-8") + "\nfeeling: []\n", encoding="utf-8")
    with pytest.raises(ContentError, match="did you mean 'feelings'"):
        load_strict(path, Listening)
