"""What single rules of the audit say, and what they leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muspsy_sim.datasets.audit import minhash, turns
from muspsy_sim.datasets.audit.auditing import RULES, audit_corpus
from muspsy_sim.datasets.audit.deciding import fails
from muspsy_sim.datasets.audit.finding import Finding
from muspsy_sim.datasets.personal_data import declared_names, personal_spans
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.errors import FormatError, MuspsyError
from muspsy_sim.report.audit_page import audit_html, audit_markdown


def dialogue(*said: tuple[str, str], language: str = "en", form: str = "smile") -> Dialogue:
    return Dialogue.model_validate(
        {
            "id": "d",
            "format": form,
            "file": "d.json",
            "language": language,
            "sessions": [{"number": 1, "utterances": [{"speaker": w, "text": t} for w, t in said]}],
        }
    )


def rules(found: list[Finding]) -> list[str]:
    return sorted({each.rule.name for each in found})


def test_names_of_rules_are_one_of_a_kind() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)


def test_a_plain_dialogue_has_no_finding() -> None:
    plain = dialogue(("client", "The fog came in."), ("counselor", "At what hour?"))
    assert rules([*turns.look(plain)]) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("It is cold. Counselor: And then?", "role-mark"),
        ("Bye now. [/END]", "role-mark"),
        ("text <|im_end|>", "role-mark"),
        ("<think>he lies</think> Go on.", "think-inside"),
        ("I would like to invite you to breathe.", "role-inversion"),
        ("雾从四点钟开始起来的，我一直站在那里。", "wrong-language"),
        ("I wanted to die.", "risk-content"),
    ],
)
def test_what_stands_in_a_turn(text: str, rule: str) -> None:
    found = [*turns.look(dialogue(("client", text), ("counselor", "Mm.")))]
    assert rule in rules(found)


@pytest.mark.parametrize(
    "text",
    [
        "My therapist said it would pass.",
        "My user account: gone.",
        "Konnte ich nicht. 你好, she said, and laughed at me for a while.",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert rules([*turns.look(dialogue(("client", text), ("counselor", "Mm.")))]) == []


def test_history_for_a_reply_may_end_on_the_client() -> None:
    case = dialogue(("counselor", "Mm."), ("client", "Fog."), form="psydial-d101")
    assert rules([*turns.look(case)]) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to nell@example.org or call 555-010-4477.", ["email", "phone"]),
        ("我的手机是13800138000，微信：foghorn_77", ["phone", "account"]),
        ("身份证110101199003078515", ["identity"]),
        ("住在雾港路12号3室", ["address"]),
        ("at 12 Fog Lane, see www.example.org/x", ["address", "url"]),
        ("It took 12 years and 300 lamps, in 1998-2004.", []),
        ("我等了12345天，数到了100000。", []),
        ("Nell and Nellie", ["name"]),
    ],
)
def test_personal_data_by_its_form(text: str, kinds: list[str]) -> None:
    assert [span.kind for span in personal_spans(text, ["Nell"])] == kinds


def test_declared_names(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("# people\n孙某\n\nNell\nNell\n", encoding="utf-8")
    assert declared_names(file) == ("孙某", "Nell")
    file.write_text("\n")
    with pytest.raises(FormatError, match="names nobody"):
        declared_names(file)


def test_the_estimate_is_near_the_truth() -> None:
    words = [f"word{n}" for n in range(400)]
    text = " ".join(words)
    changed = " ".join(words[:380] + [f"other{n}" for n in range(20)])
    far = " ".join(f"else{n * 7}" for n in range(400))

    def shingles(said: str) -> set[str]:
        return {said[at : at + 5] for at in range(len(said) - 4)}

    for other in (changed, far):
        a, b = shingles(text), shingles(other)
        truth = len(a & b) / len(a | b)
        estimate = (minhash.signature(text) == minhash.signature(other)).mean()
        assert abs(estimate - truth) < 0.15
    near = minhash.NearDuplicates()
    for each in (text, far, changed, text):
        near.add(each)
    assert [(later, earlier) for later, earlier, _ in near.pairs()] == [(2, 0), (3, 0)]


def test_short_and_empty_texts_have_a_signature() -> None:
    assert minhash.signature("").shape == (minhash.PERMUTATIONS,)
    assert (minhash.signature("雾") != minhash.signature("灯")).any()


def test_what_fails() -> None:
    by_name = {rule.name: rule for rule in RULES}
    assert not any(map(fails(None), RULES))
    warning = fails("warning")
    assert warning(by_name["one-party"])
    assert warning(by_name["non-alternation"])
    assert not warning(by_name["risk-content"])
    only = fails("risk-content, error")
    assert only(by_name["risk-content"])
    assert not only(by_name["non-alternation"])
    with pytest.raises(MuspsyError, match="did you mean one-party"):
        fails("one-partie")


def test_pages_show_corpus_text_as_text(tmp_path: Path) -> None:
    turns_ = [
        {"role": "client", "content": "<script>alert(1)</script> [x](y) `z` Counselor: hi"},
        {"role": "counselor", "content": "Mm."},
    ]
    (tmp_path / "a.json").write_text(json.dumps(turns_))
    audit = audit_corpus(tmp_path)
    page = audit_html(audit, "<b>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\\[x\\](y)" in audit_markdown(audit, "a")


def test_mixed_types_and_fields_that_loaders_refuse(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "content": "Fog."}], "n": 1, "a b": "x"},
        {"messages": [{"role": "user", "content": "Rain."}], "n": "two"},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    counts = audit_corpus(tmp_path).counts
    assert counts["mixed-types"] == 1
    assert counts["field-name"] == 1


def test_an_oddity_of_a_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[")
    (tmp_path / "b.json").write_text(json.dumps([{"role": "client", "content": "Fog."}]))
    audit = audit_corpus(tmp_path)
    assert audit.counts["unreadable"] == 1


def test_a_session_may_be_empty() -> None:
    nobody = Dialogue(id="d", format="muspsy-dialogue", sessions=[CorpusSession(number=1)])
    assert rules([*turns.look(nobody)]) == ["empty-dialogue"]
    other = CorpusSession(number=1, utterances=[Utterance(speaker="other", text="Mm.")])
    odd = Dialogue(id="d", format="smile", sessions=[other])
    assert rules([*turns.look(odd)]) == ["unknown-speaker"]
