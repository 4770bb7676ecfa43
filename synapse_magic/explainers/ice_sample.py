"""What a model says of each row of a sample at all points."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql.types import BinaryType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.job_failure import in_our_words
from synapse_magic.explainers.routes import Made, Task, explained
from synapse_magic.explainers.sample import Sample, fetch
from synapse_magic.kernels.conditional.answering import Answerer
from synapse_magic.kernels.conditional.asking import PointsQuestioner
from synapse_magic.kernels.conditional.varying import ROWS, Variation, curves
from synapse_magic.kernels.explaining.outputs import Pickled
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.conditional.grid import Grid
    from synapse_magic.kernels.explaining.target import Target
    from synapse_magic.kernels.scorer import ChainedScorer

_FOUND, _REASON = "(found)", "(reason)"
_TASKS = 8
_MOST_NUMBERS = 30_000_000
Work = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked about, and of which model.

    Attributes
    ----------
    model : Transformer
    target : Target
    chain : ChainedScorer or None
        The model's scorers, where it has some.
    grids : sequence of Grid
        One a feature.
    pairs : sequence of (int, int)
        Places of the grids that are also set together.
    sample : Sample
        The rows.
    """

    model: Any
    target: Target
    chain: ChainedScorer | None
    grids: Sequence[Grid]
    pairs: Sequence[tuple[int, int]]
    sample: Sample

    @property
    def variations(self) -> list[Variation]:
        """The grids, then the pairs."""
        alone = [Variation((grid,)) for grid in self.grids]
        return alone + [Variation((self.grids[a], self.grids[b])) for a, b in self.pairs]

    @property
    def points(self) -> int:
        """At how many points each row is asked about."""
        return sum(map(len, self.variations))

    @property
    def tasks(self) -> int:
        """Into how many tasks the work is worth cutting."""
        return max(1, min(_TASKS, self.points * self.sample.table.num_rows // ROWS))


def outcomes(asked: Asked, drawn: DataFrame) -> list[np.ndarray]:
    """Return (rows, points, outputs) for each variation.

    Raises
    ------
    SynapseError
        When there are too many of them, the model fails, or it does not answer to each.
    """
    points, rows = asked.points, asked.sample.table.num_rows
    if points * rows > _MOST_NUMBERS:
        raise SynapseError(
            f"{rows:,} rows at {points:,} points are {rows * points:,} questions. Expected up to "
            f"{_MOST_NUMBERS:,}. Try: rows={max(_MOST_NUMBERS // points, 1)}, or fewer features"
        )
    with in_our_words():
        if asked.chain is None:
            return _through_spark(asked, drawn)
        return _in_workers(asked, Answerer(asked.chain, asked.target), drawn)


def _in_workers(asked: Asked, answerer: Answerer, drawn: DataFrame) -> list[np.ndarray]:
    rows = asked.sample.table.num_rows
    numbers = drawn.sparkSession.range(0, rows, 1, asked.tasks)
    work = _asking(answerer, asked.variations, asked.sample.batch)
    packed = map_in_arrow(numbers, work, "row long, content binary").collect()
    packed.sort(key=lambda one: one["row"])
    parts = [pickle.loads(bytes(one["content"])) for one in packed]
    return [np.concatenate(own) for own in zip(*parts)]


def _asking(answerer: Answerer, variations: list[Variation], rows: pa.RecordBatch) -> Work:
    """Return the function that workers run; it holds only plain values."""

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            if not batch.num_rows:
                continue
            first = batch.column(0)[0].as_py()
            part = rows.slice(first, batch.num_rows)
            for found in curves(part, variations, answerer):
                arrays = [pa.array([first], pa.int64()), pa.array([pickle.dumps(found)])]
                yield pa.RecordBatch.from_arrays(arrays, ["row", "content"])
                first += len(found[0])

    return work


def _through_spark(asked: Asked, drawn: DataFrame) -> list[np.ndarray]:
    rows = asked.sample.table.num_rows
    made = (Made(Pickled(_FOUND), BinaryType()),)
    questioner = PointsQuestioner(tuple(asked.variations))
    task = Task(asked.model, questioner, asked.target, made, _REASON)
    found = explained(drawn.repartition(asked.tasks), task)
    answers = fetch(found, [_FOUND, _REASON], asked.sample.total).table
    if len(answers) < rows:
        raise SynapseError(
            f"The model gave back {len(answers):,} of {rows:,} rows. Expected all of them. "
            "Try: handleInvalid='keep' in its stages, or df.dropna()"
        )
    for reason in answers.column(_REASON).drop_null()[:1].to_pylist():
        raise SynapseError(f"Some rows cannot be asked about. The first: {reason}")
    values = np.stack([pickle.loads(one).values for one in answers.column(_FOUND).to_pylist()])
    ends = np.cumsum([len(each) for each in asked.variations])
    return np.split(values, ends[:-1], axis=1)
