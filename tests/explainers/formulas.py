"""Models whose answers can be worked out by hand, in the worker and through Spark alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.ml import Transformer
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

FORMULA = "a * n + CASE WHEN job = 'x' THEN 10 WHEN job IS NULL THEN 5 ELSE 0 END"


def formula() -> Any:
    """Give the scorer of ``prediction`` = a n + 10 for the job 'x', + 5 for none.

    Its class is made here, so that workers get it by value: they cannot import tests.
    """

    class Formula:
        inputs = ("a", "n", "job")
        outputs = ("prediction",)

        def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
            a, n = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("a", "n"))
            jobs = batch.column("job").to_pylist()
            extra = [{"x": 10.0, None: 5.0}.get(job, 0.0) for job in jobs]
            found = pa.array((a * n + np.array(extra)).astype(float))
            return pa.RecordBatch.from_arrays([found], list(self.outputs))

    return Formula()


class InSpark(Transformer):
    """The formula as a transformer that has no scorer; ``where`` drops rows."""

    def __init__(self, where: str = "true") -> None:
        super().__init__()
        self.where = where

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset.withColumn("prediction", F.expr(FORMULA)).where(self.where)


class InWorker(InSpark):
    """The formula as a transformer that has one."""

    def scorer(self) -> Any:
        return formula()
