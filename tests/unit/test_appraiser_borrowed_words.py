"""What the client said and the counselor gives back is not held against the counselor."""

from __future__ import annotations

from random import Random

import pytest

from muspsy_sim.llm.offline.appraiser import appraise
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import AppraiseView, Line

HARMS = {"dismiss", "confront", "advise", "reassure", "flatter"}


def coded(client: str, counselor: str, language: Language) -> tuple[set[str], int]:
    dialogue = [
        Line(id="s2t1", speaker="counselor", text="..."),
        Line(id="s2t2", speaker="client", text=client),
        Line(id="s2t3", speaker="counselor", text=counselor),
    ]
    answer = appraise(AppraiseView(language=language, dialogue=dialogue), Random(0))
    return {str(code.behaviour) for code in answer.behaviours}, answer.quality


@pytest.mark.parametrize(
    ("client", "counselor", "language"),
    [
        ("It's just how they are.", "You're saying it's just how they are.", "en"),
        (
            "I keep saying they've changed the form.",
            "So you keep saying they've changed the form.",
            "en",
        ),
        (
            "Morning.",
            "What stayed with me from our last session is this: “I couldn't face it”.",
            "en",
        ),
        ("I go quiet.", "What do you expect would happen if you did it all the same?", "en"),
        ("Yes, I will.", "Our time is up for today. Take good care of yourself.", "en"),
        (
            "我没事，有事的是他们学校。",
            "“我没事，有事的是他们学校”，也许是不习惯在生人面前多说。",
            "zh",
        ),
    ],
)
def test_the_clients_words_given_back_are_no_harm(
    client: str, counselor: str, language: Language
) -> None:
    behaviours, quality = coded(client, counselor, language)
    assert not behaviours & HARMS
    assert quality >= 0


@pytest.mark.parametrize(
    ("client", "counselor", "language"),
    [
        ("He left me.", "It's just how they are, you'll get over it.", "en"),
        ("I go quiet.", "What did you expect?", "en"),
        ("I said I'm tired.", "You said “tired”. Everybody is tired, it's nothing.", "en"),
        ("他们都不理我。", "这有什么，别人比你难多了。", "zh"),
    ],
)
def test_what_the_counselor_itself_says_still_counts(
    client: str, counselor: str, language: Language
) -> None:
    behaviours, quality = coded(client, counselor, language)
    assert behaviours & HARMS
    assert quality < 0
