"""A turn of the offline client's while it is being put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.llm.offline.client.wording import bare, sentences, size


@dataclass(slots=True)
class Draft:
    """A turn being put together: its parts, and the matter that they are about."""

    most: int
    fewest: int
    sentences_most: int
    parts: list[str] = field(default_factory=list)
    group: str | None = None
    bright: bool = False
    """Whether what it is about is a strength, a hope or somebody who helps."""
    whole: bool = False
    """Whether the answer is complete, so that more of the current matter would be a jump."""

    @property
    def left(self) -> int:
        """Words still free."""
        return self.most - sum(map(size, self.parts))

    @property
    def count(self) -> int:
        """Sentences so far."""
        return sum(len(sentences(part)) for part in self.parts)

    @property
    def free(self) -> int:
        """Sentences still free."""
        return self.sentences_most - self.count

    def add(self, *parts: str | None, group: str | None = None) -> None:
        """Take parts in; empty ones are left out."""
        self.parts += [p for p in parts if p]
        self.group = group or self.group

    def holds(self, text: str) -> bool:
        """Whether the words of a text stand in the draft, if with another beginning."""
        return bare(text).removeprefix("我") in bare(" ".join(self.parts))
