from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request

FAST = {"first_delay": 0.02, "longest_delay": 0.1}


@pytest.fixture
def service() -> Iterator[MockService]:
    with MockService() as started:
        yield started


@pytest.fixture(params=["aiohttp", "requests"])
def call(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """Give a function that calls an address once, by each engine in turn."""

    def one(url: str, method: str = "POST", body: bytes = b"{}", **rules: Any) -> Outcome:
        policy = Policy(**{**FAST, "engine": request.param, **rules})
        ((_, outcome),) = call_each([Request(method, url, (), body)], policy)
        return outcome

    return one


@pytest.fixture
def many() -> Callable[..., list[Outcome]]:
    """Give a function that calls an address so many times, and returns the outcomes in order."""

    def several(url: str, count: int, concurrency: int = 16, **rules: Any) -> list[Outcome]:
        asked = [Request("POST", url, (), str(n).encode()) for n in range(count)]
        found = dict(call_each(asked, Policy(**{**FAST, **rules}), concurrency=concurrency))
        assert sorted(found) == list(range(count))
        return [found[n] for n in range(count)]

    return several
