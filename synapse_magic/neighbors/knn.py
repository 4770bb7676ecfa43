"""The nearest rows of the whole index."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.graph import GraphSearch, build_graph, usearch_package
from synapse_magic.kernels.neighbors.search import BlockSearch
from synapse_magic.neighbors.index import build_index
from synapse_magic.neighbors.model import NeighborModel
from synapse_magic.neighbors.params import ApproximateParams, NeighborParams
from synapse_magic.spark.stage import Estimator


class KNN(Estimator, NeighborParams, ApproximateParams):
    """Find the rows of a frame that are nearest to each query.

    Fitting packs the rows into an index, which stays with the executors; neither it nor the
    queries ever pass through the driver. Each query gets a list of structs, nearest first:
    ``value`` and ``distance``, which for ``metric="cosine"`` is ``similarity`` and for
    ``metric="innerProduct"`` is ``innerProduct``. Among rows equally near, the one that came first
    in the training frame comes first. An index of fewer than ``k`` rows gives shorter lists.

    - Features are vectors, dense or sparse, or lists of numbers. Products of matrices in float32
      say which rows may be the nearest; those are measured in float64, so that no neighbour is
      missed and distances of near rows keep their digits.
    - Rows of the index with null features are left out; a query with null features gets null.
      NaN and infinite numbers are an error in both.
    - The similarity of a row of zeros is 0 to any other.
    - Values may have any type. Large ones, such as images, are kept apart from the search and
      joined to what it found.
    - ``algorithm="approximate"`` follows a graph of neighbours instead of looking at every row,
      for an index of millions of rows that is searched often; it may miss a few. The measures it
      gives are exact. It needs ``pip install 'synapse-magic[search]'``.

    Examples
    --------
    >>> model = KNN(valuesCol="image", k=3, metric="cosine").fit(images)  # doctest: +SKIP
    >>> model.transform(queries).select("neighbors.value")  # doctest: +SKIP
    """

    def _fit(self, dataset: DataFrame) -> KNNModel:
        self._check_output()
        metric, algorithm = self.getOrDefault("metric"), self.getOrDefault("algorithm")
        graph = None
        if algorithm == "approximate":
            usearch_package()
            graph = partial(build_graph, metric=metric)
        carried = {"value": self.getOrDefault("valuesCol")}
        model: KNNModel = self._hand_over(KNNModel())
        model._index = build_index(
            dataset, self.getOrDefault("featuresCol"), carried, metric, algorithm, graph
        )
        return model


class KNNModel(NeighborModel, ApproximateParams):
    """Find the nearest rows of the index that :class:`KNN` made.

    ``k`` may be set on the model, and so may ``metric`` where the index is exact.
    """

    def _search(self) -> Callable[..., BlockSearch]:
        if self.getOrDefault("algorithm") == "exact":
            return super()._search()
        metric, shape = self.getOrDefault("metric"), self.index.shape
        if (shape.algorithm, shape.metric) != ("approximate", metric):
            raise SynapseError(
                f"The index was made for {shape.algorithm} search by {shape.metric}, got "
                f"approximate search by {metric}. Try: fit again, or algorithm='exact'"
            )
        width: Any = self.getOrDefault("efSearch")
        return partial(GraphSearch, metric=metric, width=width)
