"""The offline client's memory of a session: first person, from what was said, two to four sentences."""

from __future__ import annotations

from random import Random

import pytest
from offline_client_people import (
    COUNSELOR_EN,
    COUNSELOR_ZH,
    daniel,
    gao,
    imported,
    lin,
    nora,
    said_in_session,
    stance,
)

from muspsy_sim.llm.offline.client import reflect
from muspsy_sim.llm.offline.client.wording import bare, in_language, quoted, sentences
from muspsy_sim.records.views import HomeworkWord, Line, ReflectView, SpeakView

PEOPLE = {
    "nora": nora,
    "daniel": daniel,
    "lin": lin,
    "gao": gao,
    "imported-en": lambda: imported("en"),
    "imported-zh": lambda: imported("zh"),
}


def view_after(view: SpeakView, dialogue: list[Line], **more: object) -> ReflectView:
    return ReflectView.model_validate(
        {
            "language": view.language,
            "session": view.session,
            "demographics": view.demographics.model_dump(),
            "voice_style": view.voice_style,
            "stance": stance("consider", trust="open").model_dump(),
            "dialogue": [line.model_dump() for line in dialogue],
            **more,
        }
    )


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("seed", range(4))
def test_a_memory_is_two_to_four_sentences_of_its_language(who: str, seed: int) -> None:
    person = PEOPLE[who]()
    lines = COUNSELOR_EN if person.language == "en" else COUNSELOR_ZH
    dialogue = said_in_session(person, lines, seed)[0]
    text = reflect(view_after(person, dialogue), Random(seed)).text
    assert in_language(text, person.language)
    outside = text
    for words in quoted(text):
        outside = outside.replace(words, "")
    assert 2 <= len(sentences(text)) <= 6, text
    assert "{" not in text
    assert text[-1] in '.。!！”"'


def test_what_it_keeps_was_said() -> None:
    dialogue = said_in_session(nora(), COUNSELOR_EN, 2)[0]
    heard = bare(" ".join(line.text for line in dialogue if line.speaker == "counselor"))
    for seed in range(10):
        for words in quoted(reflect(view_after(nora(), dialogue), Random(seed)).text):
            assert bare(words) in heard


def test_a_slight_is_what_stays() -> None:
    dialogue = [
        Line(id="s1t1", speaker="counselor", text="Everyone gets tired, it isn't that bad."),
        Line(id="s1t2", speaker="client", text="I was on my break when she died, in February."),
    ]
    text = reflect(view_after(nora(), dialogue), Random(0)).text
    assert "it isn't that bad" in text
    assert "I was on my break when she died, in February." in text


def test_homework_is_remembered_when_it_was_agreed() -> None:
    dialogue = said_in_session(gao(), COUNSELOR_ZH, 2)[0]
    work = HomeworkWord(text="我想提议一个小试验，叫“十秒停顿”：先等十秒再回答。", outcome="set")
    texts = [
        reflect(view_after(gao(), dialogue, homework=work.model_dump()), Random(n)).text
        for n in range(5)
    ]
    assert all("十秒停顿" in text for text in texts)
    done = work.model_copy(update={"outcome": "done"})
    over = reflect(view_after(gao(), dialogue, homework=done.model_dump()), Random(1)).text
    assert "十秒停顿" not in over


def test_an_empty_session_leaves_a_memory_too() -> None:
    assert len(sentences(reflect(view_after(nora(), []), Random(0)).text)) >= 2
