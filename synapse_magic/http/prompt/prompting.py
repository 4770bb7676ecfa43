"""From a row to what a model says to it: ask, read, and ask once more where it does not fit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from synapse_magic.http.prompt.conversation import Conversation
from synapse_magic.http.prompt.prompt import Opening, Prompt, opening
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.answer import UNMADE, Answer
from synapse_magic.http.service.answering import Answering
from synapse_magic.http.service.keys import Signing
from synapse_magic.http.service.making import Values, make
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found
from synapse_magic.http.service.template import FillError


@dataclass
class _Heard:
    """The good calls of a conversation, of which a journal may have some."""

    calls: list[tuple[Request, Response]] = field(default_factory=list)
    sent: bool = False


@dataclass
class Prompting(Answering):
    """Answers rows by a model, in place of a :class:`Caller`."""

    prompt: Prompt

    async def call(self, unit: Unit[Any]) -> list[Answer]:
        """Return the answer to the one row of a unit; only cancelling it raises."""
        try:
            began = await self._opening(unit.values)
            for _ in range(2):  # again where what a journal had is of no use any more
                heard = _Heard()
                answer = await self._conversed(unit.values, began, heard)
                if answer.outcome is not None:
                    for request, response in heard.calls:
                        await self.caller.forget(request, response)
                if answer.outcome is None or heard.sent:
                    break
        except FillError as error:
            return [Answer(None, Outcome(None, 0, 0.0, UNMADE, str(error)))]
        return [answer]

    async def _opening(self, values: Values) -> Opening:
        """Return the messages of a row; files are read beside the event loop."""
        if self.prompt.reads_files:
            return await asyncio.to_thread(opening, self.prompt, values)
        return opening(self.prompt, values)

    async def _conversed(self, values: Values, began: Opening, heard: _Heard) -> Answer:
        """Return the answer of one conversation, and note its calls."""
        talk, signing = Conversation(self.prompt, began), Signing(self.keys, values)
        answer = None
        while answer is None:
            request = make(self.service, {**values, **talk.asks()})
            outcome = await signing.call(self.caller, request)
            heard.sent = heard.sent or outcome.elapsed > 0.0
            if not outcome.good:
                heard.calls.clear()  # which are of use when this one is tried again
                return talk.ended(self._told(request, outcome))
            assert outcome.response is not None  # a good outcome has one
            heard.calls.append((request, outcome.response))
            (reply,) = found(self.service, outcome.response, 1)
            if isinstance(reply, Failure):
                reply = self._noted(reply, outcome, request)
            answer = talk.heard(reply, outcome)
        return answer

    def _noted(self, reply: Failure, outcome: Outcome, request: Request) -> Failure:
        """Return a failure with the place, after ending the job where there is nothing to spend."""
        failed = self._answer(reply, outcome, request).outcome
        assert failed is not None  # of a failure
        return Failure(failed.code, failed.message)
