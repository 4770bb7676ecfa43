"""Reading whole files: of this machine, or wherever Spark reaches where the path has a scheme."""

from __future__ import annotations

import re
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError

_SCHEME = re.compile(r"[a-zA-Z][\w+.-]+:")  # of two letters at least: C:\ is a drive


def has_scheme(path: str) -> bool:
    """Say whether Spark has to read and write a path.

    Examples
    --------
    >>> has_scheme("s3a://bucket/model"), has_scheme("C:/model")
    (True, False)
    """
    return bool(_SCHEME.match(path))


def read_file(path: str, expected: str) -> bytes:
    """Return the content of a file, or of the only part file of a folder.

    Parameters
    ----------
    path : str
    expected : str
        What should be there, in words, for the message: "a LightGBM model".

    Raises
    ------
    SynapseError
        When nothing is there, it cannot be read, or a folder has no or several part files.
    """
    return _read_with_spark(path, expected) if has_scheme(path) else _read_here(path, expected)


def first_line(error: Exception) -> str:
    """Return what went wrong in Spark, without the name of a Java class before it."""
    lines = str(error).strip().splitlines()
    told = next((line for line in lines if line.startswith(": ")), lines[0])  # py4j's second line
    return re.sub(r"^(: )?([\w$]+\.)+[\w$]+: ", "", told)


def _read_with_spark(path: str, expected: str) -> bytes:
    spark = SparkSession.active()
    try:
        found = spark.read.format("binaryFile").load(path).select("content").take(2)
    except (PySparkException, Py4JJavaError) as error:
        raise SynapseError(f"{path} cannot be read: {first_line(error)}") from error
    return _only([bytes(row.content) for row in found], path, expected)


def _read_here(path: str, expected: str) -> bytes:
    file = Path(path)
    try:
        if file.is_dir():
            parts = [part.read_bytes() for part in sorted(file.glob("part-*"))]
            return _only(parts, path, expected)
        return file.read_bytes()
    except FileNotFoundError as error:
        raise SynapseError(f"There is no file {path}. Expected {expected}") from error
    except OSError as error:
        raise SynapseError(f"{path} cannot be read: {error.strerror}") from error


def _only(parts: list[bytes], path: str, expected: str) -> bytes:
    if len(parts) != 1:
        count = "no" if not parts else "several"
        raise SynapseError(f"The folder {path} has {count} part files. Expected {expected} in one")
    return parts[0]
