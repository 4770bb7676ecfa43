"""The search as a plan of Spark: packed queries meet each block, and become rows again.

An index of one block is searched where the queries are, without a shuffle, and rows keep their
order. Otherwise queries are shuffled, so that they are made once, and what the blocks gave is
merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from synapse_magic.kernels.neighbors.answers import merger, packer, searcher, unpacker
from synapse_magic.kernels.neighbors.lookup import asker, completer
from synapse_magic.kernels.neighbors.packing import query_packer
from synapse_magic.spark.columns import numbered
from synapse_magic.spark.driver import slots
from synapse_magic.spark.placement import partition_keys
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from synapse_magic.kernels.neighbors.measures import Metric
    from synapse_magic.neighbors.index import Index, Shape

_QUERIES = "first long, query binary, rows binary"
_ANSWERS = "first long, answer binary, rows binary"
_WANTED = "first long, position long, id long, answer binary, rows binary"
_MOST_ROWS, _MOST_HEAVY = 1024, 64
"""Queries that are packed together; each of them may bring ``k`` heavy values."""
_IN_PARTITION = (1 << 33) - 1


@dataclass(frozen=True)
class Request:
    """What to search for.

    Attributes
    ----------
    features : str
    condition : str or None
        The column of the allowed labels.
    output : StructField
    k : int
    metric : str
    search : callable
        Makes a block ready to be searched.
    """

    features: str
    condition: str | None
    output: StructField
    k: int
    metric: Metric
    search: Any


def find(frame: DataFrame, index: Index, request: Request) -> DataFrame:
    """Return the frame with the neighbours of its rows as its last column."""
    kept = [name for name in frame.columns if name != request.output.name]
    wanted = dict.fromkeys([*kept, request.features, request.condition or request.features])
    queries = _packed(frame, list(wanted), request, index.shape)
    schema = StructType(
        [*(f for f in frame.schema.fields if f.name != request.output.name), request.output]
    )
    several = index.shape.blocks > 1
    if several:
        queries = queries.repartition(slots(frame.sparkSession), "first")
    met = _met(queries, index.frames["blocks"], index.shape.blocks)
    answers = searcher(request.search, request.k)
    if several:
        met = _together(map_in_arrow(met, packer(answers), _ANSWERS), [])
        answers = merger(request.k, request.metric)
    names = schema.fieldNames()
    if not index.shape.heavy:
        return map_in_arrow(met, unpacker(answers, request.metric, names), schema)
    asked = map_in_arrow(met, asker(answers), _WANTED)
    filled = _together(asked.join(index.frames["values"], "id", "left"), ["position"])
    return map_in_arrow(filled, completer(request.metric, names), schema)


def _packed(frame: DataFrame, names: list[str], request: Request, shape: Shape) -> DataFrame:
    condition = names.index(request.condition) if request.condition else None
    most = _MOST_HEAVY if shape.heavy else _MOST_ROWS
    features = names.index(request.features)
    pack = query_packer(features, condition, request.features, shape.width, most)
    rows = numbered(frame, names).select(F.monotonically_increasing_id().alias("row"), "*")
    return map_in_arrow(rows, pack, _QUERIES)


def _met(queries: DataFrame, blocks: DataFrame, count: int) -> DataFrame:
    """Return each packed query beside each block, without saying anything twice.

    A task has one partition of the queries and one of the blocks. It gets the pieces of its block
    with the first query, each query with the first piece, and rows with the first block.
    """
    pairs = queries.crossJoin(blocks.hint("shuffle_replicate_nl"))
    number = F.monotonically_increasing_id().bitwiseAND(F.lit(_IN_PARTITION))
    first_piece = F.col("piece") == 0
    first_block = F.col("key") == partition_keys(count)[0]
    return pairs.select(
        "first",
        F.when(first_piece, F.col("query")).alias("query"),
        F.when(first_piece & first_block, F.col("rows")).alias("rows"),
        "pieces",
        F.when(number < F.col("pieces"), F.col("content")).alias("block"),
    ).where("query is not null or block is not null")


def _together(answers: DataFrame, by: list[str]) -> DataFrame:
    """Bring what belongs to the same queries together, in order."""
    count = slots(answers.sparkSession)
    return answers.repartition(count, "first").sortWithinPartitions("first", *by)
