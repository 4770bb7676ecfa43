"""What the panel is told of cached frames, and how one is given back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from py4j.protocol import Py4JError

from synapse_magic import SynapseError
from synapse_magic.notebook.lab.cached import told, uncache
from synapse_magic.spark.cached import Cached


class Frame:
    """What is looked at of a DataFrame."""

    def __init__(self, spark: Any, cached: bool = True) -> None:
        self.sparkSession, self.is_cached = spark, cached

    def unpersist(self) -> None:
        self.is_cached = False


Frame.__module__, Frame.__name__ = "pyspark.sql.dataframe", "DataFrame"


def session(found: Any, api: str = "classic") -> Any:
    asked: list[Any] = []
    made = SimpleNamespace(spark=SimpleNamespace(), stopped=False, api=api, asked=asked)
    made.cached = lambda frames: (asked.append(list(frames)), found)[1]
    return made


def test_frames_of_this_session_that_say_they_are_cached_are_asked_about() -> None:
    this = session([Cached("people", "frame", 3, "Memory", 10, 0, 1, 2)])
    variables = {
        "people": Frame(this.spark), "plain": Frame(this.spark, cached=False),
        "foreign": Frame(None), "_hidden": Frame(this.spark), "number": 3,
    }  # fmt: skip
    shown = told(this, variables)
    assert this.asked == [["people"]]
    assert shown["tables"][0]["memory"] == 10
    assert shown["told"] == ""
    assert told(None, variables) == {"tables": [], "told": ""}


def test_what_spark_connect_does_not_tell_is_said() -> None:
    assert "does not tell what is cached" in told(session(None, "connect"), {})["told"]
    nameless = session([Cached("Range (0, 3)", "plan")], "connect")
    assert "which frames these are" in told(nameless, {})["told"]


def test_a_spark_that_refuses_to_tell_does_not_silence_the_rest() -> None:
    words = "Spark here does not tell what is cached"
    assert words in told(session(None), {})["told"]
    refusing = session([])

    def refuse(_: Any) -> Any:
        raise Py4JError("lookupCachedData is not whitelisted")

    refusing.cached = refuse
    shown = told(refusing, {})
    assert shown["tables"] == []
    assert words in shown["told"]


def test_a_frame_and_a_table_are_given_back_by_name() -> None:
    this, gone = session([]), []
    this.spark.catalog = SimpleNamespace(uncacheTable=gone.append)
    frame = Frame(this.spark)
    assert uncache(this, {"people": frame}, "people", "frame") == "people"
    assert not frame.is_cached
    uncache(this, {}, "people", "table")
    assert gone == ["people"]
    with pytest.raises(SynapseError, match="No variable 'people'"):
        uncache(this, {"people": 3}, "people", "frame")
