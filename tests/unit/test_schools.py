"""Schools of therapy: read strictly, told to the counselor alone, and planned from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from muspsy_sim.agents.counselor.manners import load_manner
from muspsy_sim.agents.counselor.schools import STAGES, School, load_school, school_ids
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.base import Language
from muspsy_sim.records.content import CONTENT_VARIABLE, copy_content, list_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.views import PlanNextView
from muspsy_sim.runs.provenance import settings_of
from muspsy_sim.runs.recipe import Recipe
from tests.fakes import FakeModel
from tests.unit.courses import planned, ran

SCHOOLS = [
    "behavioural",
    "cbt",
    "humanistic-existential",
    "motivational-interviewing",
    "psychodynamic",
    "solution-focused",
]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("name", SCHOOLS)


def use(school: str, graph: str = "full") -> dict[str, object]:
    return {"graph": graph, "name": f"{graph}-{school}", "levels": {"school": school}}


def school(name: str, language: Language) -> School:
    found = load_school(name, language)
    assert found is not None
    return found


@pytest.fixture
def own_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the content that a test may spoil."""
    copy_content(tmp_path)
    monkeypatch.setenv(CONTENT_VARIABLE, str(tmp_path))
    load_school.cache_clear()
    yield tmp_path / "agents" / "counselor" / "schools"
    load_school.cache_clear()


def test_the_six_schools_are_there_and_an_arm_may_have_none() -> None:
    assert school_ids() == SCHOOLS
    assert load_school("none", "en") is None


@both
@each
def test_a_school_has_techniques_for_every_stage_and_is_told_whole(
    name: str, language: Language
) -> None:
    found = school(name, language)
    names = [t.name for t in found.techniques]
    assert len(set(names)) == len(names) >= 6
    for stage in STAGES:
        assert any(stage in t.stages for t in found.techniques)
        assert f"- {stage}" in found.text
    assert all(technique in found.text for technique in names)
    use_it = "Use: " if language == "en" else "适用："
    assert found.text.count(use_it) >= len(names)


@both
def test_schools_differ_and_keep_to_their_language(language: Language) -> None:
    texts = {name: school(name, language).text for name in SCHOOLS}
    assert len(set(texts.values())) == len(SCHOOLS)
    for name, text in texts.items():
        for stage in STAGES:
            text = text.replace(f"- {stage}", "-")
        wrong = "[\u3400-\u9fff]" if language == "en" else r"[A-Za-z]{2,}|[,;!?](?!\d)"
        assert not re.search(wrong, text), (name, re.search(wrong, text))
    names = [t.name for name in SCHOOLS for t in school(name, language).techniques]
    assert len(set(names)) == len(names)


def test_an_unknown_school_is_refused_with_the_nearest_before_anything_is_run() -> None:
    with pytest.raises(ContentError, match="no school 'cbtt'; did you mean 'cbt'"):
        planned(arms=[use("cbtt")])
    with pytest.raises(ContentError, match=r"known are behavioural, cbt, .* and none"):
        load_school("zzz", "en")
    with pytest.raises(ContentError, match="no school"):
        load_school("../manners/attuned", "en")
    with pytest.raises(ContentError, match="no manner 'atuned'"):
        planned(arms=[{"graph": "full", "levels": {"manner": "atuned"}}])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("id: cbt", "id: cbd"), r"cbt\.yaml: id: is 'cbd', but the file is named 'cbt'"),
        (("stance:", "attitude:"), r"cbt\.yaml:\d+: attitude: unknown key"),
        (("id: agenda", "id: socratic"), "two techniques have the id 'socratic'"),
        (
            ("stages: [reception, diagnosis, consultation, consolidation]", "stages: [later]"),
            r"stages\[0\]",
        ),
    ],
)
def test_a_school_that_is_not_whole_is_refused(
    own_content: Path, change: tuple[str, str], told: str
) -> None:
    path = own_content / "cbt.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ContentError, match=told):
        load_school("cbt", "en")


def test_a_school_without_a_technique_for_a_stage_is_refused(own_content: Path) -> None:
    path = own_content / "cbt.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r", consolidation\]|\[consolidation\]", "]", text).replace(
            "stages: ]", "stages: [consultation]"
        ),
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match="no technique belongs to stage 'consolidation'"):
        load_school("cbt", "en")


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["full", "no-memory"])
def test_a_school_reaches_the_counselors_prompts_and_nobody_elses(tmp_path: Path, arm: str) -> None:
    model = FakeModel(keep=True)
    (episode,) = ran(tmp_path, model, arms=[use("psychodynamic", arm)])
    found = school("psychodynamic", "en")
    told = {"counselor.respond", "counselor.plan_turn", "counselor.plan_next"}
    asked = set()
    for request in model.requests:
        prompt = "\n".join(m.content for m in request.messages)
        asked.add(request.key.prompt)
        if request.key.prompt in told:
            assert prompt.count(found.text) == 1
            assert request.messages[0].role == "system"
            assert found.text in request.messages[0].content
            assert request.view.school == "psychodynamic"  # type: ignore[attr-defined]
        else:
            assert not any(line in prompt for line in found.text.splitlines() if len(line) > 40)
    assert told < asked
    assert episode.factors["school"] == "psychodynamic"


@pytest.mark.slow
def test_without_a_school_no_prompt_speaks_of_one(tmp_path: Path) -> None:
    model = FakeModel(keep=True)
    (episode,) = ran(tmp_path, model)
    for request in model.requests:
        assert "## The school" not in "\n".join(m.content for m in request.messages)
    assert episode.factors["school"] == "none"


@pytest.mark.slow
@each
@pytest.mark.parametrize("persona", ["en-gordon-pell", "zh-lu-xiaowen"])
def test_an_offline_plan_picks_techniques_of_the_school_and_stage(
    tmp_path: Path, name: str, persona: str
) -> None:
    (episode,) = ran(tmp_path, OfflineModel(), personas=[persona], arms=[use(name)], sessions=4)
    found = school(name, episode.language)
    stages = {t.name: t.stages for t in found.techniques}
    plans = [s.plan for s in episode.sessions if s.plan]
    assert len(plans) >= 2
    for plan in plans:
        assert plan.techniques
        assert all(plan.stage in stages[technique] for technique in plan.techniques)
    # Without a school the plan is another.
    (plain,) = ran(tmp_path / "plain", OfflineModel(), personas=[persona], sessions=4)
    usual = {t for s in plain.sessions if s.plan for t in s.plan.techniques}
    assert not usual <= set(stages)


def test_a_school_is_part_of_what_a_run_was_made_with() -> None:
    recipe = Recipe.model_validate(
        {"personas": ["en-gordon-pell"], "arms": ["full", use("cbt")], "seeds": [0]}
    )
    plain, cbt = (settings_of(recipe, arm) for arm in recipe.uses())
    assert plain["levels"]["school"] == "none"  # type: ignore[index]
    assert cbt["levels"]["school"] == "cbt"  # type: ignore[index]


def test_a_view_of_a_plan_holds_the_techniques_by_name_and_stage() -> None:
    found = school("cbt", "en")
    view = PlanNextView(
        language="en",
        session=1,
        sessions_left=1,
        manner="attuned",
        manner_text=load_manner("attuned", "en").text,
        school=found.id,
        school_text=found.text,
        school_techniques=list(found.techniques),
    )
    assert [t.name for t in view.school_techniques][:2] == [
        "shared agenda",
        "the model by an example",
    ]


@pytest.mark.parametrize("folder", ["agents", "graphs", "personas", "runs"])
def test_every_content_file_names_a_schema_that_is_there(repository: Path, folder: str) -> None:
    files = [p for p in list_content(folder, "**/*.yaml") if "corpora" not in p.parts]
    assert files
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match, path
        assert (path.parent / match[1]).resolve().is_relative_to(repository / "docs" / "schema")
        assert (path.parent / match[1]).is_file(), (path, match[1])
