"""Asking an appraiser about labelled turns, with the prompt and the settling that courses use.

Each call is journalled when a folder is given, so that the same command goes on where it stopped. A
call that fails for good is an outcome with its reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.agents.appraiser.appraise import settle
from muspsy_sim.agents.appraiser.check_reading import CheckItem
from muspsy_sim.agents.prompts import APPRAISE
from muspsy_sim.evaluation.appraise_check.injections import without_injection
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import GroupSync, Header, Journal, Journalled
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.files import canonical_json, storage_error
from muspsy_sim.records.views import AppraiseView, Line
from muspsy_sim.runs.provenance import code_version
from muspsy_sim.runs.together import first_cause

SAMPLING = Sampling(temperature=0.0)
"""How recipes sample appraisers unless they say otherwise."""

_WRITTEN, _PLAIN = 1, 2
"""The turn of a call's key: the turn as written, or with its injection taken out."""


@dataclass(slots=True)
class Asking:
    """Where the asking stands; read by displays while it changes."""

    calls: int = 0
    done: int = 0
    failed: int = 0
    count: UsageCount = field(default_factory=UsageCount)


async def ask_all(
    items: Sequence[CheckItem],
    model: str | Model,
    *,
    folder: Path | None = None,
    restart: bool = False,
    retry_failed: bool = False,
    at_once: int = 8,
    seed: int = 0,
    asking: Asking | None = None,
    told: Callable[[], None] = lambda: None,
) -> list[TurnOutcome]:
    """The outcomes of all items, in their order; `told` is called after each call.

    Raises:
        ModelSetupError: the string names no model, its key is missing, or no server answers.
        JournalError: the folder's journal is damaged, or of another model, set or prompt.
        StorageError: the disk refuses.
    """
    asking = asking if asking is not None else Asking()
    async with Endpoints(concurrency=at_once) as endpoints, GroupSync() as sync:
        opened = open_model(model, endpoints) if isinstance(model, str) else model
        await endpoints.check()
        languages: list[Language] = sorted({item.language for item in items})
        outcomes: list[TurnOutcome] = []
        for language in languages:
            these = [item for item in items if item.language == language]
            async with _journalled(
                opened, language, these, folder, restart, retry_failed, seed, sync
            ) as journalled:
                asker = _asker(language, Retrying(Counted(journalled, asking.count)), seed)
                outcomes += await _ask_set(these, asker, at_once, asking, told)
    place = {item.labelled.id: at for at, item in enumerate(items)}
    return sorted(outcomes, key=lambda outcome: place[outcome.item.labelled.id])


def _asker(language: str, model: Model, seed: int) -> Asker:
    name = _episode(language)
    return Asker(name, {"appraiser": model}, {"appraiser": SAMPLING}, Chance(name, seed))


def _episode(language: str) -> str:
    return f"appraise-check-{language}"


@asynccontextmanager
async def _journalled(
    model: Model,
    language: str,
    items: Sequence[CheckItem],
    folder: Path | None,
    restart: bool,
    retry_failed: bool,
    seed: int,
    sync: GroupSync,
) -> AsyncIterator[Model]:
    if folder is None:
        yield model
        return
    path = _journal_file(folder, language, restart)
    journal = Journal.open(path, _header(model, language, items, seed), sync)
    try:
        if retry_failed:
            journal.owe_failed()
        yield Journalled(model, journal)
    finally:
        journal.close()


def _journal_file(folder: Path, language: str, restart: bool) -> Path:
    path = folder / f"{language}.journal.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if restart:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(folder, error, "write to") from error
    return path


def _header(model: Model, language: str, items: Sequence[CheckItem], seed: int) -> Header:
    asked = [item.model_dump(mode="json") for item in items]
    settings = {"model": model.name, "temperature": SAMPLING.temperature, "seed": seed}
    return Header(
        episode=_episode(language),
        recipe="",
        content={
            "labelled turns": digest(canonical_json(asked)),
            "model and sampling": digest(canonical_json(settings)),
        },
        prompts={APPRAISE.name: load_template(APPRAISE.template).digest},
        schemas={APPRAISE.name: schema_digest(APPRAISE.answer)},
        code_version=code_version(),
    )


async def _ask_set(
    items: Sequence[CheckItem],
    asker: Asker,
    at_once: int,
    asking: Asking,
    told: Callable[[], None],
) -> list[TurnOutcome]:
    room = asyncio.Semaphore(at_once)

    async def appraised(item: CheckItem, place: int, turn: int) -> Appraisal | str:
        async with room:
            try:
                asked = await asker(APPRAISE, view_of(item), session=place, turn=turn)
            except CallFailed as error:
                asking.failed += 1
                return f"{error.failure.kind}: {error.failure.message}"
            finally:
                asking.done += 1
                told()
        return settle(asked.answer, item.labelled.turn)

    async def outcome(item: CheckItem, place: int) -> TurnOutcome:
        plain = without_injection(item)
        asking.calls += 1 if plain is None else 2
        came = await appraised(item, place, _WRITTEN)
        bare = None if plain is None else await appraised(plain, place, _PLAIN)
        return TurnOutcome(
            item=item,
            given=came if isinstance(came, Appraisal) else None,
            failure=came if isinstance(came, str) else None,
            plain=bare if isinstance(bare, Appraisal) else None,
            plain_failure=bare if isinstance(bare, str) else None,
        )

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(outcome(item, place)) for place, item in enumerate(items, start=1)
            ]
    except BaseExceptionGroup as several:
        raise first_cause(several) from None
    return [task.result() for task in tasks]


def view_of(item: CheckItem) -> AppraiseView:
    """What the appraiser sees of an item: its lines, the turn being last, and no label."""
    turn = item.labelled
    said = [(line.speaker, line.text) for line in turn.context]
    lines = [
        Line(id=f"s1t{at}", speaker=speaker, text=text)
        for at, (speaker, text) in enumerate([*said, ("counselor", turn.turn)], start=1)
    ]
    return AppraiseView(language=item.language, dialogue=lines)
