"""When things happen in a log: the simulated calendar, never the time of writing.

The course begins on a Monday at nine; a session is in its own week, an utterance takes a minute,
and what is only noted a second. So the same episode has the same times wherever it is exported.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2000, 1, 3, 9, 0, tzinfo=UTC)
"""The moment of intake: a date so old that nobody takes it for the time of a real session."""

ABOUT = "simulated: the course begins on 2000-01-03, weeks and minutes are those of the course"


class Clock:
    """The simulated time of one episode. It never goes back."""

    def __init__(self) -> None:
        self.now = START

    def to_week(self, week: int, *, days: int = 0) -> None:
        """Go on to the given week's day, where that is still to come."""
        self.now = max(self.now, START + timedelta(weeks=week, days=days))

    def pass_time(self, *, minute: bool = False) -> None:
        """Let an utterance's minute pass, or a note's second."""
        self.now += timedelta(minutes=1) if minute else timedelta(seconds=1)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return (self.now - START).total_seconds()
