"""Fitted models of ``pyspark.ml``, from their public attributes, stage by stage.

The converter of ``onnxmltools`` is not used: it takes some trees for others, refuses the encoder as
Spark makes it by default, calculates in float32, and does not work on Spark Connect.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synapse_magic.errors import SynapseError, closest
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.graph import Graph, Tensor
from synapse_magic.onnx.converting.refusals import capitalized, described
from synapse_magic.onnx.converting.sample import OTHER, Sample
from synapse_magic.onnx.converting.spark_features import FEATURES
from synapse_magic.onnx.converting.spark_predictors import PREDICTORS, boosted
from synapse_magic.onnx.converting.spark_trees import TREES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Emit = Callable[[Graph, Any, Callable[[str], Tensor]], dict[str, Tensor]]

STAGES: dict[str, Emit] = {**FEATURES, **PREDICTORS, **TREES}
"""Class of a stage -> what adds it to a graph, and returns the columns that it makes."""


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX: an input for each column it reads, an output for what it makes."""
    owner = described(model)
    _require_fitted(model, owner)
    if sample.form != "frame":
        raise SynapseError(
            "A model of pyspark.ml needs a DataFrame as a sample. Try: to_onnx(model, df)"
        )
    writer = _Writer(sample, owner)
    for stage in _stages(model):
        writer.add(stage)
    outputs = writer.finish()
    trial = functools.partial(_trial, model, sample, writer.read, outputs)
    return Conversion(writer.graph.model(), (trial,) if sample.rows else ())


def _require_fitted(model: Any, owner: str) -> None:
    from pyspark.ml import Estimator

    if isinstance(model, Estimator):
        own = "pipeline" if hasattr(model, "setStages") else "estimator"
        raise SynapseError(f"{capitalized(owner)} is not fitted. Try: model = {own}.fit(df) first")


def _stages(model: Any) -> Iterator[Any]:
    """Yield the stages that do the work, those of pipelines inside pipelines too."""
    if hasattr(model, "bestModel"):
        model = model.bestModel
    if hasattr(model, "stages"):
        for stage in model.stages:
            yield from _stages(stage)
    else:
        yield model


class _Writer:
    """A graph, and the tensor of each column so far."""

    def __init__(self, sample: Sample, owner: str) -> None:
        self.graph, self.sample, self.owner = Graph(), sample, owner
        self.read: list[str] = []
        self._made: dict[str, Tensor] = {}
        self._taken: dict[str, Tensor] = {}
        self._used: set[str] = set()

    def add(self, stage: Any) -> None:
        """Add a stage."""
        emit = boosted if hasattr(stage, "toONNX") else STAGES.get(type(stage).__name__)
        if emit is None:
            raise SynapseError(
                f"{capitalized(self.owner)} cannot be converted to ONNX: there is no "
                f"converter for its stage {type(stage).__name__}. Expected stages out of "
                f"{', '.join(sorted(STAGES))} or the models of LightGBM here"
            )
        made = emit(self.graph, stage, self._column)
        self._used -= made.keys()
        self._made |= made

    def finish(self) -> list[str]:
        """Make outputs of the columns that no stage has taken up."""
        last = [name for name in self._made if name not in self._used]
        for name in last:
            self.graph.give(name, self._made[name])
        return last

    def _column(self, name: str) -> Tensor:
        self._used.add(name)
        if name in self._made:
            return self._made[name]
        if name not in self._taken:
            self._taken[name] = self._take(name)
            self.read.append(name)
        return self._taken[name]

    def _take(self, name: str) -> Tensor:
        column = next((c for c in self.sample.columns if c.name == name), None)
        if column is None:
            hint = closest(name, self.sample.names) or f"Columns: {', '.join(self.sample.names)}"
            raise SynapseError(
                f"The sample has no column {name!r}, which {self.owner} takes. {hint}"
            )
        if column.kind == OTHER:
            self.sample.only([name], self.owner)
        width = int(np.prod([size or 1 for size in column.shape]))
        return self.graph.take(name, column.kind, width)


def _trial(model: Any, sample: Sample, read: list[str], outputs: list[str]) -> Trial:
    """Transform the rows by Spark, and return what went in with what came out."""
    from synapse_magic.spark.columns import select

    rows = select(model.transform(_frame(sample)), [*read, *outputs]).toPandas()
    values = {name: _stacked(rows[name]) for name in rows.columns}
    return Trial({name: values[name] for name in read}, {name: values[name] for name in outputs})


def _frame(sample: Sample) -> DataFrame:
    from pyspark.sql import SparkSession

    if sample.source is not None:
        return sample.source.limit(sample.rows)
    return SparkSession.active().createDataFrame(sample.given)


def _stacked(column: pd.Series) -> np.ndarray:
    if len(column) and hasattr(column.iloc[0], "toArray"):
        return np.stack([value.toArray() for value in column])
    return column.to_numpy()
