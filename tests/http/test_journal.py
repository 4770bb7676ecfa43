from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from synapse_magic import SynapseError
from synapse_magic.http import journal, journal_file, runtime
from synapse_magic.http.calls import call_each
from synapse_magic.http.identity import key_of
from synapse_magic.http.journal import Journal
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request, Response

SECRET = "s3cret-of-the-test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "the" / "journal"


def asked(service: MockService, bodies: Sequence[int | str], path: str = "/") -> list[Request]:
    headers = (("Authorization", f"Bearer {SECRET}"), ("Content-Type", "text/plain"))
    return [Request("POST", service.url(path), headers, str(n).encode()) for n in bodies]


def run(requests: Sequence[Request], folder: Path | None, **rules: Any) -> list[Outcome]:
    kept = None if folder is None else str(folder)
    policy = Policy(**{"first_delay": 0.02, "longest_delay": 0.1, "journal": kept, **rules})
    found = dict(call_each(requests, policy, concurrency=16))
    assert sorted(found) == list(range(len(requests)))
    return [found[n] for n in range(len(requests))]


def run_anew(requests: Sequence[Request], folder: Path, **rules: Any) -> list[Outcome]:
    """Run as a process does that has just started, which knows what the files tell alone."""
    runtime.shut_down()
    return run(requests, folder, **rules)


def bodies(service: MockService) -> Counter[bytes]:
    return Counter(seen.body for seen in service.ledger)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


def test_what_was_answered_is_not_asked_again_and_the_rest_is(
    service: MockService, folder: Path
) -> None:
    service.answer("/", lambda seen: service.Reply(201, seen.body * 3, {"X": "caf\u00e9"}))
    first = run(asked(service, range(50)), folder)
    assert len(service.ledger) == 50
    second = run_anew(asked(service, range(80)), folder)
    assert bodies(service) == Counter(str(n).encode() for n in range(80))
    assert [each.response for each in second[:50]] == [each.response for each in first]
    assert [each.attempts for each in second] == [1] * 80
    assert all(each.elapsed == 0.0 for each in second[:50])
    run(asked(service, range(80)), folder)  # now from what this process itself wrote
    assert len(service.ledger) == 80


def test_a_failure_is_not_kept(service: MockService, folder: Path) -> None:
    service.script("/", [service.Reply(400, "no"), "fine"])
    (outcome,) = run(asked(service, [1]), folder)
    assert outcome.code == "http_400"
    (outcome,) = run(asked(service, [1]), folder)
    assert outcome.good


@pytest.mark.parametrize("status", [200, 400])
def test_equal_requests_under_way_are_sent_once_with_a_journal_alone(
    service: MockService, folder: Path, status: int
) -> None:
    service.reply("/", service.Reply(status, "said", latency=0.2))
    outcomes = run(asked(service, ["same"] * 8), folder)
    assert len(service.ledger) == 1
    assert {each.response and each.response.text() for each in outcomes} == {"said"}
    assert {each.good for each in outcomes} == {status == 200}
    run(asked(service, ["same"] * 8), None)
    assert len(service.ledger) == 9


def test_answers_are_on_disk_within_a_second_and_when_all_is_done(
    service: MockService, folder: Path
) -> None:
    service.answer("/", lambda seen: service.Reply(latency=60.0 if seen.body == b"slow" else 0.0))
    policy = Policy(journal=str(folder))
    outcomes = call_each(asked(service, ["1", "2", "slow"]), policy)
    next(outcomes), next(outcomes)
    deadline = time.monotonic() + 10.0
    while not files(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    (path,) = files(folder)
    assert sum(len(keys) for _, keys in journal_file.blocks(path, 0)) == 2
    outcomes.close()
    run(asked(service, ["3"]), folder)
    assert sum(len(keys) for _, keys in journal_file.blocks(path, 0)) == 3


@pytest.mark.parametrize("cut", [1, 40, 10_000])
def test_of_a_block_that_was_cut_off_nothing_is_taken(
    service: MockService, folder: Path, cut: int
) -> None:
    service.reply("/", os.urandom(300))
    run(asked(service, ["whole"]), folder)
    (path,) = files(folder)
    whole = path.stat().st_size
    run(asked(service, ["lost"]), folder)
    size = path.stat().st_size
    os.truncate(path, max(whole, size - cut))
    run_anew(asked(service, ["whole", "lost"]), folder)
    assert bodies(service) == {b"whole": 1, b"lost": 2}
    assert len(files(folder)) == 2  # nobody writes after what is cut off
    run_anew(asked(service, ["whole", "lost"]), folder)
    assert len(service.ledger) == 3


def test_after_a_write_that_broke_off_nothing_is_lost_behind_it(
    service: MockService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answer("/", lambda seen: seen.body)
    run(asked(service, ["whole"]), folder)

    def full(path: Path, *args: Any) -> None:
        journal_file.append(path, *args)
        os.truncate(path, path.stat().st_size - 3)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(SynapseError, match="No space left on device"):
        run(asked(service, ["broken"]), folder)
    monkeypatch.undo()
    run(asked(service, ["later"]), folder)
    run_anew(asked(service, ["whole", "broken", "later"]), folder)
    assert bodies(service) == {b"whole": 1, b"broken": 1, b"later": 1}


def test_where_no_file_can_grow_each_block_has_its_own(
    service: MockService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answer("/", lambda seen: seen.body)

    def only_new(path: Path, *args: Any) -> Any:
        if path.exists():
            raise OSError(95, "Operation not supported")
        return journal_file.append(path, *args)

    monkeypatch.setattr(journal, "append", only_new)
    for number in range(3):
        run(asked(service, [number]), folder)
    assert len(files(folder)) == 3
    run_anew(asked(service, range(3)), folder)
    assert len(service.ledger) == 3


def test_sizes_that_no_file_has_are_not_read(tmp_path: Path) -> None:
    place = tmp_path / "odd.journal"
    place.write_bytes(journal_file._HEAD.pack(journal_file._MARK, 0.0, 2**32 - 1, 1, 0, 0) + b"x")
    assert list(journal_file.blocks(place, 0)) == []


def test_of_two_answers_the_newer_is_found_whatever_the_names_of_their_files(
    service: MockService, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (request,) = asked(service, ["x"])
    for name, text, written in (("a", b"new", 200.0), ("b", b"old", 100.0)):
        entry = journal_file.Entry(Response(200, "OK", (), text), 1)
        journal_file.append(folder / f"{name}.journal", [key_of(request)], [entry], written)
    (outcome,) = run_anew([request], folder)
    assert outcome.response is not None
    assert outcome.response.body == b"new"


def test_an_answer_that_is_forgotten_is_asked_for_again(folder: Path) -> None:
    answers = iter((b"useless", b"useful"))

    async def ask() -> Outcome:
        return Outcome(Response(200, "OK", (), next(answers)), 1, 0.1)

    async def asked_for(forget: bool) -> Outcome:
        kept, request = Journal(str(folder)), Request("GET", "http://localhost/")
        kept.refresh()
        outcome = await kept.answer(request, "job", Policy(), ask)
        assert outcome.response is not None
        if forget:
            await kept.forget(request, outcome.response)
            await kept.forget(request, Response(200, "OK", (), b"another"))
        await kept.flush()
        return outcome

    found = [asyncio.run(asked_for(forget)).response for forget in (True, False, False)]
    assert [each and each.body for each in found] == [b"useless", b"useful", b"useful"]


def test_only_the_answer_that_is_known_is_forgotten(folder: Path) -> None:
    async def twice() -> list[Outcome]:
        kept, request = Journal(str(folder)), Request("GET", "http://localhost/")

        async def ask() -> Outcome:
            return Outcome(Response(200, "OK"), 1, 0.1)

        first = await kept.answer(request, "job", Policy(), ask)
        await kept.forget(request, Response(200, "OK", (), b"one before it"))
        second = await kept.answer(request, "job", Policy(), ask)
        folder.mkdir(parents=True)
        await kept.flush()
        return [first, second]

    assert [each.elapsed for each in asyncio.run(twice())] == [0.1, 0.0]


@pytest.mark.parametrize("place", [0, 30, 60])
def test_bytes_that_are_not_what_was_written_are_no_answers(
    service: MockService, folder: Path, place: int
) -> None:
    service.reply("/", os.urandom(100))
    run(asked(service, ["x"]), folder)
    (path,) = files(folder)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert run_anew(asked(service, ["x"]), folder)[0].good
    assert len(service.ledger) == 2


def test_other_processes_write_files_of_their_own_and_are_heard(
    service: MockService, folder: Path
) -> None:
    service.answer("/", lambda seen: seen.body)
    run(asked(service, ["mine"]), folder)
    script = (
        "import sys\nfrom synapse_magic.http.calls import call_each\n"
        "from synapse_magic.http.policy import Policy\n"
        "from synapse_magic.http.request import Request\n"
        "headers = (('Content-Type', 'text/plain'),)\n"
        "asked = [Request('POST', sys.argv[1], headers, b) for b in (b'mine', b'theirs')]\n"
        "print(len(dict(call_each(asked, Policy(journal=sys.argv[2])))))"
    )
    command = [sys.executable, "-c", script, service.url(), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "2\n"
    assert len(files(folder)) == 2
    run(asked(service, ["mine", "theirs"]), folder)
    assert bodies(service) == {b"mine": 1, b"theirs": 1}


def test_a_journal_that_was_removed_is_begun_anew(service: MockService, folder: Path) -> None:
    service.reply("/", "fine")
    run(asked(service, [1]), folder)
    shutil.rmtree(folder)
    run(asked(service, [1]), folder)
    run(asked(service, [1]), folder)
    assert len(service.ledger) == 2
    assert len(files(folder)) == 1


def test_the_promise_of_a_202_is_kept_for_a_day(
    service: MockService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.reply("/", service.Reply(202, "", {"Operation-Location": "/jobs/1"}))
    run(asked(service, [1]), folder)
    (outcome,) = run_anew(asked(service, [1]), folder)
    assert outcome.response is not None
    assert outcome.response.header("operation-location") == "/jobs/1"
    assert len(service.ledger) == 1
    monkeypatch.setattr(journal, "_PROMISED_SECONDS", 0.0)
    run_anew(asked(service, [1]), folder)
    assert len(service.ledger) == 2


def test_an_answer_that_is_no_success_by_other_rules_is_asked_for(
    service: MockService, folder: Path
) -> None:
    service.reply("/", service.Reply(404, "none yet"))
    assert run(asked(service, [1]), folder, succeed=frozenset({404}))[0].good
    assert run(asked(service, [1]), folder)[0].code == "http_404"
    assert len(service.ledger) == 2


def test_no_secret_is_written_even_where_the_answer_repeats_it(
    service: MockService, folder: Path
) -> None:
    service.answer("/echo", lambda seen: seen.header("authorization"))
    service.answer("/head", lambda seen: service.Reply(headers={"X": seen.header("authorization")}))
    service.reply("/", "fine")
    for path in ("/", "/echo", "/head"):
        run(asked(service, [1], path), folder)
    run_anew(asked(service, [1], "/"), folder)
    for path in ("/echo", "/head"):
        run(asked(service, [1], path), folder)
    assert Counter(seen.path for seen in service.ledger) == {"/": 1, "/echo": 2, "/head": 2}
    for path in files(folder):
        for block, _ in journal_file.blocks(path, 0):
            assert SECRET not in str(block.read())
        assert SECRET.encode() not in path.read_bytes()


def test_a_journal_that_cannot_be_kept_ends_the_job(
    service: MockService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.reply("/", "fine")
    folder.parent.mkdir()
    folder.write_text("a file")
    with pytest.raises(SynapseError, match=r"journal at .* cannot be kept: File exists.*Try: "):
        run(asked(service, [1]), folder)
    folder.unlink()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(SynapseError, match="No space left on device"):
        run(asked(service, [1]), folder)
    monkeypatch.undo()
    run(asked(service, [1]), folder)  # what came is written as soon as there is room
    assert len(files(folder)) == 1


def test_who_waits_for_an_equal_request_asks_when_that_one_is_cancelled(folder: Path) -> None:
    sent: list[asyncio.Event] = []

    async def ask() -> Outcome:
        sent.append(asyncio.Event())
        await sent[-1].wait()
        return Outcome(Response(200, "OK"), 1, 0.1)

    async def both() -> Outcome:
        kept = Journal(str(folder))
        kept.refresh()
        request = Request("GET", "http://localhost/")
        first, second = (
            asyncio.create_task(kept.answer(request, "job", Policy(), ask)) for _ in range(2)
        )
        await asyncio.sleep(0.01)
        assert len(sent) == 1
        first.cancel()
        await asyncio.sleep(0.01)
        sent[1].set()
        outcome = await second
        await kept.flush()
        return outcome

    assert asyncio.run(both()).good
    assert len(sent) == 2


def test_jobs_with_other_deadlines_do_not_wait_for_each_other(
    service: MockService, folder: Path
) -> None:
    service.answer("/", lambda seen: service.Reply(latency=2.0))
    patient = threading.Thread(target=run, args=(asked(service, [1]), folder))
    patient.start()
    while not service.ledger:
        time.sleep(0.01)
    (outcome,) = run(asked(service, [1]), folder, deadline=0.2)
    assert outcome.code == "deadline"
    patient.join()


KILLED = """
import sys
from synapse_magic.http.calls import call_each
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request
asked = [Request("POST", sys.argv[1], (), str(n).encode()) for n in range(200)]
for number, outcome in call_each(asked, Policy(journal=sys.argv[2]), concurrency=8):
    assert outcome.good
"""


@pytest.fixture
def killed(service: MockService, folder: Path) -> int:
    """Give the number of calls that a process had made when it was killed amidst them."""
    service.answer("/", lambda seen: service.Reply(body=seen.body, latency=0.1))
    process = subprocess.Popen([sys.executable, "-c", KILLED, service.url(), str(folder)])
    while len(service.ledger) < 120 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return len(service.ledger)


def test_after_a_kill_the_missing_are_asked_for_and_no_others(
    service: MockService, folder: Path, killed: int
) -> None:
    assert 120 <= killed < 200
    kept = {
        key for path in files(folder) for _, keys in journal_file.blocks(path, 0) for key in keys
    }
    assert len(kept) >= 40
    requests = [Request("POST", service.url(), (), str(n).encode()) for n in range(200)]
    assert all(each.good for each in run(requests, folder))
    assert len(service.ledger) == killed + 200 - len(kept)
