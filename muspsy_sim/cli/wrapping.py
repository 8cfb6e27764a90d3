"""Lines that fit a column of a terminal, in languages with and without spaces between words.

A column's width is counted in cells: a Chinese character takes two. Chinese may break between any
two characters, except that no line begins with a closing sign or ends with an opening one.
"""

from __future__ import annotations

import re

_NOT_FIRST = frozenset("，。！？；：、）》」』】”’…—,.!?;:)]}%")
_NOT_LAST = frozenset("（《「『【“‘([{")
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Scripts that break between any two characters, with their punctuation."""
_PIECES = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")


def wrap(text: str, width: int) -> list[str]:
    """`text` as lines of at most `width` cells (at least 4); its own line ends are kept."""
    room = max(4, width)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrap_paragraph(paragraph, room)
    return lines


def _wrap_paragraph(text: str, width: int) -> list[str]:
    from rich.cells import cell_len

    lines: list[str] = []
    line = ""
    for unit in _units(text):
        if unit.isspace():
            line += " " if line else ""
        elif cell_len(line) + cell_len(unit) <= width:
            line += unit
        else:
            if line.strip():
                lines.append(line.rstrip())
            *whole, line = _chopped(unit, width)
            lines += whole
    return [*lines, line.rstrip()]


def _units(text: str) -> list[str]:
    """The pieces between which a line may end."""
    units: list[str] = []
    for piece in _PIECES.findall(text):
        joins = units and not units[-1].isspace() and not piece.isspace()
        if joins and (piece[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST):
            units[-1] += piece
        else:
            units.append(piece)
    return units


def _chopped(unit: str, width: int) -> list[str]:
    """A unit that may be wider than a line, in parts that are not; at least one."""
    from rich.cells import cell_len

    parts = [""]
    for sign in unit:
        if cell_len(parts[-1]) + cell_len(sign) > width:
            parts.append("")
        parts[-1] += sign
    return parts
