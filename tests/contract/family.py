"""Every public stage, and data on which any of them can work."""

from __future__ import annotations

import atexit
import functools
import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import models
from pyspark.ml.linalg import Vectors
from pyspark.sql import DataFrame, Row, SparkSession

import synapse_magic
from synapse_magic.services.retired import RetiredService
from synapse_magic.services.service_stage import ServiceStage
from synapse_magic.spark.param import Param, alternatives
from synapse_magic.spark.stage import Estimator, Model, Stage

STAGES: list[type[Stage]] = [
    value
    for name in synapse_magic.PUBLIC
    if isinstance(value := getattr(synapse_magic, name), type)
    and issubclass(value, Stage)
    and not issubclass(value, RetiredService)
]
ESTIMATORS = [stage for stage in STAGES if issubclass(stage, Estimator)]
UNFITTED = [stage for stage in STAGES if not issubclass(stage, Model)]
TYPICAL = ("AnalyzeDocument", "OpenAIEmbedding", "OpenAIPrompt")
"""Of the stages that rows of a table declare, those by which what all of them share is tested, and
what is more than its row."""

COLUMNS = ["a", "b", "features", "label", "held_out", "weight", "group", "form"]


def stands_alone(stage: type[Stage]) -> bool:
    """Say whether all of a stage is to be tested, not only what its row adds."""
    return not issubclass(stage, ServiceStage) or stage.__name__ in TYPICAL


def own_params(stage: type[Stage]) -> list[Param[Any]]:
    """Give the params to test: of stages that rows declare, what the row adds."""
    declared = stage.params_declared()
    if stands_alone(stage):
        return list(declared.values())
    return [declared[name] for name in stage.row["params"]]  # type: ignore[attr-defined]


def frame(spark: SparkSession) -> DataFrame:
    """Give 240 rows with a column for each name that a stage may expect by default."""
    rows = []
    for i in range(240):
        x, y = math.sin(i), math.cos(3 * i)
        vector = Vectors.dense([x, y, i % 7])
        rows.append((x, y, vector, float(x + y > 0), i % 5 == 0, 1.0, i // 12, form(x)))
    return spark.createDataFrame(rows, COLUMNS)


def form(total: float) -> Row:
    """Give what a service says of a document with one field."""
    field = Row(type="number", valueNumber=total, content=f"{total:.2f}")
    return Row(documents=[Row(fields={"Total": field})])


def ready(stage: type[Stage]) -> Stage:
    """Give an instance that only lacks data: columns without a default are named."""
    needed = {"inputCol": "a", "inputCols": ["a", "b"], "outputCol": "made", "groupCol": "group"}
    needed |= {"valuesCol": "a", "conditionerCol": "label"}
    declared = stage.params_declared()
    if "conditionerCol" in declared:
        needed["labelCol"] = "label"
    if stage.__name__.startswith("FormOntology"):
        needed["inputCol"] = "form"
    if "models" in declared:
        return holding(stage)
    has_features = "featuresCol" in declared
    return stage(
        **{
            name: value
            for name, value in needed.items()
            if name in declared and not (has_features and name in ("inputCol", "inputCols"))
        }
    )


def holding(stage: type[Stage]) -> Stage:
    """Give an instance of a stage that compares others: estimators, or fitted models."""
    if stage.__name__ == "TuneHyperparameters":
        space = {"numLeaves": synapse_magic.Choice(4, 7)}
        gbm = synapse_magic.LightGBMClassifier(numIterations=3)
        return stage(models=[gbm], paramSpace=space, search="grid", numFolds=1)
    return stage(models=_fitted(), evaluationMetric="AUC")


@functools.cache
def _fitted() -> list[Stage]:
    data = frame(SparkSession.active())
    return [synapse_magic.LightGBMClassifier(numIterations=n).fit(data) for n in (1, 3)]


@functools.cache
def held(name: str) -> Any:
    """Give what a stage may hold under this name: a fitted model, or a frame."""
    return frame(SparkSession.active()) if name == "backgroundData" else _fitted()[0]


def part(name: str) -> Stage:
    """Give a stage for a param that holds one."""
    if name == "inputParser":
        return synapse_magic.JSONInputParser(url="http://localhost")
    if name == "outputParser":
        return synapse_magic.StringOutputParser()
    return synapse_magic.FixedMiniBatchTransformer(batchSize=2)


@functools.cache
def onnx_file() -> str:
    """Give the place of a model in the ONNX format, which is read when it is set."""
    folder = Path(tempfile.mkdtemp(prefix="synapse-magic-family-"))
    atexit.register(shutil.rmtree, folder)
    place = folder / "model.onnx"
    place.write_bytes(models.linear().SerializeToString())
    return str(place)


def sample_value(declared: Param[Any]) -> Any:
    """Give a value that the declaration allows and that is not the default where possible."""
    if declared.name == "modelLocation":
        return onnx_file()
    if declared.name in ("inputParser", "outputParser", "miniBatcher"):
        return part(declared.name)
    kind = next(kind for kind in alternatives(declared.type) if kind is not type(None))
    if get_origin(kind) is Literal:
        return get_args(kind)[-1]
    if declared.name in ("backgroundData", "model") and kind is not str:
        return held(declared.name)
    if get_origin(kind) is Callable:
        return len
    if get_origin(kind) is list:
        (element,) = get_args(kind)
        if element is Any:
            return []
        if get_origin(element) is Callable:
            return [len]
        if element == dict[str, float]:  # a distribution
            return [{"x": 1.0}]
        if get_origin(element) is list:
            return [[]]
        if get_origin(element) is dict:  # the steps of images
            return [{"action": "flip", "flipCode": 1}]
        return [_number(declared, element)] if element in (int, float) else [element("x")]
    if kind is bool:
        return not declared.default
    if kind is bytes:
        return b"bytes"
    if (get_origin(kind) or kind) is dict:
        return {"x": 1.0} if get_args(kind)[1:] == (float,) else {"x": "text"}
    if isinstance(kind, type) and issubclass(kind, dict):
        return kind()
    return _number(declared, kind) if kind in (int, float) else "text"


def bad_value(declared: Param[Any]) -> Any:
    """Give a value of a type that no param takes."""
    return object()


def _number(declared: Param[Any], kind: type) -> Any:
    low = declared.low if declared.low is not None else 1
    if declared.above is not None:
        low = declared.above + 0.5
    if declared.high is not None:
        low = min(low, declared.high)
    return kind(math.ceil(low)) if kind is int else kind(low)
