"""The stage of a described service: values or columns in, what the service says out."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
from pyspark.sql.types import DataType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.http.policy import Policy
from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.http.service.mapper import ServiceMapper
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import names
from synapse_magic.services.column_types import require_type, spark_type
from synapse_magic.services.host_share import of_each_host
from synapse_magic.services.http_schema import ERROR
from synapse_magic.services.secrets_found import require_found
from synapse_magic.services.service_params import KEYS, ServiceParams
from synapse_magic.spark.columns import mappable, require_new
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self

_MILLISECOND = 0.001


class ServiceStage(Transformer, ServiceParams):
    """A stage that a row of the table declares; subclasses are made by ``stage_of``."""

    service: ClassVar[Service]

    def mapper(self, columns: dict[str, int], kept: int) -> ServiceMapper:
        """Return what workers run: calls for rows of Arrow batches.

        Parameters
        ----------
        columns : dict
            Places of columns in the batches, by the name of the value that they hold.
        kept : int
            How many of the first columns come out again.
        """
        given = {name: value for name, value in self._constants().items() if name not in columns}
        return ServiceMapper(
            service=self.service,
            given={**given, **self._secrets()},
            columns=columns,
            kept=kept,
            policy=self._policy(),
            concurrency=self.getOrDefault("concurrency"),
            most=self.getOrDefault("batchSize") if self.service.batch else None,
            ordered=self.getOrDefault("ordered"),
            polling=self._polling(),
        )

    def mapper_for(self, dataset: DataFrame) -> ServiceMapper:
        """Return what workers run for a frame, after a look at all that can be told before."""
        named = self._named()
        self._require_values(named)
        self._require_sendable()
        self._require_types(dataset.schema, named)
        kept = dataset.columns
        mapper = self.mapper({n: kept.index(column) for n, column in named.items()}, len(kept))
        return replace(mapper, policy=of_each_host(mapper.policy, dataset.sparkSession))

    def _transform(self, dataset: DataFrame) -> DataFrame:
        mapper, outputs = self.mapper_for(dataset), self._outputs()
        require_new(dataset.schema, outputs, "outputCol='...', or errorCol='...' for the reasons")
        return answered(dataset, mapper, dict(zip(outputs, self._kinds())))

    def _set(self, **values: Any) -> Self:
        """Set params; a value takes the place of the column that was set before, and vice versa."""
        declared = self.params_declared()
        for name in values:
            twin = name[:-3] if name.endswith("Col") else f"{name}Col"
            if twin in declared and twin not in values and self.isSet(twin):
                self.clear(self.getParam(twin))
        super()._set(**values)
        return self

    def _named(self) -> dict[str, str]:
        """Return the columns that hold values, by the name of the value."""
        declared = self.params_declared()
        paired = [n for n in (*self.row["params"], *KEYS) if f"{n}Col" in declared]
        named = {n: self.getOrDefault(f"{n}Col") for n in paired if self.isSet(f"{n}Col")}
        both = [name for name in named if self.isSet(name)]
        if both:
            raise SynapseError(
                f"{both[0]} and {both[0]}Col of {type(self).__name__} are both set, expected one. "
                f"Try: only {both[0]}Col for a value of each row"
            )
        return named

    def _constants(self) -> dict[str, Any]:
        """Return the values that are the same for all rows."""
        wanted = [*self.row["params"], "url", "location", "keyHeader"]
        declared = self.params_declared()
        return {n: self._given(n) for n in wanted if n in declared and self._given(n) is not None}

    def _require_values(self, named: dict[str, str]) -> None:
        """Raise where what every call needs is neither a value nor a column."""
        constants = self._constants()
        for name in self.service.required:
            if name not in named and name not in constants:
                column = f" or {name}Col='...'" if f"{name}Col" in self.params_declared() else ""
                raise SynapseError(
                    f"{name} of {type(self).__name__} must be set. Try: {name}=...{column}"
                )
        place = [n for n in names(self.service.endpoint) if n not in constants and n not in named]
        if place and "url" not in constants:
            raise SynapseError(
                f"{type(self).__name__} does not know where its service is. Try: "
                f"{place[0]}='...', or url='https://...'"
            )

    def _require_types(self, schema: StructType, named: dict[str, str]) -> None:
        for name, column in named.items():
            wanted = self.row["params"].get(name, {"type": "string"})["type"]
            require_type(schema, column, wanted, arrow_type(wanted), f"{name}Col")

    def _outputs(self) -> list[str]:
        outputs = [self.getOrDefault("outputCol"), self.getOrDefault("errorCol")]
        if outputs[0].casefold() == outputs[1].casefold():
            raise SynapseError(f"outputCol and errorCol must differ, got {outputs[0]!r} for both")
        return outputs

    def _kinds(self) -> list[DataType]:
        """Return the types of the columns that are made."""
        return [spark_type(self.service.reply.type), ERROR]

    def _policy(self) -> Policy:
        policy = super()._policy()
        known = policy.requests_per_second or self.service.rate
        succeed = policy.succeed | self.service.reply.success
        return replace(policy, requests_per_second=known, succeed=succeed)

    def _polling(self) -> Polling:
        if self.service.operation is None:
            return Polling()
        first, least = (
            self.getOrDefault(name) * _MILLISECOND
            for name in ("initialPollingDelay", "pollingDelay")
        )
        return Polling(first, least, max(10.0, least), self.getOrDefault("maxPollingRetries"))

    def _get_state(self) -> dict[str, Any]:
        return {**super()._get_state(), "bytes": self._bytes()}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        # Not by our own, which would clear the columns that stand beside the values.
        super()._set(**{name: base64.b64decode(text) for name, text in state["bytes"].items()})

    def _bytes(self) -> dict[str, str]:
        """Return the params that hold bytes, as text for JSON."""
        held = {name: self.getOrDefault(name) for name in self.unsaved if self.isSet(name)}
        return {name: base64.b64encode(value).decode() for name, value in held.items()}


def answered(dataset: DataFrame, mapper: ServiceMapper, made: Mapping[str, DataType]) -> DataFrame:
    """Return a frame with what a mapper makes of it.

    Parameters
    ----------
    dataset : DataFrame
    mapper : ServiceMapper
        For the columns of the frame.
    made : dict of str to DataType
        The new columns.
    """
    kept = dataset.columns
    own = {field.name: field for field in dataset.schema.fields}
    fields = [StructField(name, kind) for name, kind in made.items()]
    schema = StructType([*(own[name] for name in kept), *fields])
    needs = ("pyarrow", mapper.policy.engine)
    answering = map_in_arrow(mappable(dataset, kept), _worker(mapper), schema, needs=needs)
    require_found(dataset.sparkSession, mapper.given.values())
    return answering


def _worker(mapper: ServiceMapper) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function that workers run; it travels by value, with plain values."""
    made = uuid.uuid4().hex

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        # A frame may run many times, and each run is a job of its own.
        yield from mapper.run(batches, f"{made} {context.stageId() if context else 0}")

    return work
