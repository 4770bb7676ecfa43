"""What a reply says to each row of its request."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from synapse_magic.http.request import Response
from synapse_magic.http.service.conform import MisfitError, conform
from synapse_magic.http.service.json_path import Steps, missing, read, steps, text_at
from synapse_magic.http.service.service import Batch, ItemErrors, Service

_WITHOUT_BODY = 204
_CHANGING = ("DELETE", "PATCH", "PUT")
"""Methods of which 204 is all that there is to say."""

_USUAL_CODE, _USUAL_MESSAGE = steps("$.error.code"), steps("$.error.message")


@dataclass(frozen=True)
class Failure:
    """Why a row has no value though its request was answered."""

    code: str
    message: str


Found = Any
"""The value of a row, or a :class:`Failure`; None where the service is to say nothing."""


def tree_of(response: Response) -> Any:
    """Return the JSON of a response, or a :class:`Failure`."""
    try:
        return json.loads(response.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        said = response.text()[:80]
        shown = f"begins with {said!r}" if said else "is empty"
        return Failure("no_json", f"The reply is no JSON: it {shown}")


def found(service: Service, response: Response, count: int, tree: Any = None) -> list[Found]:
    """Return what each of ``count`` rows gets from a reply that succeeded.

    Parameters
    ----------
    service : Service
    response : Response
    count : int
    tree : optional
        The JSON in which the value stands, where it is not the response's own.
    """
    reply = service.reply
    if tree is None:
        if response.status == _WITHOUT_BODY:
            empty = Failure("unexpected_reply", "The reply is empty")
            return [None if _says_nothing(service) else empty] * count
        if reply.content == "binary":
            return [response.body] * count
        if reply.content == "text":
            return [response.text()] * count
        tree = tree_of(response)
    refusal = tree if isinstance(tree, Failure) else _refusal(service, tree)
    if refusal is not None:
        return [refusal] * count
    if service.batch is not None:
        return _of_items(service, service.batch, tree, count)
    return [_value(service, tree, (*reply.path, *reply.value))]


def _says_nothing(service: Service) -> bool:
    return service.method in _CHANGING or _WITHOUT_BODY in service.reply.success


def said(service: Service, tree: Any) -> tuple[str | None, str | None]:
    """Return the code and the message that a reply gives for a failure.

    Operations may tell them elsewhere than the replies that refuse to begin one, which have them
    where nearly all services do.
    """
    own = text_at(tree, service.errors.code), text_at(tree, service.errors.message)
    return own if any(own) else (text_at(tree, _USUAL_CODE), text_at(tree, _USUAL_MESSAGE))


def _refusal(service: Service, tree: Any) -> Failure | None:
    """Return what is wrong with all of a reply that has a good status."""
    errors = service.errors
    if errors.state is None:
        return None
    state = read(tree, errors.state)
    if not isinstance(state, (list, dict)) and state in errors.fine:
        return None
    code, message = said(service, tree)
    if state is missing or state is None:
        shown = "missing" if state is missing else "null"
        kind, told = "unexpected_reply", "The reply does not say whether it succeeded"
    else:
        shown, kind, told = repr(state), "refused", "The reply says that it failed"
    told = f"{told}: {_named(errors.state)} is {shown}"
    return Failure(code or kind, f"{told}: {message}" if message else told)


def _of_items(service: Service, batch: Batch, tree: Any, count: int) -> list[Found]:
    listed = read(tree, service.reply.path)
    if not isinstance(listed, list):
        what = f"The reply has no list at {_named(service.reply.path)}"
        code, message = said(service, tree)
        told = f"{what}: {message}" if message else what
        return [Failure(code or "unexpected_reply", told)] * count
    problems = _problems(service.errors.items, tree, count)
    if batch.key is None:
        if len(listed) != count:
            what = f"The reply holds {len(listed)} answers for {count} rows"
            return [Failure("miscounted", what)] * count
        answers = dict(enumerate(listed))
    else:
        answers = {_number(each, batch.key): each for each in listed}
        problems = {**_doubled([_number(each, batch.key) for each in listed]), **problems}
    return [_of_item(service, n, answers, problems) for n in range(count)]


def _doubled(numbers: list[int]) -> dict[int, Failure]:
    """Return a failure for each number that several answers are for: nobody knows which counts."""
    found = Counter(numbers)
    what = "The reply has {} answers for this row"
    return {n: Failure("several_answers", what.format(c)) for n, c in found.items() if c > 1}


def _of_item(
    service: Service, number: int, answers: dict[int, Any], problems: dict[int, Failure]
) -> Found:
    if number in problems:
        return problems[number]
    if number not in answers:
        return Failure("no_answer", "The reply has no answer for this row")
    return _value(service, answers[number], service.reply.value)


def _problems(told: ItemErrors | None, tree: Any, count: int) -> dict[int, Failure]:
    listed = read(tree, told.path) if told is not None else None
    if told is None or not isinstance(listed, list):
        return {}
    found: dict[int, Failure] = {}
    for place, each in enumerate(listed):
        if told.ok is not None and _fine(read(each, told.ok)):
            continue
        number = place if told.key is None else _number(each, told.key)
        if 0 <= number < count:
            code = text_at(each, told.code) or "item_refused"
            found[number] = Failure(code, text_at(each, told.message) or f"The service says {code}")
    return found


def _fine(mark: Any) -> bool:
    """Return whether the mark of an element says that it is good: there, and not false."""
    return mark is not missing and mark is not False


def _number(item: Any, key: Steps) -> int:
    """Return the number that an answer says it is for, -1 where it says none."""
    said = text_at(item, key)
    return int(said) if said is not None and said.isdecimal() else -1


def _value(service: Service, tree: Any, way: Steps) -> Found:
    value = read(tree, way)
    if value is missing or value is None:
        what = "nothing" if value is missing else "null"
        return Failure("unexpected_reply", f"The reply has {what} at {_named(way)}")
    some = service.reply.some
    if some and all(read(value, each) in (missing, None) for each in some):
        return Failure("unexpected_reply", f"The reply has nothing at {_named((*way, *some[0]))}")
    try:
        return conform(service.reply.type, value, _named(way))
    except MisfitError as error:
        return Failure("unexpected_reply", f"The reply does not fit: {error}")


def _named(way: Steps) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
