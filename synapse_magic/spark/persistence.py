"""Saved stages: metadata, attachments, and a manifest written last that proves them complete.

Everything goes through Spark's reader and writer, so any file system that Spark reaches works, on
Spark Connect as well. The layout is ``metadata/`` (as ``pyspark.ml`` writes it), Parquet files in
``attachments/NAME/`` with a part of the content in each, and ``manifest/`` with the length and
SHA-256 of each.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from pyspark.errors import AnalysisException, PySparkException
from pyspark.ml.util import MLReader, MLWriter
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.http.address_keys import keys_in
from synapse_magic.spark import functions

if TYPE_CHECKING:
    from synapse_magic.spark.stage import Stage

PUBLIC_MODULE = "synapse_magic"
PART_BYTES = 32 << 20
"""Of an attachment in one file: what one message of Spark Connect and one result of a task take."""


class StageWriter(MLWriter):
    """Saves one stage; ``overwrite()`` allows an existing path."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    def save(self, path: str) -> None:
        """Save the stage to ``path``.

        Raises
        ------
        SynapseError
            When something is there already and ``overwrite()`` was not asked for.
        """
        if not self.shouldOverwrite and _exists(self.sparkSession, path):
            raise SynapseError(f"{path} exists already. Try: .write().overwrite().save(...)")
        self.saveImpl(path)

    def saveImpl(self, path: str) -> None:
        """Write metadata and attachments, then the manifest."""
        contents = {name: self.stage._get_attachment(name) for name in self.stage.attachments}
        metadata = _metadata(self.stage, self.sparkSession.version)
        _write_text(self.sparkSession, f"{path}/metadata", metadata)
        for name, content in contents.items():
            _write_attachment(self.sparkSession, f"{path}/attachments/{name}", content)
        manifest = _manifest({"metadata": metadata.encode(), **contents})
        _write_text(self.sparkSession, f"{path}/manifest", manifest)


class StageReader(MLReader[Any]):
    """Loads one stage and refuses what is not complete."""

    def __init__(self, cls: type[Stage]) -> None:
        super().__init__()
        self.cls = cls

    def load(self, path: str) -> Any:
        """Load the stage saved at ``path``.

        Raises
        ------
        SynapseError
            When nothing is there, it is another class, or a file is missing or altered.
        """
        spark = self.sparkSession
        metadata = _read_text(spark, path, "metadata")
        manifest = json.loads(_read_text(spark, path, "manifest"))
        _verify(path, "metadata", metadata.encode(), manifest)
        stage = _rebuild(self.cls, json.loads(metadata, object_hook=functions.from_json), path)
        for name in stage.attachments:
            content = _read_attachment(spark, path, name)
            _verify(path, name, content, manifest)
            stage._set_attachment(name, content)
        return stage


def _metadata(stage: Stage, spark_version: str) -> str:
    secret = {name for name, declared in stage.params_declared().items() if declared.secret}
    addresses = {p.name for p, v in stage._paramMap.items() if isinstance(v, str) and keys_in(v)}
    lost = addresses.union(name for name in stage._without_keys if not stage.isSet(name))
    left_out = secret.union(stage.unsaved, addresses)
    return json.dumps(
        {
            "class": f"{PUBLIC_MODULE}.{type(stage).__name__}",
            "timestamp": int(time.time() * 1000),
            "sparkVersion": spark_version,
            "uid": stage.uid,
            "paramMap": {p.name: v for p, v in stage._paramMap.items() if p.name not in left_out},
            "defaultParamMap": {p.name: v for p, v in stage._defaultParamMap.items()},
            "state": stage._get_state(),
            "withoutKeys": sorted(lost - secret),
        },
        default=functions.to_json,
    )


def _rebuild(cls: type[Stage], metadata: dict[str, Any], path: str) -> Stage:
    name = metadata["class"].rpartition(".")[2]
    if name != cls.__name__:
        raise SynapseError(f"{path} holds a {name}, expected a {cls.__name__}. Try: {name}.load")
    stage = cls()
    stage._resetUid(metadata["uid"])
    stage._set(**metadata["paramMap"])
    stage._set_state(metadata["state"])
    stage._without_keys = tuple(metadata.get("withoutKeys", ()))  # older ones have none
    return stage


def _manifest(contents: dict[str, bytes]) -> str:
    return json.dumps(
        {
            name: {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        }
    )


def _verify(path: str, name: str, content: bytes, manifest: dict[str, Any]) -> None:
    entry = manifest.get(name)
    if entry is None:
        raise _incomplete(path, f"its manifest does not list {name!r}")
    if len(content) != entry["length"]:
        raise _incomplete(path, f"{name!r} has {len(content)} of {entry['length']} bytes")
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise _incomplete(path, f"{name!r} was altered after it was saved")


def _incomplete(path: str, what: str) -> SynapseError:
    return SynapseError(f"The saved stage at {path} is not complete: {what}. Try: save it again")


def _write_text(spark: SparkSession, path: str, text: str) -> None:
    frame = spark.createDataFrame([(text,)], "value string")
    frame.coalesce(1).write.mode("overwrite").text(path)


def _read_text(spark: SparkSession, path: str, name: str) -> str:
    try:
        row = spark.read.text(f"{path}/{name}", wholetext=True).first()
    except AnalysisException as error:
        if name == "metadata":
            raise SynapseError(f"{path} holds no saved stage: there is no {name}") from error
        raise _incomplete(path, f"there is no {name}") from error
    if row is None:
        raise _incomplete(path, f"{name} is empty")
    return str(row[0]).rstrip("\n")


def _write_attachment(spark: SparkSession, path: str, content: bytes) -> None:
    for number, start in enumerate(range(0, max(len(content), 1), PART_BYTES)):
        row = (number, bytearray(content[start : start + PART_BYTES]))
        frame = spark.createDataFrame([row], "part int, content binary").coalesce(1)
        frame.write.mode("append" if number else "overwrite").parquet(path)


def _read_attachment(spark: SparkSession, path: str, name: str) -> bytes:
    try:
        rows = spark.read.parquet(f"{path}/attachments/{name}").toLocalIterator()
        parts = {row.part: bytes(row.content) for row in rows}
    except PySparkException as error:
        raise _incomplete(path, f"attachment {name!r} cannot be read") from error
    if not parts:
        raise _incomplete(path, f"attachment {name!r} is empty")
    return b"".join(parts[number] for number in sorted(parts))


def _exists(spark: SparkSession, path: str) -> bool:
    try:
        # Connect analyses nothing before the schema is asked for.
        _ = spark.read.text(f"{path}/metadata").schema
    except AnalysisException:
        return False
    return True
