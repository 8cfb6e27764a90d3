"""Presidio beside the project's own patterns: an extra, with spaCy pipelines that are here.

Its named entities find names and places that have no form, and its recognisers identifiers that the
patterns do not know (an IBAN, an NHS number). Nothing is fetched: its recognisers of e-mail and web
addresses, which look up a list on the net, are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from muspsy_sim.datasets.personal_data import Finder, PersonalKind, Span
from muspsy_sim.records.errors import FormatError

KINDS: dict[str, PersonalKind] = {
    "PERSON": "name",
    "LOCATION": "address",
    "IBAN_CODE": "account",
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "US_SSN": "identity",
    "UK_NHS": "identity",
}
"""What is asked of Presidio, and what it is here."""

SUREST = 0.4
"""The score in [0, 1] from which a finding counts; Presidio gives digits in a row 0.01 to 0.05."""

_INSTALLED = {
    code: tuple(f"{code}_core_web_{size}" for size in ("sm", "md", "lg", "trf"))
    for code in ("en", "zh")
}


def presidio_finder(models: Sequence[str] = ()) -> Finder:
    """Presidio's analyser. `models`: names or folders of spaCy pipelines, one a language.

    Without any, the smallest of spaCy's own that is installed for English and for Chinese. A text
    in a language without a pipeline is not looked at.

    Raises:
        FormatError: Presidio is not installed, or a pipeline is not there.
    """
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider
    except ImportError as error:
        raise FormatError(
            "--presidio needs Presidio, which is not installed",
            hint="pip install 'muspsy-sim[privacy]'",
        ) from error
    there = {_language(name): name for name in models}
    if not models:
        for code, names in _INSTALLED.items():
            found = next((name for name in names if spacy.util.is_package(name)), None)
            there |= {code: found} if found else {}
    if not there:
        raise FormatError(
            "--presidio needs a spaCy pipeline, and none is installed",
            hint="install en_core_web_sm or zh_core_web_sm, or name a folder with "
            "--presidio-model; nothing is fetched from here",
        )
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": code, "model_name": name} for code, name in there.items()],
        }
    )
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=sorted(there))
    asked = {
        code: [name for name in KINDS if name in engine.get_supported_entities(code)]
        for code in there
    }

    def find(text: str, language: str) -> Iterator[Span]:
        if asked.get(language):
            for each in engine.analyze(
                text, language=language, entities=asked[language], score_threshold=SUREST
            ):
                yield Span(KINDS[each.entity_type], each.start, each.end)

    return find


def _language(model: str) -> str:
    """The language of a pipeline, by its meta data. Raises `FormatError` where there is none."""
    import spacy

    try:
        if not spacy.util.is_package(model) and not (Path(model) / "meta.json").is_file():
            raise OSError(f"no package and no folder of a pipeline is called {model}")
        return str(spacy.info(model, silent=True)["lang"])
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(
            f"--presidio-model {model}: is no spaCy pipeline that can be read from here",
            hint="name an installed package, or a folder with a meta.json",
        ) from error
