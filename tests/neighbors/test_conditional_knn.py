from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from neighbor_data import QUERIES, distances, values
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic import ConditionalKNN, SynapseError

Limit = Callable[[int], None]


def expected(k: int, letters: str) -> list[list[int]]:
    """Return the nearest points among those with these labels."""
    found = distances().copy()
    allowed = np.isin(np.arange(400) % 3, ["abc".index(letter) for letter in letters])
    found[:, ~allowed] = np.inf
    return np.argsort(found, axis=1, kind="stable")[:, :k].tolist()


@pytest.mark.parametrize("size", [1500, 1 << 20], ids=["several blocks", "one block"])
def test_only_rows_with_allowed_labels_are_found(
    points: DataFrame, queries: DataFrame, block_bytes: Limit, size: int
) -> None:
    block_bytes(size)
    model = ConditionalKNN(k=4).fit(points.repartitionByRange(6, "values"))
    asked = queries.withColumn("conditioner", F.expr("if(id < 25, array('a', 'c'), array('b'))"))
    out = model.transform(asked)
    kind = dict(out.dtypes)["neighbors"]
    assert kind == "array<struct<value:bigint,label:string,distance:double>>"
    rows = out.orderBy("id").collect()
    assert values(rows) == expected(4, "ac")[:25] + expected(4, "b")[25:]
    labels = {(row.id < 25, found.label) for row in rows for found in row.neighbors}
    assert labels == {(True, "a"), (True, "c"), (False, "b")}


def test_one_label_instead_of_a_list(points: DataFrame, queries: DataFrame) -> None:
    asked = queries.withColumn("conditioner", F.lit("b"))
    assert values(ConditionalKNN(k=2).fit(points).transform(asked).collect()) == expected(2, "b")


def test_unknown_labels_find_nothing_and_null_gives_null(
    points: DataFrame, queries: DataFrame
) -> None:
    conditions = (
        "case id when 0 then array('zz') when 1 then array('zz', 'a') when 2 then array() end"
    )
    asked = queries.where("id < 4").withColumn("conditioner", F.expr(conditions))
    rows = ConditionalKNN(k=3).fit(points).transform(asked).orderBy("id").collect()
    assert rows[0].neighbors == rows[2].neighbors == []
    assert values([rows[1]]) == [expected(3, "a")[1]]
    assert rows[3].neighbors is None


def test_fewer_allowed_rows_than_neighbours_give_shorter_lists(points: DataFrame) -> None:
    few = points.where("labels = 'a' or values in (1, 4)")
    found = ConditionalKNN(k=10).fit(few).kneighbors(QUERIES[:1], conditioner=[["b"]])
    assert sorted(found.value) == [1, 4]
    assert found.columns.tolist() == ["query", "rank", "value", "label", "distance"]


def test_labels_of_other_types(points: DataFrame, queries: DataFrame) -> None:
    kinds = {
        "cast(values % 3 as smallint)": "array(0L, 2L)",
        "values % 3 = 1": "array(false)",
        "struct(values % 3 as x)": "array(struct(0L as x), struct(2L as x))",
        "array(values % 3)": "array(array(0L), array(2L))",
    }
    for label, condition in kinds.items():
        model = ConditionalKNN(k=2).fit(points.withColumn("labels", F.expr(label)))
        asked = queries.withColumn("conditioner", F.expr(condition))
        assert values(model.transform(asked).collect()) == expected(2, "ac"), label


def test_one_label_that_is_a_list_itself(points: DataFrame, queries: DataFrame) -> None:
    model = ConditionalKNN(k=2).fit(points.withColumn("labels", F.expr("array(values % 3, 7L)")))
    asked = queries.withColumn("conditioner", F.expr("array(1L, 7L)"))
    assert values(model.transform(asked).collect()) == expected(2, "b")


def test_rows_without_a_label_are_never_found(points: DataFrame) -> None:
    missing = points.withColumn("labels", F.expr("if(values < 396, null, labels)"))
    model = ConditionalKNN(k=10).fit(missing)
    found = model.kneighbors(QUERIES[:1], conditioner=[["a", "b", "c", None]])
    assert sorted(found.value) == [396, 397, 398, 399]


def test_large_values_keep_their_labels(points: DataFrame, queries: DataFrame) -> None:
    large = points.withColumn("values", F.concat("values", F.lit(" "), F.repeat(F.lit("x"), 3000)))
    model = ConditionalKNN(k=2).fit(large)
    assert model.index.shape.heavy
    rows = model.transform(queries.withColumn("conditioner", F.lit("c"))).orderBy("id").collect()
    found = [[int(value.split()[0]) for value in row] for row in values(rows)]
    assert found == expected(2, "c")
    assert {found.label for row in rows for found in row.neighbors} == {"c"}


def test_conditions_of_another_type_are_refused(points: DataFrame, queries: DataFrame) -> None:
    model = ConditionalKNN().fit(points)
    with pytest.raises(SynapseError, match=r"'conditioner' holds array<int>.* string, or lists"):
        model.transform(queries.withColumn("conditioner", F.array(F.lit(1))))
    with pytest.raises(SynapseError, match=r"no column 'conditioner'"):
        model.transform(queries)
    with pytest.raises(SynapseError, match=r"no column 'label'.*Did you mean 'labels'"):
        ConditionalKNN(labelCol="label").fit(points)
