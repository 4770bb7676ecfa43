"""A dashboard of people with a model that is known: a line of their age, hours and degree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.results.explanation import Explanation

DEGREES = ("Bachelors", "Masters", "HS-grad", "Some-college", "Doctorate")
WEIGHTS = np.array([0.8, 1.3, -0.9, -0.3, 1.8])
PLAIN = ("age", "hours per week", "degree", "capital gain", "region")
HOSTILE = (
    "</script><script>window.broken=1</script>",
    "`${window.broken=1}`",
    "\"><img src=x onerror='window.broken=1'>",
    "<!--<script>",
    "&lt;b&gt; ' \\ $x",
)


class Line:
    """A scorer of the probability: age, hours and degree add up; it raises for an age of 99."""

    outputs = ("probability",)

    def __init__(self, names: tuple[str, ...], levels: tuple[str, ...]) -> None:
        self.inputs, self._levels = names, levels

    def parts(self, values: dict[str, Any]) -> np.ndarray:
        """Return the contributions of the five columns, (rows, 5)."""
        age, hours, degree, gain, _ = (values[name] for name in self.inputs)
        level = np.array(
            [WEIGHTS[self._levels.index(d)] if d in self._levels else 0 for d in degree]
        )
        parts = [(age - 40) / 12, (hours - 40) / 15, level, np.nan_to_num(gain) / 4000, 0 * age]
        return np.nan_to_num(np.column_stack(parts))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the probability of each row."""
        values = {
            name: np.array(batch.column(name).to_pylist(), object if i in (2, 4) else float)
            for i, name in enumerate(self.inputs)
        }
        if (values[self.inputs[0]] == 99).any():
            raise ValueError("the model knows nobody of 99")
        scores = 1 / (1 + np.exp(-(self.parts(values).sum(axis=1) - 0.6)))
        return pa.RecordBatch.from_arrays([pa.array(scores)], ["probability"])


def people(
    rows: int = 1500, names: tuple[str, ...] = PLAIN, outputs: tuple[str, ...] = (">50K",)
) -> tuple[Explanation, Line]:
    """Return an explanation with labels that are noisy above 60, and its model."""
    rng = np.random.default_rng(11)
    levels = DEGREES if names is PLAIN else names
    line = Line(names, levels)
    age = rng.integers(18, 80, rows).astype(float)
    gain = np.where(rng.random(rows) < 0.1, rng.exponential(4000, rows).round(), 0.0)
    gain[rng.random(rows) < 0.05] = np.nan
    region = np.array([f"region {i}" for i in rng.integers(0, 12, rows)], dtype=object)
    region[::9] = None
    data = {
        names[0]: age,
        names[1]: rng.normal(40, 11, rows).round().clip(1, 90),
        names[2]: np.array([levels[i] for i in rng.integers(0, 5, rows)], dtype=object),
        names[3]: gain,
        names[4]: region,
    }
    values = line.parts(data)[:, :, None]
    base = np.full((rows, 1), -0.6)
    margin = values.sum(axis=1)[:, 0] - 0.6
    flip = rng.random(rows) < np.where(age > 60, 0.35, 0.06)
    truth = (margin > 0) != flip
    labels = np.array([outputs[0] if one else "<=50K" for one in truth], dtype=object)
    return Explanation(
        values, base, margin[:, None], data, names, outputs, "logit", "linear", 20 * rows,
        seed=11, labels=labels,
    ), line  # fmt: skip


def board(names: tuple[str, ...] = PLAIN, compared: bool = True) -> Board:
    """Return a dashboard with all its tabs."""
    outputs = (">50K",) if names is PLAIN else (HOSTILE[0],)
    why, line = people(names=names, outputs=outputs)
    examined = Examined.of(why)
    return Board(examined, None, WhatIf(examined, asker(line)), examined if compared else None)


def asker(line: Line) -> Asker:
    """Return the model by which rows are asked about."""
    kinds = (pa.int32(), pa.float64(), pa.string(), pa.float64(), pa.string())
    return Asker(line, Target("probability"), pa.schema(list(zip(line.inputs, kinds))))
