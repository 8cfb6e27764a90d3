"""The process that a checkpoint is loaded and written in: `python -m muspsy_sim.llm.local.serving`.

It has an interpreter of its own because in a thread of another's an engine would wait, at each of a
model's hundreds of operations, until busy episodes let it in (docs/decisions/0013). It reads what
is asked from its standard input, writes what came of it to its standard output, and ends when
nobody is there to ask.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import IO

from muspsy_sim.llm.local.calls import Asked, Call, Failed, Greeting, Stage, Written
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.frames import Sender, receive
from muspsy_sim.llm.local.prompts import PromptRefused, prompt_of
from muspsy_sim.records.errors import MuspsyError, one_line


def serve(asked_of: IO[bytes], told_to: IO[bytes]) -> None:
    """Load what the greeting names, say so or why not, and answer until nothing more comes."""
    sender = Sender(told_to)
    greeting = receive(asked_of)
    if not isinstance(greeting, Greeting):
        return
    try:
        from muspsy_sim.llm.local.engines import facts, open_engine

        # Who asks next starts another process, with a card that answers.
        engine = open_engine(greeting, ended=lambda: os._exit(1))
        sender.send(facts(engine))
    except MuspsyError as error:
        sender.send(error)
        return
    under_way: dict[int, Call] = {}
    while (said := receive(asked_of)) is not None:
        match said:
            case (int(number), Asked() as asked):
                _ask(engine, asked, number, under_way, sender)
            case (int(number), None):
                seconds = time.process_time()
                sender.send((number, dataclasses.replace(engine.counts, seconds=seconds)))
            case int(number):
                if (call := under_way.pop(number, None)) is not None:
                    call.cancelled = True


def _ask(
    engine: Engine, asked: Asked, number: int, under_way: dict[int, Call], sender: Sender
) -> None:
    done = _teller(number, under_way, sender)
    try:
        ids = prompt_of(engine.loaded, asked)
    except PromptRefused as error:
        done(Failed("bad_request", str(error)))
        return
    call = Call(
        ids=ids,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        seed=asked.seed,
        owner=asked.owner,
        schema=asked.schema,
        done=done,
        moved=lambda stage: _send(sender, number, stage),
    )
    under_way[number] = call
    engine.submit(call)


def _teller(
    number: int, under_way: dict[int, Call], sender: Sender
) -> Callable[[Written | Failed | BaseException], None]:
    def done(outcome: Written | Failed | BaseException) -> None:
        under_way.pop(number, None)
        if isinstance(outcome, BaseException):
            outcome = Failed("server", one_line(f"{type(outcome).__name__}: {outcome}"))
        _send(sender, number, outcome)

    return done


def _send(sender: Sender, number: int, said: Written | Failed | Stage) -> None:
    try:
        sender.send((number, said))
    except (OSError, ValueError):
        os._exit(0)  # Nobody is there to hear it.


def main() -> None:
    """Serve over standard input and output."""
    # Who started this decides when it ends; an interrupt from the keyboard reaches both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told_to = os.fdopen(os.dup(1), "wb")
    # What libraries print goes where errors go: the real output carries frames.
    os.dup2(2, 1)
    serve(sys.stdin.buffer, told_to)
    # Not through Python's own end: a batch may be under way in another thread.
    os._exit(0)


if __name__ == "__main__":
    main()
