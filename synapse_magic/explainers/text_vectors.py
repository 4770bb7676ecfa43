"""The vectors that a column of a frame holds of some texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, NumericType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.sample import PLACE, fetch
from synapse_magic.kernels.dashboard.plane import plane
from synapse_magic.results.dashboard.parts.text_plane import MOST, TextPlane
from synapse_magic.spark.columns import col, field

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

SEED = 42
_TEXT, _VECTOR = "text", "vector"


def plane_of(df: DataFrame, texts: Sequence[str], column: str, vectors: str) -> TextPlane:
    """Return the map of texts by the vectors that a frame has of them, at most 5,000 drawn ones.

    Parameters
    ----------
    df : DataFrame
        One Spark job looks for the texts in it. Of a text that is there several times it takes
        the vector of one.
    texts : sequence of str
    column, vectors : str
        The columns of the texts and of their vectors: lists of numbers, or Spark's vectors.

    Raises
    ------
    SynapseError
        When there is no such column, it holds something else, or vectors of several lengths, or
        no vector of any of the texts.
    """
    drawn = np.arange(len(texts))
    if len(texts) > MOST:
        drawn = np.sort(np.random.default_rng(SEED).choice(len(texts), MOST, replace=False))
    sought = [texts[place] for place in drawn.tolist()]
    found = _fetched(df, sought, column, vectors)
    where = pc.index_in(pa.array(sought, pa.string()), found.column(_TEXT).combine_chunks())
    numbers = _numbers(found.column(_VECTOR).combine_chunks(), vectors)
    made = plane(numbers)
    known = pc.is_valid(where).to_numpy(zero_copy_only=False)
    placed = np.full((len(texts), 2), np.nan)
    placed[drawn[known]] = made.points[where.drop_null().to_numpy()]
    return TextPlane(vectors, replace(made, points=placed), len(drawn), SEED)


def _fetched(df: DataFrame, texts: Sequence[str], column: str, vectors: str) -> pa.Table:
    """Return each text that is in a frame, once, with its vector."""
    vector = _as_list(df, vectors).alias(_VECTOR)
    known = df.where(col(vectors).isNotNull())  # Spark makes no list of a vector that is not there
    own = known.select(col(field(df.schema, column).name).alias(_TEXT), vector)
    wanted = df.sparkSession.createDataFrame([(text,) for text in dict.fromkeys(texts)], [_TEXT])
    there = own.join(F.broadcast(wanted), _TEXT, "left_semi")
    once = there.groupBy(_TEXT).agg(F.first(_VECTOR).alias(_VECTOR))
    numbered = once.withColumn(PLACE, F.monotonically_increasing_id())
    none = f"None of the explained texts has a vector in {vectors!r}"
    none += ". Try: the frame that was explained"
    return fetch(numbered, [_TEXT, _VECTOR], 0, none=none).table


def _as_list(df: DataFrame, vectors: str) -> Column:
    kind = field(df.schema, vectors).dataType
    if isinstance(kind, VectorUDT):
        return vector_to_array(col(vectors), "float32")
    if isinstance(kind, ArrayType) and isinstance(kind.elementType, NumericType):
        return col(vectors).cast("array<float>")
    raise SynapseError(
        f"Column {vectors!r} is {kind.simpleString()}. Expected vectors, or lists of numbers, "
        "for embedding="
    )


def _numbers(vectors: pa.ListArray, name: str) -> np.ndarray:
    """Return vectors as (rows, numbers), with NaN for what is missing."""
    sizes = pc.unique(pc.list_value_length(vectors)).to_pylist()
    if len(sizes) > 1:
        raise SynapseError(
            f"Column {name!r} holds vectors of {sizes[0]} and of {sizes[1]} numbers. "
            "Expected one length for embedding="
        )
    flat = vectors.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(len(vectors), sizes[0] if sizes else 0)
