"""The driver's hand on the Spark jobs of one training: it can end them, and says why."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import SparkSession

from synapse_magic.spark.driver import cancel_tag, job_tag


@dataclass
class Guard:
    """Ends the jobs of a training that cannot go on.

    Attributes
    ----------
    cause : str
        Why it ended them; empty while it has not.
    """

    spark: SparkSession
    tag: str
    cause: str = ""

    def end(self, cause: str) -> None:
        """Cancel the jobs, from any thread; the first cause stands."""
        self.cause = self.cause or cause
        cancel_tag(self.spark, self.tag)


@contextlib.contextmanager
def guarded(spark: SparkSession) -> Iterator[Guard]:
    """Give a guard over all jobs that this thread starts inside the ``with`` block."""
    tag = f"synapse-training-{secrets.token_hex(8)}"
    unmark = job_tag(spark, tag, "")
    try:
        yield Guard(spark, tag)
    finally:
        unmark()
