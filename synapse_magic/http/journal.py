"""A journal of answers: what was paid for once is not asked for again."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

from synapse_magic.errors import SynapseError
from synapse_magic.http.identity import key_of, secrets_of
from synapse_magic.http.journal_file import SUFFIX, Block, Entry, append, blocks
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request, Response

FLUSH_SECONDS = 0.5
"""Seconds after which an answer is on its way to the file."""

_FLUSH_BYTES = 4 * 2**20
_BLOCKS_KEPT = 8
_PROMISED_SECONDS = 86_400.0
"""How long services keep what a 202 promises: after that it is asked for anew."""

_FORGOTTEN = Entry(Response(0, "forgotten"), 0)
"""Stands for an answer that is not to be found again: no policy takes its status for a success."""


class Journal:
    """The answers in a folder, as all calls of a process know them.

    Answers that count as a success are added as they come, and written half a second later, to a
    file that no other process writes to. They are found again by :func:`key_of` of the request;
    of several, the one that was written last.
    Equal requests of a job that are under way together are sent once. An answer that repeats a
    secret of its request is not kept.

    Parameters
    ----------
    folder : str
        A folder of this machine, made where it is not there, or one that it has mounted.

    Raises
    ------
    SynapseError
        When the folder cannot be made or read.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._lock = threading.Lock()  # of what is known of the files
        self._own: Path | None = None
        self._read_to: dict[Path, int] = {}
        self._places: dict[bytes, tuple[Block, int]] = {}
        self._kept: OrderedDict[Block, list[Entry]] = OrderedDict()
        self._fresh: dict[bytes, Entry] = {}  # not yet written
        self._fresh_bytes = 0
        self._writing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._flushes: set[asyncio.Task[None]] = set()
        self._failure: OSError | None = None
        self._running: dict[tuple[str, bytes], asyncio.Future[Outcome | None]] = {}

    def refresh(self) -> None:
        """Learn what others have written meanwhile; forget all where files were removed."""
        self._failure = None
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                found = sorted(self._folder.glob(f"*{SUFFIX}"))
                if not self._read_to.keys() <= set(found):
                    self._forget()
                for path in found:
                    self._read(path)
            except OSError as error:
                raise self._problem(error) from error

    async def answer(
        self, request: Request, job: str, policy: Policy, ask: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """Return the answer of the journal, of an equal request under way, or of asking.

        Parameters
        ----------
        request : Request
        job : str
            Whose requests are joined: those of another one may have another deadline.
        policy : Policy
            Says whether an answer that was kept is a success.
        ask : callable
            Sends the request.
        """
        if self._failure is not None:
            raise self._problem(self._failure)
        key = key_of(request)
        while (job, key) in self._running:
            outcome = await asyncio.shield(self._running[job, key])
            if outcome is not None:  # else it was cancelled, and the next one asks
                return outcome
        running = asyncio.get_running_loop().create_future()
        self._running[job, key] = running
        outcome = None
        try:
            outcome = await self._known(key, policy)
            if outcome is None:
                outcome = await ask()
                self._note(key, request, outcome)
            return outcome
        finally:
            del self._running[job, key]
            running.set_result(outcome)

    async def find(self, request: Request, policy: Policy) -> Outcome | None:
        """Return the answer that was kept for a request, None where there is none that counts."""
        return await self._known(key_of(request), policy)

    def keep(self, request: Request, outcome: Outcome) -> None:
        """Keep the answer of a request that came in another way than by asking it."""
        self._note(key_of(request), request, outcome)

    async def forget(self, request: Request, response: Response) -> None:
        """Forget an answer that was of no use; not one that has taken its place meanwhile."""
        key = key_of(request)
        entry = await self._entry(key)
        if entry is not None and entry.response == response:
            self._keep(key, _FORGOTTEN)

    async def flush(self) -> None:
        """Write what is not yet written.

        Raises
        ------
        SynapseError
            When the folder takes nothing more.
        """
        async with self._writing:
            entries, self._fresh_bytes = dict(self._fresh), 0
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if not entries:
                return
            try:
                await asyncio.to_thread(self._append, entries)
            except OSError as error:
                self._failure = error
                raise self._problem(error) from error
            for key, entry in entries.items():
                if self._fresh[key] is entry:
                    del self._fresh[key]

    async def _known(self, key: bytes, policy: Policy) -> Outcome | None:
        entry = await self._entry(key)
        if entry is None or not policy.succeeds(entry.response.status):
            return None
        return Outcome(entry.response, entry.attempts, 0.0)

    async def _entry(self, key: bytes) -> Entry | None:
        entry = self._fresh.get(key)
        place = self._places.get(key)
        if entry is None and place is not None:
            block, number = place
            entries = self._kept.get(block) or await asyncio.to_thread(self._entries, block)
            entry = entries[number] if entries else None
            if entry is not None and entry.response.status == 202 and _old(block):
                entry = None
        return entry

    def _entries(self, block: Block) -> list[Entry]:
        with self._lock:
            if block not in self._kept:
                self._kept[block] = block.read() or []
            while len(self._kept) > _BLOCKS_KEPT:
                self._kept.popitem(last=False)
            return self._kept.get(block, [])

    def _note(self, key: bytes, request: Request, outcome: Outcome) -> None:
        response = outcome.response
        if response is None or not outcome.good or _repeats(response, request):
            return
        self._keep(key, Entry(response, outcome.attempts))

    def _keep(self, key: bytes, entry: Entry) -> None:
        self._fresh[key] = entry
        self._fresh_bytes += len(entry.response.body)
        loop = asyncio.get_running_loop()
        if self._fresh_bytes >= _FLUSH_BYTES:
            self._begin_flush()
        elif self._timer is None:
            self._timer = loop.call_later(FLUSH_SECONDS, self._begin_flush)

    def _begin_flush(self) -> None:
        task = asyncio.get_running_loop().create_task(self.flush())
        self._flushes.add(task)
        task.add_done_callback(self._flushed)

    def _flushed(self, task: asyncio.Task[None]) -> None:
        self._flushes.discard(task)
        if not task.cancelled():
            task.exception()  # kept as the failure, which the next call and the end of all raise

    def _append(self, entries: dict[bytes, Entry]) -> None:
        with self._lock:
            try:
                block = self._written(entries)
            except OSError:
                # What was half written is never written behind; and where a file cannot grow,
                # each block has its own.
                self._own = None
                block = self._written(entries)
            self._read_to[block.path] = block.start + block.length
            self._learn(block, list(entries))

    def _written(self, entries: dict[bytes, Entry]) -> Block:
        path = self._own or self._folder / f"{uuid.uuid4().hex}{SUFFIX}"
        block = append(path, list(entries), list(entries.values()), time.time())
        self._own = path
        return block

    def _read(self, path: Path) -> None:
        start = self._read_to.get(path, 0)
        for block, keys in blocks(path, start):
            self._learn(block, keys)
            start = block.start + block.length
        self._read_to[path] = start

    def _learn(self, block: Block, keys: list[bytes]) -> None:
        """Take up the places of entries, but for those that are known to be newer."""
        for number, key in enumerate(keys):
            known = self._places.get(key)
            if known is None or known[0].written <= block.written:
                self._places[key] = (block, number)

    def _forget(self) -> None:
        self._own = None
        self._read_to.clear()
        self._places.clear()
        self._kept.clear()

    def _problem(self, error: OSError) -> SynapseError:
        return SynapseError(
            f"The journal at {self._folder} cannot be kept: {error.strerror or error}. "
            "Try: a folder that all workers may write to"
        )


def _old(block: Block) -> bool:
    return time.time() - block.written > _PROMISED_SECONDS


def _repeats(response: Response, request: Request) -> bool:
    """Return whether an answer has a secret of its request in it."""
    told = [response.body, *(value.encode("utf-8", "replace") for _, value in response.headers)]
    return any(secret in each for secret in secrets_of(request) for each in told)
