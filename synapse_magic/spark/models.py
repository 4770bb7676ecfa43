"""Fitted models as whole things: what training gives, and their place on disk."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from py4j.protocol import Py4JError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark.driver import master_of
from synapse_magic.spark.target import one_machine

SOURCE_FOLDER = "source"


class Trained(NamedTuple):
    """What training gives back.

    Attributes
    ----------
    model : PipelineModel
        The fitted pipeline.
    train, test : DataFrame
        The part it learned from, and the part that was held out (None without a split).
    label : str
        The label column as the user named it.
    classes : tuple of str
        The names of the classes in the order of their indexes, empty for a regression.
    """

    model: Any
    train: DataFrame
    test: DataFrame | None
    label: str
    classes: tuple[str, ...]


def save_model(model: Any, path: str, *, overwrite: bool = False, source: str = "") -> None:
    """Save a fitted model or pipeline, whole or not at all.

    On a local file system the model is written beside ``path`` and moved there when it is
    complete; elsewhere the manifests of its stages prove it complete.

    Parameters
    ----------
    model : Model or PipelineModel
    path : str
        A folder on any file system that Spark reaches.
    overwrite : bool
        Replace a model that is there already.
    source : str
        The code that made the model, kept beside it.

    Raises
    ------
    SynapseError
        When something is there already and ``overwrite`` is not set.
    """
    spark = SparkSession.active()
    local = local_path(spark, path)
    if local is None:
        _write(model, path, overwrite, source)
        return
    if local.exists() and not overwrite:
        raise SynapseError(f"{path} exists already. Try: another path, or overwrite = True")
    if local.exists() and not (local / "metadata").is_dir():
        raise SynapseError(f"{path} holds something that is no saved model. Try: another path")
    with _staged(local) as partial:
        _write(model, file_address(partial), False, source)


def file_address(path: PurePath) -> str:
    r"""Return what Spark takes for a path of this machine, as it stands.

    It is no ``as_uri()``, which would spell a space as ``%20``.

    Examples
    --------
    >>> from pathlib import PureWindowsPath
    >>> file_address(PureWindowsPath("C:/a b/m"))
    'file:///C:/a b/m'
    """
    return f"file:///{path.as_posix().lstrip('/')}"


def load_model(path: str) -> Any:
    """Load what :func:`save_model` or ``model.save`` wrote.

    Raises
    ------
    SynapseError
        When nothing is there, it is no saved model, or the model is not complete.
    """
    spark = SparkSession.active()
    cls = _class_of(path, _metadata(spark, path))
    try:
        return cls.load(path)
    except (PySparkException, Py4JError, OSError) as error:
        raise SynapseError(
            f"The saved model at {path} is not complete: a stage cannot be read. Try: save it again"
        ) from error


def load_source(path: str) -> str:
    """Return the code kept beside a saved model, empty when there is none."""
    spark = SparkSession.active()
    try:
        row = spark.read.text(f"{path}/{SOURCE_FOLDER}", wholetext=True).first()
    except AnalysisException:
        return ""
    return "" if row is None else str(row[0])


def _write(model: Any, path: str, overwrite: bool, source: str) -> None:
    writer = model.write()
    (writer.overwrite() if overwrite else writer).save(path)
    if source:
        frame = SparkSession.active().createDataFrame([(source,)], "value string")
        frame.coalesce(1).write.mode("overwrite").text(f"{path}/{SOURCE_FOLDER}")


@contextlib.contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of ``target`` only on success."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SynapseError(f"{target} cannot be written: {error.strerror}") from error
    suffix = uuid.uuid4().hex[:8]
    partial = target.with_name(f".{target.name}.partial-{suffix}")
    previous = target.with_name(f".{target.name}.previous-{suffix}")
    try:
        yield partial
        if target.exists():
            os.replace(target, previous)
        os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if previous.exists() and not target.exists():
            os.replace(previous, target)
        shutil.rmtree(previous, ignore_errors=True)


def local_path(spark: SparkSession, path: str) -> Path | None:
    """Return the path when this process and Spark's workers share it, else None.

    Parameters
    ----------
    spark : SparkSession
    path : str
        Where a model is saved.

    Examples
    --------
    >>> local_path(spark, "s3a://bucket/model") is None
    True
    """
    parts = urlsplit(path)
    drive = len(parts.scheme) == 1
    if parts.scheme not in ("", "file") and not drive:
        return None
    if not one_machine(master_of(spark)):
        return None
    return Path(url2pathname(parts.path) if parts.scheme == "file" else path).absolute()


def _metadata(spark: SparkSession, path: str) -> dict[str, Any]:
    try:
        row = spark.read.text(f"{path}/metadata").first()
        found: dict[str, Any] = json.loads(row[0]) if row else {}
    except AnalysisException as error:
        raise SynapseError(f"{path} holds no saved model, or does not exist") from error
    except json.JSONDecodeError as error:
        raise SynapseError(f"{path} holds no saved model: its metadata is no JSON") from error
    if "class" not in found:
        raise SynapseError(f"{path} holds no saved model: its metadata names no class")
    return found


def _class_of(path: str, metadata: dict[str, Any]) -> Any:
    name = str(metadata["class"]).replace("org.apache.spark.", "pyspark.")
    module, _, attribute = name.rpartition(".")
    if not module.startswith(("pyspark.ml", "synapse_magic")):
        raise SynapseError(
            f"{path} holds a {name}. Expected a model of pyspark.ml or synapse_magic"
        )
    found = getattr(importlib.import_module(module), attribute, None)
    if found is None:
        raise SynapseError(f"{path} holds a {name}, which this version does not have")
    return found
