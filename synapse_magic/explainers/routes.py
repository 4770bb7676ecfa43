"""The two ways to what a model says of perturbed rows: in the worker, or through Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.explaining.asking import Questioner
from synapse_magic.kernels.explaining.exact_scorer import ExactScorer
from synapse_magic.kernels.explaining.gathering import Gathering
from synapse_magic.kernels.explaining.outputs import Output
from synapse_magic.kernels.explaining.samples import Marks, ask_all
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.target import Target, check_classes
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.spark.columns import attributes, fields, numbered, require
from synapse_magic.spark.predictor import stages_of
from synapse_magic.spark.scorer import has_scorer, scorer_of
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

Work = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


@dataclass(frozen=True)
class Made:
    """A column of explanations with its type."""

    output: Output
    kind: DataType

    @property
    def field(self) -> StructField:
        """The column."""
        return StructField(self.output.name, self.kind)


@dataclass(frozen=True)
class Task:
    """What is explained, and which columns tell of it.

    Attributes
    ----------
    model : Transformer
    questioner : Questioner
    target : Target
    made : tuple of Made
    error : str
        The column that tells why a row has no explanation.
    chain : ChainedScorer or None
        The model in the worker, None where it lives in Spark.
    exact : ExactScorer or None
        What explains rows in closed form, and is used instead of questions.
    """

    model: Any
    questioner: Questioner
    target: Target
    made: tuple[Made, ...]
    error: str
    chain: ChainedScorer | None = None
    exact: ExactScorer | None = None

    @property
    def lives_in_spark(self) -> bool:
        """Whether rows are explained by a job of the model's own."""
        return self.exact is None and self.chain is None

    @property
    def fields(self) -> list[StructField]:
        """The columns that are added."""
        return [*(made.field for made in self.made), StructField(self.error, StringType())]

    @property
    def outputs(self) -> tuple[Output, ...]:
        """How they are made."""
        return tuple(made.output for made in self.made)


def explained(frame: DataFrame, task: Task) -> DataFrame:
    """Return the frame with the explanation of each row.

    A model that has a scorer is asked in the worker, row after row. For any other the perturbed
    rows of all rows go through one ``model.transform``, and no row leaves its partition; the rows
    that cannot be asked about come after, in partitions of their own.

    Raises
    ------
    SynapseError
        When a column is missing, or the model has no such target or class.
    """
    require(frame.schema, [*task.questioner.inputs, *task.target.inputs])
    if task.exact is not None:
        return transform_with(task.exact, frame, task.fields)
    if task.chain is None:
        return _through_spark(frame, task)
    check_inputs(task.questioner.inputs, task.chain)
    scorer = ExplainingScorer(task.questioner, task.chain, task.target, task.outputs, task.error)
    return transform_with(scorer, frame, task.fields)


def chain_of(model: Any, column: str) -> ChainedScorer | None:
    """Return the scorers that make a column, or None where a stage of the model has none.

    Raises
    ------
    SynapseError
        When all have one and none makes the column.
    """
    stages = stages_of(model)
    if not all(map(has_scorer, stages)):
        return None
    try:
        scorers = [scorer_of(stage) for stage in stages]
    except SynapseError:
        return None  # one that is too large to leave Spark
    makers = [place for place, scorer in enumerate(scorers) if column in scorer.outputs]
    if not makers:
        raise _no_target(column, [name for scorer in scorers for name in scorer.outputs])
    return ChainedScorer.of(scorers[: makers[-1] + 1])


def check_target(model: Any, target: Target) -> None:
    """Raise a :class:`SynapseError` for a class that the model is known not to have."""
    for stage in stages_of(model):
        chance = stage.hasParam("probabilityCol") and stage.isDefined("probabilityCol")
        if chance and stage.getOrDefault("probabilityCol") == target.column:
            count = getattr(stage, "numClasses", 0)
            if count:
                check_classes(target.classes, count, target.column)


def check_inputs(inputs: Sequence[str], chain: ChainedScorer) -> None:
    """Raise a :class:`SynapseError` for a column that is changed, and that the model makes anew."""
    made = [name for name in inputs if name in chain.outputs and name not in chain.inputs]
    if made:
        raise SynapseError(
            f"The model makes column {made[0]!r} itself, from {', '.join(chain.inputs)}. Expected "
            "columns that it only reads. Try: these, or the stage of the pipeline that reads it"
        )


def _no_target(column: str, made: Sequence[str]) -> SynapseError:
    names = list(dict.fromkeys(made))
    if not names:
        return SynapseError(
            f"The model gives no column {column!r}, nor any other. "
            "Expected a model that adds a column. Try: a fitted model, or a pipeline with one"
        )
    hint = closest(column, names) or f"Try: targetCol={names[-1]!r}"
    return SynapseError(
        f"The model gives no column {column!r}. It gives: {', '.join(names)}. {hint}"
    )


def _through_spark(frame: DataFrame, task: Task) -> DataFrame:
    names = frame.columns
    own = fields(frame.schema, names)
    marks = _marks(names, task)
    rows = numbered(_counted(frame, marks.row), [*names, marks.row])
    asked = _asked(rows, names, own, marks, task.questioner)
    scored = task.model.transform(asked)
    check_scored(scored.schema, asked.schema, marks.names, task.target)
    gathering = Gathering(task.questioner, task.target, tuple(names), task.outputs, task.error)
    schema = StructType([*own, *task.fields])
    # The place is Spark's of this very frame, also where the user joins it to others in one task.
    placed = scored.withColumn(marks.place, F.spark_partition_id())
    sent = numbered(placed, [task.target.column, *marks.names, marks.place])
    answered = map_in_arrow(sent, _gatherer(gathering), schema)
    return answered.union(map_in_arrow(rows, _refuser(gathering), schema))


def _counted(frame: DataFrame, name: str) -> DataFrame:
    """Return the frame with a number for each row, which starts with that of its partition.

    All rows are sampled: of rows that are part of the plan, as those of a small pandas frame are,
    Spark would count the numbers on the driver, as if they were of one partition.
    """
    return frame.sample(fraction=1.0, seed=0).withColumn(name, F.monotonically_increasing_id())


def _marks(names: Sequence[str], task: Task) -> Marks:
    taken = {name.casefold() for name in (*names, task.target.column)}
    prefix = "perturbed"
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    kept = tuple(f"{prefix}_own_{i}" for i in range(len(names)))
    return Marks(f"{prefix}_row", f"{prefix}_position", f"{prefix}_last", f"{prefix}_error", kept)


def _asked(
    rows: DataFrame,
    names: list[str],
    own: Sequence[StructField],
    marks: Marks,
    questioner: Questioner,
) -> DataFrame:
    kinds = [LongType(), LongType(), BooleanType(), StringType(), *(f.dataType for f in own)]
    schema = StructType(
        [
            *(StructField(f.name, f.dataType, True, f.metadata) for f in own),
            *(StructField(name, kind) for name, kind in zip(marks.names, kinds)),
        ]
    )
    return map_in_arrow(rows, _asker(questioner, names, marks), schema)


def _asker(questioner: Questioner, names: list[str], marks: Marks) -> Work:
    """Return the function that workers run; it holds only plain values."""

    def ask(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return ask_all(questioner, names, marks, batches)

    return ask


def _gatherer(gathering: Gathering) -> Work:
    def gather(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return gathering.rows(batches)

    return gather


def _refuser(gathering: Gathering) -> Work:
    def refuse(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return gathering.refusals(batches)

    return refuse


def check_scored(
    given: StructType, asked: StructType, marks: Sequence[str], target: Target
) -> None:
    """Raise a :class:`SynapseError` unless a model gave the target and kept the marks of rows.

    Parameters
    ----------
    given, asked : StructType
        Of what the model gave, and of what it was given.
    marks : sequence of str
        Columns by which rows are told apart.
    target : Target
    """
    lost = [name for name in marks if name not in given.names]
    if lost:
        raise SynapseError(
            "The model drops columns that it does not know, so what it gives cannot be matched "
            "with the rows. Expected a model that adds columns and keeps the others"
        )
    if target.column not in given.names:
        known = set(asked.names)
        raise _no_target(target.column, [name for name in given.names if name not in known])
    found = fields(given, [target.column])[0]
    count = attributes(found).get("num_attrs") or len(attributes(found).get("vals", ()))
    kind = found.dataType.typeName()
    if kind not in _KINDS:
        raise SynapseError(
            f"Column {target.column!r} is of type {found.dataType.simpleString()}, which cannot be "
            "explained. Expected a number, or one a class in a vector, array or map"
        )
    if kind == "vectorudt" and count:
        check_classes(target.classes, int(count), target.column)


_KINDS = {
    *("byte", "short", "integer", "long", "float", "double", "decimal", "boolean"),
    *("vectorudt", "array", "map"),
}
