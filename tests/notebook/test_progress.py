"""The line that moves while a verb runs."""

from __future__ import annotations

from typing import Any

from synapse_magic import RowsExplained
from synapse_magic.notebook.progress import Progress
from synapse_magic.spark.driver import StageTasks
from synapse_magic.spark.watching import SparkProgress


def spark_says(done: int, total: int) -> SparkProgress:
    stage = StageTasks(1, "collect", done, total, 1, None, None)
    return SparkProgress(1, (stage,), done, total, 0.5)


def test_rows_take_the_place_of_tasks_once_some_are_explained(line: Any) -> None:
    progress = Progress(line, "explain model people")
    progress.spark(spark_says(1, 8))
    assert line.said[-1][0].endswith("collect: 1 of 8 tasks")
    progress.rows(RowsExplained(250, 1000))
    text, html = line.said[-1]
    assert text.splitlines()[0] == "explain model people"
    assert text.endswith("250 of 1,000 rows explained")
    assert "25%" in html or "25.0%" in html
    progress.spark(spark_says(2, 8))
    assert line.said[-1][0].endswith("250 of 1,000 rows explained")
    progress.end()
    progress.rows(RowsExplained(1000, 1000))
    assert line.said[-1][0] == "explain model people"
