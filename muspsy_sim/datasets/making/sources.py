"""What a recipe's entries are made from: personas, reports, dialogues, complaints, letters.

Sources are read before any call, and in one order, so that `--limit` and ids mean the same always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from muspsy_sim.datasets.corpora.importing import SHOWN
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.making.bench import Entry
from muspsy_sim.datasets.making.complaint_bank import complaints_of
from muspsy_sim.datasets.making.plain_words import shared_plain
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.source_files import (
    hash_of,
    letter_of,
    place_at,
    profiles_of,
    safe_id,
)
from muspsy_sim.datasets.making.source_turns import source_hash
from muspsy_sim.datasets.making.written_sources import pairs_of, reports_of
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.records.errors import Problem, RecipeError, RunError
from muspsy_sim.runs.store import find_run


def entries_of(
    recipe: CorpusRecipe,
    base: Path | None,
    limit: int | None = None,
    tell: Callable[[Problem], None] = lambda _: None,
) -> list[Entry]:
    """The entries of a recipe, in their order. `tell` gets what of its dialogues can't be read.

    Raises:
        RecipeError, ProfileError, FormatError, ContentError: a source is missing or does not fit.
    """
    ways: dict[str, Callable[[CorpusRecipe, Path | None], Iterator[Entry]]] = {
        "muspsy": _from_reports,
        "cpsycoun": _from_reports,
        "cactus": _from_sheets,
        "simpsydial": _from_profiles,
        "smile": _from_letters,
        "psydial": partial(_from_dialogues, tell=tell),
        "psy-insight": _from_profiles if recipe.plays else partial(_from_dialogues, tell=tell),
    }
    made = ways[recipe.way](recipe, base)
    found: list[Entry] = []
    ids: dict[str, int] = {}
    for entry in made:
        if limit is not None and len(found) >= limit:
            break
        if recipe.language not in ("any", entry.language):
            continue
        ids[entry.id] = ids.get(entry.id, 0) + 1
        if ids[entry.id] > 1:
            entry = _renamed(entry, f"{entry.id}~{ids[entry.id]}")
        found.append(entry)
    if not found:
        raise RecipeError("there is nothing to make a dialogue from", hint="see its sources")
    return found


def _renamed(entry: Entry, name: str) -> Entry:
    from dataclasses import replace

    return replace(entry, id=name)


def _from_profiles(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    for seed in recipe.seeds:
        for profile in profiles_of(recipe, base):
            yield Entry(
                id=f"{profile.id}--s{seed}",
                language=profile.language,
                seed=seed,
                source_case=profile.source_case,
                profile=profile,
                digest=hash_of(profile.model_dump(mode="json")),
            )


def _from_sheets(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    for entry in _from_profiles(recipe, base):
        for attitude in recipe.cactus.attitudes:
            profile = given(entry.profile)
            yield Entry(
                id=f"{profile.id}--{attitude}--s{entry.seed}",
                language=entry.language,
                seed=entry.seed,
                source_case=entry.source_case,
                profile=profile,
                attitude=attitude,
                digest=entry.digest,
            )


def _from_reports(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    reports = [*reports_of(recipe, base)]
    for seed in recipe.seeds:
        for name, language, text, case, profile in reports:
            yield Entry(
                id=f"{name}--s{seed}",
                language=language,
                seed=seed,
                source_case=case,
                report=text,
                profile=profile,
                digest=hash_of([text, profile.model_dump(mode="json") if profile else None]),
            )


def _from_letters(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    if recipe.smile.pairs is None:
        for entry in _from_profiles(recipe, base):
            profile = given(entry.profile)
            yield Entry(
                id=entry.id,
                language=entry.language,
                seed=entry.seed,
                source_case=entry.source_case,
                question=letter_of(profile),
                digest=hash_of(letter_of(profile)),
            )
        return
    file = place_at(recipe.smile.pairs, base)
    if not file.is_file():
        raise RecipeError("is not there", file=file, field="smile.pairs", hint="check the path")
    pairs = [*pairs_of(file)]
    for seed in recipe.seeds:
        for number, question, answer in pairs:
            language = language_of([question])
            if language is not None:
                yield Entry(
                    id=f"{safe_id(file.stem)}-{number}--s{seed}",
                    language=language,
                    seed=seed,
                    source_case=f"{safe_id(file.stem)}-{number}",
                    question=question,
                    answer=answer,
                    digest=hash_of([question, answer]),
                )


def _from_dialogues(
    recipe: CorpusRecipe, base: Path | None, tell: Callable[[Problem], None]
) -> Iterator[Entry]:
    bank = tuple(complaints_of(recipe, base)) if recipe.way == "psydial" else ()
    source = given(recipe.source)
    path = place_at(source, base)
    if not path.exists():
        path = _run_folder(source)
    dialogues, problems = [], []
    for found in open_corpus(path, recipe.source_format):
        if isinstance(found, Problem):
            problems.append(found)
        elif any(found.utterances()):
            dialogues.append(found)
    if not dialogues:
        raise RecipeError(
            "holds no dialogue that could be read",
            file=path,
            field="source",
            others=problems[:SHOWN],
        )
    for problem in problems:
        tell(problem)
    masking = recipe.way == "psydial"
    common = shared_plain(dialogues) if masking else [frozenset[str]()] * len(dialogues)
    for seed in recipe.seeds:
        for dialogue, plain in zip(dialogues, common, strict=True):
            said = (turn.text for turn in dialogue.utterances())
            language = dialogue.language or language_of(said)
            if language is None:
                continue
            case = dialogue.source_case or dialogue.id
            own = tuple(c for c in bank if c.language == language and c.id != case)
            # A reconstruction bears no name of its source: ids and cases may name people.
            name = source_hash(dialogue)[:12] if masking else safe_id(dialogue.id)
            yield Entry(
                id=f"{name}--s{seed}",
                language=language,
                seed=seed,
                source_case=f"case-{hash_of(['psydial', case])[:12]}" if masking else case,
                dialogue=dialogue.model_copy(update={"language": language}),
                bank=own,
                common=plain,
                digest=hash_of(
                    [dialogue.model_dump(mode="json"), [c.text for c in own], sorted(plain)]
                ),
            )


def _run_folder(name: str) -> Path:
    try:
        return find_run(name).folder
    except RunError as error:
        raise RecipeError(
            "is neither a corpus nor a run",
            file=Path(name),
            field="source",
            hint="name a folder of dialogues, or make one first: what another recipe wrote will do",
        ) from error
