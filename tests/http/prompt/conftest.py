from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.prompt.form import Whole
from synapse_magic.http.prompt.mapper import PromptMapper
from synapse_magic.http.prompt.prompt import Prompt, cell
from synapse_magic.http.prompt.reply import TYPES
from synapse_magic.http.prompt.template import columns_of, parts_of
from synapse_magic.http.secret import Secret
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.service import Service, service_of

FAST = Policy(attempts=2, first_delay=0.01, longest_delay=0.05, deadline=20.0)
BODIES = {
    "chat_completions": {
        "model": "${deploymentName}",
        "messages": "${messages}",
        "response_format": "${responseFormat}",
    },
    "responses": {
        "model": "${deploymentName}",
        "input": "${messages}",
        "text": {"format": "${responseFormat}"},
    },
}
PATHS = {"chat_completions": "/chat/completions", "responses": "/responses"}


def _service(prompt: Prompt) -> Service:
    needed = ["deploymentName", *map(cell, columns_of(prompt.parts))]
    row = {
        "name": "Prompt",
        "endpoint": "",
        "path": PATHS[prompt.api],
        "params": {name: {"required": True} for name in needed},
        "body": BODIES[prompt.api],
        "response": {"type": "string"},
        "errors": {"quota": ["insufficient_quota"]},
        "auth": {"header": "Api-Key"},
    }
    if prompt.api == "responses":
        row["errors"] = {"row": {"path": "$.status", "ok": ["completed", "incomplete"]}}
    made = service_of(row)
    return Service(**{**vars(made), "reply": _whole(made, prompt)})


def _whole(made: Service, prompt: Prompt) -> Any:
    return type(made.reply)((), (), TYPES[prompt.api], "json", frozenset())


@pytest.fixture
def ask(service: MockService) -> Callable[..., list[dict[str, Any]]]:
    """Give a function that asks about rows, and returns what each gets, in their order."""

    def asked(
        template: str,
        rows: list[dict[str, Any]],
        *,
        policy: Policy = FAST,
        together: int | None = None,
        questions: int = 1000,
        key: Secret | None = None,
        **told: Any,
    ) -> list[dict[str, Any]]:
        plain = {"api": "chat_completions", "system": "", "kinds": {}, "file_limit": 1.0}
        outputs = ("usage", "cost", "id", "messages")
        how = {**plain, "form": Whole(), "outputs": outputs, **told}
        prompt = Prompt(parts=parts_of(template), **how)
        batch = pa.RecordBatch.from_pylist([{"number": n, **row} for n, row in enumerate(rows)])
        columns = {cell(name): place for place, name in enumerate(batch.schema.names) if place}
        mapper = PromptMapper(
            service=_service(prompt),
            given={"url": service.url(""), "deploymentName": "m", "subscriptionKey": key},
            columns=columns,
            kept=1,
            policy=policy,
            concurrency=4,
            polling=Polling(first=0.01, least=0.01, longest=0.05, most=questions),
            prompt=prompt,
            together=together,
        )
        names = ["number", "value", *prompt.outputs, "error"]
        found = [
            dict(zip(names, row.values()))
            for part in mapper.run([batch], "job")
            for row in part.rename_columns(names).to_pylist()
        ]
        return sorted(found, key=lambda row: row["number"])

    return asked
