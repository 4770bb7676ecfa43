"""Explained texts or images as a dashboard looks at them: columns, scores, labels and errors."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.results.dashboard.examined import MOST_ROWS, Examined, Task, columns_of
from synapse_magic.results.explanation import Explanation
from synapse_magic.results.parts import PartsExplanation
from synapse_magic.views.parts import full_colour

LABEL, PREDICTED, OUTCOME = "(label)", "(predicted)", "(outcome)"
"""Columns that no frame has: by class names, and whether a row is right or wrong."""


@dataclass(frozen=True, eq=False)
class ExaminedParts(Examined):
    """Explained rows that have parts of their own.

    Attributes
    ----------
    parts
        Their explanation.
    """

    parts: PartsExplanation

    @functools.cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns beside what was explained, and those of classes."""
        return self.own_columns

    @property
    def numbers(self) -> frozenset[str]:
        """The columns that hold numbers."""
        own = self.own_columns.items()
        return frozenset(name for name, column in own if not isinstance(column, Levels))

    @functools.cached_property
    def own_columns(self) -> dict[str, Column]:
        """The columns beside what was explained, and those of classes."""
        found: dict[str, Column] = {}
        if self.task == "regression":
            return columns_of(self.why.data)
        if self.judged.any():
            found[LABEL] = Levels(self._codes, self.classes)
            wrong = np.where(self.judged, self.errors > 0, -1).astype(np.int32)
            found[OUTCOME] = Levels(wrong, ("right", "wrong"))
        found[PREDICTED] = Levels(self.guess, self.classes)
        return {**found, **columns_of(self.why.data)}

    @functools.cached_property
    def strongest(self) -> list[str]:
        """What rows may be parted by to find their errors.

        Not by the predicted class, which with the true one says what is wrong, and not why.
        """
        return [name for name in self.own_columns if name not in (OUTCOME, PREDICTED)]

    @functools.cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes by name; of one that was explained against all others, that one is last."""
        if self.task == "multiclass":
            return tuple(map(str, self.why.outputs))
        return (_other(self.why.labels, self.truth, self.positive), self.positive)

    @functools.cached_property
    def guess(self) -> np.ndarray:
        """(rows,) the number of the class that is predicted."""
        if self.task == "multiclass":
            return self.scores.argmax(axis=1).astype(np.int32)
        return (self.scores[:, 0] >= 0.5).astype(np.int32)

    @property
    def _codes(self) -> np.ndarray:
        """(rows,) the number of the true class, -1 where that is not known."""
        known = np.full(len(self), np.nan) if self.truth is None else self.truth
        return np.nan_to_num(known, nan=-1).astype(np.int32)

    @functools.cached_property
    def top(self) -> np.ndarray:
        """(outputs,) what full colour stands for."""
        if not len(self.parts.values):
            return np.ones(len(self.why.outputs))
        return full_colour(self.parts.values)

    def true(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the true and the predicted classes of those of some rows that have a label."""
        inside = mask & self.judged
        return self._codes[inside], self.guess[inside]


def by_columns(parts: PartsExplanation, measured: Mapping[str, np.ndarray]) -> Explanation:
    """Return the rows as an explanation by columns that no model reads, so that add nothing.

    Parameters
    ----------
    parts
        An explanation of texts or images.
    measured
        Columns that are measured on them, such as their length.

    Raises
    ------
    SynapseError
        When there are more rows than a dashboard looks at.
    """
    if len(parts) > MOST_ROWS:
        raise SynapseError(
            f"{len(parts):,} rows were explained. Expected {MOST_ROWS:,} at most for a dashboard"
        )
    data = {**measured, **parts.data}
    shape = (len(parts), len(data), len(parts.outputs))
    return Explanation(
        np.broadcast_to(np.zeros(()), shape),
        parts.base,
        parts.prediction,
        data,
        tuple(data),
        parts.outputs,
        "identity",
        parts.method,
        parts.rows_total,
        parts.seed,
        labels=parts.truth,
        failures=parts.failures,
    )


def task_of(why: Explanation, task: Task | None) -> Task:
    """Return what was predicted, as far as it is known, else as predictions tell."""
    return Examined.of(why, task).task


def _other(labels: np.ndarray | None, truth: np.ndarray | None, positive: str) -> str:
    """Return what the class is called that is not the explained one."""
    if labels is not None and truth is not None:
        names = {_as_class(label) for label in labels[truth == 0]}
        if len(names) == 1:
            return names.pop()
    return f"not {positive}"


def _as_class(label: object) -> str:
    """Return the name of a class, whole numbers without a point as the explained one has them."""
    whole = isinstance(label, float) and label.is_integer()
    return f"{label:.0f}" if whole else str(label)
