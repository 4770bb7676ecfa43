"""What the stages on tables and vectors share: features with names and values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.background import BackgroundHolder
from synapse_magic.explainers.classes import class_names
from synapse_magic.explainers.labels import label_names
from synapse_magic.explainers.local_explainer import LocalExplainer
from synapse_magic.explainers.shown import level_names, shown_values
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.columns import field, slot_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.explainers.local_explainer import Told


class TableExplainer(BackgroundHolder, LocalExplainer):
    """A stage that explains columns, or the slots of a vector, against a background."""

    unsaved: ClassVar[tuple[str, ...]] = ("model", "backgroundData")

    def _columns(self) -> list[str]:
        """Return the columns that are explained."""
        name = "inputCols" if self.hasParam("inputCols") else "inputCol"
        if not self.isDefined(name):
            raise SynapseError(f"{type(self).__name__} has no {name}. Expected what to explain")
        columns = self.getOrDefault(name)
        found = [columns] if isinstance(columns, str) else list(columns)
        twice = [column for column in found if found.count(column) > 1]
        if twice:
            raise SynapseError(
                f"{name} of {type(self).__name__} names {twice[0]!r} twice. Expected each once"
            )
        if not found:
            raise SynapseError(f"{name} of {type(self).__name__} is empty. Expected columns")
        return found

    def explanation(
        self, df: DataFrame, rows: int = 500, *, label: str | None = None
    ) -> Explanation:
        """Explain some rows, drawn at random, as one result with its views.

        Parameters
        ----------
        df : DataFrame
        rows : int
            How many rows to explain at most.
        label : str, optional
            Column of true labels, which are shown with the rows.

        Raises
        ------
        SynapseError
            When there are no rows, or none of them can be explained.
        """
        told = self._told(df, rows, () if label is None else (label,))
        made = self._explanation(df, told)
        if label is None:
            return made
        names = label_names(self.getOrDefault("model"), told.sample.table.column(label))
        return replace(made, labels=names)

    def _explanation(self, df: DataFrame, told: Told) -> Explanation:
        found = told.found
        features, outputs = found[0].values.shape
        columns = self._columns()
        names = self._names(df, features)
        batch = told.sample.batch.select(columns)
        error = _stacked([local.error for local in found])
        quality = np.stack([local.quality for local in found])
        exact = error is not None and not error.any()
        return Explanation(
            values=np.stack([local.values for local in found]),
            base=np.stack([local.base for local in found]),
            prediction=np.stack([local.prediction for local in found]),
            data=shown_values(batch, names, level_names(df.schema, columns, names)),
            names=tuple(names),
            outputs=self._outputs(outputs),
            link="identity",
            method=found[0].method or ("exact" if exact else self.told_by),
            rows_total=told.sample.total,
            seed=self.getOrDefault("seed"),
            quality=None if np.isnan(quality).any() else quality,
            error=None if exact else error,
            failures=told.failures,
        )

    def _names(self, df: DataFrame, features: int) -> list[str]:
        columns = self._columns()
        own = field(df.schema, columns[0])
        if own.dataType.typeName() != "vectorudt":
            return columns
        return slot_names(own) or [f"{columns[0]}_{i}" for i in range(features)]

    def _outputs(self, count: int) -> tuple[str, ...]:
        """Return the names of so many explained outputs."""
        return class_names(
            self.getOrDefault("model"),
            self.getOrDefault("targetCol"),
            tuple(self.getOrDefault("targetClasses")),
            count,
        )


def _stacked(errors: list[np.ndarray | None]) -> np.ndarray | None:
    known = [error for error in errors if error is not None]
    return np.stack(known) if known else None
