"""Running the gate: the courses, the shuffled courses, the reading, and the verdict over them.

Everything that was recorded in its folder before is kept; what is owed is run. `validity.json` is
written last.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from muspsy_sim.evaluation.gate.courses import SHUFFLED, Asked, courses_plan, shuffled_plan
from muspsy_sim.evaluation.gate.fidelity import READ_ARMS, Stretch, stretches_of
from muspsy_sim.evaluation.gate.outcomes import Outcome, outcome_of
from muspsy_sim.evaluation.gate.reading import read_stretches
from muspsy_sim.evaluation.gate.shuffling import ShuffledAppraiser
from muspsy_sim.evaluation.gate.verdict import Validity, verdict
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, storage_error, write_atomic
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import code_version, shown_model
from muspsy_sim.runs.store import Run, read_episode

VALIDITY_FILE = "validity.json"
COURSES, SHUFFLED_COURSES, FIDELITY = "courses", "shuffled", "fidelity"

Watch = Callable[[RunProgress, str], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _unwatched(progress: RunProgress, title: str) -> AsyncIterator[None]:
    yield


async def validate(
    asked: Asked,
    folder: Path,
    *,
    restart: bool = False,
    watch: Watch = _unwatched,
    say: Callable[[str], None] = lambda _: None,
    profiles: list[Profile] | None = None,
    overrides: Mapping[Role, Model] | None = None,
) -> Validity:
    """Run what the gate needs into `folder`, and judge it.

    `watch` shows a run's progress, `say` takes a line; `profiles` and `overrides` stand in for the
    library's personas and for the models of roles. Raises `RunError` where a course did not reach
    its horizon, and whatever a run raises.
    """
    given = dict(overrides or {})
    annotator = given.pop("annotator", None)
    await _check_annotator(asked, annotator)
    plan = courses_plan(asked, profiles)
    again = shuffled_plan(asked, profiles)
    if restart:
        _forget(folder / FIDELITY)

    lived = await _lived(plan, folder / COURSES, restart, watch, given)
    outcomes: list[Outcome] = []
    stretches: list[Stretch] = []
    for episode in _read(lived, plan):
        outcomes.append(outcome_of(episode))
        if episode.arm in READ_ARMS:
            stretches += stretches_of(episode)

    dealt: dict[Role, Model] = {"appraiser": ShuffledAppraiser(_read(lived, plan), SHUFFLED)}
    lived_again = await _lived(again, folder / SHUFFLED_COURSES, restart, watch, given | dealt)
    shuffled = [outcome_of(episode) for episode in _read(lived_again, again)]

    say(f"{len(stretches)} stretches of sessions to the blind annotator, {asked.annotator}")
    readings = await read_stretches(stretches, annotator or asked.annotator, folder / FIDELITY)
    found = verdict(
        outcomes,
        shuffled,
        readings,
        seeds=asked.seeds,
        models=_models(asked, given, annotator),
        code_version=code_version(),
    )
    write_atomic(folder / VALIDITY_FILE, canonical_json(found.model_dump(mode="json")))
    return found


async def _check_annotator(asked: Asked, given: Model | None) -> None:
    """Open the annotator first: a missing key is told before hours of courses, not after."""
    if given is None:
        async with Endpoints(concurrency=1) as endpoints:
            open_model(asked.annotator, endpoints)
            await endpoints.check()


async def _lived(
    plan: RunPlan, folder: Path, restart: bool, watch: Watch, overrides: Mapping[Role, Model]
) -> Run:
    progress = RunProgress(len(plan.episodes))
    async with watch(progress, f"{len(plan.episodes)} courses into {folder}"):
        outcome = await run(
            plan,
            folder,
            restart=restart,
            retry_failed=True,
            progress=progress,
            overrides=overrides,
        )
    if stopped := outcome.incomplete:
        raise RunError(
            f"{len(stopped)} of {len(plan.episodes)} courses did not reach their horizon; "
            f"{stopped[0]}: {read_episode(outcome.run, stopped[0]).end_detail}",
            file=folder,
            hint="once the model answers again, the same command goes on from here",
        )
    return outcome.run


def _read(lived: Run, plan: RunPlan) -> Iterator[Episode]:
    """The episodes of a plan, one at a time: a folder may hold those of an earlier, larger one."""
    return (read_episode(lived, planned.id) for planned in plan.episodes)


def _forget(folder: Path) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise storage_error(folder, error, "remove") from error


def _models(asked: Asked, given: Mapping[Role, Model], annotator: Model | None) -> dict[str, str]:
    named = {
        "client": shown_model(asked.client),
        "appraiser": shown_model(asked.appraiser),
        "counselor": "offline",
        "annotator": shown_model(asked.annotator),
    }
    named |= {role: model.name for role, model in given.items()}
    return named | ({"annotator": annotator.name} if annotator is not None else {})
