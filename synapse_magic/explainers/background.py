"""The background of a table: the rows that stand for a feature that is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.sample import PLACE, fetch
from synapse_magic.kernels.explaining.failing import failing_rows
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.spark.columns import fields, select
from synapse_magic.spark.frames import FrameHolder, FrameReader, FrameWriter
from synapse_magic.spark.holding import Holder, HolderReader, HolderWriter
from synapse_magic.spark.param import Param, param, unset

MOST_ROWS = 10_000
_ENOUGH = 100


class BackgroundHolder(Holder, FrameHolder):
    """A stage that holds a background beside its model, saved with both."""

    backgroundData: Param[DataFrame] = param(
        "Frame with the explained columns, whose rows stand for what is taken away; about 100 "
        "rows are enough.",
        default=unset,
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._collected: tuple[DataFrame, tuple[str, ...], pa.RecordBatch] | None = None

    def write(self) -> BackgroundWriter:
        """Return the writer that saves this stage, its model and its background."""
        return BackgroundWriter(self)

    @classmethod
    def read(cls) -> BackgroundReader:
        """Return the reader of saved stages of this class."""
        return BackgroundReader(cls)

    def background(self, dataset: DataFrame, columns: Sequence[str]) -> pa.RecordBatch:
        """Return the columns of the background, for a frame with such columns.

        It is collected when it is first needed.

        Raises
        ------
        SynapseError
            When there is none, it is empty or too large, or has other columns.
        """
        if not self.isDefined("backgroundData"):
            raise SynapseError(
                f"{type(self).__name__} has no backgroundData. Expected a frame whose rows stand "
                f"for what is taken away. Try: backgroundData=df.limit({_ENOUGH})"
            )
        frame = self.getOrDefault("backgroundData")
        check_columns(frame, dataset, columns)
        known = self._collected
        if known is None or known[0] is not frame or known[1] != tuple(columns):
            known = (frame, tuple(columns), collected(frame, columns))
            self._collected = known
        return known[2]

    def _get_frames(self) -> dict[str, DataFrame]:
        held = self.isDefined("backgroundData")
        return {"background": self.getOrDefault("backgroundData")} if held else {}

    def _set_frames(self, frames: dict[str, DataFrame]) -> dict[str, DataFrame]:
        if frames:
            self._set(backgroundData=frames["background"])
        return frames


class BackgroundWriter(HolderWriter, FrameWriter):
    """Saves the model and the background first, then the stage."""


class BackgroundReader(HolderReader, FrameReader):
    """Loads a stage, its model and its background."""


def check_columns(frame: DataFrame, dataset: DataFrame, columns: Sequence[str]) -> None:
    """Raise a :class:`SynapseError` where a background lacks columns, or their types."""
    wanted = fields(dataset.schema, columns)
    try:
        found = fields(frame.schema, columns)
    except SynapseError as error:
        raise SynapseError(f"backgroundData has other columns than the rows. {error}") from error
    for own, other in zip(wanted, found):
        kinds = own.dataType.simpleString(), other.dataType.simpleString()
        if kinds[0] != kinds[1]:
            raise SynapseError(
                f"Column {own.name!r} is {kinds[0]} in the rows and {kinds[1]} in backgroundData. "
                f"Try: F.col({own.name!r}).cast({kinds[0]!r}) in backgroundData"
            )


def check_background(chain: ChainedScorer, background: pa.RecordBatch, name: str) -> None:
    """Raise a :class:`SynapseError` where a model fails for a row of a background."""
    bad = failing_rows(chain.score, background.select(list(chain.inputs)))
    if bad:
        row, why = next(iter(bad.items()))
        raise SynapseError(
            f"The model fails for {len(bad)} of {background.num_rows} rows of {name}, first for "
            f"row {row}. {why} Try: {name}=df.dropna().limit({_ENOUGH})"
        )


def collected(frame: DataFrame, columns: Sequence[str]) -> pa.RecordBatch:
    """Return the columns of a background's rows.

    Raises
    ------
    SynapseError
        When it is empty or too large.
    """
    few = select(frame, columns).limit(MOST_ROWS + 1)
    count = few.count()
    if not 0 < count <= MOST_ROWS:
        held = f"more than {MOST_ROWS:,} rows" if count else "no rows"
        raise SynapseError(
            f"backgroundData has {held}. Expected 1 to {MOST_ROWS:,}; {_ENOUGH} are enough. "
            "Try: backgroundData=df.sample(0.01, seed=42)"
        )
    numbered = few.withColumn(PLACE, F.monotonically_increasing_id())
    return fetch(numbered, columns, count).batch
