"""Numbers, decimals and moments as the plain numbers that they are stored as, and back.

Whole types become Python integers, so that grids of them are exact at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np
import pyarrow as pa

_EXACT = Context(prec=80)


def is_moment(kind: pa.DataType) -> bool:
    """Say whether a column holds dates or timestamps."""
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def is_ordered(kind: pa.DataType) -> bool:
    """Say whether there is something between two values of a column: numbers and moments."""
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return bool(numeric) or is_moment(kind)


def to_numbers(column: pa.Array) -> list[int] | list[float]:
    """Return the finite values of a column as numbers: unscaled, days, or microseconds.

    Examples
    --------
    >>> to_numbers(pa.array([Decimal("1.50"), None]))
    [150]
    """
    kind, known = column.type, column.drop_null()
    if pa.types.is_decimal(kind):
        return [int(_EXACT.scaleb(value, kind.scale)) for value in known.to_pylist()]
    if pa.types.is_date(kind):
        return list(known.cast(pa.date32()).cast(pa.int32()).to_pylist())
    if pa.types.is_timestamp(kind):
        return list(known.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).to_pylist())
    values = known.to_pylist()
    return values if pa.types.is_integer(kind) else [v for v in values if np.isfinite(v)]


def from_numbers(numbers: Sequence[int] | Sequence[float], kind: pa.DataType) -> pa.Array:
    """Return the column whose values :func:`to_numbers` gives, each once.

    Examples
    --------
    >>> from_numbers([150], pa.decimal128(5, 2)).to_pylist()
    [Decimal('1.50')]
    """
    if pa.types.is_decimal(kind):
        values = [_EXACT.scaleb(Decimal(int(number)), -kind.scale) for number in numbers]
        return pa.array(values, kind)
    if pa.types.is_date(kind):
        return pa.array(numbers, pa.int32()).cast(pa.date32()).cast(kind)
    if pa.types.is_timestamp(kind):
        return pa.array(numbers, pa.int64()).cast(pa.timestamp("us", kind.tz)).cast(kind)
    made = np.array(numbers, kind.to_pandas_dtype())
    return pa.array(np.unique(made), kind)
