"""The fields of forms seen as values of the types that an ontology has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pyarrow as pa

from synapse_magic.kernels.forms.ontology import (
    RECORDS,
    fields_of,
    held,
    merged,
    named,
    record,
    settled,
    type_of,
)

Batches = Iterable[pa.RecordBatch]


def viewed(field: Any, kind: pa.DataType) -> Any:
    """Return a field's value as one of a type; None where it is none.

    Examples
    --------
    >>> viewed({"type": "number", "valueNumber": 2.0, "content": "two"}, pa.string())
    'two'
    """
    if not isinstance(field, Mapping):
        return str(field) if pa.types.is_string(kind) and field is not None else field
    value = held(field)
    if pa.types.is_list(kind):
        whole = field["type"] == "array" and value is not None
        return [viewed(each, kind.value_type) for each in value] if whole else None
    if pa.types.is_struct(kind):
        whole = field["type"] in RECORDS and value is not None
        return record_of(named(value), kind) if whole else None
    if pa.types.is_string(kind):
        return _text(value, field.get("content"))
    return value if _is(value, _PYTHON[kind]) else None


def record_of(parts: Mapping[str, Any], kind: pa.StructType) -> dict[str, Any]:
    """Return the parts of a record as those of a type."""
    return {part.name: viewed(parts.get(part.name), part.type) for part in kind}


def _text(value: Any, content: str | None) -> str | None:
    """Return a value that is text, or how the form has it."""
    if isinstance(value, str):
        return value
    return str(value) if content is None and isinstance(value, (int, float)) else content


_PYTHON: dict[pa.DataType, Any] = {pa.float64(): (int, float), pa.int64(): int, pa.bool_(): bool}


def _is(value: Any, kinds: Any) -> bool:
    return isinstance(value, kinds) and (kinds is bool or not isinstance(value, bool))


@dataclass(frozen=True)
class FormScorer:
    """Makes one struct of the fields of each form, without Spark."""

    column: str
    output: str
    kind: pa.StructType

    @property
    def inputs(self) -> tuple[str, ...]:
        """The column of results."""
        return (self.column,)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The column of structs."""
        return (self.output,)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the structs of a batch, null where a result has no document."""
        found = (fields_of(result) for result in batch.column(self.column).to_pylist())
        values = [record_of(fields, self.kind) if fields is not None else None for fields in found]
        return pa.RecordBatch.from_arrays([pa.array(values, self.kind)], [self.output])


def learner(column: str) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """Return the function by which workers learn the fields of the forms of their rows."""

    def learn(batches: Batches) -> Iterator[pa.RecordBatch]:
        kind: pa.DataType = pa.null()
        for batch in batches:
            for result in batch.column(column).to_pylist():
                fields = fields_of(result)
                if fields is not None:
                    own = record({name: type_of(field) for name, field in fields.items()})
                    kind = merged(kind, own)
        if pa.types.is_struct(kind):
            content = pa.schema(list(kind)).serialize().to_pybytes()
            yield pa.RecordBatch.from_pydict({"ontology": pa.array([content], pa.binary())})

    return learn


def learned(parts: Iterable[bytes]) -> pa.StructType | None:
    """Return the whole ontology of what workers learned, None where they saw no document."""
    kinds = [pa.struct(list(pa.ipc.read_schema(pa.py_buffer(part)))) for part in parts]
    return settled(reduce(merged, kinds)) if kinds else None
