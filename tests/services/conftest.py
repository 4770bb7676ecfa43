from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession
from services_frames import with_requests

from synapse_magic import MockService


@pytest.fixture
def service() -> Iterator[MockService]:
    with MockService() as started:
        yield started


@pytest.fixture
def asking(spark: SparkSession, service: MockService) -> Callable[..., DataFrame]:
    """Give a function that makes a frame of requests with a body each, its number."""

    def frame(rows: int, path: str = "/", parts: int = 2) -> DataFrame:
        return with_requests(spark.range(rows).repartition(parts), service.url(path))

    return frame
