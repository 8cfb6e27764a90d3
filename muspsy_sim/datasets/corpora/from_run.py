"""A recorded course as a dialogue of a corpus: what both parties said, and the counselor's papers.

What the client hid does not come along: no state, no fact that was not said, no arm that could be
read off a label. Private reasoning stays private.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.episode import Episode, Label, Session, Turn
from muspsy_sim.records.memory import SessionNote, TreatmentPlan
from muspsy_sim.records.profile import Profile

FORMAT = "run"


def dialogue_of(episode: Episode) -> Dialogue:
    """The sessions that were held, numbered as they were; notes and plans are documents.

    `extra` holds the episode's arm, seed and ending, and which roles `offline` answered.
    """
    documents = [
        _profile(episode.profile),
        *_last_plan(episode),
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


def _profile(profile: Profile) -> Document:
    """Who the client is on paper, as JSON under PsychEval's names: nothing that it hides."""
    who = profile.demographics
    traits = {
        "name": who.name,
        "age": None if who.age is None else str(who.age),
        "gender": who.gender,
        "occupation": who.occupation,
        "educational_background": who.education,
        "marital_status": who.relationship_status,
        "family_status": who.living_situation,
    }
    said = {
        "static_traits": {key: value for key, value in traits.items() if value},
        "main_problem": profile.presenting_problem,
        "topic": profile.topic,
        "core_demands": "\n".join(profile.goals),
    }
    return Document(kind="profile", text=json.dumps(said, ensure_ascii=False))


def _last_plan(episode: Episode) -> Iterator[Document]:
    """The treatment plan as it was last revised, as JSON: what the course worked towards."""
    plans = [s.treatment_plan for s in episode.sessions if s.treatment_plan is not None]
    if plans:
        goals = [{"goal": goal.text, "status": goal.status} for goal in plans[-1].goals]
        yield Document(kind="plan", text=json.dumps(goals, ensure_ascii=False))


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
        yield Document(kind="memory", text=note_text(session.note), session=session.number)
        summary = " ".join(said.text for said in session.note.summary)
        if summary:
            yield Document(kind="summary", text=summary, session=session.number)
    if session.treatment_plan is not None:
        yield Document(kind="plan", text=_treatment(session.treatment_plan), session=session.number)


def note_text(note: SessionNote) -> str:
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
