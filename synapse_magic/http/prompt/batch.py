"""One batch of a provider: a file of requests goes up, and the files of its answers come down."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.prompt.batch_file import Line, answers_of
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.service.answer import Answer
from synapse_magic.http.service.answering import Answering
from synapse_magic.http.service.keys import Keys
from synapse_magic.http.service.making import Values, base_address, make
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.service import Service, service_of

_FILES = service_of(
    {
        "name": "Files",
        "endpoint": "",
        "path": "/files",
        "content": "multipart",
        "body": {
            "purpose": "batch",
            "file": {"file": "${file}", "filename": "a.jsonl", "type": "application/jsonl"},
        },
        "response": {"path": "$.id", "type": "string"},
    }
)
_BATCHES = service_of(
    {
        "name": "Batches",
        "endpoint": "",
        "path": "/batches",
        "body": {
            "input_file_id": "${inputFile}",
            "endpoint": "${interface}",
            "completion_window": "24h",
        },
        "async": {
            "location": {"path": "$.id", "address": "/batches/${id}"},
            "done": ["completed", "expired", "cancelled"],
            "failed": ["failed"],
            "running": ["validating", "in_progress", "finalizing", "cancelling"],
        },
        "errors": {"code": "$.errors.data[0].code", "message": "$.errors.data[0].message"},
        "response": {"type": "struct<output_file_id:string, error_file_id:string>"},
    }
)
_CONTENT = service_of(
    {
        "name": "Content",
        "method": "GET",
        "endpoint": "",
        "path": "/files/${fileId}/content",
        "content": "none",
        "response": {"type": "binary", "content": "binary"},
    }
)

_GONE = (404, 410)
_LARGEST_ANSWERS = 2**30
_DOWNLOAD_SECONDS = 600.0
"""For one try, unless the policy gives more: a file of answers is no answer to one call."""


@dataclass
class Batch:
    """The requests of one file, asked together.

    The journal of the caller keeps the file and the batch until :meth:`forget`, so that one that
    was begun is waited for, and not begun again. What cannot be fetched of one that has ended, and
    is paid for, is no reason to forget it, unless the provider has it no longer.

    Parameters
    ----------
    caller : Caller
    service : Service
        That of the single requests.
    polling : Polling
    keys : Keys
    common : dict
        Values that say where the server is, and who calls.
    lines : list of Line
    """

    caller: Caller
    service: Service
    polling: Polling
    keys: Keys
    common: Values = field(repr=False)
    lines: Sequence[Line] = field(repr=False)
    _begun: list[Request] = field(default_factory=list, repr=False)
    _goes_on: bool = False

    async def answers(self) -> dict[str, Outcome]:
        """Return the outcome of each request, by its identity."""
        began = time.monotonic()
        content = b"".join(line.content for line in self.lines)
        file = await self._begin(_FILES, {"file": content})
        if file.outcome is not None:
            return self._all(file.outcome)
        told = {"inputFile": file.value, "interface": interface(self.service)}
        batch = await self._begin(_BATCHES, told)
        if batch.outcome is not None:
            return self._all(batch.outcome)
        return await self._read(batch.value, began)

    async def forget(self) -> None:
        """Take the file and the batch out of the journal, unless the batch goes on."""
        journal = self.caller.journal
        if journal is None or self._goes_on:
            return
        for request in self._begun:
            kept = await journal.find(request, self.caller.policy)
            if kept is not None and kept.response is not None:
                await self.caller.forget(request, kept.response)

    async def _begin(self, service: Service, told: Values) -> Answer:
        """Return what is said to a request that the journal is to keep."""
        known, values = self._known(service), self._values(told)
        self._begun.append(make(known, values))
        return await self._say(self.caller, known, values)

    async def _read(self, batch: Mapping[str, Any], began: float) -> dict[str, Outcome]:
        """Return what the files of a batch that has ended say."""
        found: dict[str, Outcome] = {}
        missing: Outcome | None = None
        for name in filter(None, (batch["output_file_id"], batch["error_file_id"])):
            got = await self._fetched(name)
            problem, elapsed = got.outcome, time.monotonic() - began
            if problem is None:
                told, odd = answers_of(got.value, elapsed)
                found.update(told)
                problem = _unread(name, odd, elapsed) if odd else None
            missing = missing or problem
            self._goes_on |= problem is not None and not _gone(problem)
        nothing = Outcome(None, 1, 0.0, "no_answer", "The batch has no answer for this row")
        return {line.id: found.get(line.id, missing or nothing) for line in self.lines}

    async def _fetched(self, name: str) -> Answer:
        """Return the content of a file."""
        policy = self.caller.policy
        patient = max(policy.timeout, _DOWNLOAD_SECONDS)
        # Like the questions for a batch, it costs nothing.
        policy = replace(policy, timeout=patient, largest=_LARGEST_ANSWERS, metering=None)
        policy = replace(policy, json=False)  # but a line of it for each answer
        fresh = Caller(self.caller.runtime, policy, self.caller.job)
        return await self._say(fresh, self._known(_CONTENT), self._values({"fileId": name}))

    async def _say(self, caller: Caller, service: Service, values: Values) -> Answer:
        answering = Answering(caller, service, self.polling, self.keys)
        (answer,) = await answering.call(Unit([None], values))
        if answer.outcome is not None:
            self._goes_on |= answering.passing(answer.outcome)
        return answer

    def _known(self, service: Service) -> Service:
        """Return a service of the same server, called by the same key."""
        return replace(service, auth=self.service.auth)

    def _values(self, told: Values) -> Values:
        return {**self.common, "url": base_address(self.service, self.common), **told}

    def _all(self, outcome: Outcome) -> dict[str, Outcome]:
        return dict.fromkeys((line.id for line in self.lines), outcome)


def _gone(outcome: Outcome) -> bool:
    return outcome.response is not None and outcome.response.status in _GONE


def _unread(name: str, odd: int, elapsed: float) -> Outcome:
    lines = "one line" if odd == 1 else f"{odd} lines"
    message = f"The file {name} of the batch has {lines} that cannot be read. Try: it once more"
    return Outcome(None, 1, elapsed, "unexpected_reply", message)


def interface(service: Service) -> str:
    """Return the path by which a batch knows what its requests ask."""
    return f"/v1{service.path}"
