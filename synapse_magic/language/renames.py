"""Columns under names that ``pyspark.ml`` can take, as a stage of the pipeline itself."""

from __future__ import annotations

import ast

from synapse_magic.language.builder import Builder
from synapse_magic.language.columns import Columns
from synapse_magic.language.labels import safe_name
from synapse_magic.language.layout import call, literal
from synapse_magic.language.steps import Step


class Renames:
    """Gives columns with a dot or a backtick in their name a second, plain name.

    ``pyspark.ml`` reads a dot as a field of a struct and does not take quoted names before
    Spark 4. The new name is made inside the pipeline, so that the model scores frames as they are.
    """

    def __init__(self, builder: Builder, columns: Columns) -> None:
        self.names: dict[str, str] = {}
        self._builder, self._columns = builder, columns

    def before(self, step: Step) -> list[ast.expr]:
        """Return the stage that must stand before a step, if its columns need new names."""
        if step.info.ours:
            return []
        read = [column for columns in step.reads.values() for column in columns]
        new = [c for c in dict.fromkeys(read) if safe_name(c) != c and c not in self.names]
        for column in new:
            self.names[column] = self._columns.fresh(safe_name(column))
            self._columns.add(self.names[column], self._columns.type(column))
        if not new:
            return []
        copies = ", ".join(f"{_sql(column)} AS {_sql(self.names[column])}" for column in new)
        statement = f"SELECT *, {copies} FROM __THIS__"
        transformer = self._builder.use("pyspark.ml.feature", "SQLTransformer")
        return [call(transformer, statement=literal(statement))]


def _sql(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"
