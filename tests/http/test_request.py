from __future__ import annotations

import pytest

from synapse_magic.http.request import Request


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://h:443/a", "https://h"),
        ("http://H:80", "http://h"),
        ("https://u:p@h/a", "https://h"),
        ("http://h:443/a", "http://h:443"),
        ("https://h:8443/a", "https://h:8443"),
    ],
)
def test_an_origin_has_no_port_that_its_scheme_implies(url: str, origin: str) -> None:
    assert Request("GET", url).origin == origin
