"""Columns by name and by what Spark's ML attributes say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from synapse_magic.errors import SynapseError, closest


def col(name: str) -> Column:
    """Return the column of exactly this name, whatever characters it holds.

    Examples
    --------
    >>> import inspect
    >>> list(inspect.signature(col).parameters)
    ['name']
    """
    return F.col(quoted(name))


def quoted(name: str) -> str:
    """Return the name in backticks, as Spark SQL wants it: ``a.b`` -> `` `a.b` ``."""
    return "`" + name.replace("`", "``") + "`"


def field(schema: StructType, name: str) -> StructField:
    """Return the field of exactly this name.

    Raises
    ------
    SynapseError
        When there is none, with the nearest name, or when two columns have it.
    """
    return fields(schema, [name])[0]


def fields(schema: StructType, names: Iterable[str]) -> list[StructField]:
    """Return the fields of exactly these names; see :func:`field`.

    The schema is read once, however many names there are.
    """
    by_name: dict[str, list[StructField]] = {}
    alike: dict[str, list[str]] = {}
    for candidate in schema.fields:
        by_name.setdefault(candidate.name, []).append(candidate)
        alike.setdefault(candidate.name.casefold(), []).append(candidate.name)
    return [_only(name, by_name, alike) for name in names]


def _only(
    name: str, by_name: dict[str, list[StructField]], alike: dict[str, list[str]]
) -> StructField:
    found = by_name.get(name, [])
    if not found:
        known = list(by_name)
        hint = closest(name, known) or f"Columns: {', '.join(known[:20]) or 'none'}"
        raise SynapseError(f"There is no column {name!r}. {hint}")
    if len(found) > 1:
        raise SynapseError(f"{len(found)} columns are named {name!r}. Try: rename one of them")
    same = alike[name.casefold()]
    if len(same) > 1 and not _case_sensitive():
        raise SynapseError(
            f"The columns {' and '.join(map(repr, same))} differ only in case. "
            "Try: rename one, or spark.conf.set('spark.sql.caseSensitive', True)"
        )
    return found[0]


def require(schema: StructType, names: Iterable[str]) -> None:
    """Raise a :class:`SynapseError` unless each name is one column."""
    fields(schema, names)


def require_new(schema: StructType, names: Iterable[str], hint: str) -> None:
    """Refuse columns that would replace some that the frame has.

    Parameters
    ----------
    schema : StructType
    names : iterable of str
        The columns that a stage adds.
    hint : str
        How to call them otherwise, such as ``outputCol='...'``.

    Raises
    ------
    SynapseError
        With the first of them that is there already; case does not count.
    """
    there = {name.casefold(): name for name in schema.names}
    for name in names:
        if name.casefold() in there:
            raise SynapseError(
                f"The new column {name!r} would replace the column {there[name.casefold()]!r} of "
                f"the frame. Expected a name of its own. Try: {hint}"
            )


def attributes(schema_field: StructField) -> dict[str, Any]:
    """Return the ML attributes in a field's metadata, or an empty dict."""
    found = (schema_field.metadata or {}).get("ml_attr")
    return dict(found) if isinstance(found, dict) else {}


def slot_attributes(schema_field: StructField) -> list[dict[str, Any]]:
    """Return the attributes of a vector column's slots in slot order, empty when unknown."""
    groups = attributes(schema_field).get("attrs", {})
    slots = [slot for kind, group in groups.items() for slot in _typed(kind, group)]
    return sorted(slots, key=lambda slot: int(slot["idx"]))


def slot_names(schema_field: StructField) -> list[str]:
    """Return the names of a vector column's slots, empty when they are unknown."""
    slots = slot_attributes(schema_field)
    return [str(slot.get("name", f"{schema_field.name}_{slot['idx']}")) for slot in slots]


def levels(schema_field: StructField) -> list[str]:
    """Return the category names behind an indexed column, empty when they are unknown."""
    return [str(level) for level in attributes(schema_field).get("vals", [])]


def vector_attributes(slots: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return field metadata for a vector column from one attribute dict a slot.

    A slot with ``vals`` is nominal, one without is numeric.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for index, slot in enumerate(slots):
        kind = "nominal" if "vals" in slot else "numeric"
        groups.setdefault(kind, []).append({"idx": index, **slot})
    return {"ml_attr": {"attrs": groups, "num_attrs": len(slots)}}


def select(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    """Return the frame with just these columns, in this order."""
    return frame.select(*(col(name) for name in names))


def numbered(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    """Return just these columns, in this order, named ``c0``, ``c1``, ...

    For ``mapInArrow``, which takes the names of its frame for expressions and so fails on ``a.b``.
    """
    chosen = list(names)
    kept = frame if chosen == frame.columns else select(frame, chosen)
    return kept.toDF(*(f"c{i}" for i in range(len(chosen))))


def mappable(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    """Return just these columns, in this order, under their names where ``mapInArrow`` takes them.

    As :func:`numbered`, which is half a second slower where thousands of columns are planned.
    """
    chosen = list(names)
    odd = any(mark in name for name in chosen for mark in ".`")
    if odd or len({name.casefold() for name in chosen}) < len(chosen):
        return numbered(frame, chosen)
    return frame if chosen == frame.columns else select(frame, chosen)


def _typed(kind: str, group: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": kind, **slot} for slot in group]


def _case_sensitive() -> bool:
    from pyspark.sql import SparkSession

    return SparkSession.active().conf.get("spark.sql.caseSensitive") == "true"
