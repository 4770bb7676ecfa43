from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from synapse_magic.kernels.plain_values import plain_values

TIMES = [datetime(2024, 1, 1, 12, 0, 10), None, datetime(2024, 1, 1, 12, 0, 10, 250_000)]


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("us", "UTC")])
def test_times_are_written_as_spark_casts_them_to_text(kind: pa.DataType) -> None:
    (found,) = plain_values(pa.array(TIMES, kind))
    assert found.tolist() == ["2024-01-01 12:00:10", None, "2024-01-01 12:00:10.25"]


def test_whole_seconds_keep_their_zeros() -> None:
    (found,) = plain_values(pa.array([TIMES[0]], pa.timestamp("s")))
    assert found.tolist() == ["2024-01-01 12:00:10"]
