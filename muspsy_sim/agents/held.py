"""Sessions as a running course holds them: the last turns as records, those before them packed.

A turn with all that was appraised and changed takes some kilobytes as records, and a lab lives
thousands of courses at once. What nothing changes any more is kept as the very JSON that the
episode's file holds of it, so that it is written once; it is read again when it is asked for. What
comes back is equal to what was put in.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, overload

import orjson
from pydantic import TypeAdapter

from muspsy_sim.records.base import Speaker
from muspsy_sim.records.episode import Failure, Label, Session, SessionEnd, Turn, Usage
from muspsy_sim.records.memory import SessionNote, SessionPlan, TreatmentPlan, TurnPlan
from muspsy_sim.records.state import ClientMemory, ClientState, Disclosed, StateValues
from muspsy_sim.records.values import made
from muspsy_sim.records.views import Line

_AS_RECORDS = 2
"""The last exchange: what it stirred is written on its turns until the client has answered."""
_FAST = 1
"""zlib's level; the higher ones save little more of a session, and take longer."""


def line_of(turn: str, speaker: Speaker, text: str) -> Line:
    """A line of dialogue."""
    return made(Line, {"id": turn, "speaker": speaker, "text": text})


def spoken(
    turn: str,
    speaker: Speaker,
    text: str,
    *,
    reasoning: str | None,
    usage: Usage,
    labels: list[Label] | None = None,
    plan: TurnPlan | None = None,
    recalled: list[str] | None = None,
    state: StateValues | None = None,
    move: str | None = None,
    disclosed: list[Disclosed] | None = None,
    unlicensed: list[str] | None = None,
) -> Turn:
    """A turn that was just spoken: nothing is appraised or changed by it yet."""
    values = {
        "id": turn,
        "speaker": speaker,
        "text": text,
        "labels": labels or [],
        "reasoning": reasoning,
        "plan": plan,
        "recalled": recalled or [],
        "appraisal": None,
        "changes": [],
        "state": state,
        "move": move,
        "disclosed": disclosed or [],
        "unlicensed": unlicensed or [],
        "usage": usage,
    }
    return made(Turn, values)


class HeldTurns(Sequence[Turn]):
    """The turns of one session. Only its last two may be changed in place."""

    __slots__ = ("_last", "_number", "_packed", "_squeezed")

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._last: list[Turn] = []
        self._packed: list[bytes] = []
        self._squeezed: bytes | None = None
        self._number = 0
        for turn in turns:
            self.append(turn)

    def append(self, turn: Turn) -> None:
        """Add the turn that was just spoken. Raises `RuntimeError` once it is squeezed."""
        if self._squeezed is not None:
            raise RuntimeError("the session was held, and no turn is added to it")
        self._last.append(turn)
        self._number += 1
        if len(self._last) > _AS_RECORDS:
            self._packed.append(_bytes_of(self._last.pop(0)))

    def squeeze(self) -> None:
        """Keep it all as small as it gets: the session is over."""
        if self._squeezed is None and self._number:
            self._squeezed = zlib.compress(self._json(0), _FAST)
            self._packed, self._last = [], []

    def json(self) -> bytes:
        """All turns as the list that a canonical episode holds (`records.files`)."""
        return b"[%b]" % self._json(0)

    def _json(self, start: int) -> bytes:
        """The turns from one on (all, once squeezed), without the brackets round them."""
        if self._squeezed is not None:
            return zlib.decompress(self._squeezed)
        return b",".join([*self._packed[start:], *map(_bytes_of, self._last)])

    def _read(self, start: int) -> list[Turn]:
        """The packed turns from one on, as records."""
        raw = b",".join(self._packed[start:]) if self._squeezed is None else self._json(0)
        return _turns().validate_json(b"[%b]" % raw) if raw else []

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Turn]:
        return iter([*self._read(0), *self._last])

    @overload
    def __getitem__(self, at: int) -> Turn: ...
    @overload
    def __getitem__(self, at: slice) -> list[Turn]: ...
    def __getitem__(self, at: int | slice) -> Turn | list[Turn]:
        if isinstance(at, slice):
            if at.stop is at.step is None and at.start == self._number - 1 and self._last:
                return self._last[-1:]
            return list(self)[at] if self._squeezed is not None else self._slice(at)
        if -len(self._last) <= at < 0:
            return self._last[at]
        if self._squeezed is not None:
            return list(self)[at]
        place = range(self._number)[at]
        if place >= len(self._packed):
            return self._last[place - len(self._packed)]
        return Turn.model_validate_json(self._packed[place])

    def _slice(self, at: slice) -> list[Turn]:
        """Some turns; of the packed ones no more are read than those from the first one on."""
        places = range(self._number)[at]
        if not places:
            return []
        first = min(places)
        from_here = [*self._read(first), *self._last[max(0, first - len(self._packed)) :]]
        return [from_here[place - first] for place in places]


def _bytes_of(turn: Turn) -> bytes:
    # A state's values are bounded and the rest is whole; only of changes could one be no number.
    if not math.isfinite(sum([change.by for change in turn.changes])):
        raise ValueError(f"a change of turn {turn.id} is no number")
    # A copy: orjson's own bytes leave the rest of their buffer behind, of several kilobytes a turn.
    return bytes(memoryview(orjson.dumps(turn, default=vars, option=orjson.OPT_SORT_KEYS)))


@cache
def _turns() -> TypeAdapter[list[Turn]]:
    return TypeAdapter(list[Turn])


@dataclass(slots=True, eq=False)
class HeldSession:
    """A session that was held, or missed. The fields are those of `Session`."""

    number: int
    week: int
    end: SessionEnd
    turns: HeldTurns = field(default_factory=HeldTurns)
    end_detail: str = ""
    arm: str = ""
    plan: SessionPlan | None = None
    note: SessionNote | None = None
    treatment_plan: TreatmentPlan | None = None
    client_memory: ClientMemory | None = None
    state_before: ClientState | None = None
    state_after: ClientState | None = None
    failures: list[Failure] = field(default_factory=list)

    def lines(self) -> list[Line]:
        """Its dialogue as both parties heard it."""
        return [line_of(t.id, t.speaker, t.text) for t in self.turns]

    def record(self, *, turns: bool = True) -> Session:
        """The record of it; without its turns, it is what `dumped` puts them into."""
        return Session(
            number=self.number,
            week=self.week,
            turns=list(self.turns) if turns else [],
            end=self.end,
            end_detail=self.end_detail,
            arm=self.arm,
            plan=self.plan,
            note=self.note,
            treatment_plan=self.treatment_plan,
            client_memory=self.client_memory,
            state_before=self.state_before,
            state_after=self.state_after,
            failures=self.failures,
        )

    def dumped(self) -> dict[str, Any]:
        """The record of it for `canonical_json`, its turns as they are kept."""
        return {
            **self.record(turns=False).model_dump(mode="json"),
            "turns": orjson.Fragment(self.turns.json()),
        }
