"""Putting the stretches to the annotator: every call journalled, a failed one told and not scored.

One journal an episode, in `fidelity/journal/`; reading again asks only what is still owed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from muspsy_sim.evaluation.gate.fidelity import BANDS, Reading, Stretch, settle
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.limits import OUTAGE_S
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.files import storage_error
from muspsy_sim.records.views import BandsView
from muspsy_sim.runs.provenance import code_version
from muspsy_sim.runs.together import first_cause

_SAMPLING = Sampling(temperature=0.0, max_tokens=1_024)
_EPISODES_AT_ONCE = 16


async def read_stretches(
    stretches: Sequence[Stretch],
    model: str | Model,
    folder: Path,
    told: Callable[[int], None] = lambda _: None,
) -> list[Reading]:
    """Read all stretches, in their order. `told` hears how many are read.

    Raises `ModelSetupError` for a model that cannot be opened, `JournalError` for a journal of
    another annotator or of other courses, `StorageError` when the disk refuses.
    """
    try:
        (folder / "journal").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(folder, error, "write") from error
    places = asyncio.Semaphore(_EPISODES_AT_ONCE)
    done = 0

    async with Endpoints(_EPISODES_AT_ONCE, outage_s=OUTAGE_S) as endpoints, GroupSync() as sync:
        opened = open_model(model, endpoints) if isinstance(model, str) else model
        await endpoints.check()

        async def one(own: list[Stretch]) -> list[Reading]:
            nonlocal done
            async with places:
                read = await _episode(own, opened, folder, sync)
                done += len(own)
                told(done)
                return read

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(own)) for own in _by_episode(stretches)]
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    return [reading for task in tasks for reading in task.result()]


def _by_episode(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    for _, own in groupby(stretches, key=lambda s: s.episode):
        yield list(own)


async def _episode(
    stretches: Sequence[Stretch], model: Model, folder: Path, sync: GroupSync
) -> list[Reading]:
    first = stretches[0]
    journal = Journal.open(
        folder / "journal" / f"{first.episode}.jsonl", _header(first.episode, model.name), sync
    )
    try:
        journalled = Retrying(Journalled(model, journal))
        chance = Chance(first.client, first.seed)
        ask = Asker(first.episode, {"annotator": journalled}, {"annotator": _SAMPLING}, chance)
        return [await _read(ask, stretch) for stretch in stretches]
    finally:
        journal.close()


async def _read(ask: Asker, stretch: Stretch) -> Reading:
    view = BandsView(language=stretch.language, dialogue=list(stretch.lines))
    try:
        asked = await ask(BANDS, view, session=stretch.session, turn=stretch.half)
    except CallFailed as error:
        failure = error.failure
        return Reading(stretch, None, None, f"{failure.kind}: {failure.message}")
    return settle(stretch, asked.answer)


def _header(episode: str, model: str) -> Header:
    content = {}
    if model == "offline":
        root = content_path("agents")
        for path in list_content("agents", "annotator/offline/bands-*.yaml"):
            content[f"agents/{path.relative_to(root).as_posix()}"] = digest(path.read_bytes())
    how = f"{model} {_SAMPLING.temperature} {_SAMPLING.top_p} {_SAMPLING.max_tokens}"
    return Header(
        episode=episode,
        recipe=digest(how.encode()),
        content=content,
        prompts={BANDS.name: load_template(BANDS.template).digest},
        schemas={BANDS.name: schema_digest(BANDS.answer)},
        code_version=code_version(),
    )
