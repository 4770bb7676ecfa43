from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyspark.sql.pandas.serializers import ArrowStreamSerializer

from synapse_magic.http.worker_pipe import WorkerPipe


def test_the_pipe_is_found_in_what_spark_writes_with(tmp_path: Path) -> None:
    found = []

    def batches() -> Iterator[pa.RecordBatch]:
        found.append(WorkerPipe.here().found)
        yield pa.RecordBatch.from_arrays([pa.array([1])], ["n"])

    with (tmp_path / "pipe").open("wb") as stream:
        ArrowStreamSerializer().dump_stream(batches(), stream)
    assert found == [True]


def test_outside_a_worker_there_is_none_and_nobody_goes_away() -> None:
    pipe = WorkerPipe.here()
    pipe.flush()
    assert (pipe.found, pipe.closed()) == (False, False)
