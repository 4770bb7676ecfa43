"""Requests called from the rows of a frame."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pyspark.sql.types import StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.http.mapping import RequestMapper
from synapse_magic.http.policy import PASSING, Policy
from synapse_magic.services.host_share import of_each_host
from synapse_magic.services.http_schema import ERROR, RESPONSE
from synapse_magic.services.metered import current_metering
from synapse_magic.services.requests_column import require_requests
from synapse_magic.spark.columns import mappable, require_new
from synapse_magic.spark.files import has_scheme
from synapse_magic.spark.output_names import OutputNames
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.stage import Stage, Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class CallParams(Stage):
    """How a stage that calls a service calls it."""

    concurrency: Param[int] = param(
        "Requests in flight at most, in each task of Spark.", default=1, low=1
    )
    timeout: Param[float] = param("Seconds for each try.", default=60.0, above=0)
    concurrentTimeout: Param[float] = param(
        "Seconds for a row with all its tries and waits; unset for 600.", default=unset, above=0
    )
    handler: Param[Literal["advanced", "basic"]] = param(
        "'advanced' tries again what may pass, 'basic' never; unset for 'advanced'.",
        default=unset,
    )
    maxAttempts: Param[int] = param(
        "Tries of a row. Throttled ones do not count: concurrentTimeout bounds them.",
        default=4,
        low=1,
    )
    deadline: Param[float] = param(
        "Seconds for all rows of a job, from the first call on each machine; unset for no limit.",
        default=unset,
        above=0,
    )
    requestsPerSecond: Param[float] = param(
        "Limit of the service, kept by all tasks together: each machine of the cluster keeps its "
        "share. Unset where it is not known, and then found out.",
        default=unset,
        above=0,
    )
    tokensPerMinute: Param[float] = param(
        "Limit of a language model, kept likewise: a token for four bytes of a body, until the "
        "answer tells its usage; unset where there is none.",
        default=unset,
        above=0,
    )
    ordered: Param[bool] = param(
        "Give rows in the order in which they came, so that a slow one holds up those after it.",
        default=False,
    )
    engine: Param[Literal["aiohttp", "requests"]] = param(
        "Library that makes the calls: one event loop, or a thread for each.", default="aiohttp"
    )
    journal: Param[str] = param(
        "Folder in which every success is kept as it comes: a job that is run again answers from "
        "it, and sends what is missing. Equal requests are then sent once; a request for several "
        "rows is equal where all of them are, in their order. A path of the workers, "
        "such as of a mounted disk; unset for none.",
        default=unset,
    )

    def _policy(self) -> Policy:
        """Return the rules of calling, as the params say."""
        policy = Policy(
            attempts=self.getOrDefault("maxAttempts"),
            timeout=self.getOrDefault("timeout"),
            job_deadline=self._given("deadline"),
            requests_per_second=self._given("requestsPerSecond"),
            tokens_per_minute=self._given("tokensPerMinute"),
            engine=self.getOrDefault("engine"),
            journal=self._journal_folder(),
            metering=current_metering(),
        )
        if self._given("concurrentTimeout") is not None:
            policy = replace(policy, deadline=self.getOrDefault("concurrentTimeout"))
        if self._given("handler") == "basic":
            policy = replace(policy, attempts=1, final=PASSING)
        return policy

    def _stages_inside(self) -> list[Any]:
        """Return the stages that call for all rows: this one, unless it consists of others."""
        return [self]

    def _journal_folder(self) -> str | None:
        folder = self._given("journal")
        if folder is None:
            return None
        if has_scheme(folder):
            raise SynapseError(
                f"journal must be a path that workers can open as a file, got {folder!r}. "
                "Try: the path under which that storage is mounted"
            )
        place = Path(os.path.abspath(folder))  # workers stand in a folder of their own
        file = next((each for each in (place, *place.parents) if each.is_file()), None)
        if file is not None:
            raise SynapseError(
                f"journal must be a folder, and {file} is a file. Try: the path of another one"
            )
        return str(place)

    def _given(self, name: str) -> Any:
        return self.getOrDefault(name) if self.isDefined(name) else None


class HTTPTransformer(Transformer, CallParams, OutputNames):
    """Call the request in each row, many at once, and give the response or the reason why not.

    Requests and responses are structs, those of SynapseML. The last response of a row stands in
    ``outputCol`` whatever its status; ``errorCol`` is null for a success and tells status, code,
    message, attempts and elapsed seconds for everything else. A null request is not called and
    gives null in both.

    With a ``journal`` nothing is paid for twice: neither when Spark repeats a task, nor when a job
    that was killed is run again, nor for rows that ask the same. It is for services that give
    equal answers to equal requests, or whose first answer will do; not for questions such as
    whether something is done by now.

    Statuses 2xx succeed. 408, 425, 429, most 5xx, cut connections and timeouts are tried again,
    never before the server's Retry-After. Rows come out as they are done.

    Examples
    --------
    >>> call = HTTPTransformer(inputCol="request", outputCol="response", concurrency=32)
    >>> call.getErrorCol()
    'response_error'
    >>> answered = call.transform(requests)  # doctest: +SKIP
    """

    inputCol: Param[str] = param("Column of requests.", default=unset, column="in")
    outputCol: Param[str] = param("New column of responses.", default=unset, column="out")
    errorCol: Param[str] = param(
        "New column that tells why a row has no success; unset for outputCol with '_error' after "
        "its name.",
        default=unset,
        column="out",
    )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        source, outputs = self._required("inputCol"), self._outputs()
        require_requests(dataset.schema, source)
        require_new(dataset.schema, outputs, "outputCol='...', or errorCol='...' for the reasons")
        kept = dataset.columns
        mapper = RequestMapper(
            column=kept.index(source),
            kept=len(kept),
            policy=of_each_host(self._policy(), dataset.sparkSession),
            concurrency=self.getOrDefault("concurrency"),
            ordered=self.getOrDefault("ordered"),
        )
        own = {field.name: field for field in dataset.schema.fields}
        made = [StructField(name, kind) for name, kind in zip(outputs, (RESPONSE, ERROR))]
        schema = StructType([*(own[name] for name in kept), *made])
        needs = ("pyarrow", self.getOrDefault("engine"))
        return map_in_arrow(mappable(dataset, kept), _worker(mapper), schema, needs=needs)

    def _outputs(self) -> list[str]:
        source, *outputs = (
            self._required("inputCol"),
            self._required("outputCol"),
            self.getErrorCol(),
        )
        if len({name.casefold() for name in (source, *outputs)}) < 3:
            raise SynapseError(
                "inputCol, outputCol and errorCol must differ, got "
                f"{source!r}, {outputs[0]!r} and {outputs[1]!r}"
            )
        return outputs

    def _required(self, name: str) -> str:
        if not self.isDefined(name):
            raise SynapseError(f"{name} of {type(self).__name__} must be set. Try: {name}='...'")
        return str(self.getOrDefault(name))

    def _unset_name(self, name: str) -> str:
        return self._required(name) if name == "outputCol" else super()._unset_name(name)


def _worker(mapper: RequestMapper) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function that workers run; it travels by value, with plain values."""
    made = uuid.uuid4().hex

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        from pyspark import TaskContext

        context = TaskContext.get()
        # A frame may run many times, and each run is a job of its own.
        yield from mapper.run(batches, f"{made} {context.stageId() if context else 0}")

    return work
