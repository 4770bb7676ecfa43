"""What all stages that explain row by row share."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import ArrayType, BinaryType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.explained_model import ExplainedModel
from synapse_magic.explainers.halving import explained_by_halves
from synapse_magic.explainers.job_failure import JOB_FAILURES, in_our_words, is_of_rows
from synapse_magic.explainers.routes import Made, Task, chain_of, explained
from synapse_magic.explainers.sample import Sample, fetch, shuffled
from synapse_magic.kernels.explaining.counting import CountedQuestioner
from synapse_magic.kernels.explaining.outputs import Pickled, Qualities, Values
from synapse_magic.spark.columns import require_new
from synapse_magic.spark.counting import counting
from synapse_magic.spark.output_names import OutputNames
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.asking import Questioner
    from synapse_magic.kernels.explaining.local import Local

_FOUND, _REASON = "(found)", "(reason)"
_TASKS = 8


class LocalExplainer(Transformer, ExplainedModel, OutputNames):
    """A stage that explains each row by asking a model about perturbed copies of it.

    Subclasses say what is asked (:meth:`_questioner`), whether the values start with a base
    (``with_base``), which columns they add beside (:meth:`_details`), and what of it all makes an
    :class:`~synapse_magic.Explanation` (:meth:`_explanation`).
    """

    told_by: ClassVar[str] = ""
    """What an :class:`~synapse_magic.Explanation` calls it."""
    with_base: ClassVar[bool] = False

    outputCol: Param[str] = param(
        "New column of one vector a class; unset for one named after the stage's uid.",
        default=unset,
        column="out",
    )
    metricsCol: Param[str] = param(
        "New column of a vector with the R2 of each class: how well the values, added up, tell "
        "what the model gives for the perturbed rows.",
        default="r2",
        column="out",
    )
    errorCol: Param[str] = param(
        "New column that tells why a row has no explanation; unset for outputCol with '_error' "
        "after its name.",
        default=unset,
        column="out",
    )
    seed: Param[int] = param("Of all that is drawn.", default=42)

    def explanation(self, df: DataFrame, rows: int = 500) -> Any:
        """Explain some rows, drawn at random, as one result with its views.

        Parameters
        ----------
        df : DataFrame
        rows : int
            How many rows to explain at most.

        Raises
        ------
        SynapseError
            When there are no rows, none of them can be explained, or a model that lives in Spark
            fails for many: there each takes some jobs to be told from the others.
        """
        return self._explanation(df, self._told(df, rows, self._beside(df)))

    def _beside(self, df: DataFrame) -> Sequence[str]:  # noqa: ARG002
        """Return columns that an explanation keeps of its rows beside what is read."""
        return ()

    def _told(self, df: DataFrame, rows: int, beside: Sequence[str] = ()) -> Told:
        """Explain drawn rows, and return them with what they have ``beside`` what is read."""
        if rows < 1:
            raise SynapseError(f"rows must be at least 1, got {rows}. Try: rows=500")
        drawn, total = shuffled(df, rows, self.getOrDefault("seed"))
        made = (Made(Pickled(_FOUND), BinaryType()),)
        task = self._task(df, self._additive(df), made, _REASON)
        read = list(dict.fromkeys([*task.questioner.inputs, *task.target.inputs, *beside]))
        with in_our_words(), counting(df.sparkSession, min(rows, total)) as counter:
            counted = replace(task, questioner=CountedQuestioner(task.questioner, counter))
            return _told(_parts(drawn, min(rows, total), counted, read), total)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        self._check_kept()
        made = tuple(self._made())
        names = [*(column.output.name for column in made), self.getErrorCol()]
        folded = [name.casefold() for name in names]
        twice = [name for name in names if folded.count(name.casefold()) > 1]
        if twice:
            raise SynapseError(
                f"{type(self).__name__} would add two columns {twice[0]!r}. "
                "Expected different names for the columns it adds"
            )
        for name, column in self._named("out"):
            require_new(dataset.schema, [column], f"{name}={f'{column}_{self.told_by}'!r}")
        asker = self._questioner(dataset)
        return explained(dataset, self._task(dataset, asker, made, self.getErrorCol()))

    def _unset_name(self, name: str) -> str:
        return f"{self.uid}__output" if name == "outputCol" else super()._unset_name(name)

    def _check_kept(self) -> None:
        """Raise a :class:`SynapseError` where a column that is read would be replaced."""
        read = {
            column.casefold(): name
            for name, value in self._named("in")
            for column in _listed(value)
        }
        for name, column in self._named("out"):
            if column.casefold() in read:
                raise SynapseError(
                    f"{name}={column!r} of {type(self).__name__} would replace a column of "
                    f"{read[column.casefold()]}. Expected a new column. "
                    f"Try: {name}={f'{column}_{self.told_by}'!r}"
                )

    def _named(self, role: str) -> list[tuple[str, Any]]:
        """Return the params that name columns which are read or made, with their values."""
        declared = self.params_declared().items()
        names = [name for name, own in declared if own.column == role and self._has(name)]
        return [(name, self.getOrDefault(name)) for name in names]

    def _has(self, name: str) -> bool:
        return name in ("outputCol", "errorCol") or self.isDefined(name)

    def _task(
        self, dataset: DataFrame, questioner: Questioner, made: tuple[Made, ...], error: str
    ) -> Task:
        model, target = self._explained(dataset)
        chain = chain_of(model, target.column)
        return Task(model, questioner, target, made, error, chain)

    def _made(self) -> list[Made]:
        vectors = ArrayType(VectorUDT())
        values = Made(Values(self.getOutputCol(), self.with_base), vectors)
        quality = Made(Qualities(self.getOrDefault("metricsCol")), VectorUDT())
        return [values, quality, *self._details()]

    def _details(self) -> list[Made]:
        """Return the columns that are added beside values and quality."""
        return []

    def _questioner(self, dataset: DataFrame) -> Questioner:
        """Return what asks about the rows of a frame."""
        raise NotImplementedError(f"{type(self).__name__} asks nothing")

    def _additive(self, dataset: DataFrame) -> Questioner:
        """Return what asks for values that add up, where those of the column are others."""
        return self._questioner(dataset)

    def _explanation(self, df: DataFrame, told: Told) -> Any:
        """Return the explanations of the rows of a sample as one result."""
        raise NotImplementedError(f"{type(self).__name__} tells nothing")


@dataclass(frozen=True, eq=False)
class Told:
    """Drawn rows with their explanations.

    Attributes
    ----------
    sample : Sample
        The rows that could be explained.
    found : list of Local
        Their explanations.
    failures : dict of int to str
        Why the others could not, by their place in the draw.
    """

    sample: Sample
    found: list[Local]
    failures: dict[int, str]


def _listed(columns: str | list[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else columns


def _parts(drawn: DataFrame, rows: int, task: Task, read: Sequence[str]) -> list[pa.Table | str]:
    """Return the explanations of drawn rows in order, and in place of single ones why not."""

    def explain(some: DataFrame, count: int) -> pa.Table:
        spread = some.repartition(min(count, _TASKS))
        return fetch(explained(spread, task), [*read, _FOUND, _REASON], count).table

    try:
        return [explain(drawn, rows)]
    except JOB_FAILURES as failure:
        if rows == 1 or not task.lives_in_spark or not is_of_rows(failure):
            raise
    return explained_by_halves(drawn, explain)


def _told(parts: Sequence[pa.Table | str], total: int) -> Told:
    tables: list[pa.Table] = []
    found: list[Local] = []
    failures: dict[int, str] = {}
    at = 0
    for part in parts:
        if isinstance(part, str):
            failures[at] = part
            at += 1
            continue
        packed = part.column(_FOUND).to_pylist()
        reasons = part.column(_REASON).to_pylist()
        good = [row for row, content in enumerate(packed) if content is not None]
        failures |= {at + row: str(reasons[row]) for row in range(len(packed)) if row not in good}
        tables.append(part.take(np.array(good, int)))
        found += [pickle.loads(packed[row]) for row in good]
        at += len(packed)
    if not found:
        raise SynapseError(f"None of {at} rows could be explained. The first: {failures[0]}")
    return Told(Sample(pa.concat_tables(tables), total), found, failures)
