"""What a cell may know of the notebook and of Spark, handed to the language."""

from __future__ import annotations

import glob
import inspect
import os
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from IPython.core.interactiveshell import InteractiveShell

from synapse_magic.language.context import Context, PathKind
from synapse_magic.notebook.memory import Memory


def context(
    shell: InteractiveShell,
    memory: Memory,
    local_ns: Mapping[str, Any] | None,
    spark: Any,
) -> Context:
    """Return the world around a cell.

    Parameters
    ----------
    local_ns : mapping or None
        The variables of the function that calls the magic, which come before the notebook's.
    spark : SparkSession or None
        The session of the cell, None before one was started.
    """
    variables: Mapping[str, Any] = shell.user_ns
    if local_ns is None or local_ns is shell.user_ns:
        local_ns = _calling_locals(shell)
    if local_ns:
        variables = ChainMap(dict(local_ns), shell.user_ns)
    return Context(
        variables=variables,
        schema=lambda name: _table_schema(spark, name),
        case_sensitive=case_sensitive(spark),
        origin=memory.origin,
        kind=path_kind,
        made_by=memory.made_by,
    )


def _calling_locals(shell: InteractiveShell) -> dict[str, Any]:
    """Return the variables of the function of the notebook that runs the magic.

    IPython hands a line magic the variables of its caller, but a cell magic those of the notebook.
    """
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals is shell.user_ns and frame.f_locals is not shell.user_ns:
            return dict(frame.f_locals)
        frame = frame.f_back
    return {}


def path_kind(path: str) -> PathKind | None:
    """Say what is at a local path or pattern: a saved model, data, nothing; else None.

    None is for other file systems, which only Spark reaches.
    """
    scheme = urlsplit(path).scheme
    if len(scheme) > 1 and scheme != "file":
        return None
    place = Path(urlsplit(path).path if scheme == "file" else os.path.expanduser(path))
    if (place / "metadata").is_dir():
        return "model"
    if place.exists() or "{" in path:  # braces mean several to Spark, and nothing to Python
        return "data"
    return "data" if any(glob.iglob(str(place))) else "missing"


def _table_schema(spark: Any, name: str) -> Any:
    if spark is None or not spark.catalog.tableExists(name):
        return None
    return spark.table(name).schema


def case_sensitive(spark: Any) -> bool:
    """Say whether Spark tells columns apart by case alone; it does not by itself."""
    return spark is not None and spark.conf.get("spark.sql.caseSensitive") == "true"
