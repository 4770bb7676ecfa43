"""Models that hold data frames of their own, saved with them as Parquet."""

from __future__ import annotations

from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import col
from synapse_magic.spark.persistence import StageReader, StageWriter
from synapse_magic.spark.stage import Stage

_FOLDER = "frames"


class FrameHolder(Stage):
    """A stage that holds data frames, which it hands out and takes back."""

    def write(self) -> FrameWriter:
        """Return the writer that saves this stage and its frames."""
        return FrameWriter(self)

    @classmethod
    def read(cls) -> FrameReader:
        """Return the reader of saved stages of this class."""
        return FrameReader(cls)

    def _get_frames(self) -> dict[str, DataFrame]:
        """Return the frames it holds, by the name of their folder."""
        return {}

    def _set_frames(self, frames: dict[str, DataFrame]) -> dict[str, DataFrame]:
        """Take back the frames that :meth:`_get_frames` gave, and return what is kept of them."""
        return frames

    def _get_state(self) -> dict[str, Any]:
        digests = {name: digest(frame) for name, frame in self._get_frames().items()}
        return {**super()._get_state(), _FOLDER: digests}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        self._digests: dict[str, list[int]] = state[_FOLDER]


class FrameWriter(StageWriter):
    """Saves the frames first, then the stage, whose manifest proves all of it complete."""

    def saveImpl(self, path: str) -> None:
        """Write the frames, then metadata and manifest."""
        for name, frame in self.stage._get_frames().items():  # type: ignore[attr-defined]
            frame.write.mode("overwrite").parquet(f"{path}/{_FOLDER}/{name}")
        super().saveImpl(path)


class FrameReader(StageReader):
    """Loads a stage and its frames."""

    def load(self, path: str) -> Any:
        """Load the stage saved at ``path``.

        Raises
        ------
        SynapseError
            When it is not there, or one of its frames is missing, cut or altered.
        """
        stage = super().load(path)
        try:
            read = {n: self.sparkSession.read.parquet(_place(path, n)) for n in stage._digests}
            kept = {name: digest(frame) for name, frame in stage._set_frames(read).items()}
        except (PySparkException, Py4JError) as error:
            raise SynapseError(
                f"The saved stage at {path} is not complete: its {_FOLDER} cannot be read. "
                "Try: save it again"
            ) from error
        if kept != stage._digests:
            raise SynapseError(
                f"The saved stage at {path} is not complete: its {_FOLDER} were cut or altered. "
                "Try: save it again"
            )
        return stage


def digest(frame: DataFrame) -> list[int]:
    """Return the number of rows, and one by which their contents can be told from others."""
    # Spark hashes no maps.
    names = [field.name for field in frame.schema if "map<" not in field.dataType.simpleString()]
    hashes = F.bit_xor(F.xxhash64(*(col(name) for name in names)))
    found = frame.agg(F.count(F.lit(1)), F.coalesce(hashes, F.lit(0))).collect()[0]
    return [int(number) for number in found]


def _place(path: str, name: str) -> str:
    return f"{path}/{_FOLDER}/{name}"
