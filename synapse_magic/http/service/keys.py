"""The keys of a job's calls, looked up again where a service refuses them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.secret import Secret, revealed
from synapse_magic.http.service.making import SECRETS, Values, signed
from synapse_magic.http.service.service import Service

_REFUSED = 401


@dataclass(frozen=True)
class Keys:
    """The secrets that all calls of a job have in common, as they are now.

    Parameters
    ----------
    service : Service
    given : dict
        Values that are the same for all rows, secrets or references to them among them.
    """

    service: Service
    given: Mapping[str, Any] = field(repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    async def renewed(self, request: Request, values: Values) -> Request:
        """Return a request with other keys than those that it has, if there are any.

        Of many requests that were refused together, the first looks them up for all.
        """
        async with self._lock:
            now = await self.signed(request, values)
            if now == request:
                for secret in self._secrets():
                    secret.forget()
                now = await self.signed(request, values)
            return now

    async def signed(self, request: Request, values: Values) -> Request:
        """Return a request with the keys of now."""
        own = {name: self.given[name] for name in SECRETS if name in self.given}
        found = await asyncio.to_thread(revealed, own)  # a vault may take its time
        return signed(request, self.service, {**values, **found})

    def _secrets(self) -> Iterator[Secret]:
        for name in SECRETS:
            value = self.given.get(name)
            for each in value.values() if isinstance(value, dict) else (value,):
                if isinstance(each, Secret):
                    yield each


@dataclass
class Signing:
    """Calls the requests of one row, or batch, and knows the keys that they have by now.

    A token may run out, or a key be changed, while a job runs: what is refused by a 401 is called
    once more where its keys are other ones now, and never with keys that it had already.

    Parameters
    ----------
    keys : Keys
    values : dict
        What the request was made of, with the keys of its own row if it has any.
    """

    keys: Keys
    values: Values = field(repr=False)
    _changed: bool = False

    async def call(self, caller: Caller, request: Request) -> Outcome:
        """Return what becomes of a request."""
        if not request.headers:  # it goes to where our keys are not to be sent
            return await caller.call(request)
        if self._changed:
            request = await self.keys.signed(request, self.values)
        refused = await caller.call(request)
        if refused.response is None or refused.response.status != _REFUSED:
            return refused
        again = await self.keys.renewed(request, self.values)
        if again == request:
            return refused
        self._changed = True
        outcome = await caller.call(again)
        tries, spent = refused.attempts + outcome.attempts, refused.elapsed + outcome.elapsed
        return replace(outcome, attempts=tries, elapsed=spent)
