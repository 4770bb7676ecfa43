from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Headers, Request

REQUESTS = Policy(engine="requests")


def called(url: str, headers: Headers = ()) -> None:
    ((_, outcome),) = call_each([Request("GET", url, headers)], REQUESTS)
    assert outcome.good


def test_a_cookie_of_one_row_is_not_sent_with_another(service: MockService) -> None:
    service.reply("/", service.Reply(body="fine", headers={"Set-Cookie": "session=1; Path=/"}))
    called(service.url())
    called(service.url())
    called(service.url(), (("Cookie", "own=2"),))
    assert [seen.header("cookie") for seen in service.ledger] == [None, None, "own=2"]


def test_the_key_of_a_row_is_not_replaced_by_a_netrc_file(
    service: MockService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    service.reply("/", "fine")
    with_user = service.url().replace("http://", "http://me:mine@")
    called(service.url(), (("Authorization", "Bearer mine"),))
    called(service.url())
    called(with_user)
    called(with_user, (("authorization", "Bearer mine"),))
    basic = f"Basic {b64encode(b'me:mine').decode()}"
    sent = [seen.header("authorization") for seen in service.ledger]
    assert sent == ["Bearer mine", None, basic, "Bearer mine"]


def test_all_values_of_a_header_are_sent(service: MockService) -> None:
    service.reply("/", "fine")
    called(service.url(), (("Accept", "a/b"), ("X", "1"), ("accept", "c/d")))
    assert service.ledger[0].header("accept") == "a/b, c/d"
