"""The features of ICE as they are written down: a name, or a dict that says more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql.types import DataType, StructType

from synapse_magic.errors import SynapseError, closest
from synapse_magic.spark.columns import field

_ORDERED = {"byte", "short", "integer", "long", "float", "double", "decimal"}
_MOMENTS = {"date", "timestamp", "timestamp_ntz"}
_LEVELS = {"string", "boolean", "char", "varchar"}
_PARTS = {
    "numericFeatures": ("name", "numSplits", "rangeMin", "rangeMax", "outputColName"),
    "categoricalFeatures": ("name", "numTopValues", "outputColName"),
}


@dataclass(frozen=True)
class IceFeature:
    """One feature and its grid.

    Attributes
    ----------
    name : str
        The column.
    output : str
        The column of its curves.
    ordered : bool
        Whether it is a number or a moment, set to values in between.
    size : int
        Steps between the ends of an ordered grid; most levels of another.
    low, high : int, float, str or None
        Ends of an ordered grid, None for those of the data; moments in ISO 8601.
    """

    name: str
    output: str
    ordered: bool
    size: int
    low: Any = None
    high: Any = None


def features_of(numeric: Sequence[Any], categorical: Sequence[Any]) -> list[IceFeature]:
    """Return the features as declared, categories first as SynapseML has them.

    Raises
    ------
    SynapseError
        When there is none, one is there twice, or a part of one cannot be.
    """
    found = [_read(value, "categoricalFeatures") for value in categorical]
    found += [_read(value, "numericFeatures") for value in numeric]
    if not found:
        raise SynapseError(
            "There are no features to vary. Try: numericFeatures=['age'], or "
            "categoricalFeatures=['job']"
        )
    for what in ("name", "output"):
        names = [getattr(each, what) for each in found]
        for name in names:
            if names.count(name) > 1:
                raise SynapseError(f"{name!r} is there twice among the features. Expected it once")
    return found


def _read(value: Any, param: str) -> IceFeature:
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise SynapseError(
            f"{param} holds {value!r}. Expected a column's name, or a dict with its 'name'. "
            f"Try: {param}=[{{'name': 'age'}}]"
        )
    for key in given:
        if key not in _PARTS[param]:
            hint = closest(str(key), _PARTS[param]) or f"Parts: {', '.join(_PARTS[param])}"
            raise SynapseError(f"{param} of {given['name']!r} has no part {key!r}. {hint}")
    ordered = param == "numericFeatures"
    size = _whole(given, "numSplits", 10) if ordered else _whole(given, "numTopValues", 100)
    output = given.get("outputColName") or f"{given['name']}_dependence"
    low, high = given.get("rangeMin"), given.get("rangeMax")
    return IceFeature(given["name"], str(output), ordered, size, low, high)


def _whole(given: Mapping[str, Any], part: str, default: int) -> int:
    value = given.get(part)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SynapseError(
            f"{part} of {given['name']!r} must be an integer of at least 1, got {value!r}. "
            f"Try: {part}={default}"
        )
    return value


def check_types(features: Sequence[IceFeature], schema: StructType) -> None:
    """Raise a :class:`SynapseError` for a feature that is not there, or cannot be varied."""
    for each in features:
        kind = field(schema, each.name).dataType
        if not (is_ordered(kind) if each.ordered else is_level(kind)):
            raise SynapseError(_unfit(each, kind))


def pair_of(pair: Any, names: Sequence[str]) -> tuple[int, int]:
    """Return the places of two features among all.

    Raises
    ------
    SynapseError
        When they are not two of them.
    """
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise SynapseError(f"A pair is {pair!r}. Expected two features. Try: [('age', 'hours')]")
    for name in pair:
        if name not in names:
            hint = closest(str(name), names) or f"Features: {', '.join(names)}"
            raise SynapseError(f"{name!r} of a pair is none of the features. {hint}")
    if pair[0] == pair[1]:
        raise SynapseError(f"A pair is {pair[0]!r} twice. Expected two features")
    return names.index(pair[0]), names.index(pair[1])


def is_ordered(kind: DataType) -> bool:
    """Say whether a column holds numbers or moments."""
    return kind.typeName() in _ORDERED | _MOMENTS


def is_level(kind: DataType) -> bool:
    """Say whether a column can be taken for categories."""
    return is_ordered(kind) or kind.typeName() in _LEVELS


def _unfit(each: IceFeature, kind: DataType) -> str:
    told = f"Column {each.name!r} is of type {kind.simpleString()}"
    if each.ordered and is_level(kind):
        return f"{told}, not numeric. Try: categoricalFeatures=[{each.name!r}]"
    if kind.typeName() == "vectorudt":
        return (
            "Column "
            f"{each.name!r} is a vector, which has no grid. Expected a column that it is made "
            "from. Try: a pipeline whose first stage assembles the vector, and those columns"
        )
    return f"{told}, which has no grid. Expected numbers, dates, texts or booleans"
