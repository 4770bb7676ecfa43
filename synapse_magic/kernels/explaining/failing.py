"""What is said of a row that could not be explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from synapse_magic.errors import SynapseError

_LONGEST = 500


def reason(failure: Exception) -> str:
    """Return why a row has no explanation, in one line.

    Examples
    --------
    >>> reason(KeyError("age"))
    "The model failed: KeyError: 'age'"
    """
    text = " ".join(str(failure).split())[:_LONGEST]
    if isinstance(failure, SynapseError):
        return text
    return f"The model failed: {type(failure).__name__}: {text}".rstrip(": ")


def failing_rows(work: Callable[[pa.RecordBatch], Any], batch: pa.RecordBatch) -> dict[int, str]:
    """Return the rows of a batch for which something fails, and why; none if it works for all.

    Examples
    --------
    >>> batch = pa.RecordBatch.from_pydict({"a": [1, 0]})
    >>> failing_rows(lambda rows: [1 / a for a in rows.column("a").to_pylist()], batch)
    {1: 'The model failed: ZeroDivisionError: division by zero'}
    """
    try:
        work(batch)
    except Exception as failure:
        if batch.num_rows == 1:
            return {0: reason(failure)}
    else:
        return {}
    half = batch.num_rows // 2
    later = failing_rows(work, batch.slice(half))
    return failing_rows(work, batch.slice(0, half)) | {half + row: later[row] for row in later}
