"""Output columns that need no name: while theirs is unset, another stands for it."""

from __future__ import annotations

from typing import Any

from synapse_magic.spark.stage import Stage

_NAMED = ("outputCol", "errorCol")


class OutputNames(Stage):
    """The names of ``outputCol`` and ``errorCol``, set or not; for stages that declare them.

    An unset ``outputCol`` is named after the stage's uid, an unset ``errorCol`` after
    ``outputCol``. A stage whose names are others says so by :meth:`_unset_name`.

    Examples
    --------
    >>> from synapse_magic.spark.param import Param, param, unset
    >>> class Measure(OutputNames):
    ...     "Measures something."
    ...     outputCol: Param[str] = param("New column.", default=unset, column="out")
    ...     errorCol: Param[str] = param("New column of reasons.", default=unset, column="out")
    >>> Measure(outputCol="size").getErrorCol()
    'size_error'
    """

    def getOutputCol(self) -> str:
        """Return ``outputCol``, or the name that stands for it while it is unset."""
        return str(self.getOrDefault("outputCol"))

    def getErrorCol(self) -> str:
        """Return ``errorCol``, or the name that stands for it while it is unset."""
        return str(self.getOrDefault("errorCol"))

    def getOrDefault(self, param: Any) -> Any:
        """Return a param's value, its default, or the name that stands for an unset column."""
        name = param if isinstance(param, str) else param.name
        if name in _NAMED and not self.isDefined(name):
            return self._unset_name(name)
        return super().getOrDefault(param)

    def _unset_name(self, name: str) -> str:
        """Return the name of a column that is unset."""
        return f"{self.uid}_output" if name == "outputCol" else f"{self.getOutputCol()}_error"
