"""Models as text files of the ``lightgbm`` package, on this machine or wherever Spark reaches.

A file system of Spark's has no single files to write: there, as in SynapseML, the text is the only
part file of a folder. Both are read.
"""

from __future__ import annotations

from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import Task
from synapse_magic.kernels.model_text import objective
from synapse_magic.kernels.responses import CUSTOM
from synapse_magic.spark.files import first_line, has_scheme, read_file


def write_model(path: str, text: str, overwrite: bool) -> None:
    """Write the text of a model to a file here, or through Spark where ``path`` has a scheme.

    Raises
    ------
    SynapseError
        When something is there already and ``overwrite`` is false, or it cannot be written.
    """
    if has_scheme(path):
        _write_with_spark(path, text, overwrite)
        return
    file = Path(path)
    if file.is_dir():
        raise SynapseError(f"{path} is a folder. Expected the path of a file to write")
    if file.exists() and not overwrite:
        raise _exists(path)
    try:
        partial = file.with_name(f".{file.name}.partial")
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(file)
    except OSError as error:
        raise SynapseError(f"{path} cannot be written: {error.strerror}") from error


def read_model(path: str) -> str:
    """Return the text in a file or folder that :func:`write_model` or ``lightgbm`` wrote.

    Raises
    ------
    SynapseError
        When nothing is there, or it is no text.
    """
    content = read_file(path, "a LightGBM model, as of saveNativeModel(...)")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SynapseError(
            f"{path} is not a LightGBM model: it is no text. Expected the text format, as of "
            "saveNativeModel(...) or Booster.save_model(...)"
        ) from error


_TASKS: dict[Task, tuple[str, tuple[str, ...]]] = {
    "classification": ("LightGBMClassificationModel", ("binary", "multiclass", "multiclassova")),
    "ranking": ("LightGBMRankerModel", ("lambdarank", "rank_xendcg")),
}
"""Task -> the class for it and its objectives; all other objectives are regressions."""
_REGRESSION = "LightGBMRegressionModel"


def require_task(text: str, task: Task, source: str) -> None:
    """Make sure that a model does what it is loaded for; one of a callable may do anything.

    Raises
    ------
    SynapseError
        With the class that takes the model.
    """
    name, _ = objective(text)
    fitting = (owner for owner, names in _TASKS.values() if name in names)
    owner, expected = next(fitting, _REGRESSION), _TASKS.get(task, (_REGRESSION, ()))[0]
    if name not in CUSTOM and owner != expected:
        raise SynapseError(
            f"{source} holds a model of the objective {name!r}, which {expected} is not for. "
            f"Try: {owner}"
        )


def require_readable(text: str, source: str) -> None:
    """Make sure that LightGBM itself reads the model.

    Raises
    ------
    SynapseError
        With LightGBM's own words.
    """
    import lightgbm

    try:
        lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise SynapseError(f"{source} cannot be read by LightGBM: {error}") from error


def _write_with_spark(path: str, text: str, overwrite: bool) -> None:
    spark = SparkSession.active()
    frame = spark.createDataFrame([(text.rstrip("\n"),)], "value string").coalesce(1)
    try:
        frame.write.mode("overwrite" if overwrite else "errorifexists").text(path)
    except (PySparkException, Py4JJavaError) as error:
        if "ALREADY_EXISTS" in str(error) or "already exists" in str(error):
            raise _exists(path) from error
        raise SynapseError(f"{path} cannot be written: {first_line(error)}") from error


def _exists(path: str) -> SynapseError:
    return SynapseError(f"{path} exists already. Try: overwrite=True")
