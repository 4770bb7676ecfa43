"""What must be known of columns before they can be encoded, counted batch by batch.

Each partition is looked at once; what was seen in two parts can be merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.moments import seconds_of
from synapse_magic.kernels.words import buckets_of, words_of

MOST_LEVELS = 100
_SENTENCE = 3
WORDS_DDL = "item int, bucket long, word string, texts long"

_WORDS_SCHEMA = pa.schema(
    [("item", pa.int32()), ("bucket", pa.int64()), ("word", pa.string()), ("texts", pa.int64())]
)


@dataclass
class Seen:
    """What was seen of one column.

    ``levels`` counts the values of a text column, None once there are more than ``MOST_LEVELS``;
    ``finite`` and ``total`` count and add the finite numbers; ``sizes`` are those of its vectors.
    """

    rows: int = 0
    missing: int = 0
    finite: int = 0
    total: float = 0.0
    words: int = 0
    levels: dict[str, int] | None = field(default_factory=dict)
    sizes: set[int] = field(default_factory=set)

    def look(self, column: pa.Array) -> None:
        """Take one batch of the column in."""
        self.rows += len(column)
        self.missing += column.null_count
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            self._look_at_text(column)
        elif pa.types.is_struct(column.type):
            self._look_at_vectors(column)
        else:
            self._look_at_numbers(column)

    def _look_at_numbers(self, column: pa.Array) -> None:
        moment = pa.types.is_temporal(column.type)
        cast = seconds_of(column) if moment else column.cast(pa.float64()).to_numpy(False)
        self.missing += int(np.isnan(cast).sum()) - column.null_count
        finite = cast[np.isfinite(cast)]
        self.finite += len(finite)
        self.total += float(finite.sum())

    def _look_at_text(self, column: pa.Array) -> None:
        self.words += count_spaced_words(column)
        self._count(count_levels(column))

    def _look_at_vectors(self, column: pa.Array) -> None:
        column = column.drop_null()
        sparse = pc.is_valid(column.field("size"))
        lengths = pc.list_value_length(column.field("values"))
        sizes = pc.if_else(sparse, column.field("size"), lengths)
        self.sizes |= set(pc.unique(sizes).to_pylist())

    def _count(self, arrived: dict[str, int] | None) -> None:
        if self.levels is None or arrived is None:
            self.levels = None
            return
        for value, count in arrived.items():
            self.levels[value] = self.levels.get(value, 0) + count
        if len(self.levels) > MOST_LEVELS:
            self.levels = None

    def merge(self, other: Seen) -> None:
        """Take in what was seen elsewhere."""
        self.rows += other.rows
        self.missing += other.missing
        self.finite += other.finite
        self.total += other.total
        self.words += other.words
        self.sizes |= other.sizes
        self._count(other.levels)


def reads_as_text(known: int, distinct: int, words: int) -> bool:
    """Say whether strings are sentences rather than levels.

    They are when there are more than ``MOST_LEVELS`` different ones, or most are different and
    three words long on average.

    Parameters
    ----------
    known : int
        Strings that are not null.
    distinct : int
        Different ones among them.
    words : int
        Words in all of them.
    """
    sentences = words >= _SENTENCE * max(known, 1) and distinct > known / 2
    return distinct > MOST_LEVELS or sentences


def count_levels(column: pa.Array) -> dict[str, int]:
    """Return how often each string occurs, nulls left out."""
    counted = pc.value_counts(column.drop_null())
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist()))


def count_spaced_words(column: pa.Array) -> int:
    """Return how many runs without white space the strings hold."""
    return int(pc.sum(pc.count_substring_regex(column, r"\S+")).as_py() or 0)


def count_words(
    batches: Iterable[pa.RecordBatch], items: Sequence[int], buckets: int
) -> Iterator[pa.RecordBatch]:
    """Count in how many texts of one partition each word occurs, and each bucket: ``WORDS_DDL``.

    A bucket's own count has no word: two of its words in one text count once there. Columns of the
    batches are the items, in order.
    """
    for batch in batches:
        for item, column in zip(items, batch.columns):
            found = words_of(column)
            bucket = buckets_of(found.vocabulary, buckets)
            texts = _texts_with(found.rows, found.codes, len(found.vocabulary))
            yield _words_batch(item, bucket, found.vocabulary, texts)
            used, place = np.unique(bucket, return_inverse=True)
            texts = _texts_with(found.rows, place[found.codes], len(used))
            yield _words_batch(item, used, pa.nulls(len(used), pa.string()), texts)


def _texts_with(rows: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    pairs = np.unique(rows * max(size, 1) + codes)
    return np.bincount(pairs % max(size, 1), minlength=size)[:size]


def _words_batch(item: int, bucket: np.ndarray, words: pa.Array, texts: np.ndarray) -> pa.Table:
    arrays = [
        pa.array(np.full(len(bucket), item, np.int32)),
        pa.array(bucket, pa.int64()),
        words,
        pa.array(texts, pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_WORDS_SCHEMA)
