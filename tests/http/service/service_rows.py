"""Small services, called without Spark."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from synapse_magic.http.policy import Policy
from synapse_magic.http.service.mapper import ServiceMapper
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.service import service_of

FAST = Policy(attempts=2, first_delay=0.01, longest_delay=0.05, deadline=20.0)
QUICK = Polling(first=0.01, least=0.01, longest=0.05)
LENGTHS: dict[str, Any] = {
    "name": "Lengths",
    "endpoint": "",
    "path": "/lengths",
    "params": {"text": {"type": "string", "required": True}, "unit": {"type": "string"}},
    "body": {"texts": "${items}", "unit": "${unit}"},
    "batch": {"item": {"id": "${index}", "text": "${text}"}, "most": 4},
    "response": {"path": "$.found", "items": {"key": "id"}, "value": "$.length", "type": "int"},
    "errors": {"items": {"path": "$.errors", "key": "id", "code": "$.code", "message": "$.text"}},
}
JOB: dict[str, Any] = {
    "name": "Job",
    "endpoint": "",
    "path": "/jobs",
    "params": {"text": {"type": "string", "required": True}},
    "body": {"text": "${text}"},
    "async": {"done": ["succeeded"], "failed": ["failed", "canceled"], "result": "$.result"},
    "response": {"path": "$", "type": "string"},
}


def mapper(
    row: dict[str, Any], given: dict[str, Any], columns: dict[str, int], **options: Any
) -> ServiceMapper:
    """Give what calls a service, without long waits."""
    how = {"policy": FAST, "polling": QUICK, "concurrency": 8, **options}
    return ServiceMapper(service_of(row), given=given, columns=columns, kept=1, **how)


def answers(
    row: dict[str, Any], url: str, texts: list[Any], *, policy: Policy = FAST, **more: Any
) -> list[tuple[Any, Any]]:
    """Give value and error of each row, in order; ``more`` are values that are equal for all."""
    options = {n: more.pop(n) for n in ("most", "ordered", "concurrency") if n in more}
    columns = {n: more.pop(n) for n in list(more) if isinstance(more[n], list)}
    places = {name: place for place, name in enumerate(("text", *columns), 1)}
    made = mapper(row, {"url": url, **more}, places, policy=policy, **options)
    arrays = [pa.array(range(len(texts))), pa.array(texts, pa.string())]
    arrays += [pa.array(values, pa.string()) for values in columns.values()]
    batch = pa.RecordBatch.from_arrays(arrays, ["number", "text", *columns])
    found = [row for part in made.run([batch], "job") for row in part.to_pylist()]
    assert sorted(each["number"] for each in found) == list(range(len(texts)))
    if options.get("ordered"):
        assert [each["number"] for each in found] == list(range(len(texts)))
    return [(r["value"], r["error"]) for r in sorted(found, key=lambda each: each["number"])]
