from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from synapse_magic.http import mapping
from synapse_magic.http.mapping import RequestMapper
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.worker_pipe import WorkerPipe


def mapped(urls: list[str | None], ordered: bool = False) -> Iterator[pa.RecordBatch]:
    requests = [url and {"requestLine": {"method": "GET", "uri": url}} for url in urls]
    kind = pa.struct({"requestLine": pa.struct({"method": pa.string(), "uri": pa.string()})})
    columns = [pa.array(range(len(urls))), pa.array(requests, kind)]
    batch = pa.RecordBatch.from_arrays(columns, ["n", "request"])
    mapper = RequestMapper(column=1, kept=1, policy=Policy(), concurrency=32, ordered=ordered)
    return mapper.run([batch], "job")


@pytest.mark.parametrize("ordered", [False, True])
def test_rows_without_a_request_wait_for_nobody(
    monkeypatch: pytest.MonkeyPatch, ordered: bool
) -> None:
    waited = []
    monkeypatch.setattr(WorkerPipe, "closed", lambda _, within=0.0: waited.append(within))
    made = [n for batch in mapped([None] * 100, ordered) for n in batch["n"].to_pylist()]
    assert made == list(range(100))
    assert set(waited) == {0.0}


def test_after_each_answer_the_reader_may_say_that_it_is_enough(
    service: MockService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.reply("/", "fine")
    waited = []
    monkeypatch.setattr(WorkerPipe, "closed", lambda _, within=0.0: waited.append(within))
    rows = sum(batch.num_rows for batch in mapped([service.url()] * 20))
    assert rows == 20
    assert waited[0] == 0.0
    assert max(waited) > 0.0


@pytest.mark.parametrize("ordered", [False, True])
def test_large_bodies_come_in_several_batches(
    service: MockService, monkeypatch: pytest.MonkeyPatch, ordered: bool
) -> None:
    monkeypatch.setattr(mapping, "_BODIES", 1000)
    service.reply("/small", bytes(400))
    service.reply("/large", bytes(5000))
    urls = [service.url("/small")] * 7 + [service.url("/large"), None]
    sizes = []
    for batch in mapped(urls, ordered):
        entities = [row and row["entity"] for row in batch["response"].to_pylist()]
        sizes.append([len(each["content"]) if each else 0 for each in entities])
    assert sorted(size for batch in sizes for size in batch) == [0, *[400] * 7, 5000]
    assert all(sum(batch) <= 1000 for batch in sizes if 5000 not in batch)
    assert [sum(batch) for batch in sizes if 5000 in batch] == [5000]


def test_a_header_that_is_no_utf8_spoils_nothing(service: MockService) -> None:
    service.reply("/", service.Reply(404, "none", {"X": "caf\u00e9"}))
    (batch,) = mapped([service.url()])
    (answer,) = batch["response"].to_pylist()
    assert {"name": "X", "value": "caf?"} in answer["headers"]
    assert batch["error"].to_pylist()[0]["code"] == "http_404"
