"""A recipe resolved over its entries, and what they are made with; before any call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muspsy_sim.datasets.making.bench import Entry
from muspsy_sim.datasets.making.flow import compile_flow
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.way import PLAYED, Way, way_named
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.seam import Role
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus import offline_roles
from muspsy_sim.records.errors import RecipeError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.runs.plan import budget_of
from muspsy_sim.runs.provenance import ROLES, code_version, content_hashes, shown_model

_NOT_HASHED = frozenset(
    {"about", "personas", "reports", "source", "seeds", "language", "concurrency", "limits"}
    | {"budget", "prices", "allow_minors", "source_format"}
)
"""Fields of a recipe that cannot change an answer: which entries, and how they are run."""


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
