"""Notes that leave their subject out, as lists do: `Avoids trains`, `Father died in May`.

A note that begins with a verb is its client's, and one that begins with kin is of the client's kin.
A note of nouns alone (`Panic on trains`) has no verb that a rule could give it.
"""

from __future__ import annotations

import re

_ADVERB = r"(?:Also|Still|Never|Often|Always|Rarely|Sometimes|Usually|Recently|No longer|Now|Once) "
_DOES = (
    "is has was had does cannot can could sleeps eats works lives wakes keeps goes says "
    "thinks feels takes makes drives counts watches hides avoids walks sits stands reads "
    "writes talks calls drinks cooks pays sends buys looks comes gets gives leaves stays uses "
    "wants likes knows believes tells asks tries runs plays waits checks cleans carries "
    "brings puts spends sees shares misses worries cries fears dreads refuses struggles "
    "smokes hears finds blames doubts prefers needs hopes wishes came lost left took kept spent "
    "got went began stopped started moved quit grew felt slept told saw gave met drank fell "
    "broke made did hit ran wrote"
)
_PAST_OR_VERB = r"[A-Za-z]{2,}(?:ed|[^su]s)"
_AFTER_VERB = (
    "the|a|an|to|his|her|it|from|at|in|on|for|with|about|that|all|most|every|two|three|four|out"
)
_VERB_FIRST = re.compile(
    rf"(?:{_ADVERB})?(?:(?:{'|'.join(_DOES.split())})\b(?! (?:it|there|that|this)\b)"
    rf"|{_PAST_OR_VERB} (?:{_AFTER_VERB})\b)",
    re.IGNORECASE,
)
_NOT_A_VERB = re.compile(
    r"(?:This|His|Its|Thus|As|Was it|Based|Compared|Born|Tired|Worried|Ashamed|Scared|Convinced"
    r"|Depressed|Exhausted|Bored|Stressed|Frightened|Attached|Friends"
    r"|Problems?|Sessions?|Parents|Things|Days|Nights|Weeks|Months|Years|Thoughts|Difficulties"
    r"|Arguments|Headaches|Attacks|Nightmares|Panics|Fights|Debts|Needs|Hopes|Fears|Worries|Red|Bed"
    r"|Perhaps|Sometimes|Towards|Besides|Unless|Across|Always)\b(?! (?:that|to)\b)"
)
_FELT = re.compile(
    r"(?:Often |Always |Still )?(?:tired|worried|ashamed|scared|convinced|depressed|exhausted|bored"
    r"|stressed|frightened|afraid|unable|lonely|angry)\b",
    re.IGNORECASE,
)
_KIN_FIRST = re.compile(
    r"(?:Father|Mother|Brother|Sister|Wife|Husband|Son|Daughter|Partner|Parents|Children|Boss"
    r"|Manager|Flatmate|Boyfriend|Girlfriend|Grandmother|Grandfather|Uncle|Aunt|Ex-husband|Ex-wife|(?:Brother|Sister|Mother|Father|Son|Daughter)-in-law)\b"
    r"(?!,| [A-Z])"
)
_CHILD_OF = re.compile(r"(?:Only|Eldest|Oldest|Youngest|Middle|Second) (?:child|son|daughter|of)\b")


_OWN_SUBJECT = re.compile(r", (?:he|she|[A-Z][a-z]+) |\?")


def with_subject(note: str, client: str) -> str:
    """A note with the subject that it leaves out, `client` or `His`-less kin as `client`'s.

    Anything else comes back as it is.
    """
    if _OWN_SUBJECT.search(note):
        return note
    if _CHILD_OF.match(note):
        return f"{client} is the {_small(note)}"
    if _FELT.match(note):
        return f"{client} is {_small(note)}"
    if _KIN_FIRST.match(note):
        return f"My {_small(note)}"
    if _VERB_FIRST.match(note) and not _NOT_A_VERB.match(note):
        return f"{client} {_small(note)}"
    return note


def _small(text: str) -> str:
    return text[0].lower() + text[1:]
