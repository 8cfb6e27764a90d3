"""What a recipe's entries are made from: personas, reports, dialogues, complaints, letters.

Sources are read before any call, and in one order, so that `--limit` and ids mean the same always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.making.bench import Complaint, Entry
from muspsy_sim.datasets.making.plain_words import shared_plain
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.source_turns import source_hash
from muspsy_sim.formats.corpora.json_stream import entries as json_entries
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.llm.prompting import digest
from muspsy_sim.personas.extracting import read_report
from muspsy_sim.personas.library import load_case, load_profile
from muspsy_sim.personas.summaries import PROFILE_FILE, list_profiles, profile_files
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import ProfileError, RecipeError, RunError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.store import find_run

_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]+")
_LONGEST_ID = 96


def entries_of(recipe: CorpusRecipe, base: Path | None, limit: int | None = None) -> list[Entry]:
    """The entries of a recipe, in their order.

    Raises:
        RecipeError, ProfileError, FormatError, ContentError: a source is missing or does not fit.
    """
    made = {
        "muspsy": _from_reports,
        "cpsycoun": _from_reports,
        "cactus": _from_sheets,
        "simpsydial": _from_profiles,
        "smile": _from_letters,
        "psydial": _from_dialogues,
        "psy-insight": _from_profiles if recipe.plays else _from_dialogues,
    }[recipe.way](recipe, base)
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
        for profile in _profiles(recipe, base):
            yield Entry(
                id=f"{profile.id}--s{seed}",
                language=profile.language,
                seed=seed,
                source_case=profile.source_case,
                profile=profile,
                digest=_hash(profile.model_dump(mode="json")),
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
    reports = [*_reports(recipe, base)]
    for seed in recipe.seeds:
        for name, language, text, case, profile in reports:
            yield Entry(
                id=f"{name}--s{seed}",
                language=language,
                seed=seed,
                source_case=case,
                report=text,
                profile=profile,
                digest=_hash([text, profile.model_dump(mode="json") if profile else None]),
            )


def _reports(recipe: CorpusRecipe, base: Path | None) -> Iterator[tuple]:  # type: ignore[type-arg]
    if recipe.reports:
        for name in recipe.reports:
            for file in _files(_at(name, base), (".md", ".txt")):
                case = read_report(file)
                yield _safe(case.id), case.language, case.text, case.id, None
        return
    for profile in _profiles(recipe, base):
        try:
            case = load_case(profile.id)
        except ProfileError:
            if recipe.personas != ["all"]:
                raise
            continue
        yield profile.id, case.language, case.text, profile.source_case, profile


def _from_letters(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    if recipe.smile.pairs is None:
        for entry in _from_profiles(recipe, base):
            profile = given(entry.profile)
            yield Entry(
                id=entry.id,
                language=entry.language,
                seed=entry.seed,
                source_case=entry.source_case,
                question=_letter(profile),
                digest=_hash(_letter(profile)),
            )
        return
    file = _at(recipe.smile.pairs, base)
    if not file.is_file():
        raise RecipeError("is not there", file=file, field="smile.pairs", hint="check the path")
    pairs = [*_pairs(file)]
    for seed in recipe.seeds:
        for number, question, answer in pairs:
            language = language_of([question])
            if language is not None:
                yield Entry(
                    id=f"{_safe(file.stem)}-{number}--s{seed}",
                    language=language,
                    seed=seed,
                    source_case=f"{_safe(file.stem)}-{number}",
                    question=question,
                    answer=answer,
                    digest=_hash([question, answer]),
                )


def _pairs(file: Path) -> Iterator[tuple[int, str, str]]:
    for found in json_entries(CorpusFile(file, file.name)):
        value = getattr(found, "value", None)
        if not isinstance(value, dict) or not isinstance(value.get("question"), str):
            raise RecipeError(
                "an element is no object with a `question`",
                file=file,
                field="smile.pairs",
                hint="write {question, answer} objects",
            )
        answer = value.get("answer")
        said = answer if isinstance(answer, str) else ""
        yield getattr(found, "number", 0), value["question"], said


def _from_dialogues(recipe: CorpusRecipe, base: Path | None) -> Iterator[Entry]:
    bank = tuple(_complaints(recipe, base)) if recipe.way == "psydial" else ()
    source = given(recipe.source)
    path = _at(source, base)
    if not path.exists():
        path = _run_folder(source)
    dialogues = [
        found
        for found in open_corpus(path, recipe.source_format)
        if isinstance(found, Dialogue) and any(found.utterances())
    ]
    if not dialogues:
        raise RecipeError("holds no dialogue that could be read", file=path, field="source")
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
            name = source_hash(dialogue)[:12] if masking else _safe(dialogue.id)
            yield Entry(
                id=f"{name}--s{seed}",
                language=language,
                seed=seed,
                source_case=f"case-{_hash(['psydial', case])[:12]}" if masking else case,
                dialogue=dialogue.model_copy(update={"language": language}),
                bank=own,
                common=plain,
                digest=_hash(
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


def _complaints(recipe: CorpusRecipe, base: Path | None) -> Iterator[Complaint]:
    if not recipe.psydial.complaints:
        for profile in _profiles(recipe, base):
            yield Complaint(profile.id, _letter(profile), profile.language)
        return
    for name in recipe.psydial.complaints:
        for file in _files(_at(name, base), (".txt", ".md", ".json", ".jsonl")):
            yield from _bank(file)


def _bank(file: Path) -> Iterator[Complaint]:
    """A text file is one complaint; JSON holds objects with `text`, `complaint` or `question`."""
    if file.suffix in (".txt", ".md"):
        texts = [(0, file.read_text(encoding="utf-8-sig").strip())]
    else:
        texts = [*_texts(file)]
    for number, text in texts:
        language = language_of([text])
        if language is not None:
            yield Complaint(_safe(f"{file.stem}-{number}" if number else file.stem), text, language)


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    for found in json_entries(CorpusFile(file, file.name)):
        value = getattr(found, "value", None)
        said = value if isinstance(value, str) else None
        if isinstance(value, dict):
            keys = ("complaint", "text", "question", "content")
            said = next((value[k] for k in keys if isinstance(value.get(k), str)), None)
        if said:
            yield getattr(found, "number", 0), said


def _letter(profile: Profile) -> str:
    """What a persona would write in: why it comes, its history, what it tells when asked."""
    told = [fact.text for fact in profile.facts if fact.sensitivity <= 2]
    parts = [profile.presenting_problem, profile.history, *told, *profile.goals[:1]]
    return ("" if profile.language == "zh" else " ").join(p.strip() for p in parts if p.strip())


def _profiles(recipe: CorpusRecipe, base: Path | None) -> list[Profile]:
    names: list[str | Path] = []
    for name in recipe.personas:
        if name == "all":
            names += [p.id for p in list_profiles()]
        elif "/" in name:
            path = _at(name, base)
            whole = not path.is_dir() or (path / PROFILE_FILE).exists()
            names += [path] if whole else list(profile_files(path)) or [path]
        else:
            names.append(name)
    return [load_profile(name, allow_minors=recipe.allow_minors) for name in dict.fromkeys(names)]


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.suffix in suffixes and p.is_file())
    if not found:
        raise RecipeError(
            "is not there" if not path.exists() else f"holds no {' or '.join(suffixes)} file",
            file=path,
            hint="check the path",
        )
    return found


def _at(name: str, base: Path | None) -> Path:
    """A path of a recipe: from the recipe's folder if it is there, else from where the user is."""
    beside = (base or Path()) / name
    return beside if beside.exists() else Path(name)


def _safe(name: str) -> str:
    safe = _UNSAFE.sub("-", name).strip("-._~") or "entry"
    if safe == name and len(safe) <= _LONGEST_ID:
        return safe
    return f"{safe[: _LONGEST_ID - 9]}-{digest(name.encode())[:8]}"


def _hash(value: object) -> str:
    return digest(canonical_json(value))
