"""Items of a request that a service refused for the moment, asked for again without the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synapse_magic.http.policy import Policy
from synapse_magic.http.service.answer import Answer

Rows = Sequence[Mapping[str, Any]]


async def repeated(
    rows: Rows,
    ask: Callable[[Rows], Awaitable[list[Answer]]],
    again: Collection[str],
    policy: Policy,
) -> list[Answer]:
    """Return an answer for each row; what another try may change is tried as often as a request.

    Parameters
    ----------
    rows : sequence of dict
    ask : callable
        Gives answers to rows.
    again : collection of str
        Codes by which a service refuses an item, in a reply that succeeded, for the moment.
    policy : Policy
        Says how often, after what pauses and for how long.
    """
    ends = time.monotonic() + policy.deadline
    answers = await ask(rows)
    for tries in range(1, policy.attempts):
        left = [n for n, answer in enumerate(answers) if _passing(answer, again, policy)]
        pause = policy.delay(tries, None)
        if not left or time.monotonic() + pause >= ends:
            break
        await asyncio.sleep(pause)
        for n, answer in zip(left, await ask([rows[n] for n in left])):
            answers[n] = _after_pause(answers[n], pause, answer)
    return answers


def _passing(answer: Answer, again: Collection[str], policy: Policy) -> bool:
    outcome = answer.outcome
    if outcome is None or outcome.response is None or outcome.code not in again:
        return False
    return policy.succeeds(outcome.response.status)


def _after_pause(before: Answer, pause: float, answer: Answer) -> Answer:
    outcome = before.outcome
    assert outcome is not None  # it failed, or would not be tried again
    return answer.after(replace(outcome, elapsed=outcome.elapsed + pause))
