"""The talk about one row: a question, a reply, and one correction where that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from synapse_magic.http.prompt.prompt import Message, Opening, Prompt
from synapse_magic.http.prompt.reply import Said, said
from synapse_magic.http.prompt.usage import Usage, cost, total
from synapse_magic.http.request import Outcome
from synapse_magic.http.service.answer import Answer
from synapse_magic.http.service.conform import MisfitError
from synapse_magic.http.service.reading import Failure

_CORRECTION = (
    "Your reply does not fit what was asked for: {problem}. Reply once more, with JSON of the "
    "schema that you were given and nothing else."
)


@dataclass(frozen=True)
class Told:
    """What a row gets beside the reason why it has no value.

    Attributes
    ----------
    value : Any
        As the prompt's form makes it; None where no reply could be used.
    usage : dict or None
        Of all replies that were paid for, the useless ones among them.
    cost : float or None
    id : str or None
        Of the last reply.
    messages : list of dict
    """

    value: Any
    usage: dict[str, int | None] | None
    cost: float | None
    id: str | None
    messages: list[dict[str, str]]


class Conversation:
    """Asks for one row, and hears what is said to it.

    Parameters
    ----------
    prompt : Prompt
    opening : Opening
    """

    def __init__(self, prompt: Prompt, opening: Opening) -> None:
        self._prompt, self._opening = prompt, opening
        self._messages = list(opening.messages)
        self._used: list[Usage] = []
        self._id: str | None = None
        self._corrected = False
        self._attempts, self._elapsed = 0, 0.0

    def asks(self) -> dict[str, Any]:
        """Return what is to be sent next, as values of the service."""
        form = self._prompt.response_format
        return {"messages": self._messages, "responseFormat": form}

    def heard(self, reply: Mapping[str, Any] | Failure, outcome: Outcome) -> Answer | None:
        """Return the answer to the row, None where the model is to be asked once more.

        Parameters
        ----------
        reply : dict or Failure
            What the server said, of its type in :data:`~synapse_magic.http.prompt.reply.TYPES`.
        outcome : Outcome
            Of the call.
        """
        if isinstance(reply, Failure):
            return self.ended(replace(outcome, code=reply.code, message=reply.message))
        heard = said(self._prompt.api, reply)
        self._used.append(heard.usage)
        self._id = heard.id
        failure = _unusable(heard, whole=self._prompt.form.whole)
        if failure is not None:
            return self.ended(replace(outcome, code=failure.code, message=failure.message))
        text = heard.text or ""
        try:
            return Answer(self._told(self._prompt.form.read(text)))
        except MisfitError as misfit:
            if self._prompt.form.corrects and not self._corrected:
                self._correct(text, str(misfit), outcome)
                return None
            told = f"The reply does not fit: {misfit}"
            return self.ended(replace(outcome, code="misfit", message=told))

    def ended(self, outcome: Outcome) -> Answer:
        """Return the answer to a row for which a call failed, with the calls before it counted."""
        tries, spent = self._attempts + outcome.attempts, self._elapsed + outcome.elapsed
        return Answer(self._told(None), replace(outcome, attempts=tries, elapsed=spent))

    def _correct(self, text: str, problem: str, outcome: Outcome) -> None:
        self._corrected = True
        self._attempts, self._elapsed = outcome.attempts, outcome.elapsed
        correction: Message = {"role": "user", "content": _CORRECTION.format(problem=problem)}
        self._messages = [*self._messages, {"role": "assistant", "content": text}, correction]

    def _told(self, value: Any) -> Told:
        used = total(self._used)
        counts = asdict(used) if used is not None else None
        spent = cost(used, self._prompt.prices)
        return Told(value, counts, spent, self._id, self._shown())

    def _shown(self) -> list[dict[str, str]]:
        return [*self._opening.shown, *self._messages[len(self._opening.messages) :]]


def _unusable(heard: Said, *, whole: bool) -> Failure | None:
    """Return why a reply is of no use whatever is made of it, None where it may be."""
    if heard.refusal:
        return Failure("refused", f"The model refuses: {heard.refusal}")
    if heard.end == "content_filter":
        return Failure("content_filter", "The provider's filter of contents ended the reply")
    if heard.end == "length" and (whole or not heard.text):
        return Failure("length", "The reply was cut off. Try: more for maxCompletionTokens")
    if heard.text is None:
        return Failure("unexpected_reply", "The reply has no text")
    return None
