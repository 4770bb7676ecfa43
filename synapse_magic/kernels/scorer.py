"""What a scorer is, and how scorers follow one another.

A scorer is a small picklable object of plain values that adds columns to an Arrow batch. The Spark
transform, the explainers and every view that scores call this one function, so all of them give
the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from synapse_magic.kernels.forest.forest import Forest
    from synapse_magic.kernels.responses import Link
    from synapse_magic.kernels.vectors import Matrix


class Scorer(Protocol):
    """Adds the columns ``outputs``, computed from the columns ``inputs``."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        ...

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of just the output columns, one row for each row of ``batch``."""
        ...


@runtime_checkable
class TreeScorer(Scorer, Protocol):
    """A predictor made of trees, which explains itself exactly."""

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features, in order."""
        ...

    @property
    def link(self) -> Link:
        """The scale on which contributions add up: identity, logit, softmax or log."""
        ...

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return TreeSHAP values of shape (rows, outputs, features + 1), expected value last."""
        ...

    def trees(self) -> str:
        """Return the model as text."""
        ...


@runtime_checkable
class ForestScorer(Scorer, Protocol):
    """A predictor whose trees are known as arrays."""

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features, in order; empty where they have none."""
        ...

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Return the features of a batch, (rows, features), missing values as NaN."""
        ...

    def forest(self) -> Forest | None:
        """Return the trees of what is explained: of two classes, of the second.

        None where leaves hold more than numbers.
        """
        ...


@runtime_checkable
class LinearScorer(Scorer, Protocol):
    """A predictor that adds up its features, each times a number."""

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features, in order; empty where they have none."""
        ...

    @property
    def link(self) -> Link:
        """The scale on which they add up: identity, logit, softmax or log."""
        ...

    @property
    def coefficients(self) -> np.ndarray:
        """(outputs, features) of what is explained: of two classes, of the second."""
        ...

    @property
    def intercept(self) -> np.ndarray:
        """(outputs,) what is added to the features."""
        ...

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Return the features of a batch, (rows, features)."""
        ...


@runtime_checkable
class PartedScorer(Scorer, Protocol):
    """A scorer whose output is large: it hands it on in parts, so that memory stays flat."""

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        ...


def score_in_parts(scorer: Scorer, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield what a scorer makes of a batch: in parts where it makes parts, else at once."""
    if isinstance(scorer, PartedScorer):
        yield from scorer.parts(batch)
    else:
        yield scorer.score(batch)


@dataclass(frozen=True)
class Slot:
    """One element of a feature vector.

    Attributes
    ----------
    name : str
        Its full name, such as ``workclass=Private``.
    source : str
        The input column it was made from.
    level : str or None
        The category it stands for, None for a number.
    """

    name: str
    source: str
    level: str | None = None


@dataclass(frozen=True)
class ChainedScorer:
    """Several scorers as one: each sees the columns that the ones before it made."""

    scorers: tuple[Scorer, ...]

    @classmethod
    def of(cls, scorers: Sequence[Scorer]) -> ChainedScorer:
        """Chain the scorers, leaving out those that the last one does not depend on.

        A pipeline fitted with an indexer for its label can so score rows that have no label.
        """
        needed = set(scorers[-1].inputs)
        chain = [scorers[-1]]
        for scorer in reversed(scorers[:-1]):
            if needed & set(scorer.outputs):
                needed = (needed - set(scorer.outputs)) | set(scorer.inputs)
                chain.insert(0, scorer)
        return cls(tuple(chain))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that no scorer of the chain makes, in order of first use."""
        made: set[str] = set()
        wanted: dict[str, None] = {}
        for scorer in self.scorers:
            wanted |= {name: None for name in scorer.inputs if name not in made}
            made |= set(scorer.outputs)
        return tuple(wanted)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns of all scorers of the chain."""
        return tuple(dict.fromkeys(name for s in self.scorers for name in s.outputs))

    @property
    def last(self) -> Scorer:
        """The predictor at the end."""
        return self.scorers[-1]

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the output columns of all scorers."""
        return self.run(batch, self.scorers).select(list(self.outputs))

    def before_last(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch as the last scorer sees it."""
        return self.run(batch, self.scorers[:-1])

    @staticmethod
    def run(batch: pa.RecordBatch, scorers: Sequence[Scorer]) -> pa.RecordBatch:
        """Return the batch with the outputs of the scorers added, in turn."""
        for scorer in scorers:
            made = scorer.score(batch.select(list(scorer.inputs)))
            columns = dict(zip(batch.schema.names, batch.columns))
            columns |= dict(zip(made.schema.names, made.columns))
            batch = pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
        return batch
