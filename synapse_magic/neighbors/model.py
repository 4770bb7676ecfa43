"""What the fitted searches share: an index, and how its neighbours are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.measures import FIELDS
from synapse_magic.kernels.neighbors.scorer import NeighborScorer
from synapse_magic.kernels.neighbors.search import BlockSearch, ExactSearch
from synapse_magic.neighbors.index import Index, check_features, index_of, kept_frames
from synapse_magic.neighbors.params import NeighborParams
from synapse_magic.neighbors.questions import free_name, query_rows, question_frame
from synapse_magic.neighbors.searching import Request, find
from synapse_magic.spark.columns import col, require, require_new
from synapse_magic.spark.frames import FrameHolder
from synapse_magic.spark.stage import Model

if TYPE_CHECKING:
    import pandas as pd

_MOST_BLOCKS = 8
"""An index of more blocks stays in Spark."""


class NeighborModel(Model, FrameHolder, NeighborParams):
    """A model that holds an index."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._index: Index | None = None

    @property
    def index(self) -> Index:
        """The index, and what is known of it."""
        if self._index is None:
            raise SynapseError(f"{type(self).__name__} has no index. Try: fit an estimator")
        return self._index

    def learned(self) -> str:
        """Return what was learned in a few words, such as ``1,000 rows of 64 numbers``."""
        shape = self.index.shape
        left = f", {shape.skipped:,} without features left out" if shape.skipped else ""
        return f"{shape.rows:,} rows of {shape.width:,} numbers{left}"

    def kneighbors(self, queries: Sequence[Any]) -> pd.DataFrame:
        """Return the neighbours of a few queries as a pandas frame, nearest first.

        Parameters
        ----------
        queries : sequence
            The features of each: a sequence of numbers, or an array of shape (queries, numbers);
            or the numbers of one query alone.

        Raises
        ------
        SynapseError
            When they are no numbers, or not as many as the rows of the index have.
        """
        return self._answers(queries, {})

    def scorer(self) -> NeighborScorer:
        """Return the picklable object that finds neighbours without Spark.

        Raises
        ------
        SynapseError
            When the index is too large to leave Spark, or its values are.
        """
        shape = self.index.shape
        if shape.heavy or shape.blocks > _MOST_BLOCKS:
            what = "values are" if shape.heavy else "index is"
            raise SynapseError(f"The {what} too large outside Spark. Try: transform(df)")
        self.index.session()
        rows = self.index.frames["blocks"].orderBy("key", "piece").collect()
        keys = dict.fromkeys(row.key for row in rows)
        blocks = tuple(b"".join(bytes(r.content) for r in rows if r.key == key) for key in keys)
        return NeighborScorer(
            self._inputs(),
            self.getOrDefault("outputCol"),
            self.getOrDefault("k"),
            self.getOrDefault("metric"),
            self._search(),
            blocks,
        )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        self.index.session()
        self._check_output()
        inputs = self._inputs()
        require(dataset.schema, inputs)
        check_features(dataset.schema, inputs[0])
        require_new(dataset.schema, [self.getOrDefault("outputCol")], "outputCol='...'")
        request = Request(
            features=inputs[0],
            condition=inputs[1] if len(inputs) > 1 else None,
            output=self.output_field(),
            k=self.getOrDefault("k"),
            metric=self.getOrDefault("metric"),
            search=self._search(),
        )
        return find(dataset, self.index, request)

    def output_field(self) -> StructField:
        """Return the field of the column of neighbours."""
        measure = StructField(FIELDS[self.getOrDefault("metric")], DoubleType())
        row = StructType([*self.index.schema.fields, measure])
        return StructField(self.getOrDefault("outputCol"), ArrayType(row))

    def _inputs(self) -> tuple[str, ...]:
        return (self.getOrDefault("featuresCol"),)

    def _search(self) -> Callable[..., BlockSearch]:
        return partial(ExactSearch, metric=self.getOrDefault("metric"))

    def _answers(
        self, queries: Sequence[Any], conditions: dict[str, tuple[DataType, list[Any]]]
    ) -> pd.DataFrame:
        """Return the neighbours of queries, with further columns of theirs."""
        features, output = self.getOrDefault("featuresCol"), self.getOrDefault("outputCol")
        numbers = query_rows(queries, self.index.shape.width)
        columns = {features: (ArrayType(DoubleType()), numbers), **conditions}
        number = free_name("query", [*columns, output])
        found = self.transform(question_frame(self.index.session(), number, columns))
        rows = found.select(
            col(number).alias("query"), F.posexplode(col(output)).alias("rank", "found")
        )
        return rows.select("query", "rank", "found.*").orderBy("query", "rank").toPandas()

    def _get_frames(self) -> dict[str, DataFrame]:
        self.index.session()
        return self.index.frames

    def _set_frames(self, frames: dict[str, DataFrame]) -> dict[str, DataFrame]:
        kept = kept_frames(frames, self._described["shape"]["blocks"])
        self._index = index_of(self._described, kept)
        return kept

    def _get_state(self) -> dict[str, Any]:
        return {**super()._get_state(), "index": self.index.to_json()}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        self._described: dict[str, Any] = state["index"]
