"""Parse, call, parse: whatever goes wrong with a row stays beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.services.http_schema import ERROR
from synapse_magic.services.http_transformer import HTTPTransformer
from synapse_magic.services.parser import InputParser, OutputParser, content_text
from synapse_magic.spark.columns import col

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class _Names(NamedTuple):
    """The columns in between."""

    asked: str
    refused: str
    answer: str
    error: str
    read: str

    @classmethod
    def beside(cls, taken: Sequence[str]) -> _Names:
        """Return names that no column has."""
        folded = {name.casefold() for name in taken}
        mark = ""
        while any(f"{name}{mark}" in folded for name in cls._fields):
            mark += "_"
        return cls(*(f"{name}{mark}" for name in cls._fields))


@dataclass(frozen=True)
class ParsedCall:
    """A call of a service for each row, with the parsers before and after it.

    Attributes
    ----------
    source : str
        The column to send.
    parser, reader : InputParser, OutputParser
    calling : dict
        Params of the HTTPTransformer between them.
    counted : bool
        Whether ``source`` holds lists, and the answer one element for each of theirs.
    """

    source: str
    parser: InputParser
    reader: OutputParser
    calling: dict[str, Any]
    counted: bool

    def run(self, rows: DataFrame, output: str, errors: str) -> DataFrame:
        """Return the rows with the answers and, where there is none, the reasons."""
        names = _Names.beside([*rows.columns, output, errors])
        kept = map(col, rows.columns)
        read = self._read(self._answered(rows, names), names)
        value, problem = self._checked(read, names)
        failure = _failure("response", problem, names.answer)
        return read.select(
            *kept,
            F.when(problem.isNull(), value).alias(output),
            F.coalesce(names.error, failure).alias(errors),
        )

    def _answered(self, rows: DataFrame, names: _Names) -> DataFrame:
        """Return the rows with the answers that are good, and errors for the others."""
        told = rows.withColumn(names.asked, self.parser.told(rows, self.source))
        parsed = told.withColumn(names.refused, col(names.asked)["problem"])
        asked = parsed.withColumn(names.asked, col(names.asked)["value"])
        columns: dict[str, Any] = {
            "inputCol": names.asked,
            "outputCol": names.answer,
            "errorCol": names.error,
        }
        answered = HTTPTransformer(**columns, **self.calling).transform(asked)
        failure = _failure("request", col(names.refused))
        failed = answered.withColumn(names.error, F.coalesce(names.error, failure))
        return failed.withColumn(names.answer, F.when(col(names.error).isNull(), col(names.answer)))

    def _read(self, answered: DataFrame, names: _Names) -> DataFrame:
        return answered.withColumn(names.read, self.reader.told(answered, names.answer))

    def _checked(self, read: DataFrame, names: _Names) -> tuple[Column, Column]:
        """Return the value of each row, and what is wrong with it."""
        value, problem = col(names.read)["value"], col(names.read)["problem"]
        if not self.counted:
            return value, problem
        _require_lists(read.schema, names.read)
        asked = F.size(col(self.source))
        got = F.when(value.isNull(), 0).otherwise(F.size(value))
        said = F.format_string("The response holds %d answers for %d rows", got, asked)
        miscounted = F.when(col(names.answer).isNotNull() & (asked != got), said)
        return value, F.coalesce(problem, miscounted)


def _failure(code: str, problem: Column, answer: str | None = None) -> Column:
    """Return the error of rows that have a problem, with the answer that it is about."""
    known = {"code": F.lit(code), "message": problem}
    if answer is not None:
        known |= {"response": content_text(answer), "status": col(answer)["statusLine"]}
    parts = (
        known.get(own.name, F.lit(None)).cast(own.dataType).alias(own.name) for own in ERROR.fields
    )
    return F.when(problem.isNotNull(), F.struct(*parts))


def _require_lists(schema: StructType, name: str) -> None:
    told = schema[name].dataType
    kind = told["value"].dataType if isinstance(told, StructType) else told
    if not isinstance(kind, ArrayType):
        raise SynapseError(
            "The answers to mini-batches are put beside their rows, for which outputParser must "
            f"give a list; it gives {kind.simpleString()[:200]}. Try: "
            "JSONOutputParser(dataType='array<...>'), or flattenOutputBatches=False"
        )
