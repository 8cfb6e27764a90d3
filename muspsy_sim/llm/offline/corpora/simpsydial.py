"""`simpsydial.client` and `simpsydial.counselor` offline: the usual two, a turn at a time."""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.corpora.cast import Cast, of_sheet
from muspsy_sim.llm.offline.corpora.duet import (
    Hour,
    client_view,
    counselor_line,
    length_of,
    move_of,
    stance_of,
)
from muspsy_sim.records.corpus_answers import Reply
from muspsy_sim.records.corpus_views import RoleClientView, RoleCounselorView
from muspsy_sim.records.profile import Demographics
from muspsy_sim.records.views import Move


def client(view: RoleClientView, rng: Random) -> Reply:
    """The client's next turn: a fact of its sheet every other exchange, else what fits."""
    cast = of_sheet(view.sheet, view.language)
    hour = Hour(exchanges=view.exchange + view.exchanges_left)
    said = " ".join(line.text for line in view.dialogue if line.speaker == "client")
    told = next((n for n, fact in enumerate(cast.facts) if fact not in said), len(cast.facts))
    move: Move = move_of("neutral", view.exchange, rng)
    if not view.dialogue:
        move = "greet"
    elif view.said_goodbye:
        move = "close"
    elif view.exchange % 2 == 0 and view.exchanges_left > 2 and told < len(cast.facts):
        move = "disclose"
    share = view.exchange / max(1, hour.exchanges)
    stance = stance_of("neutral", move, length_of("neutral", rng), share)
    text = speak(client_view(cast, hour, view.dialogue, stance, told), rng).text
    return Reply(text=text, closes=move == "close")


def counselor(view: RoleCounselorView, rng: Random) -> Reply:
    """The counselor's next turn."""
    nobody = Cast(view.language, Demographics(name=""), "")
    hour = Hour(exchanges=view.exchange + view.exchanges_left)
    # The client opens, with a greeting: it is answered with one, as if nothing had been told yet.
    heard = view.dialogue if view.exchange > 1 else []
    line, closes = counselor_line(nobody, hour, heard, view.exchange, rng)
    return Reply(text=line.text, closes=closes)
