"""Rules over a whole corpus: doubles, leaks across splits and from the dialogue before, odd fields.

A field is odd where a hub's loader cannot read it.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from muspsy_sim.datasets.audit.finding import Finding, Rule, found
from muspsy_sim.datasets.audit.minhash import NearDuplicates
from muspsy_sim.records.corpus import Dialogue

DUPLICATE_ID = Rule(
    "duplicate-id",
    "error",
    "format",
    "two dialogues bear the same published id",
    "give them ids of their own before joining anything by it",
)
DUPLICATE = Rule(
    "duplicate", "error", "leak", "the same dialogue stands twice", "leave the second out"
)
NEAR_DUPLICATE = Rule(
    "near-duplicate",
    "warning",
    "leak",
    "nearly the same dialogue stands twice",
    "leave one out, or keep both in one split",
)
ACROSS_SPLITS = Rule(
    "duplicate-across-splits",
    "error",
    "leak",
    "the same dialogue, or nearly, stands in two splits",
    "keep both in one split: the test set is not held out",
)
SEED_ACROSS_SPLITS = Rule(
    "seed-across-splits",
    "error",
    "leak",
    "dialogues made from one seed or about one client stand in two splits",
    "split by seed, never by row",
)
CONTEXT_LEAK = Rule(
    "context-leak",
    "error",
    "leak",
    "it begins with the turns of the dialogue before it",
    "cut what belongs to the dialogue before",
)
MIXED_TYPES = Rule(
    "mixed-types",
    "warning",
    "format",
    "a field has values of different types, which Parquet and hub loaders refuse",
    "give the field one type; keep what is missing as null",
)
BAD_NAME = Rule(
    "field-name",
    "note",
    "format",
    "a field's name has spaces or other signs that loaders and queries stumble over",
    "rename it",
)
SESSION_COUNT = Rule(
    "session-count",
    "error",
    "course",
    "a client's files hold different numbers of sessions",
    "find which is right: sessions are merged, missing or doubled in one of them",
)

RULES = (
    DUPLICATE_ID,
    DUPLICATE,
    NEAR_DUPLICATE,
    ACROSS_SPLITS,
    SEED_ACROSS_SPLITS,
    CONTEXT_LEAK,
    MIXED_TYPES,
    BAD_NAME,
    SESSION_COUNT,
)

_SPLITS = re.compile(
    r"(?:^|[/_.-])(train|valid|validation|val|dev|test)(?=[/_.-]|$)", re.IGNORECASE
)
_SAME_SPLIT = {"val": "valid", "validation": "valid", "dev": "valid"}
_IDS = ("dialog_id", "idx", "id", "client_id")
_SEEDS = ("complaint", "intake_form", "case_report")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(\d+)(?!.*\d)")
_PER_SESSION = {"muspsy-usercard": "user_card", "muspsy-memory": "memory"}
_LEAST = 8
"""Characters from which a turn that comes again is no chance; 你好 opens many dialogues."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A dialogue as far as a finding about it needs it."""

    id: str
    file: str
    line: int | None
    split: str


@dataclass(slots=True)
class WholeCorpus:
    """What is remembered of each dialogue: hashes, a signature, the turns of the one before."""

    places: list[_Place] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _texts: dict[bytes, int] = field(default_factory=dict)
    _seeds: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    _near: NearDuplicates = field(default_factory=NearDuplicates)
    _numbers: list[int] = field(default_factory=list)
    _types: dict[str, dict[str, _Place]] = field(default_factory=lambda: defaultdict(dict))
    _before: list[str] = field(default_factory=list)
    _sessions: dict[str, dict[str, tuple[int, _Place]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def look(self, dialogue: Dialogue) -> Iterator[Finding]:
        """What a dialogue shows by itself and beside those before it; the rest comes at the end."""
        number = len(self.places)
        place = _Place(dialogue.id, dialogue.file, dialogue.line, split_of(dialogue))
        self.places.append(place)
        yield from self._same_id(dialogue, number)
        yield from self._seed(dialogue, place)
        yield from self._leaked(dialogue)
        self._fields(dialogue, place)
        self._count(dialogue, place)
        said = "\n".join(turn.text.strip() for turn in dialogue.utterances())
        if said and dialogue.format != "muspsy-train":
            yield from self._same_text(dialogue, number, said)

    def _same_id(self, dialogue: Dialogue, number: int) -> Iterator[Finding]:
        for key in _IDS:
            said = dialogue.extra.get(key)
            if isinstance(said, int | str) and said != "":
                first = self._ids.setdefault(f"{dialogue.format}:{key}:{said}", number)
                if first != number:
                    other = self.places[first]
                    yield found(
                        DUPLICATE_ID, dialogue, f"{key} {said!r} is also that of {other.id}"
                    )

    def _same_text(self, dialogue: Dialogue, number: int, said: str) -> Iterator[Finding]:
        first = self._texts.setdefault(_hash(said), number)
        if first == number:
            self._near.add(said)
            self._numbers.append(number)
            return
        other, here = self.places[first], self.places[number]
        crossed = other.split != here.split and other.split and here.split
        rule = ACROSS_SPLITS if crossed else DUPLICATE
        where = f", which is in {other.split}" if crossed else ""
        yield found(rule, dialogue, f"the same as {other.id}{where}", said)

    def _seed(self, dialogue: Dialogue, place: _Place) -> Iterator[Finding]:
        if not place.split:
            return
        seeds = [d.text for d in dialogue.documents if d.kind in _SEEDS]
        if dialogue.source_case:
            seeds.append(dialogue.source_case)
        for seed in seeds:
            first, split = self._seeds.setdefault(
                _hash(seed.strip()), (len(self.places) - 1, place.split)
            )
            if split != place.split:
                yield found(
                    SEED_ACROSS_SPLITS,
                    dialogue,
                    f"in {place.split}, and of one seed with {self.places[first].id} in {split}",
                    seed,
                )
                return

    def _leaked(self, dialogue: Dialogue) -> Iterator[Finding]:
        said = [turn.text.strip() for turn in dialogue.utterances()]
        if dialogue.format == "muspsy-train":
            return  # rows of one session share their history by design
        before, self._before = self._before, said
        # The end of the one before, at the beginning of this one.
        for length in range(min(len(before), len(said) - 1, 40), 0, -1):
            if said[:length] == before[-length:] and any(len(t) >= _LEAST for t in said[:length]):
                yield found(
                    CONTEXT_LEAK,
                    dialogue,
                    f"its first {length} turns are the last of {self.places[-2].id}",
                    said[0],
                    turn=1,
                    session=dialogue.sessions[0].number,
                )
                return

    def _fields(self, dialogue: Dialogue, place: _Place) -> None:
        for key, value in dialogue.extra.items():
            self._typed(f"{dialogue.format}:{key}", value, place)
        for turn in dialogue.utterances():
            for key, value in turn.extra.items():
                self._typed(f"{dialogue.format}:turn.{key}", value, place)

    def _typed(self, key: str, value: object, place: _Place) -> None:
        kind = _TYPE.get(type(value), "")
        if kind and kind not in (seen := self._types[key]):
            seen[kind] = place

    def _count(self, dialogue: Dialogue, place: _Place) -> None:
        kind = _PER_SESSION.get(dialogue.format)
        if dialogue.format == "muspsy-dialogue":
            held = sum(1 for session in dialogue.sessions if session.utterances)
        elif kind is not None:
            held = sum(1 for d in dialogue.documents if d.kind == kind)
        else:
            return
        name = dialogue.file.rpartition("/")[2]
        match = _NUMBER.search(name)
        if match:
            self._sessions[match[1]].setdefault(dialogue.format, (held, place))

    def end(self) -> Iterator[Finding]:
        """What only shows once all has been read."""
        for later, earlier, near in self._near.pairs():
            yield self._near_pair(self._numbers[later], self._numbers[earlier], near)
        for key, kinds in self._types.items():
            name = key.partition(":")[2]
            if len(kinds) > 1 and not name.rpartition(".")[2].startswith("_"):
                first, *_, last = kinds.items()
                yield _at(
                    MIXED_TYPES, last[1], f"{name} is {' and '.join(sorted(kinds))}", first[1].id
                )
            if not _PLAIN_NAME.fullmatch(name.removeprefix("turn.")):
                yield _at(BAD_NAME, next(iter(kinds.values())), f"the field is called {name!r}")
        for client, files in self._sessions.items():
            if len({held for held, _ in files.values()}) > 1:
                counts = ", ".join(f"{held} in {form}" for form, (held, _) in files.items())
                worst = files.get("muspsy-dialogue") or next(iter(files.values()))
                yield _at(SESSION_COUNT, worst[1], f"client {client}: {counts}")

    def _near_pair(self, later: int, earlier: int, near: float) -> Finding:
        here, other = self.places[later], self.places[earlier]
        crossed = here.split and other.split and here.split != other.split
        where = f", which is in {other.split}" if crossed else ""
        rule = ACROSS_SPLITS if crossed else NEAR_DUPLICATE
        return _at(rule, here, f"{near:.0%} like {other.id}{where}")


def split_of(dialogue: Dialogue) -> str:
    """The split that a dialogue is in, by its record or its file's path; empty where none."""
    if dialogue.split:
        return dialogue.split
    match = _SPLITS.search(dialogue.file)
    if not match:
        return ""
    name = match[1].lower()
    return _SAME_SPLIT.get(name, name)


_TYPE: dict[type, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "truth",
    list: "list",
    dict: "object",
}


def _at(rule: Rule, place: _Place, message: str, words: str = "") -> Finding:
    return Finding(rule, place.id, place.file, place.line, message, words)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()
