"""A column through a service and back: parse, call, parse, with mini-batches where wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyspark.sql import functions as F

from synapse_magic.batching.flatten_batch import FlattenBatch
from synapse_magic.batching.mini_batcher import MiniBatcher
from synapse_magic.compose.parsed_call import ParsedCall
from synapse_magic.errors import SynapseError
from synapse_magic.services.http_transformer import CallParams
from synapse_magic.services.json_input_parser import JSONInputParser
from synapse_magic.services.parser import InputParser, OutputParser
from synapse_magic.spark.columns import col, field, require_new
from synapse_magic.spark.holding import Holder
from synapse_magic.spark.output_names import OutputNames
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self

_STAGES = ("inputParser", "outputParser", "miniBatcher")


class SimpleHTTPTransformer(Transformer, CallParams, Holder, OutputNames):
    """Send the values of a column to a service, and read its answers.

    ``inputParser`` makes requests of the values and ``outputParser`` makes values of the
    responses. With a ``miniBatcher`` one request carries the values of several rows, and their
    answers are put beside their rows again.

    No row is lost. One that fails has a null in ``outputCol`` and the reason in ``errorCol``:
    status, code, message and response, also where a parser raised, a response is not what
    ``outputParser`` expects, or holds more or fewer answers than the mini-batch has rows.

    Examples
    --------
    >>> stage = SimpleHTTPTransformer(
    ...     inputCol="text",
    ...     outputCol="mood",
    ...     inputParser=JSONInputParser(url="http://localhost/mood"),
    ...     outputParser=JSONOutputParser(dataType="score double"),
    ...     concurrency=32,
    ... )
    >>> moods = stage.transform(texts)  # doctest: +SKIP
    """

    unsaved: ClassVar[tuple[str, ...]] = _STAGES

    inputCol: Param[str] = param("Column of values to send.", default=unset, column="in")
    outputCol: Param[str] = param("New column of what came back.", default=unset, column="out")
    errorCol: Param[str] = param(
        "New column that tells why a row has no output; unset for one named after the stage's uid.",
        default=unset,
        column="out",
    )
    inputParser: Param[InputParser] = param("Stage that makes requests of values.", default=unset)
    outputParser: Param[OutputParser] = param(
        "Stage that makes values of responses.", default=unset
    )
    miniBatcher: Param[MiniBatcher] = param(
        "Stage that puts rows together before they are sent; unset for a request each.",
        default=unset,
    )
    flattenOutputBatches: Param[bool] = param(
        "Make rows of the mini-batches again, for which outputParser gives a list with an element "
        "for each row; unset for True.",
        default=unset,
    )

    def setUrl(self, url: str) -> Self:
        """Send the values as JSON to this address; for a JSON ``inputParser`` or none."""
        parser = self.getOrDefault("inputParser") if self.isDefined("inputParser") else None
        if not isinstance(parser, JSONInputParser | None):
            raise SynapseError(
                f"setUrl is for a JSONInputParser, and inputParser is a {type(parser).__name__}. "
                "Try: the address in the requests that it makes"
            )
        changed = parser.copy() if parser is not None else JSONInputParser()
        self._set(inputParser=changed._set(url=url))
        return self

    def _transform(self, dataset: DataFrame) -> DataFrame:
        output, errors = self._outputs(dataset)
        batched = self.isDefined("miniBatcher")
        rows = self.getOrDefault("miniBatcher").transform(dataset) if batched else dataset
        flatten = batched and self._given("flattenOutputBatches") is not False
        made = self._call(counted=flatten).run(rows, output, errors)
        return FlattenBatch().transform(self._repeated(made, errors)) if flatten else made

    def _call(self, *, counted: bool) -> ParsedCall:
        return ParsedCall(
            source=self._required("inputCol"),
            parser=self._required("inputParser", "JSONInputParser(url='http://...')"),
            reader=self._required("outputParser", "JSONOutputParser(dataType='score double')"),
            calling={
                n: self.getOrDefault(n) for n in CallParams.params_declared() if self.isSet(n)
            },
            counted=counted,
        )

    def _repeated(self, made: DataFrame, errors: str) -> DataFrame:
        """Return mini-batches with their error for each of their rows."""
        size = F.size(col(self.getOrDefault("inputCol")))
        repeated = F.when(col(errors).isNotNull(), F.array_repeat(col(errors), size))
        return made.withColumn(errors, repeated)

    def _outputs(self, dataset: DataFrame) -> tuple[str, str]:
        """Return the names of the new columns."""
        source, output = self._required("inputCol"), self._required("outputCol")
        field(dataset.schema, source)
        errors = self.getErrorCol()
        if len({name.casefold() for name in (source, output, errors)}) < 3:
            raise SynapseError(
                f"inputCol, outputCol and errorCol must differ, got {source!r}, {output!r} and "
                f"{errors!r}"
            )
        hint = "outputCol='...', or errorCol='...' for the reasons"
        require_new(dataset.schema, (output, errors), hint)
        return output, errors

    def _required(self, name: str, example: str = "'...'") -> Any:
        if not self.isDefined(name):
            raise SynapseError(
                f"{name} of SimpleHTTPTransformer must be set. Try: {name}={example}"
            )
        return self.getOrDefault(name)

    def _unset_name(self, name: str) -> str:
        return f"{self.uid}_errors" if name == "errorCol" else str(self._required(name))

    def _get_parts(self) -> dict[str, Any]:
        held = {name: self.getOrDefault(name) for name in _STAGES if self.isDefined(name)}
        return {**super()._get_parts(), **held}

    def _set_parts(self, parts: dict[str, Any]) -> None:
        super()._set_parts(parts)
        self._set(**parts)
