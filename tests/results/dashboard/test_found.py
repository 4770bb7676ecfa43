from __future__ import annotations

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.found import Found, told
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.results.explanation import Explanation


class Third:
    """A scorer of three classes: the third is sure of large numbers; it takes no 9."""

    inputs, outputs = ("x",), ("probability",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the probabilities of each row."""
        x = np.array(batch.column("x").to_pylist())
        if (x == 9).any():
            raise ValueError("no 9 is known")
        rows = np.column_stack([0.6 - x / 2, np.full(len(x), 0.4) - x / 4, 0.75 * x]).tolist()
        return pa.RecordBatch.from_arrays([pa.array(rows)], ["probability"])


def test_a_found_row_of_several_classes_has_the_score_of_the_class_predicted() -> None:
    prediction = np.array([[0.6, 0.4, 0.0]])
    why = Explanation(
        np.zeros((1, 1, 3)), prediction, prediction, {"x": np.zeros(1)}, ("x",), ("a", "b", "c"),
        "identity", "linear", 1, seed=1,
    )  # fmt: skip
    schema = pa.schema([("x", pa.float64())])
    what_if = WhatIf.checked(
        Examined.of(why), Asker(Third(), Target("probability", (0, 1, 2)), schema)
    )
    values = ({"x": 0.0}, {"x": 1.0}, {"x": 9.0})
    found = Found(("x",), (("0",), ("1",), ("9",)), values, more=False)
    assert told(found, what_if)["scores"] == ["0.6", "0.75", "no 9 is known"]
