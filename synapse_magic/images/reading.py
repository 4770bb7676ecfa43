"""Files of images to rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.image_makers import Steps
from synapse_magic.kernels.image_scorer import ImageScorer
from synapse_magic.spark.files import first_line
from synapse_magic.spark.image_schema import IMAGE
from synapse_magic.spark.scoring import transform_with

Path = str | os.PathLike[str]


def read_images(
    path: Path | Sequence[Path],
    *,
    recursive: bool = False,
    glob: str | None = None,
    dropInvalid: bool = False,
    spark: SparkSession | None = None,
) -> DataFrame:
    """Return a frame of the images in files: their ``path``, ``image`` and ``error``.

    ``image`` is a struct as Spark's own image source has it, which is null where the file is
    broken or no image; ``error`` then tells why. Images are turned upright, values of more than 8
    bits are scaled to 8, and of an animation the first frame is taken. Files are read when the
    frame is used. Spark leaves out files of 0 bytes, and those whose name begins with ``.`` or
    ``_``.

    Parameters
    ----------
    path : str, path or list of them
        Files or folders, wherever Spark reaches; ``photos/*.jpg`` stands for several.
    recursive : bool
        Whether folders inside are read, too.
    glob : str, optional
        Pattern that the names of files must match, such as ``*.jpg``.
    dropInvalid : bool
        Leave files out that are no image.
    spark : SparkSession, optional
        The session; that which is active if not given.

    Raises
    ------
    SynapseError
        When there is nothing at ``path``, or nothing there has a name as ``glob`` says.

    Examples
    --------
    >>> images = read_images("photos", recursive=True, glob="*.jpg")  # doctest: +SKIP
    >>> images.where("error is not null").select("path", "error").show()  # doctest: +SKIP
    """
    files = _files(spark or SparkSession.active(), path, recursive, glob)
    scorer = ImageScorer("content", "image", Steps(), "error", origin="path")
    outputs = [StructField("image", IMAGE), StructField("error", StringType())]
    images = transform_with(scorer, files, outputs).drop("content")
    return images.where(F.col("error").isNull()) if dropInvalid else images


def _files(
    spark: SparkSession, path: Path | Sequence[Path], recursive: bool, glob: str | None
) -> DataFrame:
    """Return path and content of each file."""
    paths = _paths(path)
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", recursive)
    if glob is not None:
        reader = reader.option("pathGlobFilter", glob)
    try:
        files = reader.load(paths).select("path", "content")
        _ = files.schema  # Connect looks at nothing before
    except AnalysisException as error:
        raise SynapseError(
            f"There are no images to read: {first_line(error)} Expected files or folders"
        ) from error
    if glob is not None and files.select("path").isEmpty():
        raise SynapseError(
            f"There are no images to read: nothing in {', '.join(paths)} has a name like {glob!r}. "
            "Try: recursive=True for folders inside, or glob='*.jpg'"
        )
    return files


def _paths(path: Path | Sequence[Path]) -> list[str]:
    paths: list[Any] = [path]
    if isinstance(path, Iterable) and not isinstance(path, (str, os.PathLike)):
        paths = list(path)
    wrong = [each for each in paths if not isinstance(each, (str, os.PathLike)) or each == ""]
    if wrong or not paths:
        got = repr(wrong[0]) if wrong else "none"
        raise SynapseError(f"read_images needs paths of files or folders, got {got}")
    return [os.fspath(each) for each in paths]
