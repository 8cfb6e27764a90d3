"""Masking by rule, and attacks whose outcome is known beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.datasets.making.source_turns import source_hash
from muspsy_sim.datasets.privacy import attacks
from muspsy_sim.datasets.privacy.checking import check_privacy
from muspsy_sim.datasets.privacy.masking import Masker, mask_dialogue
from muspsy_sim.datasets.privacy.matching import client_text, complaints_of
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.errors import FormatError
from tests.planted import clean
from tests.unit import corpus_files as shapes

SAID = {
    "en": [
        "My name is Nell Farrow, I'm 52, and my brother Tom lives in Hull.",
        "Nell's bees, call 555-010-4477. Mr Farrow worked at Hull University since 1998.",
    ],
    "zh": [
        "我叫孙小雾，今年31岁，在雾港市上班。王师傅说小李在北京电子厂，电话13800138000。",
        "小雾昨天哭了。2019年3月我丈夫走了。",
    ],
}


def dialogue(texts: list[str], language: str, name: str = "d") -> Dialogue:
    turns = [{"speaker": "client", "text": text, "extra": {"secret": "Nell"}} for text in texts]
    return Dialogue.model_validate(
        {
            "id": name,
            "format": "smile",
            "language": language,
            "source_case": "Nell",
            "sessions": [{"number": 1, "utterances": turns}],
            "extra": {"owner": "Nell"},
        }
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_that_rules_know_stays(language: str) -> None:
    masked, given = mask_dialogue(dialogue(SAID[language], language))
    text = masked.model_dump_json()
    for gone in {
        "en": ["Nell", "Farrow", "52", "Tom", "Hull", "4477", "1998"],
        "zh": ["孙", "小雾", "31", "雾港", "王", "小李", "北京", "138", "2019"],
    }[language]:
        assert gone not in text
    assert len(given) >= 7
    again, _ = mask_dialogue(masked)
    assert [t.text for t in again.utterances()] == [t.text for t in masked.utterances()]


def test_the_same_thing_gets_the_same_placeholder() -> None:
    masked, _ = mask_dialogue(dialogue(SAID["en"], "en"))
    first, second = (turn.text for turn in masked.utterances())
    assert first.startswith("My name is [NAME_1]")
    assert second.startswith("[NAME_1]'s bees")
    assert "Mr [NAME_1] worked" in second
    masked, _ = mask_dialogue(dialogue(SAID["zh"], "zh"))
    first, second = (turn.text for turn in masked.utterances())
    assert second.startswith(first[2:10])


def test_what_names_nobody_stays() -> None:
    for text in (
        "I'm 5 minutes late, and I am tired of it.",
        "我是一个会计，我是孤独的，我是说真的。",
        "老师说得对。In short, no.",
        "我叫他别走，我叫了出租车。",
        "我往东方看，南门口有家店，他是长孙。",
        "我是东方人，我是高中老师。",
        "第一·睡觉，第二·吃饭。谢谢老师，谢谢医生。",
    ):
        assert Masker().mask(text) == text


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("我叫欧阳小雨，小雨是小名。", "我叫[NAME_1]，[NAME_1]是小名。"),
        ("我是司马青。欧阳昨天没来。", "我是[NAME_1]。[NAME_2]昨天没来。"),
        ("上官老师说诸葛明远也在，上官没说话。", "[NAME_1]老师说[NAME_2]也在，[NAME_1]没说话。"),
        ("东方先生走了，东方刚亮。", "[NAME_1]先生走了，东方刚亮。"),
        ("我叫张王小红，小红就行。", "我叫[NAME_1]，[NAME_1]就行。"),
        ("我叫阿依古丽，今年大二。", "我叫[NAME_1]，今年大二。"),
        ("同事叫约翰·史密斯，约翰常来。", "同事叫[NAME_1]，[NAME_1]常来。"),
        ("她叫迪丽娜尔·艾合买提。", "她叫[NAME_1]。"),
        ("老欧阳和小诸葛都走了。", "[NAME_1]和[NAME_2]都走了。"),
        ("慕容雨来了，慕容雨老师很累。", "[NAME_1]来了，[NAME_1]老师很累。"),
    ],
)
def test_chinese_names_of_every_make_go(said: str, masked: str) -> None:
    found, _ = mask_dialogue(dialogue([said], "zh"))
    assert [turn.text for turn in found.utterances()] == [masked]


def test_a_place_goes_wherever_it_is_named() -> None:
    said = ["I live in Hull, and at Quayside Bindery they know.", "Hull is small. Mail a@hull.org."]
    found, given = mask_dialogue(dialogue(said, "en"))
    assert [turn.text for turn in found.utterances()] == [
        "I live in [PLACE_1], and at [PLACE_2] they know.",
        "[PLACE_1] is small. Mail [EMAIL_1].",
    ]
    assert given["[PLACE_2]"] == "quayside bindery"


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("我只能报合肥工业大学，后来去了合肥工业大学。", "我只能报[ORGANISATION_1]，后来去了[ORGANISATION_1]。"),
        ("我在绍兴长大，现在在乌鲁木齐。", "我在[PLACE_1]长大，现在在[PLACE_2]。"),
        ("在恒祥公司上班，住在青石镇。", "在[ORGANISATION_1]上班，住在[PLACE_1]。"),
        ("后来读大学，今年大学毕业，进入新公司。", None),
        ("在这个过程中学习，从失败中学到很多，环境中学会。", None),
        ("很想上名牌大学，去正规医院看过。", None),
        ("回到家乡，不想去大城市，也不去社区。", None),
        ("我是同性恋，我是高中生，我是小孩子。", None),
        ("沙盘叫做沙盘游戏，都是小毛病。", None),
        ("我是李雨桐。", "我是[NAME_1]。"),
    ],
)  # fmt: skip
def test_chinese_places_and_institutions_go_and_talk_stays(said: str, masked: str | None) -> None:
    found, _ = mask_dialogue(dialogue([said], "zh"))
    assert [turn.text for turn in found.utterances()] == [masked or said]


def test_declared_names_go() -> None:
    assert Masker(["Bosun"]).mask("Bosun barked; Bosuns do.") == "[NAME_1] barked; Bosuns do."


def test_attributes_are_whole_words() -> None:
    assert attacks.holds("I welded at Hull.", "hull")
    assert not attacks.holds("hullabaloo", "hull")
    assert attacks.holds("今年31岁", "31")
    assert not attacks.holds("131岁", "31")
    assert attacks.holds("在雾港市上班", "雾港")


def test_auc_by_hand() -> None:
    assert attacks.auc(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 1.0
    assert attacks.auc(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.5
    assert attacks.auc(np.array([1.0]), np.array([2.0, 3.0])) == 0.0
    assert attacks.auc(np.array([]), np.array([1.0])) is None


@pytest.mark.slow
def test_attacks_tell_a_copy_from_strangers() -> None:
    originals = clean(20, 1)[::2]
    strangers = [
        d.model_copy(update={"id": o.id})
        for d, o in zip(clean(40, 2)[20::2], originals, strict=True)
    ]
    copied = check_privacy(originals, originals)
    apart = check_privacy(originals, strangers)
    assert copied.rates["linked to the masked original"]["reconstructed"].value == 1.0
    assert (apart.rates["linked to the masked original"]["reconstructed"].value or 0) < 0.5
    membership = apart.rates["membership, AUC"]["reconstructed"].value
    assert membership is not None
    assert membership < copied.rates["membership, AUC"]["verbatim"].value  # type: ignore[operator]
    assert copied.longest_shared["en"] > 1.5 * apart.longest_shared["en"]
    for rates in copied.rates.values():
        for rate in rates.values():
            if rate.low is not None and rate.high is not None and rate.value is not None:
                assert rate.low <= rate.value <= rate.high


def test_attribute_extraction_falls_with_masking() -> None:
    originals = [dialogue(SAID["en"], "en", f"d{n}") for n in range(5)]
    masked = [mask_dialogue(each)[0] for each in originals]
    known = {each.id: ("Nell Farrow", "52", "Hull", "beekeeper") for each in originals}
    rates = check_privacy(originals, masked, attributes=known).rates["attributes extracted"]
    assert rates["verbatim"].value == 0.75
    assert rates["names redacted"].value == 0.5
    assert rates["reconstructed"].value == 0.0


@pytest.mark.slow
def test_the_complaint_is_what_a_reconstruction_is_linked_to() -> None:
    originals = clean(16, 1)[::2]
    others = clean(32, 4)[16::2]
    made = [d.model_copy(update={"id": o.id}) for d, o in zip(others, originals, strict=True)]
    result = check_privacy(originals, made, complaints=[client_text(d) for d in made])
    assert result.rates["linked to the complaint"]["reconstructed"].value == 1.0
    member = result.rates["membership of the complaint, AUC"]
    assert member["reconstructed"].value == 1.0
    assert (member["verbatim"].value or 0.0) < 0.8
    with pytest.raises(FormatError, match="complaints for"):
        check_privacy(originals, made, complaints=["one"])
    with pytest.raises(FormatError, match="can be matched"):
        check_privacy(originals, [made[0].model_copy(update={"id": "elsewhere"})])


def test_the_longest_stretch_is_counted_within_turns_by_language() -> None:
    one = dialogue(["The fog came in at four.", "I went home."], "en", "d1")
    other = dialogue(["And the fog came in late.", "At four I went home again."], "en", "d1")
    assert check_privacy([one], [other]).longest_shared == {"en": 4}
    zh = dialogue(["雾在四点进来了。", "我回家。"], "zh", "d2")
    told = dialogue(["昨天雾在四点进。", "来了我回家。"], "zh", "d2")
    assert check_privacy([one, zh], [other, told]).longest_shared == {"en": 4, "zh": 5}
    assert check_privacy([zh], [zh]).longest_shared == {"zh": 7}


def test_complaints_find_their_originals_as_reconstructions_do() -> None:
    originals = [dialogue([said], "en", f"d{n}") for n, said in enumerate("abc")]
    made = [
        dialogue(["Hm."], "en", f"r{n}").model_copy(
            update={
                "extra": {"source": source_hash(each)},
                "documents": [Document(kind="complaint", text=f"c{n}")],
            }
        )
        for n, each in enumerate(originals)
    ]
    assert complaints_of(originals, [made[2], made[0]]) == ["c0", "", "c2"]
    loose = [dialogue([f"c{n}"], "en", f"c{n}") for n in range(3)]
    assert complaints_of(originals, loose) == ["c0", "c1", "c2"]
    with pytest.raises(FormatError, match="2 complaints for 3 originals"):
        complaints_of(originals, loose[:2])


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes.lay(tmp_path / "in", "cpsycound")
    out = tmp_path / "out"
    names = tmp_path / "names.txt"
    names.write_text("灯塔\n", encoding="utf-8")
    words = ["mask", str(tmp_path / "in"), "--out", str(out), "--names", str(names)]
    assert run_command_line(words) == 0
    assert "Written to" in capsys.readouterr().out
    said = (out / "case_1.txt").read_text(encoding="utf-8")
    assert "灯塔" not in said
    assert "孙" not in said
    assert "妈妈：她说过" in said
    assert run_command_line(["privacy-check", str(tmp_path / "in"), str(out), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["dialogues"] == 1
    assert "NaN" not in json.dumps(value)
    assert run_command_line(["privacy-check", str(tmp_path / "in"), str(tmp_path / "no")]) == 2


def test_one_complaint_of_several_is_one_candidate() -> None:
    texts = ["the bees swarm in June", "a ferry at night", "the bees swarm in May"]
    found = attacks.link(texts, ["bees that swarm", "ferries at night", "bees that swarm"])
    assert found.candidates == 2
    assert found.ranks.tolist() == [1, 1, 1]
    inside, outside = attacks.membership(
        texts, ["bees that swarm", "ferries at night", "bees that swarm"]
    )
    assert (inside > outside).all()


def test_what_is_told_of_the_complaint_is_measured_beside() -> None:
    originals = [dialogue(SAID["en"], "en", f"d{n}") for n in range(5)]
    made = [dialogue(["My name is Ora Pike, I'm 47, from Leeds."], "en", d.id) for d in originals]
    complaint = "I am called Ora Pike and I'm 47. Mail me: ora@pike.example."
    result = check_privacy(originals, made, complaints=[complaint] * 5)
    told = result.rates["attributes of the complaint extracted"]
    assert told["reconstructed"].value == pytest.approx(2 / 3)
    assert told["verbatim"].value == 0.0
    assert result.rates["attributes extracted"]["reconstructed"].value == 0.0
