"""A recorded course as a dialogue of a corpus: what both parties said, and the counselor's papers.

What the client hid does not come along: no state, no fact that was not said, no arm that could be
read off a label. Private reasoning stays private.
"""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.episode import Episode, Label, Session, Turn
from muspsy_sim.records.memory import SessionNote, TreatmentPlan

FORMAT = "run"


def dialogue_of(episode: Episode) -> Dialogue:
    """The sessions that were held, numbered as they were; notes and plans are documents.

    `extra` holds the episode's arm, seed and ending, and which roles `offline` answered.
    """
    documents = [
        Document(kind="complaint", text=episode.profile.presenting_problem),
        *(paper for session in episode.sessions for paper in _papers(session)),
    ]
    if episode.intake is not None and episode.intake.turns:
        said = "\n".join(turn.text for turn in episode.intake.turns)
        documents.insert(0, Document(kind="intake_form", text=said))
    return Dialogue(
        id=episode.id,
        format=FORMAT,
        language=episode.language,
        source_case=episode.source_case,
        sessions=[
            CorpusSession(
                number=session.number,
                utterances=[_utterance(turn) for turn in session.turns],
                extra={"week": session.week, "end": session.end.value},
            )
            for session in episode.sessions
            if session.turns
        ],
        documents=documents,
        extra={
            "persona": episode.persona,
            "arm": episode.arm,
            "seed": episode.seed,
            "end": episode.end.value,
            "offline": [*episode.provenance.offline],
        },
    )


def _utterance(turn: Turn) -> Utterance:
    labels = list(turn.labels)
    if turn.plan is not None and not any(label.kind == "strategy" for label in labels):
        labels.append(Label(kind="strategy", value=turn.plan.strategy, origin="planned"))
    return Utterance(speaker=turn.speaker, text=turn.text, labels=labels, extra={"turn": turn.id})


def _papers(session: Session) -> Iterator[Document]:
    if not session.turns:
        return
    if session.plan is not None:
        yield Document(kind="goal", text=session.plan.goal, session=session.number)
    if session.note is not None:
        yield Document(kind="memory", text=_note(session.note), session=session.number)
        summary = " ".join(said.text for said in session.note.summary)
        if summary:
            yield Document(kind="summary", text=summary, session=session.number)
    if session.treatment_plan is not None:
        yield Document(kind="plan", text=_treatment(session.treatment_plan), session=session.number)


def _note(note: SessionNote) -> str:
    """A note under MusPsy's heads."""
    parts = (
        ("Emotion and Cognitive State", note.emotion_and_cognition),
        ("Counselor Observations", note.observations),
        ("Counseling Assignments", note.assignments),
    )
    lines = [f"[{head}:] {' '.join(s.text for s in said)}".rstrip() for head, said in parts]
    return "\n".join([*lines, f"[Session Goal:] {note.session_goal}".rstrip()])


def _treatment(plan: TreatmentPlan) -> str:
    goals = [f"- {goal.text} ({goal.status})" for goal in plan.goals]
    return "\n".join([plan.approach, *goals]).strip()
