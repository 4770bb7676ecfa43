"""Which params of ``pyspark.ml`` stages name columns, and whether they are read or written."""

from __future__ import annotations

from typing import Literal

Direction = Literal["in", "out"]

COLUMN_PARAMS: dict[str, Direction] = {
    "inputCol": "in",
    "inputCols": "in",
    "featuresCol": "in",
    "labelCol": "in",
    "weightCol": "in",
    "validationIndicatorCol": "in",
    "offsetCol": "in",
    "censorCol": "in",
    "foldCol": "in",
    "userCol": "in",
    "itemCol": "in",
    "itemsCol": "in",
    "ratingCol": "in",
    "categoricalCols": "in",
    "outputCol": "out",
    "outputCols": "out",
    "predictionCol": "out",
    "probabilityCol": "out",
    "rawPredictionCol": "out",
    "leafCol": "out",
    "varianceCol": "out",
    "quantilesCol": "out",
    "linkPredictionCol": "out",
    "topicDistributionCol": "out",
}
"""Every column param by its name, whatever the stage."""

WRITTEN_BY: dict[str, frozenset[str]] = {"RFormula": frozenset({"featuresCol", "labelCol"})}
"""Stages that write what the others read."""

AUXILIARY = frozenset(
    {
        "labelCol",
        "weightCol",
        "validationIndicatorCol",
        "offsetCol",
        "censorCol",
        "foldCol",
        "categoricalCols",
        "groupCol",
        "initScoreCol",
    }
)
"""Input columns that are never meant by position."""

DOUBLES = frozenset(
    {
        "Binarizer",
        "Bucketizer",
        "Imputer",
        "QuantileDiscretizer",
        "StringIndexer",
        "TargetEncoder",
    }
)
TEXTS = frozenset({"NGram", "RegexTokenizer", "StopWordsRemover", "Tokenizer"})
"""Stages whose outputs are numbers, or lists of words; the other outputs are vectors."""

NUMBERS_ONLY = frozenset(
    {"Binarizer", "Bucketizer", "Imputer", "Interaction", "QuantileDiscretizer", "VectorAssembler"}
)
"""Stages that take numbers (or vectors) and no text."""
