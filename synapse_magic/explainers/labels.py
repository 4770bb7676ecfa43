"""The true labels of explained rows, by the names of their classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import labels_of
from synapse_magic.spark.predictor import indexer_of, predictor_of


def label_column(model: Any, df: DataFrame) -> str | None:
    """Return the column of a frame that holds the labels, None where there is none."""
    try:
        predictor = predictor_of(model)
    except SynapseError:
        return None  # it is no predictor, so there is nothing to be right about
    indexer = indexer_of(model, predictor.label)
    name = predictor.label if indexer is None else indexer.getInputCol()
    return name if name in df.columns else None


def label_names(model: Any, column: pa.ChunkedArray) -> np.ndarray:
    """Return labels, by class name where they are positions among the classes.

    Those that an indexer makes positions of are none yet, also where they are numbers.
    """
    predictor = predictor_of(model)
    positions = predictor.classifies and indexer_of(model, predictor.label) is None
    classes = labels_of(model, predictor) if positions else ()
    labels = np.empty(len(column), dtype=object)
    labels[:] = [_named(value, classes) for value in column.to_pylist()]
    return labels


def _named(value: Any, classes: tuple[str, ...]) -> Any:
    known = isinstance(value, (int, float)) and float(value).is_integer()
    return classes[int(value)] if known and 0 <= value < len(classes) else value
