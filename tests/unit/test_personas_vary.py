from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from muspsy_sim.cli.personas import personas_app
from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.personas import list_profiles, load_profile
from muspsy_sim.personas.checks import check, check_together
from muspsy_sim.personas.shifting import SELF_HARM_ITEM, shifted
from muspsy_sim.personas.speech import spoken
from muspsy_sim.personas.spread import pick, spread
from muspsy_sim.personas.translating import texts_of, translated
from muspsy_sim.personas.varying import vary
from muspsy_sim.records.answers import TranslateAnswer, Translated
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.errors import ModelSetupError, ProfileError
from muspsy_sim.records.profile import Profile, StageOfChange, Symptoms
from muspsy_sim.records.views import TranslateView

IDS = [each.id for each in list_profiles()]
NUMBER = 20
STAGES = get_args(StageOfChange)

Items = st.integers(0, 3)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(personas_app, [str(each) for each in arguments])


def correlation(one: list[float], other: list[float]) -> float:
    means = sum(one) / len(one), sum(other) / len(other)
    pairs = [(a - means[0], b - means[1]) for a, b in zip(one, other, strict=True)]
    both = sum(a * b for a, b in pairs)
    apart: float = (sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs)) ** 0.5
    return both / apart


# --- spread


@given(st.integers(1, 60), st.integers())
def test_each_stratum_of_each_axis_holds_one_point(number: int, seed: int) -> None:
    points = spread(Chance("case", seed), ["a", "b"], number)
    for axis in ("a", "b"):
        assert sorted(int(point[axis] * number) for point in points) == list(range(number))


def test_axes_are_spread_independently() -> None:
    points = spread(Chance("case", 0), ["a", "b"], 400)
    assert abs(correlation([p["a"] for p in points], [p["b"] for p in points])) < 0.15


def test_a_choice_is_in_whose_share_the_value_lies() -> None:
    assert [pick(at, "xyz") for at in (0.0, 0.32, 0.34, 0.67, 1.0)] == ["x", "x", "y", "z", "z"]


# --- what a variant is


@pytest.mark.parametrize("persona", IDS)
def test_a_variant_is_a_sound_persona_of_the_same_case(persona: str) -> None:
    base = load_profile(persona)
    variants = vary(base, 6, 1)
    assert [each.id for each in variants] == [f"{persona}.v{n}" for n in range(1, 7)]
    for each in variants:
        assert each.source_case == base.source_case
        assert [str(found) for found in check(each, None) if found.field != "source_case"] == []
    assert check_together([base, *variants]) == []


@pytest.mark.parametrize("persona", ["en-gordon-pell", "zh-ran-li"])
def test_a_variant_says_nothing_that_its_persona_would_not(persona: str) -> None:
    base = load_profile(persona)
    said = set(spoken(base))
    for each in vary(base, 5, 2):
        new = {text for _, text in spoken(each)} - {text for _, text in said}
        assert new == set()
        assert each.facts == base.facts
        assert each.temperament.voice == base.temperament.voice


def test_the_same_seed_gives_the_same_variants_and_another_gives_others() -> None:
    base = load_profile("zh-tong-guiru")
    assert vary(base, 5, 7) == vary(base, 5, 7)
    assert vary(base, 5, 7) != vary(base, 5, 8)


def test_making_variants_leaves_the_persona_as_it_was() -> None:
    base = load_profile("en-imogen-baptiste")
    before = base.model_copy(deep=True)
    vary(base, 9, 0)
    assert base == before


def test_variants_of_two_personas_are_not_the_same_draws() -> None:
    one = vary(load_profile("en-kit-haldane"), 12, 0)
    other = vary(load_profile("en-lorna-vick"), 12, 0)
    severities = [[_told(each, "severity") for each in variants] for variants in (one, other)]
    assert severities[0] != severities[1]


def _told(profile: Profile, name: str) -> float:
    variant = profile.extra["variant"]
    assert isinstance(variant, dict)
    value = variant[name]
    assert isinstance(value, float)
    return value


# --- how variants differ


def test_variants_cover_their_ranges_without_clumps() -> None:
    variants = vary(load_profile("zh-ran-li"), NUMBER, 4)
    severity = sorted(_told(each, "severity") for each in variants)
    assert severity[0] < -0.85
    assert severity[-1] > 0.85
    assert max(b - a for a, b in pairwise(severity)) < 3 * 2 / NUMBER
    assert len({each.temperament.talkativeness for each in variants}) >= NUMBER * 3 // 4
    assert {each.temperament.stage_of_change for each in variants} == set(STAGES[:3])
    assert {len(each.supports) for each in variants} == {0, 1, 2, 3}
    assert len({each.temperament.resistance_style for each in variants}) == 3


def test_a_stage_is_at_most_two_from_the_persona_s() -> None:
    for persona in IDS:
        base = load_profile(persona)
        here = STAGES.index(base.temperament.stage_of_change)
        for each in vary(base, 10, 0):
            assert abs(STAGES.index(each.temperament.stage_of_change) - here) <= 2


@pytest.mark.slow
def test_worse_variants_have_more_symptoms_and_firmer_beliefs_and_less_trust() -> None:
    variants = [each for p in IDS for each in vary(load_profile(p), NUMBER, 3)]
    severity = [_told(each, "severity") for each in variants]

    def change(of: str, each: Profile) -> float:
        base = load_profile(each.id.rpartition(".")[0])
        match of:
            case "phq9":
                return sum(each.symptoms.phq9) - sum(base.symptoms.phq9)
            case "gad7":
                return sum(each.symptoms.gad7) - sum(base.symptoms.gad7)
            case "belief":
                ours, theirs = each.formulation.core_beliefs[0], base.formulation.core_beliefs[0]
                return ours.strength - theirs.strength
            case _:
                return each.temperament.starting_trust - base.temperament.starting_trust

    moved = {
        of: [change(of, each) for each in variants] for of in ("phq9", "gad7", "belief", "trust")
    }
    assert correlation(severity, moved["phq9"]) > 0.8
    assert 0.4 < correlation(severity, moved["gad7"]) < 0.95
    assert 0.3 < correlation(moved["phq9"], moved["gad7"]) < 0.95
    assert correlation(severity, moved["belief"]) > 0.6
    assert correlation(severity, moved["trust"]) < -0.1
    resistance = [_told(each, "resistance") for each in variants]
    assert correlation(resistance, moved["trust"]) < -0.6


def test_risk_is_neither_invented_nor_made_active_nor_taken_away() -> None:
    for persona in IDS:
        base = load_profile(persona)
        for each in vary(base, NUMBER, 5):
            assert each.risk.ideation == base.risk.ideation
            if base.risk.ideation == "none":
                assert each.risk == base.risk
                assert each.symptoms.phq9[SELF_HARM_ITEM] == base.symptoms.phq9[SELF_HARM_ITEM]
            else:
                assert 0.2 < each.risk.level < 0.8
                assert each.symptoms.phq9[SELF_HARM_ITEM] >= 1


def test_what_changed_is_told_as_it_is() -> None:
    base = load_profile("en-gordon-pell")
    for each in vary(base, 8, 6):
        variant = each.extra["variant"]
        assert isinstance(variant, dict)
        assert (variant["of"], variant["seed"], variant["out_of"]) == (base.id, 6, 8)
        changed = variant["changed"]
        assert isinstance(changed, dict)
        trust = [base.temperament.starting_trust, each.temperament.starting_trust]
        assert changed.get("starting_trust", trust) == trust
        assert ("starting_trust" in changed) == (trust[0] != trust[1])
        assert ("phq9" in changed) == (sum(base.symptoms.phq9) != sum(each.symptoms.phq9))


@given(
    st.lists(Items, min_size=9, max_size=9),
    st.lists(Items, min_size=7, max_size=7),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_symptoms_keep_their_scale_and_their_direction(
    phq9: list[int], gad7: list[int], by: float, other: float
) -> None:
    before = Symptoms(phq9=phq9, gad7=gad7)
    after = shifted(before, by, other, ideation=False)
    assert after.phq9[SELF_HARM_ITEM] == phq9[SELF_HARM_ITEM]
    for was, now, moved in ((phq9[:8], after.phq9[:8], by), (gad7, after.gad7, other)):
        assert (sum(now) - sum(was)) * moved >= 0
        signs = {(b > a) - (b < a) for a, b in zip(was, now, strict=True)} - {0}
        assert len(signs) <= 1


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_a_number_that_makes_no_sense_is_refused(number: int) -> None:
    with pytest.raises(ProfileError, match="cannot be made"):
        vary(load_profile("en-gordon-pell"), number, 0)


# --- the command


def test_the_command_writes_variants_that_pass_the_check(tmp_path: Path) -> None:
    arguments = ("vary", "zh-qi-dehou", "--n", "4", "--seed", "3", "--out", tmp_path)
    result = run(*arguments)
    assert result.exit_code == 0
    assert "zh-qi-dehou.v4" in result.stdout
    made = vary(load_profile("zh-qi-dehou"), 4, 3)
    assert [load_profile(tmp_path / each.id) for each in made] == made
    checked = run("check", tmp_path)
    assert "4 checked: 0 errors, 0 warnings" in checked.stdout
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    assert run(*arguments).exit_code == 0
    assert {path: path.read_bytes() for path in files} == files


def test_other_variants_are_not_written_over(tmp_path: Path) -> None:
    assert run("vary", "en-kit-haldane", "--n", "2", "--out", tmp_path).exit_code == 0
    again = run("vary", "en-kit-haldane", "--n", "2", "--seed", "1", "--out", tmp_path)
    assert again.exit_code == 2
    assert "is already there with other content" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--language", "zh"), "no rule translates a client's words"),
        (("--language", "fr"), "'fr' is no language of this project"),
        (("--language", "zh", "--model", "offline"), "offline has no answer to the prompt"),
        (("--language", "zh", "--model", "gtp-9"), "is no model that is known"),
    ],
)
def test_another_language_needs_a_model_that_can(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    result = run("vary", "en-kit-haldane", "--n", "1", "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_own_language_needs_no_model(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        run("vary", "en-kit-haldane", "--n", "1", "--language", "en", "--out", out).exit_code == 0
    )


# --- translation


class Translator:
    """Answers `annotator.translate` with a numbered Chinese sentence for each text."""

    name = "translator"

    def __init__(self, spoil: str = "") -> None:
        self.spoil = spoil
        self.views: list[TranslateView] = []

    async def reply(self, request: Request) -> Reply:
        assert request.key.prompt == "annotator.translate"
        assert isinstance(request.view, TranslateView)
        self.views.append(request.view)
        draws = Random(request.seed)
        texts = [
            Translated(key=key, text=self._said(key, text, draws))
            for key, text in request.view.texts.items()
            if not (self.spoil == "missing" and key == "history")
        ]
        return Reply(text=TranslateAnswer(texts=texts).model_dump_json())

    def _said(self, key: str, text: str, draws: Random) -> str:
        if self.spoil == "english" and key == "history":
            return text
        if key.endswith("cues"):
            return " | ".join("词语" for _ in text.split(" | "))
        return f"我说第{draws.randrange(10**9)}句"


async def test_a_translation_changes_every_text_and_nothing_else() -> None:
    base = load_profile("en-kit-haldane")
    model = Translator()
    made = await translated(base, "zh", model)
    assert (made.id, made.language, made.source_case) == (
        "en-kit-haldane.zh",
        "zh",
        base.source_case,
    )
    assert made.extra["translated"] == {"from": "en", "by": "translator"}
    assert len(dict(texts_of(base))) == sum(len(view.texts) for view in model.views)
    assert max(len(view.texts) for view in model.views) <= 40
    for (place, text), (other, new) in zip(spoken(base), spoken(made), strict=True):
        assert place == other
        assert (new == "") if text == "" else new.startswith("我说第")
    assert [fact.id for fact in made.facts] == [fact.id for fact in base.facts]
    assert [len(fact.cues) for fact in made.facts] == [len(fact.cues) for fact in base.facts]
    assert made.symptoms == base.symptoms
    assert (made.topic, made.temperament.resistance_style) == (base.topic, "withdrawing")


@pytest.mark.parametrize(
    ("spoil", "told"), [("missing", "history has no translation"), ("english", "is not in 'zh'")]
)
async def test_half_a_translation_is_refused(spoil: str, told: str) -> None:
    with pytest.raises(ModelSetupError, match=told):
        await translated(load_profile("en-kit-haldane"), "zh", Translator(spoil))


async def test_a_translated_persona_s_variants_keep_the_case() -> None:
    made = vary(await translated(load_profile("en-kit-haldane"), "zh", Translator()), 2, 0)
    assert [each.id for each in made] == ["en-kit-haldane.zh.v1", "en-kit-haldane.zh.v2"]
    assert {each.source_case for each in made} == {"en-kit-haldane"}
