"""Requests made, and responses read, by functions of the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql.types import DataType, StringType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.services import python_function
from synapse_magic.services.http_schema import REQUEST
from synapse_magic.services.parser import InputParser, OutputParser, Parser
from synapse_magic.services.requests_column import require_requests
from synapse_magic.services.responses_column import require_responses
from synapse_magic.spark.columns import col, field
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self


class _Custom(Parser, python_function.FunctionHolder):
    """A parser that is a function of the user."""

    udfPython: Param[Callable[..., Any]] = param(
        "Function of one value: a plain one, or what pyspark's udf makes.", default=unset
    )
    udfScala: Param[Callable[..., Any]] = param("Function on the JVM.", default=unset, effect=False)

    def setUDF(self, function: Callable[..., Any]) -> Self:
        """Set ``udfPython``, under the name of SynapseML's setter."""
        self._set(udfPython=function)
        return self

    def told(self, dataset: DataFrame, name: str) -> Column:
        """Return a struct of ``value`` and ``problem``: what the function raised for a row."""
        function, kind = self._function(dataset, name)
        return python_function.told(function, kind, col(name))

    def _value(self, dataset: DataFrame, name: str) -> Column:
        function, kind = self._function(dataset, name)
        return python_function.called(function, kind, col(name))

    def _function(self, dataset: DataFrame, name: str) -> tuple[Callable[..., Any], DataType]:
        if not self.isDefined("udfPython"):
            raise SynapseError(
                f"{type(self).__name__} has no function. Try: udfPython=lambda value: ..."
            )
        function = self.getOrDefault("udfPython")
        python_function.require_row_function(f"udfPython of {type(self).__name__}", function)
        self._check(dataset.schema, name)
        return function, python_function.return_type(function) or self._type()

    def _check(self, schema: StructType, name: str) -> None:
        """Raise unless the column holds what the function takes."""
        raise NotImplementedError(f"{type(self).__name__} takes nothing")

    def _type(self) -> DataType:
        """Return the type of what a plain function gives."""
        raise NotImplementedError(f"{type(self).__name__} makes nothing")


class CustomInputParser(_Custom, InputParser):
    """Make a request of each value by a function of yours.

    A plain function returns a dict, a Row or a tuple in the shape of a request; what it leaves
    out is null.

    Examples
    --------
    >>> def ask(text):
    ...     return {"requestLine": {"method": "GET", "uri": f"http://localhost/?q={text}"}}
    >>> parser = CustomInputParser(inputCol="text", outputCol="request", udfPython=ask)
    >>> requests = parser.transform(texts)  # doctest: +SKIP
    """

    def _check(self, schema: StructType, name: str) -> None:
        field(schema, name)
        made = python_function.return_type(self.getOrDefault("udfPython")) or REQUEST
        require_requests(StructType([StructField("udfPython", made)]), "udfPython")

    def _type(self) -> DataType:
        return REQUEST


class CustomOutputParser(_Custom, OutputParser):
    """Make a value of each response by a function of yours.

    It gets the response as a Row: ``response.statusLine.statusCode``, ``response.entity.content``.
    A plain function gives a string; any other type is told by pyspark's ``udf``.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> size = F.udf(lambda response: len(response.entity.content), "int")
    >>> parser = CustomOutputParser(inputCol="response", outputCol="size", udfPython=size)
    >>> sizes = parser.transform(answered)  # doctest: +SKIP
    """

    def _check(self, schema: StructType, name: str) -> None:
        require_responses(schema, name)

    def _type(self) -> DataType:
        return StringType()
