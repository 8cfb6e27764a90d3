from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muspsy_sim.personas import list_profiles, load_case, load_profile
from muspsy_sim.personas.library import find_profile, read_case
from muspsy_sim.records.errors import ContentError, ProfileError

PROFILE = """\
id: {id}
source_case: {id}
language: en
title: A beekeeper
topic: sleep_problems
demographics:
  name: Ada Marsh
{age}presenting_problem: I wake when the bees do.
temperament:
  voice:
    style: slow
    lines:
      minimal:
        - Hm.
  starting_trust: 0.5
  reactivity: 0.5
  resistance_style: withdrawing
  stage_of_change: contemplation
  talkativeness: 0.5
  homework_propensity: 0.5
symptoms:
  phq9: [0, 0, 0, 0, 0, 0, 0, 0, 0]
  gad7: [0, 0, 0, 0, 0, 0, 0]
goals:
  - I want one whole night.
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Content folders of our own; personas/ is empty."""
    for folder in ("agents", "graphs", "personas", "runs"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("MUSPSY_CONTENT", str(tmp_path))
    return tmp_path / "personas"


def put(folder: Path, persona: str, age: str = "  age: 40\n") -> Path:
    path = folder / "profile.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(PROFILE.format(id=persona, age=age), encoding="utf-8")
    return path


def test_a_persona_is_found_by_id_file_and_folder(library: Path) -> None:
    path = put(library / "ada", "ada")
    found = {load_profile(name).id for name in ("ada", str(path), str(path.parent), path)}
    assert found == {"ada"}


def test_an_unknown_id_names_the_nearest(library: Path) -> None:
    put(library / "en-gordon", "en-gordon")
    with pytest.raises(ProfileError, match=r"no persona 'en-gordo'.*did you mean 'en-gordon'"):
        load_profile("en-gordo")


def test_an_unknown_id_like_no_other_points_at_the_list(library: Path) -> None:
    put(library / "ada", "ada")
    with pytest.raises(ProfileError) as caught:
        load_profile("zzzzz")
    assert "did you mean" not in str(caught.value)
    assert "muspsy personas list" in str(caught.value)


def test_a_path_without_a_profile_is_told(library: Path) -> None:
    with pytest.raises(ProfileError, match="there is no profile here"):
        load_profile(library / "nobody")


def test_an_id_that_two_folders_bear_is_refused(library: Path) -> None:
    one, other = put(library / "a", "ada"), put(library / "deep" / "b", "ada")
    for use in (list_profiles, lambda: find_profile("ada")):
        with pytest.raises(ProfileError) as caught:
            use()
        assert str(one) in str(caught.value)
        assert str(other) in str(caught.value)


def test_a_minor_is_refused_unless_allowed(library: Path) -> None:
    path = put(library / "kid", "kid", "  age: 17\n")
    with pytest.raises(ProfileError) as caught:
        load_profile("kid")
    assert caught.value.file == path
    assert caught.value.field == "demographics.age"
    allowed = load_profile("kid", allow_minors=True)
    assert allowed.demographics.age == 17
    assert allowed.assumed == []


def test_eighteen_is_adult(library: Path) -> None:
    put(library / "ada", "ada", "  age: 18\n")
    assert load_profile("ada").demographics.age == 18


def test_an_unknown_age_is_refused_unless_assumed_and_that_is_recorded(library: Path) -> None:
    path = put(library / "ada", "ada", "")
    with pytest.raises(ProfileError, match="age of Ada Marsh is not known"):
        load_profile("ada", allow_minors=True)
    assert load_profile("ada", assume_adult=True).assumed == ["adult"]
    path.write_text(path.read_text() + "assumed: [adult]\n")
    assert load_profile("ada").assumed == ["adult"]
    assert load_profile("ada", assume_adult=True).assumed == ["adult"]


def test_a_profile_that_does_not_fit_is_told_with_its_line(library: Path) -> None:
    path = put(library / "ada", "ada")
    path.write_text(path.read_text().replace("topic: sleep_problems", "topic: sleeping"))
    with pytest.raises(ContentError) as caught:
        load_profile("ada")
    assert (caught.value.line, caught.value.field) == (5, "topic")


@pytest.mark.parametrize("name", ["profile.yaml", "flow.yaml"])
def test_a_summary_says_what_the_profile_says(library: Path, name: str) -> None:
    path = put(library / "ada", "ada")
    if name == "flow.yaml":
        # Laid out so that no lines can be picked out: the whole is one flow mapping.
        import orjson

        from muspsy_sim.records.yaml_tree import read_tree

        path.write_bytes(orjson.dumps(read_tree(path).value))
    profile = load_profile(path)
    (summary,) = list_profiles()
    manner = profile.temperament
    assert (summary.id, summary.title, summary.name) == ("ada", "A beekeeper", "Ada Marsh")
    assert (summary.age, summary.topic) == (40, "sleep_problems")
    assert summary.resistance_style == manner.resistance_style
    assert summary.stage_of_change == manner.stage_of_change
    assert summary.talkativeness == manner.talkativeness
    assert summary.path == path


def test_summaries_of_the_shipped_personas_agree_with_their_profiles() -> None:
    summaries = list_profiles()
    assert [each.id for each in summaries] == sorted(each.id for each in summaries)
    for summary in summaries:
        profile = load_profile(summary.id)
        assert summary.path.parent.name == profile.id
        assert summary.source_case == profile.source_case
        assert summary.title == profile.title
        assert summary.age == profile.demographics.age
        assert summary.talkativeness == profile.temperament.talkativeness
        assert summary.resistance_style == profile.temperament.resistance_style
        assert summary.ideation == profile.risk.ideation


def test_a_profile_without_an_id_is_told_in_a_listing(library: Path) -> None:
    path = put(library / "ada", "ada")
    path.write_text(path.read_text().replace("id: ada\n", "", 1))
    with pytest.raises(ContentError, match="id: is missing"):
        list_profiles()


def test_listing_loads_no_profile_model() -> None:
    code = (
        "import sys; from muspsy_sim.personas import list_profiles; list_profiles();"
        "heavy = {'muspsy_sim.records.profile', 'langgraph', 'networkx', 'numpy', 'scipy'};"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_case_report_is_read_with_its_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "case.md"
    path.write_text(
        "---\nid: ada\nlanguage: en\nsource: here\nlicence: MIT\nfictional: true\n---\n\n"
        "# Ada\n\nShe keeps bees.\n\n---\n\nAfter a rule.\n",
        encoding="utf-8",
    )
    case = read_case(path)
    assert (case.id, case.licence, case.fictional) == ("ada", "MIT", True)
    assert case.text == "# Ada\n\nShe keeps bees.\n\n---\n\nAfter a rule.\n"
    assert load_case(path) == case


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# Ada\n", 1, "has no front matter"),
        ("---\nid: ada\nlanguage: en\nlicense: MIT\nsource: x\n---\nText.\n", 4, "unknown key"),
        ("---\nid: ada\nlanguage: fr\nsource: x\nlicence: MIT\n---\nText.\n", 3, "should be"),
        ("---\nid: ada\ntext: no\n---\nText.\n", 3, "stands in the front matter"),
        ("---\n- one\n---\nText.\n", 2, "holds no 'key: value' lines"),
    ],
)
def test_a_case_report_that_does_not_fit_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = tmp_path / "case.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=message) as caught:
        read_case(path)
    assert line in [problem.line for problem in caught.value.problems]


def test_a_persona_without_a_case_report_is_told(library: Path) -> None:
    put(library / "ada", "ada")
    with pytest.raises(ProfileError, match="has no case report"):
        load_case("ada")
