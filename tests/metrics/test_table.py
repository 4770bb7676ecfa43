from __future__ import annotations

import pytest
from pyspark.ml.linalg import Vectors

from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.table import table_page


def test_the_first_rows_are_shown_and_more_are_not_counted(spark):
    page = table_page(people(spark, rows=100), rows=5)
    assert len(page.rows) == 5
    assert page.total is None
    assert page.names[0] == "age"
    assert page.types[0] == "int"


def test_a_small_frame_is_shown_whole_with_its_total(spark):
    assert table_page(people(spark, rows=5), rows=5).total == 5
    assert table_page(people(spark, rows=0)).total == 0


def test_values_are_ready_to_be_shown(spark):
    df = spark.sql(
        "select date '2024-02-29' d, timestamp_ntz '2024-02-29 01:02:03' t, 1.50BD m, true b, "
        "binary('xyz') r, sequence(1, 9) a, repeat('x', 300) s, null n, double('NaN') f"
    )
    d, t, m, b, r, a, s, n, f = table_page(df).rows[0]
    assert (d, t, m, b, r, n) == (
        "2024-02-29",
        "2024-02-29 01:02:03",
        "1.50",
        True,
        "3 bytes",
        None,
    )
    assert a == "[1, 2, 3, 4, 5, 6, 7, 8, …]"
    assert len(s) == 200
    assert s.endswith("…")
    assert f != f


def test_vectors_show_their_first_elements(spark):
    df = spark.createDataFrame([(Vectors.sparse(10, {1: 2.5}),)], ["v"])
    assert table_page(df).rows == [("[0, 2.5, 0, 0, 0, 0, 0, 0, …]",)]


def test_a_negative_number_of_rows_is_refused(spark):
    with pytest.raises(SynapseError, match="rows must be at least 0"):
        table_page(people(spark, rows=1), rows=-1)
