"""Things sent through a pipe to another process of this program: a length, and a pickle.

Both ends are this program's own, started by it, so what comes out is what was put in.
"""

from __future__ import annotations

import pickle
import struct
import threading
from typing import IO, Any

_LENGTH = struct.Struct("!I")


class Sender:
    """One end to write to, from any thread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, thing: object) -> None:
        """Raises `OSError` or `ValueError` where nobody reads any more."""
        frame = pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._stream.write(_LENGTH.pack(len(frame)) + frame)
            self._stream.flush()

    def close(self) -> None:
        """Let the other end read that no more will come."""
        with self._lock:
            try:
                self._stream.close()
            except OSError:
                return  # Who read is gone, and took what was not yet written.


def receive(stream: IO[bytes]) -> Any | None:
    """The next thing sent, or `None` where no more will come."""
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(length)
    frame = stream.read(size)
    return pickle.loads(frame) if len(frame) == size else None  # noqa: S301 - our own, see above
