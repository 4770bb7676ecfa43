from __future__ import annotations

import pytest

from synapse_magic.http.request import Request, Response
from synapse_magic.http.tokens import expected, used


@pytest.mark.parametrize(("body", "tokens"), [(None, 1.0), (b"", 1.0), (bytes(400), 100.0)])
def test_a_token_is_expected_for_four_bytes(body: bytes | None, tokens: float) -> None:
    assert expected(Request("POST", "http://localhost/", (), body)) == tokens


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        (b'{"usage": {"total_tokens": 12, "prompt_tokens": 4}}', 12.0),
        (b'{"usage": {"input_tokens": 4, "output_tokens": 3}}', 7.0),
        (b'{"usage": {"total_tokens": null}}', None),
        (b'{"usage": {"total_tokens": "many"}}', None),
        (b'{"usage": {"total_tokens": NaN}}', None),
        (b'{"usage": {"total_tokens": -1}}', None),
        (b'{"usage": "none"}', None),
        (b'{"data": [{"usage": 1}]}', None),
        (b'["usage"]', None),
        (b'"usage" of a page', None),
        (b"", None),
    ],
)
def test_what_was_used_is_read_where_it_is_told(body: bytes, tokens: float | None) -> None:
    assert used(Response(200, "OK", (), body)) == tokens
