"""Which features made a fitted model predict what it predicts."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.sample import Sample, draw
from synapse_magic.explainers.shown import level_names, shown_values
from synapse_magic.kernels.lime import Local
from synapse_magic.kernels.local import Surrogate
from synapse_magic.kernels.origin import input_names
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.shap import raw_scores
from synapse_magic.kernels.states import MOST_FEATURES
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.columns import require
from synapse_magic.spark.predictor import Predictor, indexer_of, predictor_of, stages_of
from synapse_magic.spark.scorer import scorer_of
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

Method = Literal["tree_shap", "lime"]

_BACKGROUND_ROWS = 500
_TASKS = 8


def explain(
    model: Any, df: DataFrame, *, rows: int = 500, seed: int = 42, method: Method | None = None
) -> Explanation:
    """Explain the predictions of a fitted model for a sample of rows.

    Features are the frame's own columns: what a column's levels, words or date parts contribute is
    added up. Their values are the real ones, level names rather than codes.

    Parameters
    ----------
    model : Transformer
        A fitted predictor of trees, or a pipeline that ends in one; any that has a scorer with
        ``method="lime"``.
    df : DataFrame
        Where the rows come from, with the columns that the model reads. A row that has its label
        shows it.
    rows : int
        How many rows to explain. They are drawn at random; a frame that is read in the same
        partitions gives the same rows for the same seed.
    seed : int
        Of the draw and of LIME's perturbations.
    method : {"tree_shap", "lime"}, optional
        ``tree_shap``, the default, is exact (Lundberg et al., 2020), on the scale of the raw score:
        base and contributions sum to it. With it comes the LIME explanation of the first row as
        ``companion``, up to 1000 features. ``lime`` (Ribeiro et al., 2016) fits a line near each
        row, on the scale of the prediction or probability, and says by ``quality`` how well it
        fits.

    Raises
    ------
    SynapseError
        When the model has no trees and ``method`` is not ``"lime"``, a column is missing, or there
        are no rows.

    Examples
    --------
    >>> explain(model, people(spark, seed=2), rows=200).importance()  # doctest: +SKIP
    """
    if rows < 1:
        raise SynapseError(f"rows must be at least 1, got {rows}. Try: rows=500")
    if method not in (None, "tree_shap", "lime"):
        raise SynapseError(f"method must be 'tree_shap' or 'lime', got {method!r}")
    task = _task(model, df)
    if method != "lime" and not hasattr(task.chain.last, "contributions"):
        raise SynapseError(
            f"{type(task.predictor.stage).__name__} is not made of trees, so it has no TreeSHAP. "
            "Expected a LightGBM model. Try: method='lime'"
        )
    shap = task.chain if method != "lime" else None
    sample = draw(df, task.columns, max(rows, _BACKGROUND_ROWS), seed, shap)
    batch = sample.batch.select(list(task.chain.inputs))
    names = input_names(task.chain, batch)
    told = _Told(task, df, sample, batch, names, min(rows, batch.num_rows), seed)
    return told.by_lime() if method == "lime" else told.by_tree_shap()


@dataclass(frozen=True)
class _Task:
    """What is explained: the chain that ends in the predictor, its label and its classes."""

    predictor: Predictor
    chain: ChainedScorer
    label: str | None
    classes: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The columns to fetch."""
        return list(dict.fromkeys([*self.chain.inputs, *([self.label] if self.label else [])]))

    @property
    def target(self) -> str:
        """The output that LIME explains."""
        return self.predictor.probability or self.predictor.prediction

    def outputs(self, count: int) -> tuple[str, ...]:
        """Return the names of so many explained outputs."""
        if not self.predictor.classifies:
            return ("prediction",)
        classes = self.classes or tuple(str(i) for i in range(max(2, count)))
        return classes[-1:] if count == 1 else classes[:count]


def _task(model: Any, df: DataFrame) -> _Task:
    predictor = predictor_of(model)
    stages = stages_of(model)
    stages = stages[: stages.index(predictor.stage) + 1]
    indexer = indexer_of(model, predictor.label)
    needed = [stage for stage in stages if stage is not indexer]
    chain = ChainedScorer.of([scorer_of(stage) for stage in needed])
    require(df.schema, chain.inputs)
    label = predictor.label if indexer is None else indexer.getInputCol()
    classes = getattr(chain.last, "classes", ()) if indexer is None else indexer.labels
    return _Task(predictor, chain, label if label in df.columns else None, tuple(classes))


@dataclass(frozen=True, eq=False)
class _Told:
    """A drawn sample on its way to an explanation."""

    task: _Task
    df: DataFrame
    sample: Sample
    batch: pa.RecordBatch
    names: list[str]
    rows: int
    seed: int

    def by_tree_shap(self) -> Explanation:
        """Return the contributions that came with the sample."""
        found = self.sample.contributions
        if found is None:
            raise SynapseError("The sample was drawn without contributions")
        found = found[: self.rows].transpose(0, 2, 1)
        values, base = found[:, :-1], found[:, -1]
        scores = raw_scores(self.task.chain, self.batch.slice(0, self.rows), values.shape[2])
        return Explanation(
            values=values,
            base=base,
            prediction=base + values.sum(1) if scores is None else scores,
            data=self._data(self.sample.names),
            names=self.sample.names,
            outputs=self.task.outputs(values.shape[2]),
            link=getattr(self.task.chain.last, "link", "identity"),
            method="tree_shap",
            rows_total=self.sample.total,
            seed=self.seed,
            labels=self._labels(self.rows),
            companion=self._companion(),
        )

    def by_lime(self) -> Explanation:
        """Return the lines near all rows, fitted by the workers."""
        return self._lime(_on_workers(self.df, self._surrogate(), self.rows), self.names)

    def _companion(self) -> Explanation | None:
        if len(self.names) > MOST_FEATURES:
            return None
        return self._lime(self._surrogate().explain([0]), self.sample.names)

    def _surrogate(self) -> Surrogate:
        levelled = tuple(i for i, found in enumerate(self._levels()) if found)
        return Surrogate(self.task.chain, self.batch, self.task.target, levelled, self.seed)

    def _lime(self, found: list[Local], names: tuple[str, ...] | list[str]) -> Explanation:
        order = [self.names.index(name) for name in names]
        values = np.stack([local.values for local in found])[:, order]
        return Explanation(
            values=values,
            base=np.stack([local.base for local in found]),
            prediction=np.stack([local.prediction for local in found]),
            data={name: shown[: len(found)] for name, shown in self._data(tuple(names)).items()},
            names=tuple(names),
            outputs=self.task.outputs(values.shape[2]),
            link="identity",
            method="lime",
            rows_total=self.sample.total,
            seed=self.seed,
            labels=self._labels(len(found)),
            quality=np.stack([local.quality for local in found]),
        )

    def _levels(self) -> list[list[str]]:
        return level_names(self.df.schema, self.task.chain.inputs, self.names)

    def _data(self, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        shown = shown_values(self.batch.slice(0, self.rows), self.names, self._levels())
        return {name: shown[name] for name in names}

    def _labels(self, rows: int) -> np.ndarray | None:
        if self.task.label is None:
            return None
        column = self.sample.table.column(self.task.label).slice(0, rows).to_pylist()
        labels = np.empty(len(column), dtype=object)
        labels[:] = [self._label(value) for value in column]
        return labels

    def _label(self, value: Any) -> Any:
        """Return a label by its class name, where it is a position among the classes."""
        classes = self.task.classes
        coded = isinstance(value, (int, float)) and self.task.predictor.classifies
        known = coded and float(value).is_integer() and 0 <= value < len(classes)
        return classes[int(value)] if known else value


def _on_workers(df: DataFrame, surrogate: Surrogate, rows: int) -> list[Local]:
    """Explain the first rows of the surrogate's batch, spread over the workers."""
    numbers = df.sparkSession.range(0, rows, 1, min(rows, _TASKS))
    packed = map_in_arrow(numbers, _explainer(surrogate), "row long, content binary").collect()
    found = {row["row"]: pickle.loads(bytes(row["content"])) for row in packed}
    return [found[row] for row in range(rows)]


Explainer = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def _explainer(surrogate: Surrogate) -> Explainer:
    def explain_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            rows = batch.column(0).to_pylist()
            contents = [pickle.dumps(local) for local in surrogate.explain(rows)]
            arrays = [pa.array(rows, pa.int64()), pa.array(contents, pa.binary())]
            yield pa.RecordBatch.from_arrays(arrays, ["row", "content"])

    return explain_rows
