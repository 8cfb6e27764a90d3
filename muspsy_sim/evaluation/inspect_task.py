"""An Inspect task: any counselor model that Inspect can reach, over whole simulated courses.

`inspect eval muspsy_sim/counseling --model MODEL`. One sample is one client under one seed; the
solver lives the course with Inspect's model in the counselor's chair, and the scorers report what
the client reported and what happened, with errors clustered by client. Needs Inspect AI.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from inspect_ai import Task, task
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import HeadlineMetric, transcript
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import span
from pydantic import ValidationError
from rich.markup import escape

from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS
from muspsy_sim.evaluation.comparing.scored import used_of
from muspsy_sim.evaluation.inspect_logs.by_client import CLIENT, by_client
from muspsy_sim.evaluation.inspect_logs.events import inspect_score
from muspsy_sim.evaluation.inspect_logs.judging import check_judge, scores_by
from muspsy_sim.evaluation.inspect_logs.model import InspectModel
from muspsy_sim.evaluation.inspect_logs.results import HEADLINE
from muspsy_sim.evaluation.inspect_logs.samples import messages_of, metadata_of, why_stopped
from muspsy_sim.evaluation.inspect_logs.scored import Scored, course_scores, judged_scores
from muspsy_sim.evaluation.inspect_logs.steps import Begin, End, Told, last_state, steps
from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import MuspsyError, RecipeError, RunError
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.scores import Score as Judgment
from muspsy_sim.runs.api import arun_course, recipe_called
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import ArmUse

EPISODE = "episode"
"""The key of a sample's store under which the whole episode lies, for scoring it again."""

SCORES = "scores"
"""The key under which what the judge said lies."""

Many = str | int | Sequence[str | int]
"""One value, several, or several with commas between them: as `-T NAME=a,b` gives them."""


@task(name="counseling")
def counseling(
    personas: Many = "all",
    sessions: int = 6,
    turns: int = 12,
    seeds: Many = 0,
    arm: str = "bare",
    client: str = "offline",
    appraiser: str = "offline",
    language: str = "any",
    intake: str = "brief",
    follow_up_weeks: int = 4,
    system: str | None = None,
    judge: str | None = None,
    instruments: Many = (),
) -> Task:
    """Whole courses of counseling with simulated clients.

    `personas`: ids, or files with a `/`; `turns`: a session's exchanges at most; `seeds`: each is
    another life of the same client. `arm`: `bare` is the model as it is, any other graph gives it
    memory and planning. `client`, `appraiser`: model strings. `judge`: a model string, or
    `inspect:PROVIDER/MODEL`; with one, `instruments` (all by default) are scored too.

    Raises Inspect's `PrerequisiteError`, which it prints as one line, for a persona, arm, model or
    instrument that is not there.
    """
    try:
        return _task(
            _several(personas),
            _several(seeds),
            ArmUse(graph=arm, system=system),
            {"client": client, "appraiser": appraiser},
            {
                "sessions": sessions,
                "exchanges": turns,
                "intake": intake,
                "follow_up_weeks": follow_up_weeks,
                "language": language,
            },
            judge,
            [str(name) for name in _several(instruments)],
        )
    except MuspsyError as error:
        raise PrerequisiteError(escape(str(error))) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PrerequisiteError(escape(f"{where}: {first['msg']}")) from error


def _task(
    personas: Sequence[str | int],
    seeds: Sequence[str | int],
    use: ArmUse,
    models: Mapping[str, str],
    settings: Mapping[str, Any],
    judge: str | None,
    instruments: Sequence[str],
) -> Task:
    plan = plan_run(
        recipe_called(
            {
                **settings,
                "personas": [str(name) for name in personas],
                "seeds": list(seeds),
                "arms": [use.model_dump()],
                "models": dict(models),
            }
        )
    )
    if instruments and judge is None:
        raise RecipeError(
            "instruments are named, and no judge", field="instruments", hint="add -T judge=MODEL"
        )
    scorers = [_scorer(name, _of_course) for name in COURSE_SCORES]
    if judge is not None:
        check_judge(judge)
        chosen = chosen_instruments(instruments)
        of = _of_judge(judge, chosen)
        scorers += [_scorer(name, of) for name in _names(chosen)]
    profiles = {profile.id: profile for profile in plan.profiles}
    return Task(
        dataset=MemoryDataset(
            [_sample(each.profile, each.seed) for each in plan.episodes], name="clients"
        ),
        solver=_course(profiles, use, models, settings),
        scorer=scorers,
        headline_metric=HeadlineMetric(score=HEADLINE, metric="mean"),
        version=1,
    )


COURSE_SCORES = tuple(
    name
    for name, endpoint in ENDPOINTS.items()
    if endpoint.kind in ("reported", "course") or name == "alliance"
)
"""What needs no judge: reports and events, and the alliance in the client's simulated state."""


def _several(given: Many) -> list[str | int]:
    if isinstance(given, str):
        names = (name.strip() for name in given.split(","))
        return [int(name) if name.isdecimal() else name for name in names if name]
    return [given] if isinstance(given, int) else list(given)


def _sample(profile: Profile, seed: int) -> Sample:
    return Sample(
        input=profile.presenting_problem,
        id=f"{profile.id}--s{seed}",
        metadata={
            CLIENT: profile.source_case,
            "persona": profile.id,
            "seed": seed,
            "language": profile.language,
        },
    )


def _course(
    profiles: Mapping[str, Profile],
    use: ArmUse,
    models: Mapping[str, str],
    settings: Mapping[str, Any],
) -> Solver:
    @solver(name="course")
    def course() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            """Live one course; what the model raises is raised again, for Inspect to deal with."""
            counselor = InspectModel(get_model())
            async with span("course", type="course"):
                episode = await arun_course(
                    profiles[state.metadata["persona"]],
                    use,
                    seed=state.metadata["seed"],
                    models=models,
                    overrides={"counselor": counselor},
                    **settings,
                )
            await _tell(episode)
            state.messages = messages_of(episode)
            state.metadata.update(metadata_of(episode))
            for key, value in last_state(episode).items():
                state.store.set(key, value)
            if counselor.raised is not None:
                raise counselor.raised
            if not episode.end.complete:
                raise RunError(why_stopped(episode))
            state.store.set(EPISODE, episode.model_dump(mode="json"))
            state.output = ModelOutput.from_content(counselor.name, _last_words(episode))
            state.completed = True
            return state

        return solve

    return course()


def _last_words(episode: Episode) -> str:
    said = [t.text for s in episode.sessions for t in s.turns if t.speaker == "counselor"]
    return said[-1] if said else ""


async def _tell(episode: Episode) -> None:
    """The course as events: after the model's calls, since only then it is whole."""
    open_: list[Any] = []
    for step in steps(episode):
        if isinstance(step, Begin):
            open_.append(span(step.name, type=step.type))
            await open_[-1].__aenter__()
        elif isinstance(step, End):
            await open_.pop().__aexit__(None, None, None)
        elif isinstance(step, Told):
            transcript().info(step.data, source=step.source)


Scoring = Callable[[TaskState], Awaitable[Scored]]


def _scorer(name: str, of: Scoring) -> Scorer:
    """A scorer of one endpoint: a number where there is one, else nothing and the reason."""

    @scorer(metrics=[by_client()], name=name)
    def endpoint() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score | None:
            if state.store.get(EPISODE) is None:
                return None
            scored = await of(state)
            valued = scored.values.get(name)
            if valued is None:
                why = scored.not_scored.get(name, "its parts have no value")
                state.metadata.setdefault("not_scored", {})[name] = why
                return None
            found: Score = inspect_score(valued)
            return found

        return score

    return endpoint()


def _episode(state: TaskState) -> Episode:
    return Episode.model_validate(state.store.get(EPISODE))


async def _of_course(state: TaskState) -> Scored:
    return course_scores(_episode(state))


def _of_judge(judge: str, instruments: Sequence[Instrument]) -> Scoring:
    used = {each.id: used_of(each.model_dump(mode="json")) for each in instruments}

    async def of(state: TaskState) -> Scored:
        """The judge is asked by the first of its scorers; the others read what it said."""
        said = state.store.get(SCORES)
        if said is None:
            scores = await scores_by(judge, instruments, _episode(state))
            said = [score.model_dump(mode="json") for score in scores]
            state.store.set(SCORES, said)
        return judged_scores([Judgment.model_validate(each) for each in said], used)

    return of


def _names(instruments: Sequence[Instrument]) -> list[str]:
    return [
        f"{instrument.id}.{name}"
        for instrument in instruments
        for name in (*(i.id for i in instrument.items), *(s.id for s in instrument.summaries))
    ]
