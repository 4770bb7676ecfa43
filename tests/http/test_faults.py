"""Each way in which a server can fail, scripted, and what becomes of the request."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from synapse_magic.http import decoding
from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService, refusing_url
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request

Call = Callable[..., Outcome]
ADDRESSES = [
    *("", "ftp://host/", "nonsense", "http://"),
    *("http://user:secret@[x/", "http://user:secret@ho\u2100st/", "http://user:secret@h:port/"),
]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 207])
def test_a_success_has_a_response_and_no_error(
    service: MockService, call: Call, status: int
) -> None:
    service.reply("/", service.Reply(status, "" if status == 204 else "fine"))
    outcome = call(service.url())
    assert (outcome.good, outcome.code, outcome.attempts) == (True, "", 1)
    assert outcome.response is not None
    assert outcome.response.status == status


@pytest.mark.parametrize("body", [b"", b'{"broken": ', b'{"x": NaN}', b"\xef\xbb\xbf{}"])
def test_bodies_come_as_they_are(service: MockService, call: Call, body: bytes) -> None:
    service.reply("/", body)
    outcome = call(service.url())
    assert outcome.response is not None
    assert outcome.response.body == body


def test_a_reply_of_ten_megabytes_comes_whole(service: MockService, call: Call) -> None:
    service.reply("/", bytes(10_000_000))
    response = call(service.url()).response
    assert response is not None
    assert len(response.body) == 10_000_000


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_is_too_large_is_given_up(
    service: MockService, call: Call, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "LARGEST", 10_000)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    for size, code in ((10_000, ""), (10_001, "too_large")):
        body = gzip.compress(bytes(size)) if packed else bytes(size)
        service.reply(f"/{size}", service.Reply(body=body, headers=headers))
        outcome = call(service.url(f"/{size}"))
        assert (outcome.code, outcome.attempts) == (code, 1)
    assert call(service.url("/10001"), largest=10_001).good
    outcome = call(service.url("/10001"), largest=5_000)
    assert (outcome.code, "more than 0 MB" in outcome.message) == ("too_large", True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422])
def test_a_final_status_is_sent_once(service: MockService, call: Call, status: int) -> None:
    service.reply("/", service.Reply(status, {"error": {"message": "no"}}))
    outcome = call(service.url())
    assert (outcome.code, outcome.attempts) == (f"http_{status}", 1)
    assert outcome.message.endswith(": no")
    assert outcome.response is not None
    assert len(service.ledger) == 1


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 529])
def test_a_passing_status_is_tried_again(service: MockService, call: Call, status: int) -> None:
    page = service.Reply(status, "<html>gateway</html>")
    service.script("/", [page, page, "at last"])
    outcome = call(service.url())
    assert outcome.good
    assert outcome.attempts == 3


def test_tries_are_bound_and_the_last_answer_is_kept(service: MockService, call: Call) -> None:
    service.reply("/", service.Reply(500, "broken"))
    outcome = call(service.url(), attempts=3)
    assert (outcome.code, outcome.attempts, len(service.ledger)) == ("http_500", 3, 3)
    assert outcome.response is not None
    assert outcome.response.text() == "broken"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("reset_mid_body", "connection_reset"),
        ("truncated", "broken_body"),
        ("broken_gzip", "broken_body"),
        ("silent", "timeout"),
        ("drip", "timeout"),
    ],
)
def test_a_fault_is_tried_again_and_then_told(
    service: MockService, call: Call, fault: Any, code: str
) -> None:
    bad = service.Reply(body="some words", fault=fault)
    service.script("/once", [bad, "fine"])
    assert call(service.url("/once"), timeout=0.5).attempts == 2
    service.reply("/always", bad)
    outcome = call(service.url("/always"), timeout=0.3, attempts=2)
    assert (outcome.code, outcome.attempts, outcome.response) == (code, 2, None)
    assert outcome.message
    assert outcome.elapsed > 0


def test_a_refused_connection_is_told(call: Call) -> None:
    outcome = call(refusing_url(), attempts=2)
    assert (outcome.code, outcome.attempts, outcome.response) == ("connection_refused", 2, None)


def test_a_name_without_an_address_is_told(call: Call) -> None:
    outcome = call("http://nowhere.invalid/", attempts=1)
    assert outcome.code == "connection_failed"


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_is_none_is_final(call: Call, url: str) -> None:
    outcome = call(url)
    assert (outcome.code, outcome.response) == ("bad_request", None)
    assert "secret" not in outcome.message


def test_an_address_with_spaces_is_quoted(service: MockService, call: Call) -> None:
    service.reply("*", "fine")
    assert call(service.url("/a b%2Fc?q=1 2&r=\u00e9%20")).good
    (seen,) = service.ledger
    assert (seen.path, seen.query) == ("/a%20b%2Fc", "q=1%202&r=%C3%A9%20")


@pytest.mark.parametrize(("engine", "good"), [("aiohttp", True), ("requests", False)])
def test_a_reset_on_an_old_connection_is_forgiven_where_that_is_known(
    service: MockService, engine: str, good: bool
) -> None:
    service.reply("/", "warm", fault="reset_if_reused")
    policy = Policy(attempts=1, engine=engine)
    ((_, first),) = call_each([Request("POST", service.url())], policy)
    ((_, second),) = call_each([Request("POST", service.url())], policy)
    assert (first.good, second.good) == (True, good)


def test_a_reset_that_repeats_is_sent_no_more_often_than_allowed(
    service: MockService, call: Call
) -> None:
    service.reply("/", fault="reset")
    outcome = call(service.url(), attempts=2)
    assert (outcome.code, outcome.attempts, len(service.ledger)) == ("connection_reset", 2, 2)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_handshake_that_fails_is_tried_again(call: Call, said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5.0)

        def hang_up() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(said)

        thread = threading.Thread(target=hang_up)
        thread.start()
        outcome = call(f"https://127.0.0.1:{server.getsockname()[1]}/?secret", attempts=2)
        thread.join()
    assert (outcome.code, outcome.attempts) in [("connection_failed", 2), ("connection_reset", 2)]
    assert "secret" not in outcome.message


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate")
def test_a_certificate_that_nobody_vouches_for_is_final(call: Call, tmp_path: Path) -> None:
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost"
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    subprocess.run(["openssl", *made.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5.0)

        def shake_hands() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=shake_hands)
        thread.start()
        outcome = call(f"https://127.0.0.1:{server.getsockname()[1]}/?secret")
        thread.join()
    assert (outcome.code, outcome.attempts) == ("bad_certificate", 1)
    assert "secret" not in outcome.message


def wait_after_refusal(service: MockService) -> float:
    first, second = service.ledger
    return second.at - first.at


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "1"}, "", 1.0),
        ({"Retry-After": "0.4"}, "", 0.4),
        ({"retry-after-ms": "300"}, "", 0.3),
        ({"x-ms-retry-after-ms": "300"}, "", 0.3),
        ({}, "Please try again in 350ms", 0.35),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_no_request_comes_before_its_retry_after(
    service: MockService,
    call: Call,
    headers: dict[str, str],
    body: str,
    seconds: float,
    status: int,
) -> None:
    service.script("/", [service.Reply(status, body, headers), "fine"])
    assert call(service.url()).good
    assert wait_after_refusal(service) >= seconds


def test_a_date_as_retry_after_is_kept(service: MockService, call: Call) -> None:
    later = time.time() + 2
    service.script(
        "/", [service.Reply(429, "", {"Retry-After": formatdate(later, usegmt=True)}), ""]
    )
    assert call(service.url()).good
    assert time.time() >= int(later)


def test_a_date_in_the_past_does_not_wait(service: MockService, call: Call) -> None:
    past = formatdate(time.time() - 3600, usegmt=True)
    service.script("/", [service.Reply(429, "", {"Retry-After": past}), ""])
    assert call(service.url(), deadline=5.0).good


def test_no_wait_asked_for_is_no_leave_to_send_without_end(
    service: MockService, call: Call
) -> None:
    service.reply("/", service.Reply(429, "", {"Retry-After": "0"}))
    outcome = call(service.url(), first_delay=0.1, longest_delay=0.1, deadline=1.0)
    assert outcome.code == "deadline"
    assert 2 <= len(service.ledger) <= 1.0 / 0.05 + 1


def test_a_wait_of_an_hour_ends_the_request_at_once(service: MockService, call: Call) -> None:
    service.reply("/", service.Reply(429, "", {"Retry-After": "3600"}))
    outcome = call(service.url())
    assert (outcome.code, outcome.attempts) == ("wait_too_long", 1)
    assert outcome.response is not None
    assert outcome.response.status == 429


def test_throttling_is_bound_by_the_deadline_not_by_the_attempts(
    service: MockService, call: Call
) -> None:
    service.script("/passes", [service.Reply(429)] * 5 + ["fine"])
    outcome = call(service.url("/passes"), attempts=1)
    assert (outcome.good, outcome.attempts) == (True, 6)
    service.reply("/stays", service.Reply(429))
    outcome = call(service.url("/stays"), deadline=0.8)
    assert outcome.code == "deadline"
    assert "the 0.8 s for a row (concurrentTimeout); the last try: " in outcome.message
    assert "429" in outcome.message
    assert outcome.response is not None
    assert outcome.attempts > 1


@pytest.mark.parametrize("fault", ["silent", "drip", None])
def test_a_deadline_ends_a_try_that_would_take_longer(
    service: MockService, call: Call, fault: Any
) -> None:
    slow = service.Reply(503, "words") if fault is None else service.Reply(body="w", fault=fault)
    service.reply("/", slow)
    outcome = call(service.url(), timeout=30.0, deadline=0.6, attempts=1000)
    assert not outcome.good
    assert outcome.elapsed < 10


def test_a_redirect_within_the_server_is_followed(service: MockService, call: Call) -> None:
    service.reply("/old", service.Reply(307, "", {"Location": "/new"}))
    service.answer("/new", lambda seen: seen.method + seen.body.decode())
    outcome = call(service.url("/old"), body=b"text")
    assert outcome.response is not None
    assert outcome.response.text() == "POSTtext"


def test_a_redirect_that_would_change_the_request_is_told(service: MockService, call: Call) -> None:
    service.reply("/", service.Reply(301, "", {"Location": "/new"}))
    assert call(service.url()).code == "http_301"
    assert call(service.url(), method="GET").code == "http_404"


def test_a_redirect_to_another_server_does_not_take_the_key_along(
    service: MockService, call: Call
) -> None:
    with MockService() as other:
        other.reply("/", "stolen")
        service.reply("/", service.Reply(307, "", {"Location": other.url()}))
        assert call(service.url()).code == "http_307"
        assert other.ledger == []


def test_a_redirect_to_no_address_is_not_followed(service: MockService, call: Call) -> None:
    service.reply("/", service.Reply(307, "", {"Location": "http://["}))
    assert call(service.url()).code == "http_307"


def test_redirects_in_a_circle_end(service: MockService, call: Call) -> None:
    service.reply("/", service.Reply(307, "", {"Location": "/"}))
    assert call(service.url()).code == "http_307"
    assert len(service.ledger) == 6
