"""Secrets that no worker finds, told before the first call and not out of a failed job."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.http.secret import Secret

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOOKED_UP = ("call", "env", "file")
_found: weakref.WeakKeyDictionary[Any, list[Secret]] = weakref.WeakKeyDictionary()


def require_found(spark: SparkSession, given: Iterable[Any]) -> None:
    """Raise unless a worker finds the secrets that it is to look up.

    Each is asked for once in a session, by one small task, which says why it is not found and
    never what it is.

    Parameters
    ----------
    spark : SparkSession
        With workers that have our code.
    given : iterable
        Values of params, secrets and dicts of them among others.

    Raises
    ------
    SynapseError
        As the worker raised it.
    """
    known = _found.setdefault(spark, [])
    wanted = [each for each in _secrets(given) if each not in known]
    if not wanted:
        return
    (told,) = spark.range(1).coalesce(1).mapInArrow(_look(wanted), "told string").collect()
    if told[0]:
        raise SynapseError(told[0])
    known.extend(wanted)


def _secrets(given: Iterable[Any]) -> Iterator[Secret]:
    for value in given:
        for each in value.values() if isinstance(value, dict) else (value,):
            if isinstance(each, Secret) and each.kind in _LOOKED_UP:
                yield each


def _look(wanted: list[Secret]) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function for the worker, which says what is not found; empty for nothing."""

    def look(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        for batch in batches:
            told = [_problem(wanted)] * batch.num_rows
            yield pyarrow.RecordBatch.from_pydict({"told": pyarrow.array(told, pyarrow.string())})

    return look


def _problem(wanted: list[Secret]) -> str:
    try:
        for each in wanted:
            each.reveal()
    except SynapseError as error:
        return str(error)
    return ""
