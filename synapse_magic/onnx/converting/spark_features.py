"""Stages of ``pyspark.ml.feature`` as operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.graph import ML, Graph, Tensor, row

Column = Callable[[str], Tensor]
Made = dict[str, Tensor]
_NONE = np.array(np.nan)
_BOOLEANS = {"true": "1", "false": "0"}


def _columns(stage: Any) -> list[tuple[str, str]]:
    if stage.isDefined("inputCols"):
        return list(zip(stage.getInputCols(), stage.getOutputCols()))
    return [(stage.getInputCol(), stage.getOutputCol())]


def assembler(graph: Graph, stage: Any, column: Column) -> Made:
    """Set columns side by side."""
    parts = [column(name) for name in stage.getInputCols()]
    if stage.getHandleInvalid() != "keep":
        for part in parts:
            if part.width == 1:  # Spark looks at numbers alone, and not into vectors
                graph.refuse(graph.add("IsNaN", part.name))
    name = graph.add("Concat", *(part.name for part in parts), axis=1)
    return {stage.getOutputCol(): Tensor(name, sum(part.width for part in parts))}


def indexer(graph: Graph, stage: Any, column: Column) -> Made:
    """Add the position of each level."""
    keep = stage.getHandleInvalid() == "keep"
    made = {}
    for (name, output), labels in zip(_columns(stage), stage.labelsArray):
        values, other = column(name), float(len(labels)) if keep else np.nan
        index = _text_index if values.text else _number_index
        made[output] = Tensor(index(graph, values.name, list(labels), other))
        if not keep:
            graph.refuse(graph.add("IsNaN", made[output].name))
    return made


def _text_index(graph: Graph, values: str, labels: list[str], other: float) -> str:
    positions = [float(position) for position in range(len(labels))]
    encoded = graph.add(
        "LabelEncoder",
        values,
        domain=ML,
        keys_strings=labels,
        values_floats=positions,
        default_float=other,
    )
    return graph.number(encoded)


def _number_index(graph: Graph, values: str, labels: list[str], other: float) -> str:
    """Spark indexes the text of a number, so the labels are read as numbers again."""
    try:
        numbers = [_number(label) for label in labels]
    except ValueError as error:
        raise SynapseError(f"A StringIndexer learned {error} from a column of numbers") from error
    hits = graph.number(graph.add("Equal", values, row(numbers)))
    position = graph.add("MatMul", hits, np.arange(len(labels), dtype=np.float64)[:, None])
    seen = graph.add("Greater", _summed(graph, hits), np.array(0.5))
    return graph.add("Where", seen, position, np.array(other))


def _number(label: str) -> float:
    return float(_BOOLEANS.get(label, label))


def texts(graph: Graph, stage: Any, column: Column) -> Made:
    """Add the text at each position."""
    labels = list(stage.getLabels())
    if not labels:
        raise SynapseError(
            "IndexToString takes its labels from the metadata of a column, which ONNX has not. "
            "Try: IndexToString(labels=indexer.labels)"
        )
    index = column(stage.getInputCol()).name
    known = graph.add("Where", graph.add("IsNaN", index), np.array(0.0), index)
    index = _whole(graph, known)
    name = graph.add("Gather", np.array(labels, dtype=object), index)
    return {stage.getOutputCol(): Tensor(name, text=True)}


def one_hot(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a one at the position of the level."""
    keep, drop = stage.getHandleInvalid() == "keep", stage.getDropLast()
    made = {}
    for (name, output), size in zip(_columns(stage), stage.categorySizes):
        width, index = size - (drop and not keep), column(name).name
        hits = graph.number(graph.add("Equal", index, row(np.arange(width))))
        if not keep:
            graph.refuse(graph.add("Not", _within(graph, index, size)))
        if keep and not drop:  # one more level, for what was not seen
            rest = graph.add("Sub", np.array(1.0), _summed(graph, hits))
            hits, width = graph.add("Concat", hits, rest, axis=1), width + 1
        made[output] = Tensor(hits, width)
    return made


def _within(graph: Graph, index: str, size: int) -> str:
    above = graph.add("GreaterOrEqual", index, np.array(0.0))
    return graph.add("And", above, graph.add("Less", index, np.array(float(size))))


def imputer(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a number in place of each missing one."""
    surrogates = stage.surrogateDF.first().asDict()
    missing, made = float(stage.getMissingValue()), {}
    for name, output in _columns(stage):
        values = column(name).name
        absent = graph.add("IsNaN", values)
        if not np.isnan(missing):
            absent = graph.add("Or", absent, graph.add("Equal", values, np.array(missing)))
        made[output] = Tensor(graph.add("Where", absent, row([surrogates[name]]), values))
    return made


def _scaled(graph: Graph, stage: Any, column: Column, shift: Any, factor: Any) -> Made:
    values = column(stage.getInputCol())
    moved = graph.add("Sub", values.name, row(shift))
    return {stage.getOutputCol(): Tensor(graph.add("Mul", moved, row(factor)), values.width)}


def _inverse(values: np.ndarray) -> np.ndarray:
    """Return 1 / values, and 0 where there is nothing to divide by, as Spark does."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values != 0)


def standard(graph: Graph, stage: Any, column: Column) -> Made:
    """Subtract the mean, and divide by the standard deviation."""
    deviation = stage.std.toArray()
    factor = _inverse(deviation) if stage.getWithStd() else np.ones_like(deviation)
    shift = stage.mean.toArray() if stage.getWithMean() else np.zeros_like(deviation)
    return _scaled(graph, stage, column, shift, factor)


def robust(graph: Graph, stage: Any, column: Column) -> Made:
    """Subtract the median, and divide by the range between quantiles."""
    spread = stage.range.toArray()
    factor = _inverse(spread) if stage.getWithScaling() else np.ones_like(spread)
    shift = stage.median.toArray() if stage.getWithCentering() else np.zeros_like(spread)
    return _scaled(graph, stage, column, shift, factor)


def min_max(graph: Graph, stage: Any, column: Column) -> Made:
    """Stretch from the smallest and largest value to those asked for."""
    low, high = stage.originalMin.toArray(), stage.originalMax.toArray()
    start, end = stage.getMin(), stage.getMax()
    factor = (end - start) * _inverse(high - low)
    made = _scaled(graph, stage, column, low, factor)[stage.getOutputCol()]
    # A feature of one value alone goes to the middle.
    floor = np.where(high == low, (start + end) / 2, start)
    name = graph.add("Add", made.name, row(floor))
    return {stage.getOutputCol(): Tensor(name, made.width)}


def max_abs(graph: Graph, stage: Any, column: Column) -> Made:
    """Divide by the largest absolute value."""
    largest = stage.maxAbs.toArray()
    factor = np.where(largest == 0, 1.0, _inverse(largest))
    return _scaled(graph, stage, column, np.zeros_like(largest), factor)


def normalizer(graph: Graph, stage: Any, column: Column) -> Made:
    """Divide by the norm of the row."""
    values, order = column(stage.getInputCol()), float(stage.getP())
    sizes = graph.add("Abs", values.name)
    if np.isinf(order):
        norm = graph.add("ReduceMax", sizes, np.array([1]), keepdims=1)
    else:
        powers = _summed(graph, graph.add("Pow", sizes, np.array(order)))
        norm = graph.add("Pow", powers, np.array(1 / order))
    safe = graph.add("Where", graph.add("Equal", norm, np.array(0.0)), np.array(1.0), norm)
    return {stage.getOutputCol(): Tensor(graph.add("Div", values.name, safe), values.width)}


def binarizer(graph: Graph, stage: Any, column: Column) -> Made:
    """Set 1 above the threshold, else 0."""
    several = stage.isDefined("thresholds") and stage.isDefined("inputCols")
    pairs = _columns(stage)
    limits = stage.getThresholds() if several else [stage.getThreshold()] * len(pairs)
    made = {}
    for (name, output), limit in zip(pairs, limits):
        values = column(name)
        above = graph.add("Greater", values.name, np.array(float(limit)))
        made[output] = Tensor(graph.number(above), values.width)
    return made


def bucketizer(graph: Graph, stage: Any, column: Column) -> Made:
    """Add the number of the bucket; the last one holds its upper end, too."""
    pairs = _columns(stage)
    several = stage.isDefined("inputCols")
    splits = stage.getSplitsArray() if several else [stage.getSplits()]
    keep = stage.getHandleInvalid() == "keep"
    made = {}
    for (name, output), ends in zip(pairs, splits):
        values = column(name).name
        reached = graph.number(graph.add("GreaterOrEqual", values, row(ends[1:-1])))
        bucket = _summed(graph, reached) if len(ends) > 2 else graph.add("Mul", values, row([0]))
        outside = graph.add(
            "Or",
            graph.add("Less", values, row([ends[0]])),
            graph.add("Greater", values, row([ends[-1]])),
        )
        absent = graph.add("IsNaN", values)
        other = np.array(float(len(ends) - 1)) if keep else _NONE
        kept = graph.add("Where", absent, other, bucket)
        made[output] = Tensor(graph.add("Where", outside, _NONE, kept))
        graph.refuse(graph.add("IsNaN", made[output].name))
    return made


def pca(graph: Graph, stage: Any, column: Column) -> Made:
    """Add the coordinates along the principal components."""
    components = stage.pc.toArray()
    name = graph.add("MatMul", column(stage.getInputCol()).name, components)
    return {stage.getOutputCol(): Tensor(name, components.shape[1])}


def slicer(graph: Graph, stage: Any, column: Column) -> Made:
    """Add some of the features."""
    if stage.getNames():
        raise SynapseError("VectorSlicer chooses by names, which ONNX has not. Try: indices=[...]")
    indices = np.array(stage.getIndices(), dtype=np.int64)
    name = graph.add("Gather", column(stage.getInputCol()).name, indices, axis=1)
    return {stage.getOutputCol(): Tensor(name, len(indices))}


def _summed(graph: Graph, name: str) -> str:
    return graph.add("ReduceSum", name, np.array([1]), keepdims=1)


def _whole(graph: Graph, name: str) -> str:
    return graph.add("Cast", name, to=graph.package.TensorProto.INT64)


FEATURES = {
    "VectorAssembler": assembler,
    "StringIndexerModel": indexer,
    "IndexToString": texts,
    "OneHotEncoderModel": one_hot,
    "ImputerModel": imputer,
    "StandardScalerModel": standard,
    "RobustScalerModel": robust,
    "MinMaxScalerModel": min_max,
    "MaxAbsScalerModel": max_abs,
    "Normalizer": normalizer,
    "Binarizer": binarizer,
    "Bucketizer": bucketizer,
    "PCAModel": pca,
    "VectorSlicer": slicer,
}
