"""Refusals without the secrets of their requests, which some servers repeat in them."""

from __future__ import annotations

from dataclasses import replace

from synapse_magic.http.identity import secrets_of
from synapse_magic.http.request import Request, Response

_MASK = b"***"


def masked(response: Response, request: Request) -> Response:
    """Return an answer with a mask in the place of each secret of its request.

    Secret is what its header or its name in the address says to be; see
    :func:`~synapse_magic.http.identity.secrets_of`.

    Examples
    --------
    >>> request = Request("GET", "http://a/", (("Authorization", "Bearer abc-123"),))
    >>> masked(Response(401, "Unauthorized", (), b"No such key: abc-123"), request).body
    b'No such key: ***'
    """
    body, headers = response.body, response.headers
    for secret in sorted(set(secrets_of(request)), key=len, reverse=True):
        body = body.replace(secret, _MASK)
        headers = tuple((name, _without(value, secret)) for name, value in headers)
    if body == response.body and headers == tuple(response.headers):
        return response
    return replace(response, body=body, headers=headers)


def _without(value: str, secret: bytes) -> str:
    return value.replace(secret.decode(), _MASK.decode())
