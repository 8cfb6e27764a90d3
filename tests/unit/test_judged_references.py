"""What the offline judge takes for borne out by earlier sessions."""

from __future__ import annotations

import pytest

from muspsy_sim.evaluation.instruments.loading import chosen_instruments, shown
from muspsy_sim.llm.offline.judge.reading import read
from muspsy_sim.llm.offline.judge.references import references
from muspsy_sim.llm.offline.judge.rules.homework import asked_quotes
from muspsy_sim.records.judging import JudgeView, SessionLines
from muspsy_sim.records.views import Line

EARLIER = (
    "The nights are the worst, I lie there.",
    "Between now and next week, try the two-minute start: open one letter for two minutes.",
    "Alright. I keep a log at the office, and I turn away from it.",
)


def view(said: str) -> JudgeView:
    def lines(session: int, texts: tuple[str, ...]) -> list[Line]:
        return [
            Line(id=f"s{session}t{n}", speaker="counselor" if n % 2 == 0 else "client", text=text)
            for n, text in enumerate(texts, start=1)
        ]

    (instrument,) = chosen_instruments(["homework"])
    return JudgeView(
        language="en",
        instrument=shown(instrument),
        sessions=[
            SessionLines(number=1, lines=lines(1, EARLIER)),
            SessionLines(number=2, lines=[Line(id="s2t1", speaker="counselor", text=said)]),
        ],
        judged=[2],
    )


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "Last time we settled on the two-minute start, and I'm curious: how did it go?",
            "earlier",
        ),
        # Night and log were both said, and nowhere together.
        ("Last time we settled on the night log, and I'm curious: how did it go?", "nowhere"),
        ("Last time you said “I lie there”.", "earlier"),
        ("Last time you said “I keep a boat”.", "nowhere"),
    ],
)
def test_a_claim_is_borne_out_in_one_place_or_not_at_all(said: str, found: str) -> None:
    reading = read(view(said))
    assert [one.found for one in references(reading)] == [found]
    if "settled" in said:
        assert bool(asked_quotes(reading)) is (found == "earlier")
