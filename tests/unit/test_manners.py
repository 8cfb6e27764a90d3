"""Ways of counseling: read strictly, in both languages, the nearest named for an unknown one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from muspsy_sim.agents.counselor.manners import load_manner, manner_ids
from muspsy_sim.records.base import Language
from muspsy_sim.records.content import CONTENT_VARIABLE, content_root, copy_content
from muspsy_sim.records.errors import ContentError


@pytest.fixture
def own_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the content that a test may spoil."""
    assert content_root().is_dir()
    copy_content(tmp_path)
    monkeypatch.setenv(CONTENT_VARIABLE, str(tmp_path))
    load_manner.cache_clear()
    yield tmp_path / "agents" / "counselor" / "manners"
    load_manner.cache_clear()
    shutil.rmtree(tmp_path / "agents")


def test_the_three_manners_are_there() -> None:
    assert {"attuned", "dismissive", "neutral"} <= set(manner_ids())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_manner_is_told_in_each_language(language: Language) -> None:
    texts = [load_manner(name, language).text for name in manner_ids()]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert text == text.strip()
        has_han = any("\u4e00" <= c <= "\u9fff" for c in text)
        assert has_han == (language == "zh")


def test_an_unknown_manner_is_refused_with_the_nearest() -> None:
    with pytest.raises(ContentError, match="no manner 'atuned'; did you mean 'attuned'"):
        load_manner("atuned", "en")
    with pytest.raises(ContentError, match=r"known are .*attuned, dismissive, neutral"):
        load_manner("zzz", "en")


def test_a_name_that_leads_out_of_the_folder_is_refused() -> None:
    with pytest.raises(ContentError, match="no manner"):
        load_manner("../offline/en", "en")


def test_a_manner_with_an_unknown_key_names_file_and_line(own_content: Path) -> None:
    path = own_content / "attuned.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "tone: warm\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"attuned\.yaml:\d+: tone: unknown key"):
        load_manner("attuned", "en")


def test_a_manner_lacking_a_language_is_refused(own_content: Path) -> None:
    (own_content / "mine.yaml").write_text("id: mine\nabout: a\ntext: {en: b}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"text\.zh: is missing"):
        load_manner("mine", "en")


def test_a_manner_of_ones_own_is_found_by_its_file(own_content: Path) -> None:
    (own_content / "mine.yaml").write_text(
        "id: mine\nabout: a\ntext: {en: Be brief., zh: 简短。}\n", encoding="utf-8"
    )
    assert load_manner("mine", "zh").text == "简短。"


def test_a_file_whose_id_is_not_its_name_is_refused(own_content: Path) -> None:
    (own_content / "mine.yaml").write_text("id: yours\nabout: a\ntext: {en: b, zh: c}\n", "utf-8")
    with pytest.raises(ContentError, match="make them agree"):
        load_manner("mine", "en")
