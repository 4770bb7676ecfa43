"""The index: the rows of the training frame, packed into blocks that stay with the executors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, LongType, NumericType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.packing import block_builder, index_packer, value_unpacker
from synapse_magic.spark.columns import field, numbered
from synapse_magic.spark.driver import is_alive, slots
from synapse_magic.spark.placement import partition_keys
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from synapse_magic.kernels.neighbors.packing import GraphBuilder

_PACKED = (
    "first long, count long, skipped long, labelled long, width long, size long, value_size long, "
    "content binary, values binary"
)
_BLOCKS = "key long, piece long, pieces long, content binary"
BLOCK_BYTES = {"exact": 1 << 25, "approximate": 1 << 26}
"""About how much a block holds; an executor has one of them in memory for each slot."""
HEAVY = 256
"""Bytes of a value above which values stay out of the blocks and are joined to what was found."""


@dataclass(frozen=True)
class Shape:
    """What is known of an index without looking into it.

    Attributes
    ----------
    rows, width : int
        The rows in it, and the numbers of each.
    skipped : int
        The rows left out because their features are null.
    blocks : int
    heavy : bool
        Whether the values are kept apart from the blocks.
    metric, algorithm : str
        What it was built for.
    """

    rows: int
    width: int
    skipped: int
    blocks: int
    heavy: bool
    metric: str
    algorithm: str


@dataclass(frozen=True)
class Index:
    """An index and where it lies: frames whose partitions the executors keep.

    Attributes
    ----------
    shape : Shape
    schema : StructType
        The fields ``value`` and, in an index with labels, ``label``.
    frames : dict of str to DataFrame
        ``blocks``, one in each partition; and ``values`` by their number, where they are heavy.
    """

    shape: Shape
    schema: StructType
    frames: dict[str, DataFrame]

    def session(self) -> SparkSession:
        """Return the Spark session that it lives in.

        Raises
        ------
        SynapseError
            When that session is over.
        """
        found = self.frames["blocks"].sparkSession
        if not is_alive(found):
            raise SynapseError(
                "The index lived in a Spark session that is over. Try: fit or load it again"
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """Return all but the frames as JSON values."""
        return {"shape": asdict(self.shape), "schema": self.schema.jsonValue()}


def build_index(
    frame: DataFrame,
    features: str,
    carried: dict[str, str],
    metric: str,
    algorithm: str,
    build_graph: GraphBuilder | None,
) -> Index:
    """Return the index of a frame, which is read once.

    Parameters
    ----------
    frame : DataFrame
    features : str
    carried : dict of str to str
        ``value``, and perhaps ``label``, to the columns they come from.
    metric, algorithm : str
    build_graph : callable, optional
        Makes the graph of a block.

    Raises
    ------
    SynapseError
        When no row has features, or not all have as many; or when labels count and no row has one.
    """
    check_features(frame.schema, features)
    schema = StructType(
        [StructField(name, field(frame.schema, own).dataType) for name, own in carried.items()]
    )
    packed = _packed(frame, features, carried)
    known = sorted(packed.drop("content", "values").collect())
    skipped = sum(chunk.skipped for chunk in known)
    chunks = [chunk for chunk in known if chunk["count"]]
    rows = sum(chunk["count"] for chunk in chunks)
    width = _width([chunk.width for chunk in chunks], features, skipped)
    _require_labels(sum(chunk.labelled for chunk in chunks), rows, carried)
    heavy = sum(chunk.value_size for chunk in chunks) > HEAVY * rows
    sizes = [chunk["size"] + (0 if heavy else chunk.value_size) for chunk in chunks]
    places = _places(sizes, BLOCK_BYTES[algorithm])
    assigned = [(chunk["first"], key) for chunk, key in zip(chunks, places)]
    contents = ["content"] if heavy else ["content", "values"]
    blocks = _blocks(packed, assigned, contents, block_builder(build_graph))
    frames = {"blocks": blocks}
    if heavy:
        frames["values"] = _values(packed, schema["value"].dataType)
    shape = Shape(rows, width, skipped, len(set(places)), heavy, metric, algorithm)
    return Index(shape, schema, frames)


def kept_frames(frames: dict[str, DataFrame], blocks: int) -> dict[str, DataFrame]:
    """Return the frames of an index that was saved as executors keep them."""
    placed = (
        frames["blocks"].repartition(blocks, F.col("key").cast("int")).sortWithinPartitions("piece")
    )
    kept = {"blocks": _kept(placed)}
    if "values" in frames:
        kept["values"] = _placed_values(frames["values"])
    return kept


def index_of(state: dict[str, Any], frames: dict[str, DataFrame]) -> Index:
    """Return the index of what :meth:`Index.to_json` gave."""
    return Index(Shape(**state["shape"]), StructType.fromJson(state["schema"]), frames)


def check_features(schema: StructType, name: str) -> None:
    """Raise a :class:`SynapseError` unless a column holds vectors or lists of numbers."""
    kind = field(schema, name).dataType
    if not _is_features(kind):
        raise SynapseError(
            f"featuresCol {name!r} holds {kind.simpleString()}. Expected vectors or lists of "
            f"numbers. Try: VectorAssembler or Featurize"
        )


def _is_features(kind: DataType) -> bool:
    is_list = isinstance(kind, ArrayType) and isinstance(kind.elementType, NumericType)
    return is_list or isinstance(kind, VectorUDT)


def _packed(frame: DataFrame, features: str, carried: dict[str, str]) -> DataFrame:
    columns = numbered(frame, [features, *carried.values()])
    parts = columns.select(F.monotonically_increasing_id().alias("row"), "*")
    return _kept(map_in_arrow(parts, index_packer(features, list(carried)), _PACKED))


def _width(widths: Sequence[int], features: str, skipped: int) -> int:
    if not widths:
        known = f"{skipped} rows, all with null features" if skipped else "no rows"
        raise SynapseError(
            f"The index would be empty: the frame has {known}. Expected rows with {features!r}"
        )
    if min(widths) != max(widths):
        raise SynapseError(
            f"Column {features!r} holds rows of {min(widths)} to {max(widths)} numbers. "
            "Expected one size"
        )
    if not widths[0]:
        raise SynapseError(
            f"Column {features!r} holds rows of 0 numbers. Expected at least one number in each"
        )
    return widths[0]


def _require_labels(labelled: int, rows: int, carried: dict[str, str]) -> None:
    if not labelled:
        raise SynapseError(
            f"The index would be empty: the frame has {rows} rows, all with null in "
            f"{carried['label']!r}. Rows without a label are never found"
        )


def _places(sizes: Sequence[int], most: int) -> list[int]:
    """Return the key of the block of each packed piece; blocks are of about one size."""
    total = max(1, sum(sizes))
    keys = partition_keys(-(-total // most))
    before, places = 0, []
    for size in sizes:
        places.append(min(before * len(keys) // total, len(keys) - 1))
        before += size
    used = sorted(set(places))
    keys = partition_keys(len(used))
    return [keys[used.index(place)] for place in places]


def _blocks(
    packed: DataFrame, assigned: list[tuple[int, int]], contents: list[str], build: Any
) -> DataFrame:
    spark = packed.sparkSession
    keys = spark.createDataFrame(assigned, "first long, key long")
    count = len({key for _, key in assigned})
    pieces = (
        packed.select("first", *contents)
        .join(F.broadcast(keys), "first")
        .repartition(count, F.col("key").cast("int"))
        .sortWithinPartitions("first")
    )
    return _kept(map_in_arrow(pieces.select("key", *contents), build, _BLOCKS))


def _values(packed: DataFrame, kind: DataType) -> DataFrame:
    schema = StructType([StructField("id", LongType()), StructField("value", kind)])
    return _placed_values(map_in_arrow(packed.select("values"), value_unpacker(), schema))


def _placed_values(values: DataFrame) -> DataFrame:
    # Spark remembers how they lie, and neither shuffles nor sorts them again for a join.
    count = slots(values.sparkSession)
    return _kept(values.repartition(count, "id").sortWithinPartitions("id"))


def _kept(frame: DataFrame) -> DataFrame:
    """Return the frame as the executors keep it, in memory and on disk, until it is let go of."""
    return frame.localCheckpoint()
