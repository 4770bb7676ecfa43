from __future__ import annotations

from typing import Any

import pytest
from service_rows import JOB

from synapse_magic.http.service.making import base_address, make
from synapse_magic.http.service.service import service_of
from synapse_magic.http.service.template import FillError


def test_a_text_that_is_not_there_is_not_sent() -> None:
    service = service_of(JOB | {"content": "text", "body": "${text}", "endpoint": "http://h"})
    assert make(service, {"text": "a"}).body == b"a"
    with pytest.raises(FillError, match="no text to send"):
        make(service, {"text": None})


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("http://h/base", "api-version=2&to=de"),
        ("http://h/base?api-version=3", "api-version=3&to=de"),
        ("http://h/base?x=1&api-version=", "x=1&api-version=&to=de"),
    ],
)
def test_what_an_address_says_itself_is_not_said_twice(url: str, query: str) -> None:
    row: dict[str, Any] = JOB | {"query": {"api-version": "2", "to": "${text}"}}
    assert make(service_of(row), {"url": url, "text": "de"}).url == f"http://h/base/jobs?{query}"


@pytest.mark.parametrize("url", ["http://h/base", "http://h/base/", "http://h/base/a%20b/jobs?q=1"])
def test_the_base_of_an_address_is_what_stands_before_the_path(url: str) -> None:
    service = service_of(JOB | {"path": "/${model}/jobs"})
    assert base_address(service, {"url": url, "model": "a b"}) == "http://h/base"
