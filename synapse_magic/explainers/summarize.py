"""Summary and importance of explanations that stay where they are, on Spark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.listed import listed
from synapse_magic.kernels.tallying import LOST, TROUBLE, Counter
from synapse_magic.results.checks import check_words
from synapse_magic.results.explanation_summary import ExplanationSummary, check_rows
from synapse_magic.spark.columns import fields, levels, numbered, slot_attributes, slot_names
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.summary import merged

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructField


def summarize_explanations(
    df: DataFrame,
    features: str | Sequence[str],
    explanationCol: str = "explanation",
    *,
    outputs: str | Sequence[str] | None = None,
    link: str = "identity",
    method: str = "kernel_shap",
) -> ExplanationSummary:
    """Summarise the explanations of all rows of a frame in one pass; no row leaves Spark.

    Means are those of all rows. The density is counted on grids that fit what arrives: up to 96
    distinct values of a feature are kept apart, and more are put together by likeness.

    Parameters
    ----------
    df : DataFrame
        With explanations: what ``TabularSHAP`` and its like put into ``outputCol``, or a LightGBM
        model into ``featuresShapCol``. Rows without one are left out and counted.
    features : str or sequence of str
        The columns that were explained, in their order; a vector column stands for its slots.
    explanationCol : str
        The column of the explanations.
    outputs : str or sequence of str, optional
        Names of the explained classes; by default "prediction", or their positions.
    link : {"identity", "logit", "softmax", "log"}
        Scale of the contributions.
    method : str
        How they were made; see :class:`~synapse_magic.results.explanation.Explanation`.

    Raises
    ------
    SynapseError
        When a column is missing, explanations do not fit the features, or there are no rows.

    Examples
    --------
    >>> scored = LightGBMClassifier(featuresShapCol="why").fit(df).transform(df)  # doctest: +SKIP
    >>> summarize_explanations(scored, "features", "why").importance()  # doctest: +SKIP
    """
    require_frame(df, "df")
    columns = listed(features, str, "features", "names of columns", "['age']")
    if not isinstance(explanationCol, str):
        raise SynapseError(
            f"explanationCol must be the name of a column, got {explanationCol!r}. "
            "Try: explanationCol='explanation'"
        )
    names = None if outputs is None else listed(outputs, str, "outputs", "names", "['yes']")
    check_words(link, method, columns, names or [])
    own = fields(df.schema, [explanationCol, *columns])
    _check_type(own[0])
    found = merged(numbered(df, [explanationCol, *columns]), Counter(_levels(own[1:])))
    if TROUBLE in found:
        raise SynapseError(found[TROUBLE].words)
    lost = found.pop(LOST).rows if LOST in found else 0
    check_rows(found[0].rows if found else 0, lost)
    tallies = [found[i] for i in range(len(found))]
    return ExplanationSummary(
        tallies=tallies,
        names=_names(own[1:], len(tallies)),
        outputs=_outputs(names, len(tallies[0].low)),
        link=link,
        method=method,
        rows=tallies[0].rows,
        lost=lost,
    )


def _check_type(own: StructField) -> None:
    words = own.dataType.simpleString()
    if words not in ("vector", "array<vector>"):
        raise SynapseError(
            f"Column {own.name!r} is {words}. Expected explanations: an array of vectors, or a "
            "vector. Try: the outputCol of TabularSHAP, or the featuresShapCol of a LightGBM model"
        )


def _levels(columns: Sequence[StructField]) -> tuple[tuple[str, ...], ...]:
    """Return the level names of each feature; those after a vector of unknown size are not told."""
    found: list[tuple[str, ...]] = []
    for own in columns:
        if own.dataType.typeName() != "vectorudt":
            found.append(tuple(levels(own)))
            continue
        slots = slot_attributes(own)
        if not slots:
            break
        found.extend(tuple(str(level) for level in slot.get("vals", [])) for slot in slots)
    return tuple(found)


def _names(columns: Sequence[StructField], count: int) -> tuple[str, ...]:
    """Return the names of the features, the slots of an unnamed vector by their position."""
    known = [_own_names(own) for own in columns]
    left = count - sum(len(names) for names in known)
    found: list[str] = []
    for own, names in zip(columns, known, strict=True):
        found.extend(names or [f"{own.name}_{i}" for i in range(left)])
    if len(found) != count:
        unnamed = [own.name for own, names in zip(columns, known, strict=True) if not names]
        raise SynapseError(
            f"The slots of several vector columns have no names: {', '.join(unnamed)}. "
            "Expected at most one such column. Try: VectorAssembler, which names them"
        )
    return tuple(found)


def _own_names(own: StructField) -> list[str]:
    return slot_names(own) if own.dataType.typeName() == "vectorudt" else [own.name]


def _outputs(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return ("prediction",) if count == 1 else tuple(str(i) for i in range(count))
    if len(names) != count:
        raise SynapseError(
            f"There are {len(names)} names of outputs, and {count} are explained. "
            f"Expected {count}, or none"
        )
    return tuple(names)
