"""The params of the searches for neighbours."""

from __future__ import annotations

from typing import Literal

from synapse_magic.errors import SynapseError
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.stage import Stage


class NeighborParams(Stage):
    """What all of them share, estimators and models."""

    featuresCol: Param[str] = param(
        "Column of the features: vectors, or lists of numbers.", default="features", column="in"
    )
    valuesCol: Param[str] = param(
        "Column of the training frame, of any type, to give for each neighbour.",
        default="values",
        column="in",
    )
    outputCol: Param[str] = param(
        "Column of the neighbours: a list of structs, nearest first.",
        default="neighbors",
        column="out",
    )
    k: Param[int] = param("Neighbours to find for each row.", default=5, low=1)
    metric: Param[Literal["l2", "cosine", "innerProduct"]] = param(
        "What near means: a small Euclidean distance, a large cosine or a large inner product.",
        default="l2",
    )
    leafSize: Param[int] = param("Rows in a leaf of a ball tree.", default=50, low=1, effect=False)

    def _check_output(self) -> None:
        """Refuse an output that would take the place of what the queries say."""
        output = self.getOrDefault("outputCol")
        for role in ("featuresCol", "conditionerCol"):
            if self.hasParam(role) and self.getOrDefault(role).casefold() == output.casefold():
                raise SynapseError(
                    f"outputCol and {role} are both {output!r}. "
                    "Expected a column of its own for the neighbours. Try: outputCol='neighbors'"
                )


class ApproximateParams(Stage):
    """How much may be missed for speed."""

    algorithm: Param[Literal["exact", "approximate"]] = param(
        "Whether every row of the index is looked at, or a graph of neighbours is followed.",
        default="exact",
    )
    efSearch: Param[int] = param(
        "Rows that an approximate search follows at once; more find more of the nearest.",
        default=64,
        low=1,
    )


class LabelParams(Stage):
    """Which rows of the index a query may find."""

    labelCol: Param[str] = param(
        "Column of the training frame with the label of each row.", default="labels", column="in"
    )
    conditionerCol: Param[str] = param(
        "Column with the label, or the list of labels, that a query allows.",
        default="conditioner",
        column="in",
    )
