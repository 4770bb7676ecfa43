"""``%%synapse call`` in a notebook, against a mock of the service."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synapse_magic import MockService, cancel
from synapse_magic.notebook.errors import CellError, CellInterrupted

KEY = "sk-very-secret-0123456789"
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "good"}, "finish_reason": "stop"}
ANSWER = {"choices": [CHOICE], "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
STEP = (
    "reply = OpenAIChatCompletion(messagesCol=messages, deploymentName='gpt', url={url}, "
    "subscriptionKey={api_key}, concurrency=4)\n"
)
CELL = "%%synapse call texts -o answers\nprice = {'call': 0.01}\n" + STEP


@pytest.fixture
def service() -> Iterator[MockService]:
    with MockService() as started:
        started.reply("/chat/completions", ANSWER)
        yield started


@pytest.fixture
def called(
    nb: Any, service: MockService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Give the notebook in a folder of its own, with thirty conversations and a key."""
    monkeypatch.chdir(tmp_path)
    texts = (
        nb["people"]
        .sparkSession.range(0, 30, 1, 2)
        .selectExpr(
            "id", "array(named_struct('role', 'user', 'content', concat('Text ', id))) AS messages"
        )
    )
    nb.shell.push({"texts": texts, "url": service.url(""), "api_key": KEY})
    yield nb
    answers = nb.shell.user_ns.pop("answers", None)
    if answers is not None:
        answers.unpersist()


def test_a_cell_tells_what_all_would_cost_calls_and_shows_totals(
    called: Any, service: MockService, tmp_path: Path
) -> None:
    _, captured = called.output(CELL)
    plain = [output.data.get("text/plain", "") for output in captured.outputs]
    page = "\n".join(output.data.get("text/html", "") for output in captured.outputs)
    assert any(
        text.startswith("Projected after 10 rows: about 30 calls, 300 + 90 tokens, at least")
        and text.endswith("$0.30 for 30 rows")
        for text in plain
    )
    assert "30 of 30 rows answered" in page
    assert "30 calls" in plain[-1]
    assert "$0.30" in plain[-1]
    assert "%synapse code" in plain[-1]
    assert len(service.ledger) == 30
    assert called["answers"].where("reply IS NOT NULL").count() == 30
    assert service.ledger[0].header("Authorization") == f"Bearer {KEY}"
    seen = [page, *plain, called.html("%synapse code answers"), called["answers"]._jdf.toString()]
    assert "os.environ[&quot;API_KEY&quot;]" in seen[-2]
    assert not any(KEY in text for text in seen)
    assert not any(KEY.encode() in file.read_bytes() for file in _files(tmp_path))


def test_a_dry_run_calls_nothing(called: Any, service: MockService, tmp_path: Path) -> None:
    code = called.html(CELL.replace("-o answers", "--dry-run"))
    assert "call_services(" in code
    assert service.ledger == []
    assert _files(tmp_path) == []


def test_a_limit_that_does_not_do_is_told_with_what_would(called: Any) -> None:
    with pytest.raises(CellError, match=r"take 30 calls, more than max_calls=12.*max_calls=30"):
        called.run(CELL + "max_calls = 12")
    assert "answers" not in called.shell.user_ns


def test_a_cell_that_was_cancelled_goes_on_in_a_new_kernel_with_what_is_missing(
    called: Any, service: MockService
) -> None:
    def slowly(_: Any) -> Any:
        return service.Reply(body=ANSWER, latency=0.0 if len(service.ledger) < 14 else 30.0)

    service.answer("/chat/completions", slowly)

    def interrupt() -> None:
        while len(service.ledger) < 16:
            time.sleep(0.02)
        time.sleep(1.0)  # what was answered is written half a second later
        cancel()

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises((CellInterrupted, CellError), match="Try: %synapse call --resume"):
        called.run(CELL)
    answered = 14
    service.reply("/chat/completions", ANSWER)
    before = len(service.ledger)
    html = called.html("%synapse call --resume")
    assert "30 of 30 rows answered" in html
    assert len(service.ledger) - before == 30 - answered
    assert called["answers"].count() == 30


def test_resuming_with_nothing_to_resume_or_with_other_options_is_told(called: Any) -> None:
    with pytest.raises(CellError, match=r"There is no call to go on with in .*synapse_calls"):
        called.run("%synapse call --resume")
    with pytest.raises(CellError, match=r"takes no max_calls. Try: change the cell and run it"):
        called.run("%synapse call --resume --max_calls 3")


def test_a_quiet_cell_shows_nothing(called: Any) -> None:
    _, captured = called.output(CELL.replace("-o", "-q -o") + "try_rows = 0")
    assert captured.outputs == []
    assert called["answers"].count() == 30


def _files(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if place.is_file()]
