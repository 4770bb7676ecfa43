"""Responses as values of a type, read from the JSON of their bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.services import python_function
from synapse_magic.services.parser import OutputParser, content_text
from synapse_magic.services.responses_column import require_responses
from synapse_magic.spark.columns import quoted
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_VALUE = "value"
_BROKEN = "synapse_magic_broken"
"""The field into which Spark puts a text that does not fit the type."""


class JSONOutputParser(OutputParser, python_function.FunctionHolder):
    """Read the JSON in the body of each response as a type of Spark.

    A body that is no JSON, or does not fit the type, gives null; :class:`SimpleHTTPTransformer`
    says so in its ``errorCol``. What the type does not name is left out.

    Examples
    --------
    >>> parser = JSONOutputParser(inputCol="response", outputCol="found", dataType="score double")
    >>> found = parser.transform(answered).select("found.score")  # doctest: +SKIP
    """

    function_param = "postProcessor"

    dataType: Param[str | DataType] = param(
        "Type of the value: a struct, an array or a map of Spark, or its DDL string.", default=unset
    )
    postProcessor: Param[Callable[..., Any]] = param(
        "Function of the value, made by pyspark's udf, whose result is given instead.",
        default=unset,
    )

    def _set(self, **values: Any) -> Any:
        if isinstance(values.get("dataType"), DataType):
            values["dataType"] = ddl(values["dataType"])
        return super()._set(**values)

    def told(self, dataset: DataFrame, name: str) -> Column:
        """Return a struct of ``value`` and ``problem``: why a body could not be read."""
        value, problem = self._read(dataset, name)
        if not self.isDefined("postProcessor"):
            return F.struct(value.alias("value"), problem.alias("problem"))
        function, kind = self._function()
        unread = F.struct(F.lit(None).cast(kind).alias("value"), problem.alias("problem"))
        made = python_function.told(function, kind, value)
        return F.when(problem.isNotNull(), unread).otherwise(made)

    def _value(self, dataset: DataFrame, name: str) -> Column:
        value, _ = self._read(dataset, name)
        if not self.isDefined("postProcessor"):
            return value
        function, kind = self._function()
        return python_function.called(function, kind, value)

    def _read(self, dataset: DataFrame, name: str) -> tuple[Column, Column]:
        """Return the value in each body, and what is wrong with it."""
        require_responses(dataset.schema, name)
        text, kind = content_text(name), self._type(dataset)
        # In a struct of its own, as Spark tells of no array or map that a part of it does not fit.
        marked = StructType([StructField(_VALUE, kind), StructField(_BROKEN, StringType())])
        held = F.concat(F.lit(f'{{"{_VALUE}":'), text, F.lit("}"))
        found = F.from_json(held, marked, {"columnNameOfCorruptRecord": _BROKEN})
        broken, value = found[_BROKEN].isNotNull(), found[_VALUE]
        empty, null = F.trim(text) == "", F.trim(text) == "null"
        problem = F.when(empty, "The response is empty, expected JSON").when(
            broken & ~null, f"The response is no JSON of the type {kind.simpleString()[:200]}"
        )
        return F.when(problem.isNull() & ~null, value), problem

    def _type(self, dataset: DataFrame) -> DataType:
        """Return ``dataType`` as Spark understands it."""
        given = self._required("dataType")
        try:
            probe = dataset.select(F.from_json(F.lit("{}"), given).alias("value"))
            return probe.schema["value"].dataType
        except PySparkException as error:
            raise SynapseError(
                f"dataType of JSONOutputParser must be a struct, an array or a map, got {given!r}. "
                "Try: dataType='label string, scores array<double>'"
            ) from error

    def _function(self) -> tuple[Callable[..., Any], DataType]:
        function = self.getOrDefault("postProcessor")
        python_function.require_row_function("postProcessor of JSONOutputParser", function)
        return function, python_function.return_type(function) or StringType()


def ddl(kind: DataType) -> str:
    """Return a type as the text by which Spark's SQL knows it, whatever the names of its fields.

    Examples
    --------
    >>> ddl(StructType().add("a b", ArrayType(StringType())))
    'struct<`a b`:array<string>>'
    """
    if isinstance(kind, StructType):
        inside = ",".join(f"{quoted(own.name)}:{ddl(own.dataType)}" for own in kind.fields)
        return f"struct<{inside}>"
    if isinstance(kind, ArrayType):
        return f"array<{ddl(kind.elementType)}>"
    if isinstance(kind, MapType):
        return f"map<{ddl(kind.keyType)},{ddl(kind.valueType)}>"
    return kind.simpleString()
