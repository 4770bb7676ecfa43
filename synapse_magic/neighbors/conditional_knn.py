"""The nearest rows among those with a label that the query allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, IntegralType, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.search import BlockSearch, ExactSearch
from synapse_magic.neighbors.index import build_index
from synapse_magic.neighbors.model import NeighborModel
from synapse_magic.neighbors.params import LabelParams, NeighborParams
from synapse_magic.neighbors.questions import condition_rows
from synapse_magic.spark.columns import field
from synapse_magic.spark.stage import Estimator

if TYPE_CHECKING:
    import pandas as pd


class ConditionalKNN(Estimator, NeighborParams, LabelParams):
    """Find the nearest rows among those whose label the query allows.

    As ``KNN``, with a label for each row of the index and, for each query, the label or the list of
    labels that may be found. The structs hold ``label`` between ``value`` and the measure. A label
    that the index does not have finds nothing, and a query that allows none gets an empty list; one
    with a null in place of them gets null. Rows without a label are never found. The search is
    exact, and passes over rows whose labels nobody asks for.

    Examples
    --------
    >>> model = ConditionalKNN(valuesCol="image", labelCol="style").fit(images)  # doctest: +SKIP
    >>> model.kneighbors([[0.1, 0.7]], conditioner=[["cubism", "dada"]])  # doctest: +SKIP
    """

    def _fit(self, dataset: DataFrame) -> ConditionalKNNModel:
        self._check_output()
        names = {"value": "valuesCol", "label": "labelCol"}
        carried = {name: self.getOrDefault(param) for name, param in names.items()}
        metric = self.getOrDefault("metric")
        model: ConditionalKNNModel = self._hand_over(ConditionalKNNModel())
        features = self.getOrDefault("featuresCol")
        model._index = build_index(dataset, features, carried, metric, "exact", None)
        return model


class ConditionalKNNModel(NeighborModel, LabelParams):
    """Find the nearest rows with allowed labels in the index of :class:`ConditionalKNN`.

    ``k`` and ``metric`` may be set on the model.
    """

    def kneighbors(self, queries: Sequence[Any], conditioner: Any = None) -> pd.DataFrame:
        """Return the neighbours of a few queries as a pandas frame, nearest first.

        Parameters
        ----------
        queries : sequence
            The features of each: a sequence of numbers, or an array of shape (queries, numbers);
            or the numbers of one query alone.
        conditioner : sequence
            The label, or the list of labels, that each query allows; for the numbers of one query
            alone just its own.

        Raises
        ------
        SynapseError
            When the queries are no numbers, or not as many as the rows of the index have; or when
            there are not as many conditions as queries, or they are no labels.
        """
        label = self.index.schema["label"].dataType
        allowed = condition_rows(conditioner, queries, label)
        name = self.getOrDefault("conditionerCol")
        return self._answers(queries, {name: (ArrayType(label), allowed)})

    def _transform(self, dataset: DataFrame) -> DataFrame:
        self._check_condition(dataset.schema)
        return super()._transform(dataset)

    def _inputs(self) -> tuple[str, ...]:
        return (self.getOrDefault("featuresCol"), self.getOrDefault("conditionerCol"))

    def _search(self) -> Callable[..., BlockSearch]:
        return partial(ExactSearch, metric=self.getOrDefault("metric"), by_label=True)

    def _check_condition(self, schema: StructType) -> None:
        name = self.getOrDefault("conditionerCol")
        given, label = field(schema, name).dataType, self.index.schema["label"].dataType
        if not _fits(given, label):
            raise SynapseError(
                f"conditionerCol {name!r} holds {given.simpleString()}. Expected labels of the "
                f"index, {label.simpleString()}, or lists of them"
            )


def _fits(given: DataType, label: DataType) -> bool:
    kinds = [given, *([given.elementType] if isinstance(given, ArrayType) else [])]
    whole = isinstance(label, IntegralType)
    return any(
        kind.simpleString() == label.simpleString() or (whole and isinstance(kind, IntegralType))
        for kind in kinds
    )
