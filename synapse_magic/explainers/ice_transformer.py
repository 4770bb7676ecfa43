"""What a model says of rows when their features are set to other values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pyspark.ml.linalg import DenseVector, VectorUDT
from pyspark.sql.types import DataType, MapType, StringType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.drawing import draw_rows
from synapse_magic.explainers.explained_model import ExplainedModel
from synapse_magic.explainers.ice_curves import with_curves
from synapse_magic.explainers.ice_features import IceFeature, check_types, features_of, pair_of
from synapse_magic.explainers.ice_grids import grids_of
from synapse_magic.explainers.ice_totals import averages
from synapse_magic.explainers.sample import PLACE
from synapse_magic.kernels.conditional.importance import importance
from synapse_magic.kernels.conditional.maps import CurveMap, curve_maps, keys_of
from synapse_magic.kernels.conditional.varying import Variation
from synapse_magic.spark.columns import field, require_new
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.conditional.grid import Grid

_ROWS_OF_A_TASK = 2000
_MOST_TASKS = 64


class ICETransformer(Transformer, ExplainedModel):
    """Set features to the values of a grid and see what a model says: ICE and partial dependence.

    With ``kind="individual"`` each row gets a column a feature, a map from the values of the
    feature to what the model says of the row with that value, a vector with a number a class.
    ``"average"`` gives one row with the means over all rows, the partial dependence. ``"feature"``
    gives one row a feature with how much its average moves, the largest first: the standard
    deviation over the grid of a numeric feature, a quarter of the range of a categorical one.

    A feature is a column's name or a dict with its ``name``. A categorical one is set to its
    ``numTopValues`` most frequent values, 100 by default. A numeric one, which may be a date, is
    set to ``numSplits + 1`` values, 11 by default, from ``rangeMin`` to ``rangeMax``, by default
    the least and the largest there are; whole numbers stay whole. ``outputColName`` names the
    column of its curves, by default ``name_dependence``. A map has no key for missing values, so
    they are in no grid here; :func:`partial_dependence` has them.

    All features are varied in one pass over the model: in the worker where the model has a scorer,
    else through one ``transform``. The grids are made when the stage transforms, by two small jobs,
    and averages are computed at once; curves of rows when the frame is read.

    Examples
    --------
    >>> ice = ICETransformer(
    ...     numericFeatures=["age", {"name": "hours", "numSplits": 20}],
    ...     categoricalFeatures=["job"],
    ...     kind="average",
    ... )
    >>> ice.setModel(model).transform(df).first()["age_dependence"]  # doctest: +SKIP
    """

    kind: Param[Literal["individual", "average", "feature"]] = param(
        "Curves of each row, their average, or how much the average of each feature moves.",
        default="individual",
    )
    categoricalFeatures: Param[list[Any]] = param(
        "Features set to their most frequent values: names, or dicts with name, numTopValues and "
        "outputColName.",
        default=[],
    )
    numericFeatures: Param[list[Any]] = param(
        "Features set to values from the least to the largest: names, or dicts with name, "
        "numSplits, rangeMin, rangeMax and outputColName.",
        default=[],
    )
    twoWay: Param[list[Any]] = param(
        "Pairs of these features that are also set together, by kind 'average' alone: each adds a "
        "column first_second_dependence of maps from both values.",
        default=[],
    )
    numSamples: Param[int] = param(
        "Rows that are drawn at random; unset for all.", default=unset, low=1
    )
    featureNameCol: Param[str] = param(
        "Column of the names of kind 'feature'.", default="featureNames", column="out"
    )
    dependenceNameCol: Param[str] = param(
        "Column of what kind 'feature' measures, a vector with a number a class.",
        default="pdpBasedDependence",
        column="out",
    )
    errorCol: Param[str] = param(
        "New column of kind 'individual' that tells why a row has no curves; unset for none, where "
        "such a row ends the job.",
        default=unset,
        column="out",
    )
    seed: Param[int] = param("Of the draw of rows.", default=42)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        features = features_of(
            self.getOrDefault("numericFeatures"), self.getOrDefault("categoricalFeatures")
        )
        check_types(features, dataset.schema)
        pairs = self._pairs(features)
        model, target = self._explained(dataset)
        grids, rows = grids_of(dataset, features)
        drawn, count = self._drawn(dataset, rows)
        kind = self.getOrDefault("kind")
        if kind == "individual":
            added = [*(each.output for each in features), *filter(None, [self._error()])]
            require_new(dataset.schema, added, "an outputColName or errorCol of another name")
            return with_curves(drawn, model, target, _made(features, grids), self._error())
        variations = [Variation((grid,)) for grid in grids]
        variations += [Variation((grids[a], grids[b])) for a, b in pairs]
        found = averages(drawn, model, target, variations, count)
        if kind == "feature":
            return self._importances(dataset, features, found)
        names = [each.output for each in features]
        names += [f"{features[a].name}_{features[b].name}_dependence" for a, b in pairs]
        return _one_row(dataset, names, variations, found)

    def _error(self) -> str:
        """Return the column of reasons, empty where none is wanted."""
        return str(self.getOrDefault("errorCol")) if self.isDefined("errorCol") else ""

    def _importances(
        self, dataset: DataFrame, features: Sequence[IceFeature], found: Sequence[np.ndarray]
    ) -> DataFrame:
        told = [
            (importance(values, each.ordered), each.output) for each, values in zip(features, found)
        ]
        told.sort(key=lambda one: -float(one[0].mean()))
        schema = StructType(
            [
                StructField(self.getOrDefault("dependenceNameCol"), VectorUDT()),
                StructField(self.getOrDefault("featureNameCol"), StringType()),
            ]
        )
        data = [(DenseVector(moves), name) for moves, name in told]
        return dataset.sparkSession.createDataFrame(data, schema)

    def _drawn(self, dataset: DataFrame, rows: int) -> tuple[DataFrame, int]:
        """Return the rows that the model is asked about, and their number."""
        if not self.isDefined("numSamples") or self.getOrDefault("numSamples") >= rows:
            return dataset, rows
        count = self.getOrDefault("numSamples")
        drawn = draw_rows(dataset, count, self.getOrDefault("seed")).drop(PLACE)
        tasks = min(_MOST_TASKS, -(-count // _ROWS_OF_A_TASK))
        return (drawn.repartition(tasks) if tasks > 1 else drawn), count

    def _pairs(self, features: Sequence[IceFeature]) -> list[tuple[int, int]]:
        """Return the places of the features of each pair."""
        names = [each.name for each in features]
        pairs = self.getOrDefault("twoWay")
        if pairs and self.getOrDefault("kind") != "average":
            raise SynapseError(
                f"twoWay has no effect with kind={self.getOrDefault('kind')!r}. Try: kind='average'"
            )
        return [pair_of(pair, names) for pair in pairs]


def _made(features: Sequence[IceFeature], grids: Sequence[Grid]) -> list[CurveMap]:
    starts = np.cumsum([0, *map(len, grids)])
    return [
        CurveMap(each.output, Variation((grid,)), int(start))
        for each, grid, start in zip(features, grids, starts)
    ]


def _one_row(
    dataset: DataFrame,
    names: Sequence[str],
    variations: Sequence[Variation],
    found: Sequence[np.ndarray],
) -> DataFrame:
    """Return a frame of one row with the averages as maps, in the types of their features."""
    kinds = [[grid.values.type for grid in each.grids] for each in variations]
    columns = [
        curve_maps(keys_of(each, own), [values])
        for each, own, values in zip(variations, kinds, found)
    ]
    schema = StructType(
        [
            StructField(name, MapType(_key(dataset, each), VectorUDT()))
            for name, each in zip(names, variations)
        ]
    )
    only = dataset.sparkSession.range(0, 1, 1, 1)
    return map_in_arrow(only, _giving(columns, list(names)), schema)


def _giving(columns: list[pa.Array], names: list[str]) -> Any:
    """Return the function that workers run; it holds only plain values."""

    def give(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_arrays(columns, names)

    return give


def _key(dataset: DataFrame, variation: Variation) -> DataType:
    kinds = [field(dataset.schema, grid.name) for grid in variation.grids]
    if len(kinds) == 1:
        return kinds[0].dataType
    return StructType([StructField(own.name, own.dataType) for own in kinds])
