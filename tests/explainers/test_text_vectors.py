"""Maps of texts by a column of vectors."""

from __future__ import annotations

import everyreviews
import numpy as np
import pytest
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

from synapse_magic import SynapseError
from synapse_magic.explainers import text_vectors
from synapse_magic.explainers.boards import board
from synapse_magic.explainers.text_vectors import plane_of

TEXTS = ["good", "bad", "the film", "not there", "good"]
ROWS = [("bad", [0.0, 2.0]), ("good", [0.0, 0.0]), ("the film", None), ("good", [0.0, 0.0])]


def test_each_text_is_where_the_vector_of_the_frame_puts_it(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = spark.createDataFrame(ROWS, "review string, vector array<double>").coalesce(1)
    found = plane_of(lists, TEXTS, "review", "vector")
    expected = [[-1, 0], [1, 0], [np.nan] * 2, [np.nan] * 2, [-1, 0]]
    assert np.allclose(found.plane.points, expected, equal_nan=True)
    assert (found.drawn, found.plane.share) == (5, 1.0)
    own = [(text, None if v is None else Vectors.dense(v)) for text, v in ROWS]
    vectors = spark.createDataFrame(own, ["review", "vector"]).coalesce(1)
    why = everyreviews.explained(TEXTS)
    made = board(why, None, vectors, embedding="vector")
    assert np.allclose(made.examined.plane.plane.points, expected, equal_nan=True)  # type: ignore[attr-defined]
    part = {"column": "(map across)", "operation": ">", "values": [0.5]}
    made.answer("add", {"conditions": [part]})
    assert "'(map across)' is a feature, and no column of the frame" in made.cohort.refused
    monkeypatch.setattr(text_vectors, "MOST", 2)
    assert plane_of(lists, TEXTS, "review", "vector").drawn == 2
    for sought in (["elsewhere"], ["the film"]):
        with pytest.raises(SynapseError, match=r"None of the .* texts has a vector in 'vector'"):
            plane_of(lists, sought, "review", "vector")


def test_what_is_no_vector_is_refused_by_name(spark: SparkSession) -> None:
    uneven = [("good", [1.0]), ("bad", [1.0, 2.0])]
    frame = spark.createDataFrame(uneven, "review string, vector array<double>").coalesce(1)
    with pytest.raises(SynapseError, match=r"'vector' holds vectors of . and of . numbers"):
        plane_of(frame, TEXTS, "review", "vector")
    with pytest.raises(SynapseError, match=r"'review' is string. Expected vectors"):
        plane_of(frame, TEXTS, "review", "review")
    with pytest.raises(SynapseError, match=r"'vektor'.*vector"):
        plane_of(frame, TEXTS, "review", "vektor")
    why = everyreviews.explained(TEXTS)
    with pytest.raises(SynapseError, match="embedding='vector' is a column of the frame"):
        board(why, embedding="vector")
