"""Cached frames and tables by the names that people know, with what each of them takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from synapse_magic.spark.driver import Kept, kept, kept_as

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TABLE = "In-memory table "
_LONGEST = 80


@dataclass(frozen=True)
class Cached:
    """One thing that Spark keeps.

    Attributes
    ----------
    name : str
        Of the variable or the table; else the plan of a frame that no variable holds.
    kind : {"frame", "table", "plan"}
    rows : int or None
        How many rows it has, where Spark knows.
    level : str
        The storage level in Spark's words, empty before anything is kept.
    memory, disk : int
        Bytes that it takes.
    parts, of : int
        How many of its parts are kept; of none before it is first computed.
    """

    name: str
    kind: Literal["frame", "table", "plan"]
    rows: int | None = None
    level: str = ""
    memory: int = 0
    disk: int = 0
    parts: int = 0
    of: int = 0


def cached(spark: SparkSession, frames: Mapping[str, Any]) -> list[Cached] | None:
    """Return what is cached; None where Spark does not tell, as a Connect server elsewhere.

    Parameters
    ----------
    spark : SparkSession
    frames : mapping
        The variables that hold cached frames of this session, by name.
    """
    there = kept(spark)
    if there is None:
        return None
    by_name = {one.name: one for one in there}
    found, named = [], set()
    for name, frame in frames.items():
        known = kept_as(frame)
        if known is not None:
            named.add(known[0])
            found.append(_made(name, "frame", by_name.get(known[0]), known[1]))
    for one in there:
        if one.name.startswith(_TABLE):
            found.append(_made(one.name[len(_TABLE) :], "table", one))
        elif one.name not in named:
            found.append(_made(" ".join(one.name.split())[:_LONGEST], "plan", one))
    return found


def _made(
    name: str, kind: Literal["frame", "table", "plan"], own: Kept | None, rows: int | None = None
) -> Cached:
    if own is None:
        return Cached(name, kind, rows)
    return Cached(name, kind, rows, own.level, own.memory, own.disk, own.parts, own.of)
