"""How good a fitted model is on a frame, from one scored pass that Spark adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.evaluation import FACTS_DDL, tally_classes, tally_residuals
from synapse_magic.metrics.classification import classification
from synapse_magic.metrics.facts import Facts
from synapse_magic.metrics.ranking import ranking
from synapse_magic.metrics.regression import CELLS, label_range, regression
from synapse_magic.spark.columns import col, field, levels
from synapse_magic.spark.predictor import Predictor, indexer_of, predictor_of, without
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from synapse_magic.results.evaluation import Evaluation


def evaluate(model: Any, df: DataFrame, *, label: str | None = None) -> Evaluation:
    """Return how well a fitted model predicts the rows of a frame.

    The frame is scored once; workers count, Spark adds, and no row comes to the driver. A score
    counts as tied with those within one part in 4096 of its distance from 0 or 1 (one in 512 with
    more than eight classes), so AUC and AUPR differ from exact ones only by the share of such ties.
    Rows without a label are left out and counted in ``metrics["rows without label"]``. A ranker is
    measured by the order within each of its groups; see :func:`.ranking`.

    Parameters
    ----------
    model : Transformer
        A fitted predictor, ours or of ``pyspark.ml``, or a pipeline that ends in one. Classifiers
        are told by their probability or raw prediction column.
    df : DataFrame
        Rows with their label.
    label : str, optional
        The label column, where it is not the one the model was fitted with.

    Raises
    ------
    SynapseError
        When the frame has no label column, no row, or labels the model does not know.

    Examples
    --------
    >>> evaluate(model, people(spark, seed=2)).metrics["AUC"]  # doctest: +SKIP
    0.91
    """
    predictor = predictor_of(model)
    column, classes, scored = _scored(model, predictor, df, label)
    if predictor.group:
        return ranking(scored, column, predictor.prediction, predictor.group)
    names = {"label": column, "prediction": predictor.prediction}
    if predictor.classifies:
        if predictor.probability:
            names["probability"] = predictor.probability
        facts = _count(scored, names, _class_counter(classes))
        result = classification(facts, classes, column, predictor.prediction)
    else:
        center, low, high = label_range(df if column in df.columns else scored, column)
        facts = _count(scored, names, _residual_counter(center, low, high))
        result = regression(facts, low, high, column, predictor.prediction)
    return result


def _scored(
    model: Any, predictor: Predictor, df: DataFrame, label: str | None
) -> tuple[str, tuple[str, ...], DataFrame]:
    """Return the label column, its class names and the scored frame.

    A label that the pipeline indexed is read as the text it was: so that a missing or unknown one
    is counted here rather than failing inside Spark.
    """
    indexer = indexer_of(model, predictor.label)
    if indexer is not None and label in (None, predictor.label, indexer.getInputCol()):
        column, model = indexer.getInputCol(), without(model, indexer)
        # The indexer knows a number by the text that Spark writes for it.
        df = df.withColumn(column, col(column).cast("string")) if column in df.columns else df
    else:
        column = label or predictor.label
    scored = model.transform(df)
    kind = field(scored.schema, column)
    classes = tuple(indexer.labels) if indexer is not None else tuple(levels(kind))
    if kind.dataType.typeName() == "string" and not classes:
        raise SynapseError(
            f"The label column {column!r} holds text, and the model knows no class names. "
            "Try: fit a pipeline that begins with StringIndexer for the label"
        )
    return column, classes, scored


Counter = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def _class_counter(classes: tuple[str, ...]) -> Counter:
    return lambda batches: tally_classes(batches, classes)


def _residual_counter(center: float, low: float, high: float) -> Counter:
    return lambda batches: tally_residuals(batches, center, low, high, CELLS)


def _count(scored: DataFrame, names: dict[str, str], counter: Counter) -> Facts:
    """Run the counter over each partition and add the counts up."""
    chosen = scored.select(*(col(name).alias(role) for role, name in names.items()))
    counted = map_in_arrow(chosen, counter, FACTS_DDL).groupBy("fact", "row", "column")
    totals = counted.agg(F.sum("count").alias("count"), F.sum("total").alias("total"))
    rows = totals.collect()  # by pandas it warns when the job is cancelled
    names_of_facts = np.array([row.fact for row in rows], dtype=str)
    rest = (np.array([row[name] for row in rows]) for name in totals.columns[1:])
    facts = Facts(names_of_facts, *rest)
    _check(facts, names)
    return facts


def _check(facts: Facts, names: dict[str, str]) -> None:
    if unscored := facts.count("unscored"):
        raise SynapseError(
            f"{unscored} rows have a null or NaN in {names['prediction']!r} or the class scores. "
            "Expected a score for each row. Try: handle missing values with Featurize(...)"
        )
    if unknown := facts.count("unknown"):
        raise SynapseError(
            f"{unknown} rows have a label in {names['label']!r} unknown to the model. "
            "Try: evaluate on rows with the classes it knows"
        )
    if facts.count("cell") == 0:
        missing = facts.count("unlabelled")
        why = f"all {missing} labels are null" if missing else "there are no rows"
        raise SynapseError(f"Nothing to evaluate: {why}. Expected rows with {names['label']!r}")
