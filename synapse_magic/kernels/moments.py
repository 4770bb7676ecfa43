"""Dates and times in Arrow to the parts a model can learn from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DATE_PARTS = ("days", "year", "month", "day", "weekday")
_TIME_PARTS = ("epoch", "year", "month", "day", "weekday", "hour", "minute", "second")


def parts_of(timed: bool) -> tuple[str, ...]:
    """Return the names of the parts of a date, or of a time.

    ``days`` and ``epoch`` count days and seconds from 1970; ``weekday`` is 1 on Monday.
    """
    return _TIME_PARTS if timed else _DATE_PARTS


def read_moments(column: pa.Array, timed: bool, zone: str, fill: float | None) -> np.ndarray:
    """Return the parts as a float64 array of shape (rows, parts).

    Parameters
    ----------
    column : pyarrow.Array
        Dates, or times with or without a time zone.
    timed : bool
        Whether the hours count.
    zone : str
        The zone in which a time with a zone is read; one without is read as it stands.
    fill : float or None
        Seconds from 1970 for a missing moment; None leaves its parts NaN.
    """
    known = pc.is_valid(column).to_numpy(zero_copy_only=False)
    moments, wall = seconds_of(column), seconds_of(_on_the_wall(column, zone))
    filled = 0.0 if fill is None else fill
    moments, wall = np.where(known, moments, filled), np.where(known, wall, filled)
    parts = _parts(np.floor(wall).astype("datetime64[s]"), moments, timed)
    result = np.column_stack(parts).astype(np.float64)
    if fill is None:
        result[~known] = np.nan
    return result


def seconds_of(column: pa.Array) -> np.ndarray:
    """Return dates or times as seconds from 1970, NaN where missing."""
    if pa.types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
        return days.to_numpy(zero_copy_only=False) * 86_400.0
    micros = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).cast(pa.float64())
    return micros.to_numpy(zero_copy_only=False) / 1e6


def _on_the_wall(column: pa.Array, zone: str) -> pa.Array:
    if pa.types.is_date(column.type) or column.type.tz is None:
        return column
    if zone in ("UTC", "Etc/UTC"):
        return column
    return pc.local_timestamp(column.cast(pa.timestamp("us", zone)))


def _parts(wall: np.ndarray, moments: np.ndarray, timed: bool) -> list[np.ndarray]:
    days, months = wall.astype("datetime64[D]"), wall.astype("datetime64[M]")
    day_number = days.astype(np.int64)
    calendar = [
        wall.astype("datetime64[Y]").astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        (day_number + 3) % 7 + 1,
    ]
    if not timed:
        return [day_number, *calendar]
    second = wall.astype(np.int64) - day_number * 86_400
    return [moments, *calendar, second // 3600, second // 60 % 60, second % 60]
