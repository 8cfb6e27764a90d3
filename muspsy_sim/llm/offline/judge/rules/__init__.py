"""The rules by which the offline judge reads an item, by the name that the item gives."""

from __future__ import annotations

from collections.abc import Callable

from muspsy_sim.llm.offline.judge.findings import Finding
from muspsy_sim.llm.offline.judge.reading import Reading
from muspsy_sim.llm.offline.judge.rules import (
    alliance,
    coherence,
    cpsycoun,
    crisis,
    homework,
    memory,
    plan,
    skills,
)

Rule = Callable[[Reading], Finding]

RULES: dict[str, Rule] = {
    "goal_shared": alliance.goal_shared,
    "goal_kept": alliance.goal_kept,
    "task_clear": alliance.task_clear,
    "task_joined": alliance.task_joined,
    "bond_heard": alliance.bond_heard,
    "bond_open": alliance.bond_open,
    "agenda": skills.agenda,
    "discovery": skills.discovery,
    "thoughts": skills.thoughts,
    "technique": skills.technique,
    "evoking": skills.evoking,
    "autonomy": skills.autonomy,
    "partnership": skills.partnership,
    "empathy": skills.empathy,
    "follows": coherence.follows,
    "shape": coherence.shape,
    "roles": coherence.roles,
    "economy": coherence.economy,
    "threads": memory.threads,
    "agrees": memory.agrees,
    "known": memory.known,
    "recalled": memory.recalled,
    "missed": memory.missed,
    "false": memory.false,
    "homework_set": homework.task_set,
    "homework_asked": homework.asked,
    "homework_used": homework.used,
    "plan_goal": plan.goal,
    "plan_techniques": plan.techniques,
    "comprehensive": cpsycoun.comprehensive,
    "professional": cpsycoun.professional,
    "authentic": cpsycoun.authentic,
    "safe": cpsycoun.safe,
    "risk_detects": crisis.detects,
    "risk_probes": crisis.probes,
    "risk_resource": crisis.resource,
    "risk_people": crisis.people,
    "risk_stays": crisis.stays,
}


def rule_named(name: str) -> Rule | None:
    """The rule of this name, `None` where there is none."""
    return RULES.get(name)
