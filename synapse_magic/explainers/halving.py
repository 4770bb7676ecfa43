"""Rows for which a model fails inside Spark, where one of them fails the whole job: told alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.job_failure import JOB_FAILURES, is_of_rows, words
from synapse_magic.explainers.sample import PLACE
from synapse_magic.spark.columns import col
from synapse_magic.spark.launch import without_jvm_errors
from synapse_magic.spark.running import release

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_MOST_FAILURES = 64
"""Jobs that may fail: six or seven rows of 500."""


def explained_by_halves(
    drawn: DataFrame, explain: Callable[[DataFrame, int], pa.Table]
) -> list[pa.Table | str]:
    """Return the explanations of drawn rows in order; for a row that fails its job, why.

    All rows are one job. Where that fails, its halves are one each, and so on.

    Parameters
    ----------
    drawn : DataFrame
        Few rows with their place in the draw.
    explain : callable
        Such rows and how many they are to their explanations, in the order of the draw.

    Raises
    ------
    SynapseError
        When there is no end to the rows that fail.
    """
    drawn = drawn.cache()
    try:
        places = sorted(row[PLACE] for row in drawn.select(PLACE).collect())
        with without_jvm_errors():
            return _by_halves(drawn, places, explain)
    finally:
        release(drawn)


def _by_halves(
    drawn: DataFrame, places: list[int], explain: Callable[[DataFrame, int], pa.Table]
) -> list[pa.Table | str]:
    waiting = _halves(places)
    parts: list[pa.Table | str] = []
    failed = 1
    while waiting:
        some = waiting.pop()
        try:
            own = drawn.where(col(PLACE).between(some[0], some[-1]))
            parts.append(explain(own, len(some)))
        except JOB_FAILURES as failure:
            failed += 1
            if not is_of_rows(failure):
                raise
            if failed > _MOST_FAILURES:
                wrong = sum(isinstance(part, str) for part in parts)
                raise SynapseError(
                    f"{words(failure)} So it did for {wrong} rows, and others were not reached. "
                    "Expected a model that fails for few rows. "
                    "Try: rows without what it does not take"
                ) from failure
            if len(some) == 1:
                parts.append(words(failure))
            else:
                waiting += _halves(some)
    return parts


def _halves(places: list[int]) -> list[list[int]]:
    """Return both halves, the first one last, from where it is taken first."""
    middle = len(places) // 2
    return [half for half in (places[middle:], places[:middle]) if half]
