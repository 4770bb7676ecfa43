from __future__ import annotations

from typing import Any

import pytest

from synapse_magic.http.identity import key_of, secrets_of
from synapse_magic.http.request import Request

URL = "https://host/path?model=a&page=1"
BODY = b'{"text": "gr\xc3\xbcn", "n": [1, 2.5, null]}'


def request(method: str = "POST", url: str = URL, body: Any = BODY, **headers: Any) -> Request:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method, url, pairs, body)


FORM = "multipart/form-data; boundary="


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request(), request(body=b'{"n":[1,2.5,null],  "text":"gr\\u00fcn"}')),
        (request(Api_Key="1"), request(api_key="2")),
        (request(Authorization="Bearer 1"), request()),
        (request(Ocp_Apim_Subscription_Key="1", X_Vault_Token="1"), request(Cookie="2")),
        (request(Idempotency_Key="1", x_ms_client_request_id="1"), request(User_Agent="x")),
        (request(A="1", B="2"), request(b="2", a="1")),
        (request(url=f"{URL}&api_key=1"), request(url=f"{URL}&subscription-key=22")),
        (request(url="https://me:word@host/path?model=a&page=1#part"), request()),
        (
            request(body=b"--x1\r\nfile\r\n--x1--", Content_Type=f"{FORM}x1"),
            request(body=b"--y22\r\nfile\r\n--y22--", Content_Type=f"{FORM}y22"),
        ),
        (request(body=None), request(body=b"")),
    ],
)
def test_requests_are_equal_but_for_keys_order_and_marks(one: Request, other: Request) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    "other",
    [
        request("PUT"),
        request(url=URL.replace("host", "other")),
        request(url=URL.replace("page=1", "page=2")),
        request(url=f"{URL}&key=1"),
        request(url=f"{URL}&page_token=1"),
        request(url="https://["),
        request(body=b'{"text": "gr\xc3\xbcn", "n": [2.5, 1, null]}'),
        request(body=b'{"text": "gr\xc3\xbcn", "n": [1, 2.5, null]'),
        request(body=b'{"n": 0, "text": "gr\xc3\xbcn", "n": [1, 2.5, null]}'),
        request(body=b"[" * 100_000),
        request(Accept_Language="de"),
        request(Host="another"),
        request(x_partition_key="1"),
        request(Content_Type=None),
    ],
)
def test_requests_differ_where_the_answer_may(other: Request) -> None:
    assert key_of(other) != key_of(request())


def test_parts_cannot_run_into_each_other() -> None:
    assert key_of(Request("GET", "http://a", (), b"bc")) != key_of(
        Request("GET", "http://ab", (), b"c")
    )


def test_what_is_secret_in_a_request_is_known_by_its_place_or_name() -> None:
    asked = request(
        url="https://me:pass-word@host/?sig=of-the-address&page_token=no-secret",
        Authorization="Bearer of-the-header",
        key="another-one",
        Accept="application/json",
        X_Api_Key="short",
    )
    assert set(secrets_of(asked)) == {
        b"of-the-address",
        b"of-the-header",
        b"another-one",
        b"pass-word",
    }
