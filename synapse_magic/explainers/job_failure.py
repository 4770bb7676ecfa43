"""What is told when a job of an explanation fails."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from py4j.protocol import Py4JError
from pyspark.errors import AnalysisException, PySparkException

from synapse_magic.errors import SynapseError
from synapse_magic.spark.failure import first_cause

JOB_FAILURES = (PySparkException, Py4JError)
_OURS = "SynapseError: "


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """Turn the failure of a job into a :class:`SynapseError`: our own words where it has some."""
    try:
        yield
    except JOB_FAILURES as failure:
        raise SynapseError(words(failure)) from failure


def words(failure: Exception) -> str:
    """Return the failure of a job in our own words where it has some, else its first cause."""
    ours = [line.partition(_OURS)[2] for line in str(failure).splitlines() if _OURS in line]
    return ours[-1] if ours else f"The model failed in Spark. {first_cause(failure)[:500]}"


def is_of_rows(failure: Exception) -> bool:
    """Say whether a job may have failed for what is in its rows.

    Not so where the plan was refused, somebody cancelled, or we refuse what the model does.
    """
    text = str(failure)
    refused = isinstance(failure, AnalysisException) or _OURS in text
    return not refused and re.search("cancell?ed", text, re.IGNORECASE) is None
