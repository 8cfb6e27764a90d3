"""Lines that fit: cells are counted, nothing is lost, and Chinese breaks as Chinese does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from muspsy_sim.cli.wrapping import wrap

TEXT = st.text(alphabet="ab 来访者，。“”（）cde-\n", max_size=120)


@given(TEXT, st.integers(min_value=4, max_value=40))
def test_no_line_is_wider_than_the_column_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole() -> None:
    assert wrap("The lock keeper kept it", 9) == ["The lock", "keeper", "kept it"]


def test_line_ends_of_the_text_are_kept() -> None:
    assert wrap("one\n\ntwo", 20) == ["one", "", "two"]


def test_a_chinese_character_takes_two_cells() -> None:
    assert wrap("来访者说话", 6) == ["来访者", "说话"]


@pytest.mark.parametrize("closing", list("，。！？；：”）、"))
def test_no_line_begins_with_a_closing_sign(closing: str) -> None:
    for width in range(6, 30):
        lines = wrap(f"他没说话{closing}又过了一会儿才{closing}开口", width)
        assert not any(line.startswith(closing) for line in lines)


@pytest.mark.parametrize("opening", list("“（《"))
def test_no_line_ends_with_an_opening_sign(opening: str) -> None:
    for width in range(6, 30):
        lines = wrap(f"他没说话{opening}又过了一会儿才{opening}开口", width)
        assert not any(line.endswith(opening) for line in lines)


def test_a_word_longer_than_the_column_is_cut() -> None:
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
