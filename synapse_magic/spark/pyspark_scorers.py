"""The scorers of the common ``pyspark.ml`` models, from their public attributes.

Public attributes alone, so that it works on Spark Connect too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.pyspark_stages import (
    AssemblerScorer,
    CopyScorer,
    ImputerScorer,
    IndexerScorer,
    OneHotScorer,
)
from synapse_magic.kernels.scorer import Scorer

_COPY = r", `((?:[^`]|``)+)` AS `((?:[^`]|``)+)`"


def _columns(model: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if model.isDefined("inputCols"):
        return tuple(model.getInputCols()), tuple(model.getOutputCols())
    return (model.getInputCol(),), (model.getOutputCol(),)


def _assembler(model: Any) -> Scorer:
    return AssemblerScorer(
        tuple(model.getInputCols()), (model.getOutputCol(),), model.getHandleInvalid()
    )


def _indexer(model: Any) -> Scorer:
    labels = tuple(tuple(levels) for levels in model.labelsArray)
    return IndexerScorer(*_columns(model), labels, model.getHandleInvalid())


def _imputer(model: Any) -> Scorer:
    inputs, outputs = _columns(model)
    row = model.surrogateDF.first().asDict()
    surrogates = tuple(float(row[name]) for name in inputs)
    return ImputerScorer(inputs, outputs, surrogates, float(model.getMissingValue()))


def _one_hot(model: Any) -> Scorer:
    sizes = tuple(int(size) for size in model.categorySizes)
    return OneHotScorer(*_columns(model), sizes, model.getDropLast(), model.getHandleInvalid())


def _copies(model: Any) -> Scorer:
    statement = model.getStatement()
    pairs = re.findall(_COPY, statement)
    if not pairs or re.sub(_COPY, "", statement) != "SELECT * FROM __THIS__":
        raise SynapseError(
            "An SQLTransformer cannot be scored outside Spark. Expected one that only copies "
            f"columns, got {statement!r}"
        )
    sources, names = zip(*([part.replace("``", "`") for part in pair] for pair in pairs))
    return CopyScorer(sources, names)


PYSPARK_SCORERS: dict[str, Callable[[Any], Scorer]] = {
    "SQLTransformer": _copies,
    "VectorAssembler": _assembler,
    "StringIndexerModel": _indexer,
    "ImputerModel": _imputer,
    "OneHotEncoderModel": _one_hot,
}
