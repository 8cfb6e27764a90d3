"""Names from options that may be repeated and may hold several with commas between them."""

from __future__ import annotations

from collections.abc import Sequence


def named(given: Sequence[str] | None) -> tuple[str, ...]:
    """The names in their order, each once."""
    names = (name.strip() for text in given or () for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))
