from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import StringIndexer, VectorAssembler

from synapse_magic.explainers.labels import label_column, label_names


def test_numbers_that_the_model_indexes_are_classes_of_their_own(spark: Any) -> None:
    # The class of most rows is the first one, and that is 1.0 here.
    df = spark.createDataFrame([(1.0, 3.0), (1.0, 4.0), (1.0, 5.0), (0.0, 1.0)], ["y", "x"])
    stages = [
        StringIndexer(inputCol="y", outputCol="label"),
        VectorAssembler(inputCols=["x"], outputCol="features"),
        LogisticRegression(maxIter=1),
    ]
    model = Pipeline(stages=stages).fit(df)
    assert label_column(model, df) == "y"
    assert label_names(model, pa.chunked_array([[1.0, 0.0, None]])).tolist() == [1.0, 0.0, None]
