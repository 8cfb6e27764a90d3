"""Psy-Insight's way: dialogues are labelled, turn by turn and as sessions.

They are there already, or a session of each persona is played first.

A counselor's turn gets strategies, a client's emotions, each with a reason; a session gets topic,
school, stage, a guide, background and summary. Nothing that was said is changed, and labels that
were there already stay, with their own origin beside the new.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.datasets.making.bench import Bench, CheckFailed
from muspsy_sim.datasets.making.flow import compile_flow, run_flow
from muspsy_sim.datasets.making.prompts import LABELS, SESSION_LABELS
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.way import PLAYED, Way, way_named
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.corpus_answers import LabelsAnswer, SessionLabels, TurnLabels
from muspsy_sim.records.corpus_views import LabelsView, SessionLabelsView
from muspsy_sim.records.episode import Label
from muspsy_sim.records.views import Line

FORMAT = "psy-insight-made"

_ROUND = 6
"""Turns before those that are asked for that an annotator sees with them."""


@dataclass(slots=True)
class Work:
    """One dialogue being labelled."""

    bench: Bench
    told: Dialogue | None
    """What is labelled; None until it is played."""
    at: int = 0
    """The session under way, counted from 0."""
    turns: dict[tuple[int, int], TurnLabels] = field(default_factory=dict)
    """(session, utterance) by place -> its labels."""
    sessions: list[SessionLabels] = field(default_factory=list)

    @property
    def source(self) -> Dialogue:
        """What is labelled, once it is there."""
        return given(self.told)


def begin(bench: Bench) -> Work:
    """Before anything is labelled. The entry holds a dialogue, or a persona to play one."""
    return Work(bench, bench.entry.dialogue)


async def play(work: Work) -> None:
    """Where there is no dialogue yet, a session of two role-playing agents.

    Raises `CheckFailed` where there is nothing to label, or what was played breaks a rule.
    """
    if work.told is None:
        way = way_named(PLAYED)
        played = way.begin(work.bench)
        await run_flow(compile_flow(way.name, way.nodes, way.answers), played)
        work.told = way.finish(played).model_copy(update={"format": FORMAT})
    source = work.source
    first = next((at for at, session in enumerate(source.sessions) if _lines(session)), None)
    if first is None:
        raise CheckFailed("there is no turn of a client or a counselor to label")
    work.at = first


async def labels(work: Work) -> None:
    """The turns of the session under way, so many with one call."""
    session = work.source.sessions[work.at]
    lines = _lines(session)
    by_id = {line.id: place for place, line in lines}
    size = work.bench.recipe.psy_insight.turns_a_call
    for start in range(0, len(lines), size):
        part = lines[start : start + size]
        shown = [line for _, line in lines[max(0, start - _ROUND) : start + size]]
        answer = await _labelled(work, shown, [line for _, line in part], start)
        for each in answer.turns:
            work.turns[work.at, by_id[each.turn]] = each


async def _labelled(work: Work, shown: list[Line], wanted: list[Line], start: int) -> LabelsAnswer:
    bench, number = work.bench, work.at + 1
    why: list[str] = []
    for tried in range(1, bench.recipe.tries + 1):
        view = LabelsView(
            language=bench.language,
            dialogue=shown,
            wanted=[line.id for line in wanted],
            broken=why,
        )
        # A call's place: the turn it begins at and the try, so that no two are the same.
        turn = (start + 1) * 10 + tried - 1
        answer = await bench.ask(LABELS, view, session=number, turn=turn)
        why = broken(answer, wanted)
        if bench.checked("labels", why, f"session {number}, from turn {start + 1}, try {tried}"):
            return answer
    raise CheckFailed(f"session {number}: {'; '.join(why)}")


def broken(answer: LabelsAnswer, wanted: list[Line]) -> list[str]:
    """What is wrong with the labels of some turns; empty where each has its own, once."""
    speakers = {line.id: line.speaker for line in wanted}
    given_ = [each.turn for each in answer.turns]
    why = [f"{name} was not asked for" for name in given_ if name not in speakers]
    why += [
        f"{name} is labelled twice" for name in sorted({n for n in given_ if given_.count(n) > 1})
    ]
    why += [f"{name} has no labels" for name in speakers if name not in given_]
    for each in answer.turns:
        speaker = speakers.get(each.turn)
        if speaker == "counselor" and (not each.strategy or each.emotion):
            why.append(f"{each.turn} is the counselor's: strategies, and no emotion")
        if speaker == "client" and (not each.emotion or each.strategy):
            why.append(f"{each.turn} is the client's: emotions, and no strategy")
    return why


async def session(work: Work) -> str:
    """The session as a whole; `again` while there is another."""
    lines = [line for _, line in _lines(work.source.sessions[work.at])]
    view = SessionLabelsView(
        language=work.bench.language,
        session=work.at + 1,
        dialogue=lines,
        earlier=[each.summary for each in work.sessions],
    )
    work.sessions.append(await work.bench.ask(SESSION_LABELS, view, session=work.at + 1))
    work.at += 1
    while work.at < len(work.source.sessions) and not _lines(work.source.sessions[work.at]):
        work.at += 1
    return "again" if work.at < len(work.source.sessions) else "over"


def finish(work: Work) -> Dialogue:
    """The dialogue as it was, with labels of turns, and what was said of its sessions beside it."""
    entry, source = work.bench.entry, work.source
    labelled = [s for s in source.sessions if _lines(s)]
    sessions = [
        session.model_copy(
            update={
                "utterances": [
                    _with(turn, work.turns.get((at, place)))
                    for place, turn in enumerate(session.utterances)
                ]
            }
        )
        for at, session in enumerate(source.sessions)
    ]
    documents = [*source.documents]
    said: list[dict[str, str | int]] = []
    for session, found in zip(labelled, work.sessions, strict=True):
        place = session.number if len(source.sessions) > 1 else None
        documents += [
            Document(kind="guide", text=found.guide, session=place),
            Document(kind="background", text=found.background, session=place),
            Document(kind="summary", text=found.summary, session=place),
        ]
        said.append(
            {
                "session": session.number,
                "topic": found.topic,
                "psychotherapy": found.psychotherapy,
                "stage": found.stage,
            }
        )
    first = said[0]
    return source.model_copy(
        update={
            "id": entry.id,
            "sessions": sessions,
            "documents": documents,
            "extra": {
                **source.extra,
                "annotated": said,
                "topic": first["topic"],
                "psychotherapy": first["psychotherapy"],
                "stage": first["stage"],
            },
        }
    )


def _with(turn: Utterance, found: TurnLabels | None) -> Utterance:
    if found is None:
        return turn
    new = [Label(kind="strategy", value=v, origin="annotated") for v in found.strategy]
    new += [Label(kind="emotion", value=v, origin="annotated") for v in found.emotion]
    return turn.model_copy(
        update={
            "labels": [*turn.labels, *new],
            "reasoning": turn.reasoning or found.reasoning or None,
        }
    )


def _lines(session: CorpusSession) -> list[tuple[int, Line]]:
    """The turns of client and counselor with their places; others are not labelled, nor shown."""
    return [
        (place, Line(id=f"t{place + 1}", speaker=turn.speaker, text=turn.text))
        for place, turn in enumerate(session.utterances)
        if turn.speaker != "other" and turn.text.strip()
    ]


WAY = Way(
    name="psy-insight",
    prompts=(LABELS, SESSION_LABELS),
    nodes={"play": play, "labels": labels, "session": session},
    begin=begin,
    finish=finish,
    answers={"session": frozenset({"again", "over"})},
    publishes_as="psy-insight",
)
