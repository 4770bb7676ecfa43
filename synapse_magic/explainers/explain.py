"""Which features made a fitted model predict what it predicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError, closest
from synapse_magic.explainers.background import check_background, check_columns, collected
from synapse_magic.explainers.chained import Chained
from synapse_magic.explainers.classes import class_numbers
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.image_lime import ImageLIME
from synapse_magic.explainers.image_shap import ImageSHAP
from synapse_magic.explainers.labels import label_column
from synapse_magic.explainers.listed import listed
from synapse_magic.explainers.own_names import own_names
from synapse_magic.explainers.reading import Reading, reading_of
from synapse_magic.explainers.sample import PLACE, ExactWay, shuffled
from synapse_magic.explainers.tabular_lime import TabularLIME
from synapse_magic.explainers.tabular_shap import TabularSHAP
from synapse_magic.explainers.text_lime import TextLIME
from synapse_magic.explainers.text_shap import TextSHAP
from synapse_magic.explainers.vector_lime import VectorLIME
from synapse_magic.explainers.vector_shap import VectorSHAP
from synapse_magic.kernels.exact import exact_method, exact_values
from synapse_magic.kernels.explaining.failing import failing_rows
from synapse_magic.kernels.scorer import ChainedScorer, LinearScorer
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.columns import col, select
from synapse_magic.spark.frame_check import require_frame

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from synapse_magic.results.image_explanation import ImageExplanation
    from synapse_magic.results.text_explanation import TextExplanation

Method = Literal["tree_interventional", "tree_path", "linear", "kernel_shap", "lime"]
Plot = Literal["report", "summary", "importance", "interaction", "heatmap", "row"]

EXACT = ("tree_interventional", "tree_path", "linear")
_BACKGROUND_ROWS = 100
_STAGES: dict[tuple[str, str], type[Any]] = {
    ("table", "kernel_shap"): TabularSHAP,
    ("vector", "kernel_shap"): VectorSHAP,
    ("text", "kernel_shap"): TextSHAP,
    ("image", "kernel_shap"): ImageSHAP,
    ("table", "lime"): TabularLIME,
    ("vector", "lime"): VectorLIME,
    ("text", "lime"): TextLIME,
    ("image", "lime"): ImageLIME,
}


def explain(
    model: Any,
    df: DataFrame,
    *,
    rows: int = 500,
    seed: int = 42,
    method: Method | None = None,
    background: DataFrame | None = None,
    target: str | None = None,
    classes: str | int | Sequence[str | int] | None = None,
    plot: Plot = "report",
) -> Explanation | TextExplanation | ImageExplanation:
    """Explain the predictions of a fitted model for a sample of rows.

    Features are the frame's own columns: what a column's levels, words or date parts contribute is
    added up. Their values are the real ones, level names rather than codes. A model that reads one
    column of texts is explained by their words, and one that reads images by their superpixels.

    Parameters
    ----------
    model : Transformer or estimator
        A fitted model, a pipeline, or any transformer of Spark that adds a column; where no param
        of it names what it reads, all columns of ``df`` are explained. Also a fitted estimator of
        scikit-learn, LightGBM or XGBoost, which reads the columns that it was fitted on, or one
        vector column ``features``.
    df : DataFrame
        Where the rows come from, with the columns that the model reads. A row that has its label
        shows it.
    rows : int
        How many rows to explain. They are drawn at random; a frame that is read in the same
        partitions gives the same rows for the same seed.
    seed : int
        Of the draw and of all that is sampled.
    method : str, optional
        By default the first that fits. ``tree_interventional`` (with a background) and
        ``tree_path`` (without one) are exact for models of trees (Lundberg et al., 2020), on the
        scale of the raw score. ``linear`` is the closed form of linear models. ``kernel_shap``
        (Lundberg and Lee, 2017) explains any model by asking it; all coalitions of up to 12
        features are asked about, which is exact, and standard errors tell how near the values of
        more features are. ``lime`` (Ribeiro et al., 2016) fits a line near each row and says by
        ``quality`` how well it fits.
    background : DataFrame, optional
        Rows that stand for a feature that is away. By default 100 rows of ``df`` where some are
        needed, drawn by ``seed``.
    target : str, optional
        The model's output column to explain: by default the raw score where that is exact, else
        the probability, or the prediction.
    classes : str, int or sequence of them, optional
        Names or numbers of the classes to explain. By default all, and of two the second.
    plot : str
        The view that the result shows itself by; it has all the others as methods, too.

    Returns
    -------
    Explanation, TextExplanation or ImageExplanation

    Raises
    ------
    SynapseError
        When the method does not fit the model, a column or class is missing, or there are no rows.

    Examples
    --------
    >>> explain(model, people(spark, seed=2), rows=200).importance()  # doctest: +SKIP
    """
    require_frame(df, "df")
    if background is not None:
        require_frame(background, "background")
    _check_number("rows", rows, 1, 500)
    _check_number("seed", seed, None, 42)
    _check_choice("method", method, (None, *get_args(Method)))
    _check_choice("plot", plot, get_args(Plot))
    if target is not None and not isinstance(target, str):
        raise SynapseError(f"target must be the name of a column, got {target!r}")
    given: Any = () if classes is None else classes
    names = listed(given, (str, int, np.integer), "classes", "names or numbers of classes", "[1]")
    model = as_stage(model)
    with own_names():
        reading = reading_of(model, df, target)
        chosen = tuple(class_numbers(model, reading.target, names))
        asked = _Asked(model, df, reading, rows, seed, background, chosen)
        found = asked.explanation(method, exact=target is None)
    return replace(found, plot=plot) if isinstance(found, Explanation) else found


def _whole(columns: DataFrame) -> DataFrame:
    """Return the rows in which nothing is missing or infinite."""
    kept = columns.dropna()
    for own in columns.schema.fields:
        if own.dataType.typeName() in ("float", "double"):
            kept = kept.where(F.abs(col(own.name)) < math.inf)
    return kept


def _worked_by(chain: ChainedScorer) -> Callable[[pa.RecordBatch], Any]:
    """Return what fails for rows that are no background: a sum of features needs all of them."""
    if isinstance(chain.last, LinearScorer):
        return lambda rows: exact_values(chain, rows, rows)
    return chain.score


def _check_number(name: str, value: Any, low: int | None, usual: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or (low is not None and value < low):
        least = "" if low is None else f" of at least {low}"
        raise SynapseError(f"{name} must be an integer{least}, got {value!r}. Try: {name}={usual}")


def _check_choice(name: str, value: str | None, known: tuple[str | None, ...]) -> None:
    if value not in known:
        names = [own for own in known if own]
        hint = closest(str(value), names)
        raise SynapseError(
            f"{name} must be one of {', '.join(map(repr, names))}, got {value!r}. {hint}".rstrip()
        )


@dataclass(frozen=True)
class _Asked:
    """What is to be explained, once it is known what the model reads."""

    model: Any
    df: DataFrame
    reading: Reading
    rows: int
    seed: int
    background: DataFrame | None
    classes: tuple[int, ...]

    def explanation(
        self, method: Method | None, *, exact: bool
    ) -> Explanation | TextExplanation | ImageExplanation:
        """Explain by a method, or by the first that fits."""
        own = self._exact_method(method)
        if own is not None and (method == own or (method is None and exact)):
            return self._chained(self._way(own)).exact()
        if method in EXACT:
            raise self._unfit(str(method))
        if method == "lime" and self.reading.chain is not None and self._tabular:
            return self._chained(None).lime()
        return self._by_stage("lime" if method == "lime" else "kernel_shap")

    @property
    def _tabular(self) -> bool:
        return self.reading.kind in ("table", "vector")

    def _exact_method(self, wanted: Method | None) -> str | None:
        """Return how the model is explained exactly, by the way that was asked for."""
        chain = self.reading.chain
        if chain is None or not self._tabular:
            return None
        by_background = self.background is not None or wanted == "tree_interventional"
        path = exact_method(chain, background=False)
        if path is not None and not (by_background and wanted != "tree_path"):
            return path
        return exact_method(chain, background=True)

    def _way(self, method: str) -> ExactWay:
        chain = self.reading.chain
        if chain is None:
            raise self._unfit(method)
        return ExactWay(chain, None if method == "tree_path" else self._background_rows())

    def _background_rows(self) -> pa.RecordBatch:
        frame = self._background_frame()
        check_columns(frame, self.df, self.reading.columns)
        batch = collected(frame, self.reading.columns)
        if self.reading.chain is not None:
            check_background(self.reading.chain, batch, "background")
        return batch

    def _background_frame(self) -> DataFrame:
        """Return the background, or rows of the frame; without gaps where the model takes none."""
        if self.background is not None:
            return self.background
        columns = select(self.df, self.reading.columns)
        chain = self.reading.chain
        drawn = self._drawn(columns)
        if chain is not None and self._tabular:
            seen = collected(drawn, self.reading.columns)
            if failing_rows(_worked_by(chain), seen):
                return self._drawn(_whole(columns))
        return drawn

    def _drawn(self, frame: DataFrame) -> DataFrame:
        return shuffled(frame, _BACKGROUND_ROWS, self.seed)[0].drop(PLACE)

    def _chained(self, way: ExactWay | None) -> Chained:
        reading = self.reading
        if reading.chain is None:
            raise self._unfit("lime")
        return Chained.drawn(
            self.model,
            self.df,
            reading.chain,
            reading.target,
            self.classes,
            self.rows,
            self.seed,
            way,
        )

    def _by_stage(self, method: str) -> Any:
        reading = self.reading
        many = {"table": "inputCols"}.get(reading.kind, "inputCol")
        columns = list(reading.columns) if many == "inputCols" else reading.columns[0]
        values = {
            many: columns,
            "model": self.model,
            "targetCol": reading.target,
            "targetClasses": list(self.classes),
            "seed": self.seed,
        }
        if not self._tabular:
            return _STAGES[reading.kind, method](**values).explanation(self.df, self.rows)
        values |= {"backgroundData": self._background_frame()}
        if method == "kernel_shap":
            values |= {"method": "kernel"}
        stage = _STAGES[reading.kind, method](**values)
        return stage.explanation(self.df, self.rows, label=label_column(self.model, self.df))

    def _unfit(self, method: str) -> SynapseError:
        what = {"linear": "a linear model"}.get(method, "a model of trees")
        return SynapseError(
            f"{type(self.model).__name__} cannot be explained by {method!r}. Expected {what} whose "
            "raw score is explained. Try: method='kernel_shap'"
        )
