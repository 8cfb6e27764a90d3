"""One entry made over an open journal: its way is run, and what came of it is told."""

from __future__ import annotations

from muspsy_sim.datasets.making.bench import Bench, CheckFailed, Entry
from muspsy_sim.datasets.making.flow import compile_flow, run_flow
from muspsy_sim.datasets.making.planning import Plan
from muspsy_sim.datasets.making.record import EntryFailure, EntryFile
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.budget import Budgeted
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.runs.connections import Connections


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
