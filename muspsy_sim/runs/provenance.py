"""What a run was made with, as hashes: recipe, content, prompts and schemas.

Two runs with the same hashes and seed ask the same questions; a journal whose hashes differ is
refused. Hashes are BLAKE2b-128, hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from muspsy_sim.agents.prompts import PROMPTS
from muspsy_sim.graphs.spec import Arm, load_arm
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.seam import Role
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.ready import Ready
from muspsy_sim.runs.recipe import ArmUse, Recipe

ROLES: tuple[Role, ...] = ("client", "appraiser", "counselor")
"""Roles that a course asks; judges and annotators come after it."""


@cache
def code_version() -> str:
    """The installed version of the project."""
    try:
        return version("muspsy-sim")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of one arm's use in one run, persona left out."""

    recipe: str
    content: dict[str, str]
    prompts: dict[str, str]
    schemas: dict[str, str]

    def header(self, episode: str, profile: Profile) -> Header:
        """The journal header of one episode."""
        return Header(
            episode=episode,
            recipe=self.recipe,
            content={**self.content, f"persona {profile.id}": profile_hash(profile)},
            prompts=self.prompts,
            schemas=self.schemas,
            code_version=code_version(),
        )


def profile_hash(profile: Profile) -> str:
    """The hash of a persona's profile, whatever file it came from."""
    return _hashed(profile)


def _hash_of(profile: Profile) -> str:
    return digest(canonical_json(profile.model_dump(mode="json")))


_hashed = Ready(_hash_of, most=256)
"""Asked for by every episode of a persona."""


def settings_of(recipe: Recipe, use: ArmUse) -> dict[str, object]:
    """All of a recipe that can change an answer in this arm."""
    arm = load_arm(use.graph, tuple(use.drop))
    settings: dict[str, object] = {
        "arm": _arm_settings(arm),
        "levels": {**arm_defaults(recipe, arm), **use.levels},
        "system": use.system,
        "sessions": recipe.sessions,
        "exchanges": recipe.exchanges,
        "follow_up_weeks": recipe.follow_up_weeks,
        "recall_tokens": recipe.recall_tokens,
        "models": {role: shown_model(recipe.model_of(role, use)) for role in ROLES},
        "sampling": {role: recipe.sampling_of(role).model_dump() for role in ROLES},
    }
    if recipe.dynamics:  # where it is left alone, a run's hash is what it always was
        settings["dynamics"] = dict(sorted(recipe.dynamics.items()))
    return settings


def shown_model(model: str) -> str:
    """A model's name without secrets; a Python callable has none."""
    return model if model.startswith(("callable:", "inspect:")) else parse_model(model).name


def arm_defaults(recipe: Recipe, arm: Arm) -> dict[str, object]:
    """The arm's levels with the recipe's for the factors that the arm's file leaves alone."""
    levels = arm.levels.model_dump()
    named = arm.levels.model_fields_set
    for factor in ("intake", "monitoring", "progress"):
        if factor not in named:
            levels[factor] = getattr(recipe, factor)
    return levels


def hashes_of(recipe: Recipe, use: ArmUse) -> Hashes:
    """The hashes of one arm's use. Raises `ContentError` where content cannot be read."""
    asked = [shown_model(recipe.model_of(role, use)) for role in ROLES]
    scripts = tuple(sorted({m.partition(":")[2] for m in asked if m.startswith("script:")}))
    return Hashes(
        recipe=digest(canonical_json(settings_of(recipe, use))),
        content=content_hashes("offline" in asked, scripts),
        prompts={p.name: load_template(p.template).digest for p in PROMPTS},
        schemas={p.name: schema_digest(p.answer) for p in PROMPTS},
    )


def _arm_settings(arm: Arm) -> dict[str, object]:
    return {
        "name": arm.name,
        "session": [(e.source, e.target, e.when) for e in arm.session],
        "course": [(e.source, e.target, e.when) for e in arm.course],
        "dropped": list(arm.dropped),
    }


_NO_COURSE_READS = (
    *("judge/", "annotator/", "appraiser/check/", "corpora/"),
    *("client/outcome_bands", "client/counselor_mixtures"),
)
"""Content that judges, measures or tests: an edit to it changes no course."""
_CORPORA_READ = ("corpora/", "annotator/offline/emotions-", "annotator/offline/bands-")
"""What of it the ways of making corpora read all the same."""


@cache
def content_hashes(
    offline: bool, scripts: tuple[str, ...] = (), corpora: bool = False
) -> dict[str, str]:
    """Hashes of the content files of `agents/` that a course reads; `scripts`: those in use.

    With `corpora` also those that only the ways of making corpora read.
    """
    root = content_path("agents")
    found: dict[str, str] = {}
    for path in list_content("agents", "**/*.yaml"):
        name = path.relative_to(root).as_posix()
        if "/offline/" in name and not offline:
            continue
        if name.startswith(_NO_COURSE_READS) and not (corpora and name.startswith(_CORPORA_READ)):
            continue
        if name.startswith("gate/") and path.stem.partition("-")[2] not in scripts:
            continue
        found[f"agents/{name}"] = digest(path.read_bytes())
    return found


def _shortened(hashes: Hashes) -> tuple[str, str, str]:
    tables = (hashes.content, hashes.prompts, hashes.schemas)
    content, prompts, schemas = (digest(canonical_json(table)) for table in tables)
    return content, prompts, schemas


in_short = Ready(_shortened, most=256)
"""The hashes of an arm, a table in one: asked for by every episode."""
