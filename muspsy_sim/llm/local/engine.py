"""One thread that writes for all: calls wait in a queue, join a batch, and leave it when done.

An engine belongs to one checkpoint and lives as long as the process. A few milliseconds are waited
for company when it is idle; while a batch is being written, those who wait join it as soon as there
is room. Where memory runs out the batch is halved for a while and its rows begin again: what they
say depends on their seeds, so nothing is lost but time. The longest of them is then tried alone,
and fails if that is too much by itself.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from itertools import chain
from typing import Final

from muspsy_sim.llm.local.batch import Batch, begin, step
from muspsy_sim.llm.local.calls import Call, Counts, Failed, Row, Stage, Written
from muspsy_sim.llm.local.devices import broken, free_memory, out_of_memory
from muspsy_sim.llm.local.grammar import Grammars
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.prefixes import Prefixes
from muspsy_sim.llm.local.reading import ON_A_CARD, ON_A_PROCESSOR, Prompt, together
from muspsy_sim.llm.local.room import Room
from muspsy_sim.llm.local.sampling import NO_TOKEN
from muspsy_sim.llm.local.waiting import CLOSED, Waiting
from muspsy_sim.records.errors import one_line

WINDOW_S: Final = 0.004
"""Seconds that an idle engine waits for company after a first call."""

_JOIN_EVERY = 8
"""Steps after which whoever waits may join: to read one prompt takes about a step's time."""

_WORTH_JOINING = 0.25
"""Who waits, as a share of those being written, from which on they join at once."""

_log = logging.getLogger(__name__)


class Engine:
    """The writer for one checkpoint. `submit` may be called from any thread.

    `ended` is called where it can't go on, after all calls were failed.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        rows: int,
        kept_bytes: int,
        window_s: float = WINDOW_S,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.loaded = loaded
        self.counts = Counts()
        self._room = Room(loaded.name, rows)
        self._one_alone = False
        self._longest = 0
        self._grammars = Grammars(loaded.tokenizer, loaded.vocabulary, loaded.stops)
        self._prefixes = Prefixes(kept_bytes)
        self._batch = Batch()
        self._waiting = Waiting(window_s)
        self._joining: list[Call] = []
        self._ended_early = ended
        self._thread = threading.Thread(target=self._run, name=f"muspsy {loaded.name}", daemon=True)
        self._thread.start()

    @property
    def limit(self) -> int:
        """Rows at once, at most, for now."""
        return self._room.rows

    def submit(self, call: Call) -> None:
        """Let a call wait its turn."""
        self._waiting.put(call)

    def close(self) -> None:
        """Stop when the batch under way is written. Calls that wait are failed."""
        self._waiting.close()
        self._thread.join()

    def _run(self) -> None:
        import torch

        try:
            with torch.inference_mode():
                self._write_on()
        except BaseException as error:  # noqa: BLE001 - or calls would wait for a thread that is gone
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        why = one_line(f"{type(error).__name__}: {error}")[:300]
        _log.warning("%s: its engine can't go on (%s)", self.loaded.name, why)
        said = Failed("server", f"its engine could not go on ({why})")
        self._waiting.close()
        for call in (*(row.call for row in self._batch.rows), *self._joining):
            call.tell(said)
        self._waiting.fail(said)
        self._ended_early()

    def _write_on(self) -> None:
        since = 0
        while True:
            self._waiting.gather(self.limit, len(self._batch.rows))
            if self._waiting.closed and not self._batch.rows:
                break
            if self._may_join(since):
                self._admit()
                since = 0
            elif self._batch.rows:
                self._advance()
                since += 1
        self._waiting.fail(CLOSED)

    def _may_join(self, since: int) -> bool:
        under_way, waiting = len(self._batch.rows), len(self._waiting.calls)
        if not waiting or under_way >= self.limit:
            return False
        return since >= _JOIN_EVERY or min(waiting, self.limit - under_way) >= (
            _WORTH_JOINING * under_way
        )

    def _admit(self) -> None:
        """Read the prompts of those who wait longest, and let them join."""
        room = 1 if self._one_alone else self.limit - len(self._batch.rows)
        self._one_alone = False
        waiting = self._waiting.calls
        self._joining = [waiting.popleft() for _ in range(min(room, len(waiting)))]
        prompts = [prompt for call in self._joining if (prompt := self._prompt(call)) is not None]
        card = self.loaded.device.type != "cpu"
        groups = deque(together(prompts, ON_A_CARD if card else ON_A_PROCESSOR))
        prompts.clear()
        while groups:
            under_way = len(self._batch.rows)
            try:
                self._begin(groups[0])
            except Exception as error:
                if broken(error):
                    raise
                # What was computed hangs on where the error was raised, and its memory is needed.
                fault = error.with_traceback(None)
            else:
                groups.popleft()
                self._settle(under_way)
                continue
            group = [prompt.row.call for prompt in groups.popleft()]
            if self._ran_out(fault):
                others = [prompt.row.call for prompt in chain(*groups)]
                groups.clear()
                self._make_do(group, [row.call for row in self._batch.rows], others)
                return
            for call in group:
                call.tell(fault)

    def _prompt(self, call: Call) -> Prompt | None:
        """What is to be read for a call, or `None` where nobody waits or no grammar can be made."""
        if call.cancelled:
            return None
        try:
            guide = None if call.schema is None else self._grammars.guide(call.schema)
        except Exception as error:  # noqa: BLE001 - of this call, and no matter of the others'
            call.tell(error)
            return None
        return Prompt(Row(call, guide), self._prefixes.find(call.owner, call.ids))

    def _begin(self, prompts: list[Prompt]) -> None:
        rows = [prompt.row for prompt in prompts]
        for row in rows:
            row.call.moved(Stage.BEGUN)
        begin(self.loaded, self._batch, rows, [prompt.kept for prompt in prompts])
        self.counts.calls += len(prompts)

    def _advance(self) -> None:
        """Write a token of each row."""
        rows = self._batch.rows
        self.counts.steps += 1
        self.counts.rows += len(rows)
        try:
            step(self.loaded, self._batch)
        except Exception as error:
            if broken(error):
                raise
            fault = error.with_traceback(None)
        else:
            self._settle(0)
            return
        calls = [row.call for row in rows]
        if self._ran_out(fault):
            self._make_do(calls, [], [])
            return
        rows.clear()
        for call in calls:
            call.tell(fault)

    def _settle(self, first: int) -> None:
        """Answer the rows from `first` on whose last token ended them, and let them go."""
        self._batch.drop([n for n in range(first, len(self._batch.rows)) if self._ended(n)])

    def _ended(self, n: int) -> bool:
        row = self._batch.rows[n]
        if row.call.cancelled:
            return True
        try:
            written = self._written(n, row)
        except Exception as error:
            if broken(error):
                raise
            row.call.tell(error)
            return True
        if written is not None:
            row.call.tell(written)
        return written is not None

    def _written(self, n: int, row: Row) -> Written | None:
        """What came of a row, if its last token ended it. Raises `RuntimeError` if nothing did."""
        token = row.made[-1]
        if token == NO_TOKEN:
            self._batch.slots.wipe(n)
            raise RuntimeError(
                "the model's logits are not numbers; float16 may be too narrow for it: "
                "set MUSPSY_LOCAL_DTYPE to bfloat16 or float32"
            )
        whole = row.guide.take(token) if row.guide is not None else False
        stopped = token in self.loaded.stops
        if not (whole or stopped or row.left <= 0):
            return None
        # Kept first: who asked may come back with the next turn before this thread goes on.
        self._keep(n, row)
        self.counts.tokens += len(row.made)
        self._longest = max(self._longest, len(row.call.ids))
        self._room.ended()
        made = [each for each in row.made if each not in self.loaded.stops]
        return Written(
            text=self.loaded.tokenizer.decode(made, skip_special_tokens=True),
            prompt_tokens=len(row.call.ids),
            completion_tokens=len(row.made),
            cached_tokens=row.cached,
            finished=whole or stopped,
        )

    def _keep(self, n: int, row: Row) -> None:
        if not self._prefixes.limit:
            return
        try:
            self._prefixes.keep(row.call.owner, self._batch.kept(n))
        except Exception as error:
            if not out_of_memory(error):
                raise
            self._prefixes.clear()

    def _ran_out(self, fault: BaseException) -> bool:
        """Whether memory ran out, or what rows under way had is lost with slots that can't grow."""
        return out_of_memory(fault) or bool(self._batch.rows and not self._batch.slots.rows)

    def _make_do(self, group: list[Call], under_way: list[Call], others: list[Call]) -> None:
        """Memory ran out over a group: with all under way it begins again, fewer at once.

        The longest of the group goes first, and by itself. Where that fails twice, the second time
        with nothing kept, it was too long and not the others too many. `others` wait behind them.
        """
        longest = max(group, key=lambda call: len(call.ids))
        again = [call for call in (*under_way, *group) if call is not longest]
        failed = not again and longest.alone
        if again:
            self.counts.halved += 1
            for call in (longest, *again):
                call.crowd = call.crowd or self.limit
            self._room.shrink(1 + len(again))
        longest.alone = not again
        self._one_alone = not failed
        # Those under way begin again too: their keys and values are what fills the memory.
        again = again if failed else [longest, *again]
        for call in again:
            call.moved(Stage.WAITING)
        self._waiting.again([*again, *others])
        self._batch.rows.clear()
        self._batch.slots.free()
        self._prefixes.clear()
        free_memory()
        if failed:
            self._room.restore(longest.crowd)
            longest.tell(self._too_long(longest))

    def _too_long(self, call: Call) -> Failed:
        tokens = len(call.ids)
        return Failed(
            # One as long was answered before, so that memory is short only for now.
            "server" if tokens <= self._longest else "bad_request",
            f"memory ran out with one prompt of {tokens:,} tokens alone",
        )
