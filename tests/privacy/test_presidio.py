"""Presidio for real, with spaCy pipelines made here: a blank one of each language and a few names.

What a trained model finds is not tested; that Presidio is asked, in which language, for what, and
that nothing is fetched, is.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from typer.testing import CliRunner

from muspsy_sim.cli.app import app
from muspsy_sim.datasets.personal_data import Finder
from muspsy_sim.datasets.presidio import presidio_finder
from muspsy_sim.records.errors import FormatError

KNOWN = {
    "en": [("PERSON", "Ottoline Vane"), ("GPE", "Skegby")],
    "zh": [("PERSON", "阿菱"), ("GPE", "雾港")],
}
SAID = {
    "en": "Then Ottoline Vane went off to sea. She never wrote from Skegby, not once.",
    "zh": "后来阿菱出海了。她一次也没有写信，雾港也没有消息。",
}


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = {}
    for language, names in KNOWN.items():
        pipeline = spacy.blank(language)
        ruler = pipeline.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": label, "pattern": name} for label, name in names])  # type: ignore[attr-defined]
        made[language] = str(tmp_path_factory.mktemp(language))
        pipeline.to_disk(made[language])
    return made


@pytest.fixture(scope="module")
def finder(pipelines: dict[str, str]) -> Finder:
    return presidio_finder([*pipelines.values()])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_and_places_are_found_in_the_text_s_language(finder: Finder, language: str) -> None:
    text = SAID[language]
    found = {(span.kind, text[span.start : span.end]) for span in finder(text, language)}
    person, place = (name for _, name in KNOWN[language])
    assert found == {("name", person), ("address", place)}
    other = "zh" if language == "en" else "en"
    assert not [s for s in finder(text, other) if text[s.start : s.end] == person]


def test_identifiers_that_only_presidio_knows_are_found_and_mere_digits_are_not(
    finder: Finder,
) -> None:
    text = (
        "My IBAN is GB82 WEST 1234 5698 7654 32 and my NHS number 943 476 5919. "
        "We counted 925076473 birds. Write to x@vane.example or www.vane.example."
    )
    found = {(span.kind, text[span.start : span.end]) for span in finder(text, "en")}
    assert ("account", "GB82 WEST 1234 5698 7654 32") in found
    assert ("identity", "943 476 5919") in found
    assert not any("925076473" in said or "vane" in said for _, said in found)


def test_one_pipeline_looks_at_one_language(pipelines: dict[str, str]) -> None:
    finder = presidio_finder([pipelines["zh"]])
    assert [*finder(SAID["en"], "en")] == []
    assert [*finder(SAID["zh"], "zh")]


def dialogue(folder: Path, language: str) -> Path:
    turns = [{"role": "client", "content": SAID[language]},
             {"role": "counselor", "content": "Mm." if language == "en" else "嗯，我在听。"}]  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / f"{language}.json").write_text(json.dumps(turns, ensure_ascii=False), "utf-8")
    return folder


def test_mask_takes_out_what_rules_leave(pipelines: dict[str, str], tmp_path: Path) -> None:
    for language in KNOWN:
        dialogue(tmp_path / "in", language)
    models = [word for path in pipelines.values() for word in ("--presidio-model", path)]
    for out, more in (("rules", []), ("both", models)):
        command = ["mask", str(tmp_path / "in"), "--out", str(tmp_path / out), *more]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
    for language in KNOWN:
        left = {
            out: (tmp_path / out / f"{language}.json").read_text("utf-8")
            for out in ("rules", "both")
        }
        for _, name in KNOWN[language]:
            assert name not in left["both"]
        assert KNOWN[language][0][1] in left["rules"], "else the test shows nothing"


def test_the_audit_tells_them(pipelines: dict[str, str], tmp_path: Path) -> None:
    folder = dialogue(tmp_path / "in", "en")
    for more, findings in (([], 0), (["--presidio-model", pipelines["en"]], 2)):
        result = CliRunner().invoke(app, ["audit", str(folder), "--json", *more])
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)["rules"].get("personal-data", {"findings": 0})
        assert told["findings"] == findings


@pytest.mark.parametrize("model", ["no_such_pipeline", "."])
def test_what_is_no_pipeline_is_one_line(model: str) -> None:
    with pytest.raises(FormatError, match="is no spaCy pipeline") as raised:
        presidio_finder([model])
    assert "\n" not in str(raised.value)


def test_without_spacy_s_own_models_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy.util, "is_package", lambda _: False)
    with pytest.raises(FormatError, match="none is installed"):
        presidio_finder()
