"""The file of a model: here for this process, and on every worker for the tasks."""

from __future__ import annotations

import atexit
import functools
import hashlib
import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synapse_magic.kernels.onnx_scorer import OnnxScorer

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

_shipped: weakref.WeakKeyDictionary[Any, set[str]] = weakref.WeakKeyDictionary()
"""Session -> the names of the files that its workers have."""


@dataclass(frozen=True)
class WorkerScorer:
    """A scorer as a task of Spark runs it: with the file and the device that the task has.

    Attributes
    ----------
    scorer : OnnxScorer
    file : str
        The name under which Spark brought the model's file; empty where ``scorer`` has its path.
    """

    scorer: OnnxScorer
    file: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return self.scorer.inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return self.scorer.outputs

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        return self._here().score(batch)

    def _here(self) -> OnnxScorer:
        from pyspark import SparkFiles, TaskContext

        context = TaskContext.get()
        gpu = context.resources().get("gpu") if context is not None else None
        path = SparkFiles.get(self.file) if self.file else self.scorer.path
        return replace(self.scorer, path=path, device_id=int(gpu.addresses[0]) if gpu else 0)


def local_file(content: bytes) -> Path:
    """Return a file of this process with the content; it goes when the process ends."""
    path = _folder() / f"{hashlib.sha256(content).hexdigest()[:32]}.onnx"
    if not path.exists():
        partial = path.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(path)
    return path


def on_workers(spark: SparkSession, scorer: OnnxScorer, shares_files: bool) -> WorkerScorer:
    """Return the scorer for the workers of a session, who get its file once.

    Parameters
    ----------
    spark : SparkSession
    scorer : OnnxScorer
        With the path of the file here.
    shares_files : bool
        Whether the workers see this machine's files.
    """
    if shares_files:
        return WorkerScorer(scorer)
    name = Path(scorer.path).name
    there = _shipped.setdefault(spark, set())
    if name not in there:
        from synapse_magic.spark.driver import ship_file

        ship_file(spark, scorer.path)
        there.add(name)
    return WorkerScorer(replace(scorer, path=""), name)


@functools.cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="synapse-onnx-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
