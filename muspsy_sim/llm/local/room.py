"""How many rows are written at once: fewer where memory ran out, and more again where it lasts."""

from __future__ import annotations

import logging
from typing import Final

PATIENCE: Final = 64
"""Rows that end before twice as many at once are tried again. Twice as many after each time that
did not last, up to `_LONGEST`, for all under way begins again then."""

_LONGEST: Final = 64 * PATIENCE

_log = logging.getLogger(__name__)


class Room:
    """`rows` at once now, of `most` that were asked for. `name`: the model's."""

    def __init__(self, name: str, most: int) -> None:
        self.rows = most
        self.most = most
        self._name = name
        self._patience = PATIENCE
        self._ended = 0
        self._grown = False

    def shrink(self, at_once: int) -> None:
        """Note that memory ran out with so many rows at once, two or more: half of them for now."""
        if self._grown:
            self._patience = min(_LONGEST, 2 * self._patience)
        self._ended, self._grown = 0, False
        self.rows = max(1, min(self.rows, at_once) // 2)
        _log.warning(
            "%s: memory ran out with %d rows at once; up to %d are written at once for now",
            self._name,
            at_once,
            self.rows,
        )

    def restore(self, rows: int) -> None:
        """Take back what one row caused that does not fit by itself: so many at once as before."""
        self.rows = max(self.rows, rows)
        self._patience, self._ended, self._grown = PATIENCE, 0, False

    def ended(self) -> None:
        """Note that a row was written to its end."""
        self._ended += 1
        if self._ended < self._patience:
            return
        self._ended = 0
        self._grown = self.rows < self.most
        if not self._grown:
            self._patience = PATIENCE
        self.rows = min(self.most, 2 * self.rows)
