"""What each column of a frame holds, from two passes over all of them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.profile import Histogram, Look
from synapse_magic.kernels.survey import reads_as_text
from synapse_magic.results.profile import ColumnProfile, Profile
from synapse_magic.spark.columns import col, require
from synapse_magic.spark.summary import summarised

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FINE_BINS, _FINE_BINS_OF_MANY, _MANY = 512, 128, 200
_DRAWN_BINS = 30
_SHOWN_LEVELS = 20
_EPOCH = datetime.datetime(1970, 1, 1)


def profile(df: DataFrame) -> Profile:
    """Return what each column of a frame holds.

    Two passes, whatever the number of columns, and nothing of a row comes to the driver. Missing
    are null and NaN; means, quantiles and histograms are those of the finite numbers. Quantiles are
    exact where values repeat, else off by at most a few thousandths of their size; ``distinct`` is
    exact up to 256 and off by some 2 % above. Of a column with over 1000 levels, counts of levels
    are lower bounds.

    Parameters
    ----------
    df : DataFrame
        Of arrays, maps, structs, binaries and vectors only the missing ones are counted.

    Raises
    ------
    SynapseError
        When there are no columns, or two have the same name.

    Examples
    --------
    >>> profile(people(spark))["age"].missing  # doctest: +SKIP
    640
    """
    if not df.columns:
        raise SynapseError("There are no columns to profile. Expected at least one")
    require(df.schema, df.columns)
    looks = summarised(_looked_at(df), [Look() for _ in df.columns])
    numeric = [i for i, own in enumerate(df.schema.fields) if _is_number(own.dataType)]
    counted = [i for i in numeric if looks[i].count]
    histograms = _histograms(df, counted, looks)
    columns = [
        _column(own, look, histograms.get(i))
        for i, (own, look) in enumerate(zip(df.schema.fields, looks))
    ]
    return Profile(rows=looks[0].rows, columns=tuple(columns))


def _looked_at(df: DataFrame) -> DataFrame:
    chosen = [_readable(own).alias(f"c{i}") for i, own in enumerate(df.schema.fields)]
    return df.select(*chosen)


def _readable(own: T.StructField) -> Column:
    """Return the column, or a stand-in that is null where it is, for types without a summary."""
    plain = _is_number(own.dataType) or _kind_of_type(own.dataType) in _PLAIN
    return col(own.name) if plain else F.when(col(own.name).isNotNull(), F.lit(True))


def _histograms(df: DataFrame, counted: list[int], looks: list[Look]) -> dict[int, Histogram]:
    if not counted:
        return {}
    bins = _FINE_BINS if len(counted) <= _MANY else _FINE_BINS_OF_MANY
    blank = [Histogram(looks[i].edges(bins)) for i in counted]
    names = df.columns
    chosen = df.select(*(col(names[i]).alias(f"c{i}") for i in counted))
    return dict(zip(counted, summarised(chosen, blank)))


_PLAIN = ("string", "boolean", "date", "timestamp", "timestamp_ntz")


def _kind_of_type(kind: T.DataType) -> str:
    return "string" if isinstance(kind, T.StringType) else kind.typeName()


def _is_number(kind: T.DataType) -> bool:
    return isinstance(kind, (T.NumericType, T.NullType))


def _column(own: T.StructField, look: Look, histogram: Histogram | None) -> ColumnProfile:
    name = _kind_of_type(own.dataType)
    common: dict[str, Any] = {
        "name": own.name,
        "type": own.dataType.simpleString(),
        "missing": look.missing,
    }
    if _is_number(own.dataType):
        return ColumnProfile(**common, kind="numeric", **_numbers(look, histogram))
    if name in ("date", "timestamp", "timestamp_ntz"):
        return ColumnProfile(**common, kind="date", **_moments(look, name == "date"))
    if name in ("string", "boolean"):
        kind = "boolean" if name == "boolean" else _kind_of_strings(look)
        return ColumnProfile(**common, kind=kind, **_levels(look))
    return ColumnProfile(**common, kind="vector" if name == "vectorudt" else "other")


def _kind_of_strings(look: Look) -> str:
    known = look.rows - look.missing
    return "text" if reads_as_text(known, look.distinct.count(), look.words) else "category"


def _distinct(look: Look) -> int:
    """Return about how many values differ: no more than there are."""
    return min(look.distinct.count(), look.rows - look.missing)


def _levels(look: Look) -> dict[str, Any]:
    ordered = sorted(look.levels.items(), key=lambda pair: (-pair[1], pair[0]))
    return {"distinct": _distinct(look), "levels": tuple(ordered[:_SHOWN_LEVELS])}


def _moments(look: Look, day: bool) -> dict[str, Any]:
    if not look.count:
        return {"distinct": 0}
    low, high = (_EPOCH + datetime.timedelta(seconds=s) for s in (look.low, look.high))
    return {
        "distinct": _distinct(look),
        "minimum": low.date() if day else low,
        "maximum": high.date() if day else high,
    }


def _numbers(look: Look, histogram: Histogram | None) -> dict[str, Any]:
    if histogram is None:
        return {"distinct": _distinct(look)}
    edges = _drawn_edges(look)
    return {
        "distinct": _distinct(look),
        "mean": look.mean,
        "std": float(np.sqrt(look.squares / (look.count - 1))) if look.count > 1 else 0.0,
        "minimum": float(look.low),
        "maximum": float(look.high),
        "quantiles": histogram.quantiles(_SHARES),
        "counts": histogram.redrawn(edges),
        "edges": edges,
    }


def _drawn_edges(look: Look) -> np.ndarray:
    """Return equal bins: one for each whole number where those are few."""
    if look.whole and look.high - look.low < _DRAWN_BINS:
        return np.arange(look.low, look.high + 2) - 0.5
    return np.linspace(look.low, look.high, _DRAWN_BINS + 1)
