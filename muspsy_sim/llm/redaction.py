"""Keeping keys out of everything that is shown, logged or recorded.

A `Secret` prints as `***`; `redact` takes known secrets, and whatever looks like one, out of text
that came from elsewhere, such as a server's error message that echoes the request's headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote

from muspsy_sim.records.errors import one_line

HIDDEN: Final = "***"
_WHOLE_WORD_BELOW = 6
"""Characters below which a secret is only taken out as a whole word: servers without keys are
given ones such as `x`, and an error must still read."""

_IN_REPLIES_FROM = 12
"""Characters from which a secret is taken out of a model's own text as well."""

_LOOKS_SECRET = re.compile(
    r"(?P<keep>\b(?:bearer|basic)\s+)[\w.~+/=*-]{3,}"
    r"|(?P<keep2>\b(?:api[_-]?key|access[_-]?token|token|secret|password)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&,;}]{3,}"
    r"|(?P<keep3>://)[^\s/@]+@"
    r"|\bsk-[\w*.-]{6,}",
    re.IGNORECASE,
)


class Secret:
    """A value that must not be shown. `reveal()` is called only where it is sent."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not stored")


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """`text` without the secrets, in whichever way they were written, and without lookalikes."""
    for form in _forms(secrets):
        if len(form) < _WHOLE_WORD_BELOW:
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)
        else:
            text = text.replace(form, HIDDEN)
    return _LOOKS_SECRET.sub(_hide, text)


def redact_reply(text: str, secrets: Iterable[Secret]) -> str:
    """A model's text without the secrets. Only long ones, so that no word is lost by chance."""
    for form in _forms(secrets):
        if len(form) >= _IN_REPLIES_FROM and form in text:
            text = text.replace(form, HIDDEN)
    return text


def shown(text: str, secrets: Iterable[Secret] = (), limit: int = 200) -> str:
    """Text from elsewhere as an error may quote it: redacted, on one line, cut to `limit`."""
    # Redacted before it is cut, or the cut could leave a piece of a key that is no longer known.
    line = one_line(redact(text[:20_000], secrets))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _hide(match: re.Match[str]) -> str:
    kept = match["keep"] or match["keep2"] or match["keep3"] or ""
    return f"{kept}{HIDDEN}@" if match["keep3"] else f"{kept}{HIDDEN}"


def _forms(secrets: Iterable[Secret]) -> list[str]:
    """The ways a secret may be written, longest first, so that no part of a longer one stays."""
    forms = {
        form
        for secret in secrets
        for value in (secret.reveal(),)
        for form in (value, quote(value, safe=""), unquote(value))
        if form
    }
    return sorted(forms, key=len, reverse=True)
