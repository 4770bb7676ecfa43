"""A model asked for the rows of Arrow batches, which come out with values, usage and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from synapse_magic.http.caller import Caller
from synapse_magic.http.prompt.batching import Batching, gathered
from synapse_magic.http.prompt.conversation import Told
from synapse_magic.http.prompt.prompt import Prompt
from synapse_magic.http.prompt.prompting import Prompting
from synapse_magic.http.prompt.usage import USAGE
from synapse_magic.http.service.line import Line, Row
from synapse_magic.http.service.mapper import ServiceMapper
from synapse_magic.http.service.packing import Unit

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
OUTPUTS: Mapping[str, pa.DataType] = {
    "usage": USAGE,
    "cost": pa.float64(),
    "id": pa.string(),
    "messages": MESSAGES,
}
"""What rows may get beside their value, and its type."""


@dataclass(frozen=True, kw_only=True)
class PromptMapper(ServiceMapper):
    """Asks a model for each row.

    Parameters
    ----------
    prompt : Prompt
    together : int or None
        Rows in one batch of the provider; None where each is asked about at once.
    """

    prompt: Prompt
    together: int | None = None

    def _through(self) -> Callable[[Caller], Any]:
        kind = Prompting if self.together is None else Batching
        told: dict[str, Any] = {
            "service": self.service,
            "polling": self.polling,
            "prompt": self.prompt,
        }
        return partial(kind, keys=self._keys(), **told)

    def _units(self, batches: Iterable[pa.RecordBatch], line: Line) -> Iterator[Unit[Row] | Row]:
        if self.together is None:
            return super()._units(batches, line)
        rows = ((row, self._whole(values)) for row, values in self._raw_rows(batches, line))
        return gathered(rows, self.together)

    def _columns(self, values: Sequence[Told | None]) -> list[pa.Array]:
        wanted = {"value": self.prompt.form.type, **{n: OUTPUTS[n] for n in self.prompt.outputs}}
        return [
            pa.array([None if v is None else getattr(v, name) for v in values], loose(kind))
            for name, kind in wanted.items()
        ]


def loose(kind: pa.DataType) -> pa.DataType:
    """Return a type in which everything may be null, as the columns of Spark have it."""
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(own.name, loose(own.type)) for own in kind])
    return pa.list_(loose(kind.value_type)) if pa.types.is_list(kind) else kind
