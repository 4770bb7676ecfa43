"""Queries in plain Python, and what is wrong with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neighbor_data import QUERIES
from pyspark.ml.linalg import Vectors
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic import KNN, ConditionalKNN, ConditionalKNNModel, KNNModel, SynapseError


@pytest.fixture(scope="module")
def model(points: DataFrame) -> KNNModel:
    return KNN(k=2).fit(points)


@pytest.fixture(scope="module")
def labelled(points: DataFrame) -> ConditionalKNNModel:
    return ConditionalKNN(k=2).fit(points)


def test_one_query_alone_is_taken_as_one(model: KNNModel) -> None:
    expected = model.kneighbors(QUERIES[:1])
    vector = Vectors.dense(QUERIES[0])
    for alone in (QUERIES[0], QUERIES[0].tolist(), vector, [vector]):
        assert model.kneighbors(alone).equals(expected)


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        (None, r"queries are None. Expected a list"),
        (5, r"queries are 5. Expected a list"),
        (np.array(5.0), r"queries are 5.0. Expected a list"),
        ("abc", r"queries are 'abc'. Expected a list"),
        ([None], r"Query 0 is None. Expected a sequence of numbers"),
        (["abc"], r"Query 0 is 'abc'. Expected a sequence of numbers"),
        ([[1.0, 2.0, 3.0], ["a", "b", "c"]], r"Query 1 holds 'a'. Expected numbers"),
        ([[1.0, None, 3.0]], r"Query 0 holds None. Expected numbers"),
        ([[1.0, 2.0]], r"queries have 2 features and the index 3"),
        ([[1.0, 2.0], [1.0, 2.0, 3.0]], r"queries have 2 to 3 features and the index 3"),
        ([1.0, 2.0, 3.0, 4.0], r"queries have 4 features and the index 3"),
    ],
)
def test_queries_that_are_none_are_told(model: KNNModel, queries: Any, said: str) -> None:
    with pytest.raises(SynapseError, match=said):
        model.kneighbors(queries)


def test_no_queries_have_no_neighbours(model: KNNModel, labelled: ConditionalKNNModel) -> None:
    assert len(model.kneighbors([])) == 0
    assert len(labelled.kneighbors([], conditioner=[])) == 0


def test_a_condition_is_a_label_or_a_list_of_them(labelled: ConditionalKNNModel) -> None:
    expected = labelled.kneighbors(QUERIES[:2], conditioner=[["a"], ["b", "c"]])
    for mixed in (["a", ["b", "c"]], ["a", ("b", "c")], [np.str_("a"), np.array(["b", "c"])]):
        assert labelled.kneighbors(QUERIES[:2], conditioner=mixed).equals(expected)
    first = expected[expected["query"] == 0]
    for own in ("a", ["a"]):
        assert labelled.kneighbors(QUERIES[0], conditioner=own).equals(first)
    assert len(labelled.kneighbors(QUERIES[:1], conditioner=[None])) == 0


def test_labels_that_are_numbers_are_taken_from_numpy(points: DataFrame) -> None:
    model = ConditionalKNN(k=2).fit(points.withColumn("labels", F.expr("cast(values % 3 as int)")))
    expected = model.kneighbors(QUERIES[:2], conditioner=[[0], [1]])
    assert model.kneighbors(QUERIES[:2], conditioner=np.array([0, 1])).equals(expected)
    assert model.kneighbors(QUERIES[:2], conditioner=[np.int64(0), [np.int64(1)]]).equals(expected)

    with pytest.raises(SynapseError, match=r"other values than labels .* array<int> for each"):
        model.kneighbors(QUERIES[:1], conditioner=["a"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"lacks conditioner, the labels .* Try: kneighbors\(queries, conditioner="),
        ({"conditioner": [["a"], ["b"]]}, r"conditioner has 2 entries for 1 queries"),
        ({"conditioner": []}, r"conditioner has 0 entries for 1 queries"),
        ({"conditioner": "a"}, r"conditioner is 'a'. Expected a list"),
        ({"conditioner": [[1]]}, r"conditioner holds 1. Expected labels of the index, string"),
        ({"conditioner": [1]}, r"conditioner holds 1. Expected labels of the index, string"),
    ],
)
def test_conditions_that_are_none_are_told(
    labelled: ConditionalKNNModel, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(SynapseError, match=said):
        labelled.kneighbors(QUERIES[:1], **given)


@pytest.mark.parametrize("name", ["query", "Query", "a.b", "odd ` name", "rank", "found"])
def test_columns_may_have_any_name(
    model: KNNModel, labelled: ConditionalKNNModel, name: str
) -> None:
    expected = model.kneighbors(QUERIES[:2])
    for role in ("featuresCol", "outputCol"):
        own = model.copy({model.getParam(role): name})
        assert own.kneighbors(QUERIES[:2]).equals(expected)
    own = labelled.copy().setConditionerCol(name)
    assert len(own.kneighbors(QUERIES[:2], conditioner=["a", "b"])) == 4


SCRIPT = """
import json
import numpy as np
import synapse_magic
from synapse_magic import ConditionalKNN, KNN, SynapseError

def started():
    return synapse_magic.start("local[1]", app="tests", conf={"spark.ui.enabled": False})

def rows(spark):
    kinds = "values long, labels string, conditioner string, features array<double>"
    return spark.createDataFrame([(i, "a", "a", [i * 1.0]) for i in range(4)], kinds)

def told(call):
    try:
        call()
    except SynapseError as error:
        return str(error)

session = started()
frame = rows(session.spark)
models = [KNN().fit(frame), ConditionalKNN().fit(frame)]
session.stop()
said = [told(lambda: models[0].kneighbors([[1.0]])), told(models[0].scorer)]
session = started()
frame = rows(session.spark)
for model in models:
    said += [told(lambda: model.transform(frame)), told(lambda: model.save("model"))]
said += [told(lambda: models[1].kneighbors([[1.0]], conditioner=["a"]))]
repr(models[0]), models[0].learned()
session.stop()
print(json.dumps(said))
"""


def test_an_index_whose_session_is_over_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    expected = "The index lived in a Spark session that is over. Try: fit or load it again"
    assert said == [expected] * 7
