"""Learning how to encode columns: one look at all of them, and one at the words of texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.featurize import Category, Item, Moment, Number, Text, Vector
from synapse_magic.kernels.survey import (
    WORDS_DDL,
    Seen,
    count_words,
    reads_as_text,
)
from synapse_magic.spark.columns import attributes, fields, levels, numbered, slot_names
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.summary import summarised

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

Counter = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


@dataclass(frozen=True)
class Settings:
    """The params of the estimator that the encoding of a column depends on."""

    one_hot: bool
    buckets: int
    impute: bool
    zone: str


def learn(
    df: DataFrame, names: Sequence[str], *, one_hot: bool, buckets: int, impute: bool
) -> tuple[Item, ...]:
    """Return how to encode each column, in the order of ``names``.

    Raises
    ------
    SynapseError
        When a column is unknown, named twice or of a type that has no encoding, or there are no
        rows.
    """
    own_fields = fields(df.schema, names)
    _check_names(names)
    kinds = [_kind(own) for own in own_fields]
    zone = df.sparkSession.conf.get("spark.sql.session.timeZone") or "UTC"
    settings = Settings(one_hot, buckets, impute, zone)
    seen = _look(df, names)
    items: dict[str, Item] = {}
    texts: list[str] = []
    for own, kind, found in zip(own_fields, kinds, seen):
        if kind == "string" and _is_text(found):
            texts.append(own.name)
        else:
            items[own.name] = _MAKERS[kind](own, found, settings)
    by_name = dict(zip(names, seen))
    items |= {item.source: item for item in _read_texts(df, texts, by_name, buckets)}
    recipe = tuple(items[name] for name in names)
    if not any(item.slots for item in recipe):
        raise SynapseError(
            f"The columns {', '.join(names)} hold no words and no numbers: no features come of them"
        )
    return recipe


def _check_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise SynapseError(f"inputCols names {twice[0]!r} twice. Expected each column once")


def _kind(own: T.StructField) -> str:
    """Return which maker is for a column's type."""
    kind = own.dataType
    if isinstance(kind, VectorUDT):
        return "vector"
    if isinstance(kind, (T.NumericType, T.BooleanType, T.NullType)):
        return "coded" if levels(own) else "number"
    name = kind.typeName()
    if name not in ("string", "date", "timestamp", "timestamp_ntz"):
        raise SynapseError(
            f"Featurize cannot encode column {own.name!r}, which holds {kind.simpleString()}. "
            "Expected numbers, booleans, strings, dates, timestamps or vectors. "
            "Try: leave it out, or take its elements apart first"
        )
    return name


def _look(df: DataFrame, names: Sequence[str]) -> list[Seen]:
    """Look at every row of every column in one pass."""
    seen = summarised(numbered(df, names), [Seen() for _ in names])
    if not seen[0].rows:
        raise SynapseError("There are no rows to learn from. Expected at least one")
    return seen


def _is_text(seen: Seen) -> bool:
    known = seen.rows - seen.missing
    return seen.levels is None or reads_as_text(known, len(seen.levels), seen.words)


def _number(own: T.StructField, seen: Seen, settings: Settings) -> Item:
    return Number(own.name, _fill(seen, settings), settings.impute and seen.missing > 0)


def _moment(own: T.StructField, seen: Seen, settings: Settings) -> Item:
    return Moment(
        own.name,
        own.dataType.typeName() != "date",
        settings.zone,
        _fill(seen, settings),
        settings.impute and seen.missing > 0,
    )


def _fill(seen: Seen, settings: Settings) -> float | None:
    """Return the mean, to 12 digits: partitions add up in any order, and the rest is noise."""
    if not settings.impute:
        return None
    return float(f"{seen.total / seen.finite:.12g}") if seen.finite else 0.0


def _category(own: T.StructField, seen: Seen, settings: Settings) -> Item:
    counts = seen.levels or {}
    ordered = sorted(counts, key=lambda level: (-counts[level], level))
    return Category(own.name, tuple(ordered), seen.missing > 0, settings.one_hot)


def _coded(own: T.StructField, seen: Seen, settings: Settings) -> Item:
    names = tuple(levels(own))
    return Category(own.name, names, seen.missing > 0, settings.one_hot, coded=True)


def _vector(own: T.StructField, seen: Seen, _settings: Settings) -> Item:
    declared = int(attributes(own).get("num_attrs", 0))
    sizes = sorted(seen.sizes) or [declared]
    if len(sizes) > 1 or not sizes[0]:
        raise SynapseError(
            f"The vectors of {own.name!r} have sizes {', '.join(map(str, sizes))}. "
            "Expected one size of at least 1"
        )
    names = slot_names(own)
    if len(names) != sizes[0]:
        names = [f"{own.name}_{i}" for i in range(sizes[0])]
    return Vector(own.name, tuple(names))


_MAKERS = {
    "number": _number,
    "string": _category,
    "coded": _coded,
    "date": _moment,
    "timestamp": _moment,
    "timestamp_ntz": _moment,
    "vector": _vector,
}


def _read_texts(
    df: DataFrame, names: Sequence[str], seen: dict[str, Seen], buckets: int
) -> list[Item]:
    """Weigh the words of text columns, all in one pass."""
    if not names:
        return []
    counted = map_in_arrow(numbered(df, names), _word_counter(len(names), buckets), WORDS_DDL)
    words = counted.groupBy("item", "bucket", "word").agg(F.sum("texts").alias("texts"))
    commonest = F.max(F.when(F.col("word").isNotNull(), F.struct("texts", "word")))["word"]
    texts = F.max(F.when(F.col("word").isNull(), F.col("texts")))
    used = words.groupBy("item", "bucket").agg(texts.alias("texts"), commonest.alias("word"))
    found: dict[int, list[tuple[int, str, int]]] = {i: [] for i in range(len(names))}
    for item, bucket, count, word in used.collect():
        found[item].append((-count, word, bucket))
    return [_text(name, sorted(found[i]), seen[name], buckets) for i, name in enumerate(names)]


def _word_counter(columns: int, buckets: int) -> Counter:
    def counter(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return count_words(batches, range(columns), buckets)

    return counter


def _text(name: str, found: list[tuple[int, str, int]], seen: Seen, buckets: int) -> Item:
    texts = seen.rows - seen.missing
    weighed = [(b, word, math.log((texts + 1) / (1 - count))) for count, word, b in found]
    kept = [entry for entry in weighed if entry[2] > 0]
    return Text(
        source=name,
        size=buckets,
        buckets=tuple(bucket for bucket, _, _ in kept),
        words=tuple(word for _, word, _ in kept),
        weights=tuple(weight for _, _, weight in kept),
        flagged=seen.missing > 0,
    )
