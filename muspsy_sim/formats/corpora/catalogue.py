"""All corpus formats by name, and the one that a file is in.

Sniffing asks the formats in a fixed order, the more particular before the more general, and says
which file decided; it never guesses from a file's name alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice

from muspsy_sim.formats.corpora import (
    bare_list,
    cactus,
    chat,
    cpsycound,
    cpsycoune,
    muspsy_cards,
    muspsy_dialogue,
    muspsy_memory,
    muspsy_train,
    muspsy_transcript,
    psy_insight,
    psycheval,
    psydial_d101,
    single_texts,
)
from muspsy_sim.formats.corpora.json_stream import entries
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Sample
from muspsy_sim.records.errors import FormatError

FORMATS: tuple[Format, ...] = (
    muspsy_cards.FORMAT,
    muspsy_memory.FORMAT,
    muspsy_dialogue.FORMAT,
    cpsycound.FORMAT,
    muspsy_train.FORMAT,
    psydial_d101.FORMAT,
    chat.SIMPSYDIAL,
    chat.PSYDIAL,
    psy_insight.FORMAT,
    cactus.EVALUATION,
    cactus.SESSION,
    cactus.CORPUS,
    psycheval.FORMAT,
    muspsy_transcript.FORMAT,
    bare_list.SMILE,
    bare_list.LDD,
    cpsycoune.FORMAT,
    single_texts.REPORT,
    single_texts.COMPLAINT,
)
"""In the order in which they are asked."""

_HEAD = 64 << 10


def format_named(name: str, beside: Sequence[str] = ()) -> Format:
    """The format of this name. `beside` are names that could have been meant as well.

    Raises:
        FormatError: there is none; the nearest is named.
    """
    found = {each.name: each for each in FORMATS}
    if name in found:
        return found[name]
    known = sorted({*found, *beside})
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise FormatError(
        f"there is no format {name!r}", hint=f"{hint}the formats are {', '.join(known)}"
    )


def sniff(file: CorpusFile) -> Format | None:
    """The format that a file is in, by its beginning; None where no format knows it."""
    sample = sample_of(file)
    if sample is None:
        return None
    suffix = file.path.suffix.lower()
    for each in FORMATS:
        if suffix in each.suffixes and each.sniff(sample):
            return each
    return None


def sample_of(file: CorpusFile) -> Sample | None:
    """What a sniff sees; None where the file cannot be read."""
    try:
        with file.path.open("rb") as opened:
            text = opened.read(_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return None
    first: object = None
    if file.path.suffix.lower() != ".txt":
        found = next((e for e in islice(entries(file), 8) if isinstance(e, Entry)), None)
        first = found.value if found is not None else None
    return Sample(file.name, text, first)
