"""Making what is owed of a corpus: many entries at once, each journalled, each whole when done.

Running again goes on: whole entries are left alone, begun ones read their journals and ask only
what is not in them. What comes out depends neither on how many run at once nor on their order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from muspsy_sim.datasets.making.bench import Bench, CheckFailed, Entry
from muspsy_sim.datasets.making.flow import compile_flow, run_flow
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.record import EntryFailure, EntryFile
from muspsy_sim.datasets.making.store import Place, making, read_entry, write_entry
from muspsy_sim.datasets.making.way import PLAYED, Way, way_named
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.budget import Budgeted, BudgetSpent
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.journal import GroupSync, Header, Journal, Journalled, read_journal
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus import offline_roles
from muspsy_sim.records.errors import MuspsyError, RecipeError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.runs.orchestrator import Connections, connected
from muspsy_sim.runs.plan import budget_of
from muspsy_sim.runs.provenance import ROLES, code_version, content_hashes, shown_model
from muspsy_sim.runs.together import first_cause, tuned_gc

_NOT_HASHED = frozenset(
    {"about", "personas", "reports", "source", "seeds", "language", "concurrency", "limits"}
    | {"budget", "prices", "allow_minors", "source_format"}
)
"""Fields of a recipe that cannot change an answer: which entries, and how they are run."""


@dataclass(slots=True)
class MakingProgress:
    """Where the making stands."""

    entries: int
    done: int = 0
    kept: int = 0
    """Entries that were whole before this process began."""
    failed: int = 0
    stopped: int = 0
    """Entries that the budget stopped; they are owed."""
    count: UsageCount = field(default_factory=UsageCount)


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe resolved: its way, its entries, and what they are made with."""

    recipe: CorpusRecipe
    way: Way
    entries: list[Entry]
    hash: str
    content: dict[str, str]
    prompts: dict[str, str]
    schemas: dict[str, str]

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that are asked."""
        simulated = self.recipe.way == "muspsy" and self.recipe.muspsy.progress == "simulated"
        played = way_named(PLAYED).roles if self.recipe.plays else ()
        return tuple(dict.fromkeys((*self.way.roles, *played, *(ROLES if simulated else ()))))

    @property
    def models(self) -> dict[str, str]:
        """Role -> model, without secrets."""
        return {role: shown_model(self.recipe.model_of(role)) for role in self.roles}

    @property
    def offline(self) -> list[str]:
        """The roles that `offline` answers here, or answered in the dialogues it starts from."""
        return sorted({role for entry in self.entries for role in self.offline_in(entry)})

    def offline_in(self, entry: Entry) -> list[str]:
        """The same of one entry: a source's words stay `offline`'s, whoever labels them."""
        own = {str(role) for role, model in self.models.items() if model == "offline"}
        before = offline_roles(entry.dialogue) if entry.dialogue is not None else []
        return sorted(own | {*before})

    def described(self) -> dict[str, Any]:
        """The corpus as `corpus.yaml` holds it."""
        recipe = self.recipe.model_dump(mode="json", by_alias=True)
        recipe["models"] = {r: shown_model(m) for r, m in self.recipe.models.items()}
        return {
            "corpus_version": 1,
            "code_version": code_version(),
            "hash": self.hash,
            "recipe": recipe,
            "models": self.models,
            "offline": self.offline,
            "hashes": {
                "content": digest(canonical_json(self.content)),
                "prompts": self.prompts,
                "schemas": self.schemas,
            },
            "entries": [entry.id for entry in self.entries],
        }

    def header(self, entry: Entry) -> Header:
        """The journal header of one entry."""
        return Header(
            episode=entry.id,
            recipe=self.hash,
            content={**self.content, f"source {entry.id}": entry.digest},
            prompts=self.prompts,
            schemas=self.schemas,
            code_version=code_version(),
        )


def plan_corpus(recipe: CorpusRecipe, entries: list[Entry]) -> Plan:
    """Resolve a recipe over its entries.

    Raises `RecipeError`, `GraphError`, `ModelSetupError` or `ContentError`, all before any call.
    """
    from muspsy_sim.agents.prompts import PROMPTS

    way = way_named(recipe.way)
    compile_flow(way.name, way.nodes, way.answers)
    simulated = recipe.way == "muspsy" and recipe.muspsy.progress == "simulated"
    played = way_named(PLAYED).prompts if recipe.plays else ()
    prompts = {p.name: p for p in (*way.prompts, *played, *(PROMPTS if simulated else ()))}
    hashed = {
        **recipe.model_dump(mode="json", by_alias=True, exclude=set(_NOT_HASHED)),
        "models": {r: shown_model(m) for r, m in sorted(recipe.models.items())},
    }
    plan = Plan(
        recipe=recipe,
        way=way,
        entries=entries,
        hash=digest(canonical_json(hashed)),
        content=_content(recipe, way),
        prompts={name: load_template(p.template).digest for name, p in prompts.items()},
        schemas={name: schema_digest(p.answer) for name, p in prompts.items()},
    )
    if recipe.budget.money is not None:
        unpriced = budget_of(recipe.course()).unpriced([*plan.models.values()])
        if unpriced:
            raise RecipeError(
                f"the budget is in money, and {' and '.join(unpriced)} has no price",
                field="budget.money",
                hint="give it under `prices`, per million tokens, or limit `budget.tokens`",
            )
    return plan


def _content(recipe: CorpusRecipe, way: Way) -> dict[str, str]:
    flow = content_path("graphs", "corpora", f"{way.name}.yaml")
    offline = any(recipe.model_of(role) == "offline" for role in (*way.roles, *ROLES))
    graphs = {"graph": digest(flow.read_bytes())}
    if recipe.plays:
        other = content_path("graphs", "corpora", f"{PLAYED}.yaml")
        graphs["graph of what is played"] = digest(other.read_bytes())
    return {**content_hashes(offline, corpora=True), **graphs}


async def make(
    plan: Plan,
    folder: Path,
    *,
    restart: bool = False,
    retry_failed: bool = False,
    progress: MakingProgress | None = None,
    overrides: Mapping[Role, Model] | None = None,
) -> MakingProgress:
    """Make what is owed of a plan into `folder`.

    Raises `RunError`, `JournalError`, `StorageError`; a bug in one entry once the others are done.
    """
    place = Place(folder)
    progress = progress or MakingProgress(len(plan.entries))
    course = plan.recipe.course()
    async with connected(course, overrides) as connections, GroupSync() as sync:
        for role in plan.roles:
            if role not in connections.overrides:
                connections.model(plan.recipe.model_of(role))
        await connections.endpoints.check()
        with making(place, plan.described(), restart=restart):
            _count_spent(place, plan, connections)
            await _all(_Batch(place, plan, connections, sync, progress, retry_failed))
    return progress


@dataclass(frozen=True, slots=True)
class _Batch:
    place: Place
    plan: Plan
    connections: Connections
    sync: GroupSync
    progress: MakingProgress
    retry_failed: bool


def _count_spent(place: Place, plan: Plan, connections: Connections) -> None:
    """All that was spent so far is counted: a budget is the corpus's, not the process's."""
    for entry in plan.entries:
        text = read_journal(place.journal_file(entry.id))
        for attempt in (*text.entries, *text.voided):
            connections.budget.count(attempt.model, attempt.usage)


async def _all(batch: _Batch) -> None:
    bugs: list[Exception] = []
    places = asyncio.Semaphore(batch.plan.recipe.concurrency)

    async def one(entry: Entry) -> None:
        async with places:
            try:
                await _one(batch, entry)
            except (MuspsyError, BudgetSpent):
                raise
            except Exception as bug:  # noqa: BLE001 - raised once the other entries are through
                bugs.append(bug)

    with tuned_gc():
        try:
            async with asyncio.TaskGroup() as group:
                for entry in batch.plan.entries:
                    group.create_task(one(entry))
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    if bugs:
        raise bugs[0]


async def _one(batch: _Batch, entry: Entry) -> None:
    place, progress = batch.place, batch.progress
    void: EntryFailure | None = None
    if place.entry_file(entry.id).exists():
        before = read_entry(place, entry.id)
        failed = before.failure is not None and before.failure.kind == "model"
        if not (failed and batch.retry_failed):
            progress.kept += 1
            progress.done += 1
            progress.failed += before.failure is not None
            return
        void = before.failure
    header = batch.plan.header(entry)
    journal = Journal.open(place.journal_file(entry.id), header, batch.sync)
    try:
        if void is not None:
            journal.void(f"s{void.session}t{void.turn}/{void.prompt}")
            place.entry_file(entry.id).unlink(missing_ok=True)
        made = await make_entry(batch.plan, entry, batch.connections, journal, progress.count)
    except BudgetSpent:
        progress.stopped += 1
        return
    finally:
        journal.close()
    await asyncio.to_thread(write_entry, place, made)
    progress.done += 1
    progress.failed += made.failure is not None


async def make_entry(
    plan: Plan,
    entry: Entry,
    connections: Connections,
    journal: Journal,
    count: UsageCount,
) -> EntryFile:
    """Make one entry over an open journal. Lets `BudgetSpent` and errors of the disk pass."""
    own = UsageCount()
    chance = Chance(entry.source_case, entry.seed)
    bench = Bench(
        entry=entry,
        recipe=plan.recipe,
        ask_model=_asker(plan, entry, connections, journal, chance, own, count),
        chance=chance,
        connections=connections,
        journal=journal,
        counts=(own, count),
    )
    dialogue, failure = None, None
    try:
        work = plan.way.begin(bench)
        await run_flow(compile_flow(plan.way.name, plan.way.nodes, plan.way.answers), work)
        dialogue = plan.way.finish(work)
        dialogue.extra["offline"] = [*plan.offline_in(entry)]
        dialogue.extra["seed"] = entry.seed
    except CallFailed as error:
        said = error.failure
        failure = EntryFailure(
            kind="model",
            message=f"{said.kind}: {said.message}",
            prompt=said.prompt,
            session=said.session,
            turn=said.turn,
        )
    except CheckFailed as error:
        failure = EntryFailure(kind="check", message=str(error))
    return EntryFile(
        id=entry.id,
        way=plan.way.name,
        seed=entry.seed,
        dialogue=dialogue,
        failure=failure,
        checks=bench.checks,
        trail=bench.trail,
        models=plan.models,
        offline=plan.offline_in(entry),
        usage={str(role): used for role, used in sorted(own.by_role.items())},
    )


def _asker(
    plan: Plan,
    entry: Entry,
    connections: Connections,
    journal: Journal,
    chance: Chance,
    *counts: UsageCount,
) -> Asker:
    limits = plan.recipe.limits
    policy = RetryPolicy(attempts=limits.attempts, first_wait_s=limits.first_wait_s)
    models: dict[Role, Model] = {}
    samplings: dict[Role, Sampling] = {}
    for role in plan.roles:
        inner: Model = (
            Budgeted(connections.overrides[role], connections.budget)
            if role in connections.overrides
            else connections.model(plan.recipe.model_of(role))
        )
        models[role] = Retrying(Counted(Journalled(inner, journal), *counts), policy)
        how = plan.recipe.sampling_of(role)
        samplings[role] = Sampling(how.temperature, how.top_p, how.max_tokens)
    return Asker(entry.id, models, samplings, chance)
