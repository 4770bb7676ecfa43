"""The first rows of a frame, ready to be shown."""

from __future__ import annotations

import datetime
import decimal
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.results.table import TablePage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_LONGEST = 200
_MOST_ITEMS = 8


def table_page(df: DataFrame, rows: int = 20) -> TablePage:
    """Return the first rows of a frame as values that can be shown as they are.

    One row more than wanted is fetched, and nothing counted: ``total`` is the number of rows where
    they all fit, else None.

    Parameters
    ----------
    df : DataFrame
    rows : int
        How many rows to show, from 0.

    Raises
    ------
    SynapseError
        When ``rows`` is negative.

    Examples
    --------
    >>> table_page(people(spark), rows=5).rows  # doctest: +SKIP
    """
    if rows < 0:
        raise SynapseError(f"rows must be at least 0, got {rows}. Try: rows=20")
    fetched = df.limit(rows + 1).collect()
    return TablePage(
        names=tuple(df.columns),
        types=tuple(kind for _, kind in df.dtypes),
        rows=[tuple(map(shown, row)) for row in fetched[:rows]],
        total=len(fetched) if len(fetched) <= rows else None,
    )


def shown(value: Any) -> Any:
    """Return a value from Spark as a number, a boolean, None or short text.

    Dates and times become ISO text, vectors and arrays show their first elements.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    return _shortened(value)


def _shortened(value: Any) -> str:
    if hasattr(value, "toArray"):
        return _listed([f"{number:g}" for number in value.toArray()[: _MOST_ITEMS + 1]])
    if isinstance(value, list):
        return _listed([str(shown(item)) for item in value[: _MOST_ITEMS + 1]])
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _listed(items: list[str]) -> str:
    more = ", …" if len(items) > _MOST_ITEMS else ""
    return f"[{', '.join(items[:_MOST_ITEMS])}{more}]"
