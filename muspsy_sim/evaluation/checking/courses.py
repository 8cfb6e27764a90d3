"""Good courses to spoil: offline courses of `full` made for it, or those of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from muspsy_sim.evaluation.judging.blinding import Transcript, names_to_mask, transcript_of
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.risk import with_risk
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, read_episode, read_run_file

SESSIONS, EXCHANGES = 5, 10
"""How long a good course is: long enough to be misremembered, short enough to be judged often."""


async def make_courses(folder: Path, seeds: Sequence[int]) -> Run:
    """Good courses of all personas, offline; those that are there already are kept."""
    recipe = Recipe(
        about="Good courses for judge checks",
        personas=["all"],
        arms=["full"],
        seeds=list(seeds),
        sessions=SESSIONS,
        exchanges=EXCHANGES,
        follow_up_weeks=0,
    )
    await run(plan_run(recipe), folder)
    return Run(folder)


def good_courses(run_: Run, limit: int | None = None) -> tuple[list[Course], list[str]]:
    """The courses of a run that can be spoiled, and the models that made them.

    Controls and courses of fewer than two sessions are left out. Raises `RunError` where none is
    left, or where a language has one client only, since some kinds need another's session.
    """
    names = names_to_mask(read_run_file(run_))
    plain: dict[str, tuple[str, Transcript]] = {}
    made_by: set[str] = set()
    for episode in _usable(run_):
        plain[episode.id] = (episode.source_case, transcript_of(episode, names))
        made_by |= {episode.provenance.models.get(role, "") for role in ("counselor", "client")}
        if limit is not None and len(plain) >= limit:
            break
    courses = []
    for name, (case, transcript) in plain.items():
        other = _other(name, case, transcript, plain)
        if other is not None:
            good = with_risk(transcript, met=True)
            courses.append(Course(name, case, transcript, good, other))
    if not courses:
        raise RunError(
            "no course here can be spoiled: it takes two clients of one language, each with at "
            "least two sessions",
            file=run_.folder,
            hint="leave --run out to have courses made, or name a larger run",
        )
    return courses, sorted(made_by - {""})


def _usable(run_: Run) -> Iterator[Episode]:
    for name in run_.episode_ids():
        episode = read_episode(run_, name)
        held = [session for session in episode.sessions if session.turns]
        if not episode.control and episode.end.complete and len(held) > 1:
            yield episode


def _other(
    name: str, case: str, transcript: Transcript, all_: dict[str, tuple[str, Transcript]]
) -> Transcript | None:
    """The course of the next client of the same language, going round."""
    names = list(all_)
    at = names.index(name)
    for other in names[at + 1 :] + names[:at]:
        their_case, theirs = all_[other]
        if their_case != case and theirs.language == transcript.language:
            return theirs
    return None
