"""Whether a value is a frame of Spark."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError


def require_frame(value: Any, name: str) -> None:
    """Raise a :class:`SynapseError` unless a value is a frame of Spark, classic or Connect.

    Parameters
    ----------
    value : Any
    name : str
        Of the argument, for the message.

    Examples
    --------
    >>> require_frame(None, "df")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: df must be a Spark DataFrame, got None. Try: spark.table(...)
    """
    kind = type(value)
    # Before PySpark 4 the frames of Connect were no subclass of this one.
    connect = kind.__name__ == "DataFrame" and kind.__module__.startswith("pyspark.sql.")
    if connect or isinstance(value, DataFrame):
        return
    library = kind.__module__.partition(".")[0]
    got = f"a {library}.{kind.__name__}" if library != "builtins" else repr(value)[:40]
    hint = f"spark.createDataFrame({name})" if library == "pandas" else "spark.table(...)"
    raise SynapseError(f"{name} must be a Spark DataFrame, got {got}. Try: {hint}")
