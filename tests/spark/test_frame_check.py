from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.spark.frame_check import require_frame

OTHERS = [
    (pd.DataFrame({"a": [1]}), "got a pandas.DataFrame. Try: spark.createDataFrame(df)"),
    (np.zeros(3), "got a numpy.ndarray. Try: spark.table(...)"),
    (None, "got None. Try: spark.table(...)"),
    (3, "got 3. Try: spark.table(...)"),
]


@pytest.mark.parametrize(("value", "told"), OTHERS, ids=["pandas", "numpy", "none", "int"])
def test_what_is_no_frame_is_told_with_what_to_try(value: object, told: str) -> None:
    with pytest.raises(SynapseError, match=re.escape(f"df must be a Spark DataFrame, {told}")):
        require_frame(value, "df")


def test_a_frame_of_spark_is_taken(spark) -> None:
    require_frame(spark.range(1), "df")


def test_a_frame_of_connect_is_taken() -> None:
    require_frame(type("DataFrame", (), {"__module__": "pyspark.sql.connect.dataframe"})(), "df")
