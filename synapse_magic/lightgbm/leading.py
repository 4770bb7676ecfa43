"""What the leading task makes of what it hears from all: when to go on, and how it ended.

No sockets and no clock of its own: messages and times go in, what to tell everybody comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from synapse_magic.lightgbm.lines import Message

Ending = Literal["done", "failed", "lost"]

NETWORK_GRACE_SECONDS = 3.0
"""How long an error of the network is held back: its cause is on another worker."""
MOST_ATTEMPTS = 5
"""How often the network is tried on other ports: each is let go just before LightGBM binds it."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes
    ----------
    ending : {"done", "failed", "lost"}
        All well; an error that another attempt would meet again; or a worker that is gone.
    cause : str
        The first cause in one line.
    details : str
        The traceback behind it.
    """

    ending: Ending
    cause: str = ""
    details: str = ""


@dataclass
class Leading:
    """The state of a training as its leading task knows it.

    Attributes
    ----------
    partitions : sequence of int
        The tasks that train, the leading one among them.
    timeout : float
        Seconds that LightGBM's network may take to stand.
    outcome : Outcome or None
        How it ended.
    """

    partitions: Sequence[int]
    timeout: float
    outcome: Outcome | None = None
    _attempt: int = 1
    _ready: dict[int, Message] = field(default_factory=dict)
    _linked: set[int] = field(default_factory=set)
    _done: set[int] = field(default_factory=set)
    _went: float | None = None
    _suspect: tuple[float, Outcome] | None = None

    def hear(self, partition: int, message: Message, now: float) -> Message | None:
        """Take a message of one task; return what to tell all of them, if anything."""
        if "failed" in message:
            return self._hear_failure(message, now)
        if "ready" in message:
            self._ready[partition] = message["ready"]
            if len(self._ready) == len(self.partitions):
                return self._go(now)
        elif "linked" in message:
            self._linked.add(partition)
        elif "done" in message:
            self._done.add(partition)
            if len(self._done) == len(self.partitions):
                return self.end(Outcome("done"))
        return None

    def look(self, now: float) -> Message | None:
        """Return what the passing of time makes to tell all tasks, if anything."""
        if self._suspect is not None and now >= self._suspect[0]:
            return self.end(self._suspect[1])
        missing = set(self.partitions) - self._linked
        if missing and self._went is not None and now - self._went > self.timeout:
            return self.end(
                Outcome(
                    "failed",
                    f"the network between the workers did not stand within {self.timeout:g} s: "
                    f"{self._ready[min(missing)]['host']} was not linked. "
                    "Try: let the hosts reach each other on all ports, or a larger timeout",
                )
            )
        return None

    def end(self, outcome: Outcome) -> Message:
        """Settle the outcome and return the message of it; the first one stands."""
        self.outcome = self.outcome or outcome
        return {"end": asdict(self.outcome)}

    def _hear_failure(self, message: Message, now: float) -> Message | None:
        kind = message["kind"]
        outcome = Outcome("failed", message["failed"], message.get("details", ""))
        if kind == "port" and self._attempt < MOST_ATTEMPTS:
            self._attempt += 1
            self._ready, self._linked, self._done, self._went = {}, set(), set(), None
            self._suspect = None
            return {"again": self._attempt}
        if kind == "network":
            self._suspect = self._suspect or (now + NETWORK_GRACE_SECONDS, outcome)
            return None
        return self.end(outcome)

    def _go(self, now: float) -> Message:
        sizes = {told["features"] for told in self._ready.values()}
        if len(sizes) > 1:
            return self.end(
                Outcome(
                    "failed",
                    f"The vectors have different sizes, from {min(sizes)} to {max(sizes)}. "
                    "Expected one size. Try: assemble them again with one stage",
                )
            )
        # LightGBM cannot work with a member that has no rows to train on.
        working = {p: told for p, told in self._ready.items() if told["rows"]}
        if any(told["validation"] for p, told in self._ready.items() if p not in working):
            return self.end(
                Outcome(
                    "failed",
                    "The worker with the validation rows has no training rows. Try: numTasks=1",
                )
            )
        if not working:
            return self.end(Outcome("failed", "There are no training rows. Expected at least one"))
        order = sorted(working, key=lambda p: (-working[p]["validation"], p))
        self._went = now
        idle = set(self.partitions) - set(order)
        self._linked |= idle
        self._done |= idle
        return {"go": _network(order, working)}


def _network(order: list[int], ready: dict[int, Message]) -> Message:
    first = ready[order[0]]
    return {
        "order": order,
        "machines": [f"{_native(ready[p]['host'])}:{ready[p]['port']}" for p in order],
        "leader": [first["host"], first["council"]],
        "validates": first["validation"] > 0,
    }


def _native(host: str) -> str:
    """Return the address as LightGBM finds it among those of the machine itself."""
    return "127.0.0.1" if host.startswith("127.") else host
