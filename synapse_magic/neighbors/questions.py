"""Queries and conditions given as plain values: checked, and as rows of a frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import AtomicType, DataType, LongType, StringType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.features import require_width
from synapse_magic.spark.files import first_line

_LISTS = (list, tuple, set, frozenset)


def query_rows(queries: Any, width: int) -> list[list[float]]:
    """Return the numbers of each query; one query alone may be given as its numbers.

    Raises
    ------
    SynapseError
        When they are no numbers, or not as many as the rows of the index have.
    """
    rows = [queries] if is_alone(queries) else _items(queries, "queries are")
    numbers = [_numbers(row, place) for place, row in enumerate(rows)]
    sizes = [len(row) for row in numbers] or [width]
    require_width(min(sizes), max(sizes), width)
    return numbers


def is_alone(queries: Any) -> bool:
    """Say whether the queries are the numbers of one query."""
    items = _items(queries, "queries are")
    return bool(items) and _is_number(items[0])


def condition_rows(conditioner: Any, queries: Any, label: DataType) -> list[Any]:
    """Return the list of labels that each query allows.

    Raises
    ------
    SynapseError
        When there is not one for each query.
    """
    if conditioner is None:
        raise SynapseError(
            "kneighbors lacks conditioner, the labels that each query allows. "
            "Try: kneighbors(queries, conditioner=[['a', 'b']])"
        )
    given = [conditioner] if is_alone(queries) else _items(conditioner, "conditioner is")
    count = 1 if is_alone(queries) else len(_items(queries, "queries are"))
    if len(given) != count:
        raise SynapseError(
            f"conditioner has {len(given)} entries for {count} queries. "
            "Expected one for each: a label, or a list of labels"
        )
    return [_allowed(each, label) for each in given]


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name that is none of those taken, as Spark compares them."""
    folded = {each.casefold() for each in taken}
    while name in folded:
        name += "_"
    return name


def question_frame(
    spark: SparkSession, number: str, columns: dict[str, tuple[DataType, list[Any]]]
) -> DataFrame:
    """Return a frame of the number of each query and of columns by name, type and values.

    Raises
    ------
    SynapseError
        When values have another type; numbers are checked before, so that these are conditions.
    """
    fields = [StructField(name, kind) for name, (kind, _) in columns.items()]
    values = zip(*(column for _, column in columns.values()))
    rows = [(place, *row) for place, row in enumerate(values)]
    schema = StructType([StructField(number, LongType()), *fields])
    try:
        return spark.createDataFrame(rows, schema)
    except (TypeError, ValueError) as error:
        kind = fields[-1].dataType.simpleString()
        raise SynapseError(
            f"conditioner holds other values than labels of the index. Expected {kind} for each "
            f"query. {first_line(error)}"
        ) from error


def _items(values: Any, what: str) -> list[Any]:
    plain = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(plain, (str, bytes, dict)) or not hasattr(plain, "__len__"):
        raise SynapseError(f"The {what} {plain!r}. Expected a list, with one entry for each query")
    return list(plain)


def _numbers(row: Any, place: int) -> list[float]:
    if isinstance(row, (str, bytes)) or not hasattr(row, "__len__"):
        raise SynapseError(f"Query {place} is {row!r}. Expected a sequence of numbers")
    poor = [each for each in row if not _is_number(each)]
    if poor:
        raise SynapseError(f"Query {place} holds {poor[0]!r}. Expected numbers")
    return [float(number) for number in row]


def _is_number(value: Any) -> bool:
    if isinstance(value, (str, bytes)) or hasattr(value, "__len__"):
        return False
    return hasattr(value, "__float__")


def _allowed(given: Any, label: DataType) -> Any:
    """Return a list of labels, of one where a label alone is given."""
    given = given.tolist() if hasattr(given, "tolist") else given
    if given is None:
        return None
    if not isinstance(given, _LISTS) and not isinstance(label, AtomicType):
        raise SynapseError(
            f"conditioner holds {given!r}. Expected a list of labels, {label.simpleString()}"
        )
    listed = given if isinstance(given, _LISTS) else [given]
    labels = [each.item() if hasattr(each, "item") else each for each in listed]
    for each in labels:  # Spark would take anything for a string
        if isinstance(label, StringType) and not isinstance(each, (str, type(None))):
            raise SynapseError(
                f"conditioner holds {each!r}. Expected labels of the index, {label.simpleString()}"
            )
    return labels
