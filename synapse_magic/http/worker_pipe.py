"""The pipe from a Python worker to Spark: pushed on at once, and watched for its end.

Spark's worker collects 64 kB before it sends anything, and learns only on the next write that
nobody reads any more. With calls that take seconds or cost money that is too late: a ``limit(10)``
would never see its ten rows, and an interrupted job would go on calling. What Spark offers to
functions has neither, but the worker's own code above us on the stack holds the pipe.
"""

from __future__ import annotations

import select
import sys
from typing import Any

_HOLDER = "dump_stream"
_NAME = "stream"


class WorkerPipe:
    """The pipe of this worker, or none where the code does not run in one of Spark's."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._poll: Any = None
        if stream is not None and hasattr(select, "poll"):
            self._poll = select.poll()
            # Without an event of its own, as on macOS, a reset and a hang-up are still told.
            self._poll.register(stream.fileno(), getattr(select, "POLLRDHUP", 0))

    @classmethod
    def here(cls) -> WorkerPipe:
        """Return the pipe that the function which calls this writes to."""
        frame = sys._getframe(1)
        while frame is not None:
            held = frame.f_locals.get(_NAME)
            if frame.f_code.co_name == _HOLDER and hasattr(held, "fileno"):
                return cls(held)
            frame = frame.f_back  # type: ignore[assignment]
        return cls(None)

    @property
    def found(self) -> bool:
        """Whether there is one."""
        return self._stream is not None

    def flush(self) -> None:
        """Send what was written."""
        if self._stream is not None:
            self._stream.flush()

    def closed(self, within: float = 0.0) -> bool:
        """Return whether nobody reads any more, waiting so many seconds for that."""
        return bool(self._poll is not None and self._poll.poll(within * 1000))
