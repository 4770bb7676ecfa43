"""What if: one row as a form, its score as it is changed, and what it would take to change it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Levels
from synapse_magic.kernels.dashboard.saved_case import saved_case
from synapse_magic.kernels.dashboard.what_if import (
    Asker,
    Change,
    Goal,
    Values,
    counterfactual,
    distances,
    spreads,
)
from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.offered import BYTES, offered
from synapse_magic.views.words import number

POINTS = 24
"""Values at which the curve behind a number is asked for."""
TRIED = 12
"""Levels that are tried in a search."""
SOUGHT = 60
"""Columns that are changed in a search, the strongest first: more would take seconds."""


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A model beside the rows that it was explained on."""

    examined: Examined
    asker: Asker

    @classmethod
    def checked(cls, examined: Examined, asker: Asker) -> WhatIf:
        """Return the model beside its rows, once it says of the first what was explained.

        Raises
        ------
        SynapseError
            When it cannot be asked about that row, or says something else.
        """
        made = cls(examined, asker)
        if len(examined):
            made._check(asker.score([made.row(0)])[0], examined.scores[0])
        return made

    def _check(self, now: np.ndarray, explained: np.ndarray) -> None:
        same = now.shape == explained.shape and np.allclose(now, explained, rtol=1e-3, atol=1e-5)
        if not same:
            said, told = (", ".join(map(number, scores)) for scores in (now, explained))
            raise SynapseError(
                f"It says {said} of the first row, and {told} was explained. Expected the model "
                "and the column that were explained"
            )

    def row(self, place: int) -> Values:
        """Return what the model reads of an explained row."""
        return {field.name: self._value(field.name, place) for field in self.asker.schema}

    def form(self, values: Values) -> dict[str, Any]:
        """Return a row with what its fields may hold, and its score."""
        columns = [self.examined.columns[name] for name in self.asker.schema.names]
        room = BYTES // max(sum(isinstance(column, Levels) for column in columns), 1)
        return {
            "fields": [self._field(field, room) for field in self.asker.schema],
            "values": values,
            **self.score(values),
        }

    def score(self, values: Values) -> dict[str, Any]:
        """Return what the model says of a row, and the milliseconds that it took."""
        began = time.perf_counter()
        found = self.asker.score([values])[0]
        took = 1000 * (time.perf_counter() - began)
        return {
            "scores": found.tolist(),
            "outputs": list(self.examined.why.outputs),
            "milliseconds": round(took, 2),
            "outside": self._outside(values),
        }

    def curves(self, values: Values, names: Sequence[str]) -> dict[str, Any]:
        """Return the score over the range of each column, all else as in the row.

        None stands where the model gives no score.
        """
        grids = {name: self._grid(name) for name in names if name in self.examined.columns}
        asked = [{**values, name: value} for name, grid in grids.items() for value in grid]
        scores, _ = self.asker.first(asked) if asked else (np.zeros(0), [])
        ends = np.cumsum([len(grid) for grid in grids.values()])
        parts = np.split(scores, ends[:-1]) if len(ends) else []
        return {
            name: {"at": list(grid), "score": [_known(one) for one in part]}
            for (name, grid), part in zip(grids.items(), parts)
        }

    def nearest(self, values: Values) -> dict[str, Any]:
        """Return the explained row most like this one that is predicted as the other class.

        Raises
        ------
        SynapseError
            When all rows are predicted alike.
        """
        others = self._guess(self.examined.scores) != self._guess(self.asker.score([values]))
        if not others.any():
            raise SynapseError("All explained rows are predicted alike, so none is the other class")
        columns = {name: self.examined.columns[name] for name in self.asker.schema.names}
        away = distances(columns, values)
        found = int(np.where(others, away, np.inf).argmin())
        return {"place": found, "values": self.row(found), **self.score(self.row(found))}

    def changes(
        self, values: Values, locked: Sequence[str], bound: float | None, above: bool
    ) -> dict[str, Any]:
        """Return few and small changes that bring the score over a bound, or above what it is.

        Values that the model raises for are passed over, and told.
        """
        if bound is None:
            goal = Goal(float(np.nextafter(self.asker.score([values])[0, 0], np.inf)), above=True)
        else:
            goal = Goal(bound, above)
        refused: dict[str, None] = {}

        def score(rows: Sequence[Values]) -> np.ndarray:
            scores, said = self.asker.first(rows)
            refused.update(dict.fromkeys(said))
            return scores

        found = counterfactual(score, values, self._choices(values), goal, locked)
        looked = {
            "columns": len(self.asker.schema),
            "sought": len(self._sought()),
            "refused": list(refused)[:1],
        }
        if found is None:
            return {"changes": None, **looked}
        after = {**values, **{one.column: one.value for one in found}}
        words = [
            f"{one.column}: {_said(values.get(one.column))} \N{RIGHTWARDS ARROW} {_said(one.value)}"
            for one in found
        ]
        return {"changes": words, "values": after, **looked, **self.score(after)}

    def test_case(self, values: Values) -> str:
        """Return a cell that asserts of ``model`` what is said of a row now."""
        return saved_case(self.asker, values)

    def _guess(self, scores: np.ndarray) -> np.ndarray:
        """Return the class of each row, by the scores of its outputs."""
        if self.examined.task == "multiclass":
            guess: np.ndarray = scores.argmax(axis=1)
            return guess
        middle = 0.5 if self.examined.task == "binary" else float(np.median(self.examined.score))
        above: np.ndarray = scores[:, 0] >= middle
        return above

    def _value(self, name: str, place: int) -> Any:
        if name not in self.examined.why.data:
            raise SynapseError(
                f"The model reads {name!r}, and its values are not in the explanation, so a row "
                "cannot be asked about"
            )
        value = self.examined.why.data[name][place]
        if isinstance(value, float):
            return None if np.isnan(value) else float(value)
        return value

    def _field(self, field: pa.Field, room: int) -> dict[str, Any]:
        column = self.examined.columns[field.name]
        if isinstance(column, Levels):
            found = offered(column, room=room)
            more = len(column.names) - len(found)
            return {"name": field.name, "levels": found, "more": more}
        finite = column[np.isfinite(column)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
        return {
            "name": field.name,
            "low": low,
            "high": high,
            "whole": bool(pa.types.is_integer(field.type)),
        }

    def _outside(self, values: Values) -> list[str]:
        """Return in words which values were never seen among the explained rows."""
        found = []
        for name, value in values.items():
            column = self.examined.columns.get(name)
            if value is None or column is None:
                continue
            if isinstance(column, Levels):
                if value not in column.names:
                    found.append(f"{name}: no explained row has this level")
            elif (
                not np.nanmin(column, initial=np.inf) <= value <= np.nanmax(column, initial=-np.inf)
            ):
                found.append(f"{name}: outside the range of the explained rows")
        return found

    def _grid(self, name: str) -> list[Any]:
        column = self.examined.columns[name]
        if isinstance(column, Levels):
            return list(offered(column, TRIED))
        finite = column[np.isfinite(column)]
        if not len(finite):
            return []
        low, high = np.quantile(finite, [0.01, 0.99])
        grid = np.linspace(low, high, POINTS)
        if pa.types.is_integer(self.asker.schema.field(name).type):
            grid = np.unique(np.round(grid))
        return [float(value) for value in np.unique(grid)]

    def _choices(self, values: Values) -> list[Change]:
        spread = spreads(self.examined.columns)
        found = []
        for name in self._sought():
            now = values.get(name)
            for value in self._grid(name):
                if value != now:
                    found.append(Change(name, value, _cost(now, value, spread, name)))
        return found

    def _sought(self) -> list[str]:
        """Return the columns that a search changes."""
        names = self.asker.schema.names
        place = {name: i for i, name in enumerate(self.examined.strongest)}
        return sorted(names, key=lambda name: place.get(name, len(place)))[:SOUGHT]


def _known(score: float) -> float | None:
    return None if np.isnan(score) else float(score)


def _cost(now: Any, value: Any, spread: Mapping[str, float], name: str) -> float:
    if isinstance(value, str) or now is None:
        return 1.0
    return abs(value - now) / spread[name]


def _said(value: Any) -> str:
    if value is None:
        return "missing"
    return short(value) if isinstance(value, str) else number(value)
