"""Kernel SHAP of a black box: its time beside that of the model alone for the same evaluations.

Run ``python tests/benchmarks/kernel_shap_overhead.py``. Scikit-learn's breast cancer data, 30
numbers, a background of 100 rows, one process and one thread; shap.KernelExplainer(l1_reg=0) is
asked for as many evaluations.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import lightgbm
import numpy as np
import pyarrow as pa
import shap
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.outputs import Values
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.table_masker import TableMasker
from synapse_magic.kernels.explaining.target import Target

SAMPLES, BACKGROUND, ROWS = 512, 100, 2
Predict = Callable[[np.ndarray], np.ndarray]


class Wrapped:
    """A scorer of a function from (rows, features) to numbers, which takes its time."""

    outputs = ("p",)

    def __init__(self, names: list[str], predict: Predict) -> None:
        self.inputs, self.predict, self.seconds, self.rows = tuple(names), predict, 0.0, 0

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the numbers."""
        rows = np.column_stack([column.to_numpy() for column in batch.columns])
        return pa.RecordBatch.from_arrays([pa.array(self.timed(rows))], ["p"])

    def timed(self, rows: np.ndarray) -> np.ndarray:
        """Return what the model gives, and count its time."""
        started = time.process_time()
        found = self.predict(rows)
        self.seconds += time.process_time() - started
        self.rows += len(rows)
        return found


def tell(name: str, model: Wrapped, explain: Callable[[], None]) -> None:
    """Print the time of a row, and how often the model's own time it is."""
    explain()
    model.seconds, model.rows, started = 0.0, 0, time.process_time()
    explain()
    took = time.process_time() - started
    print(
        f"  {name:24} {took / ROWS:7.3f} s a row, {took / model.seconds:5.2f} x the model's "
        f"{model.seconds / ROWS:.3f} s for {model.rows // ROWS:,} evaluations"
    )


def main() -> None:
    """Compare on two models."""
    warnings.simplefilter("ignore")
    data = load_breast_cancer()
    x, names = data.data, [str(name) for name in data.feature_names]
    batch = pa.RecordBatch.from_arrays([pa.array(column) for column in x.T], names)
    trees = lightgbm.LGBMClassifier(n_estimators=500, n_jobs=1, verbose=-1).fit(x, data.target)
    forest = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(x, data.target)
    models: dict[str, Predict] = {
        "LightGBM, 500 trees": lambda rows: trees.booster_.predict(rows, num_threads=1),
        "a random forest of 100 trees": lambda rows: forest.predict_proba(rows)[:, 1],
    }
    for name, predict in models.items():
        print(f"{name}, {SAMPLES} coalitions, a background of {BACKGROUND} rows:")
        here = Wrapped(names, predict)
        asker = KernelShap(TableMasker(batch.slice(0, BACKGROUND)), SAMPLES, 42)
        made = (Values("shap", True),)
        scorer = ExplainingScorer(asker, here, Target("p"), made, "error")
        tell("synapse_magic", here, lambda: run(scorer, batch))  # noqa: B023
        there = Wrapped(names, predict)
        theirs = shap.KernelExplainer(there.timed, x[:BACKGROUND])
        rows = x[BACKGROUND : BACKGROUND + ROWS]
        tell(
            "shap.KernelExplainer",
            there,
            lambda: theirs.shap_values(rows, nsamples=SAMPLES, l1_reg=0, silent=True),  # noqa: B023
        )


def run(scorer: ExplainingScorer, batch: pa.RecordBatch) -> None:
    """Explain rows, all of which must have an explanation."""
    found = scorer.score(batch.slice(BACKGROUND, ROWS))
    assert found.column("error").null_count == ROWS, found.column("error").to_pylist()


if __name__ == "__main__":
    main()
