"""Functions of the user that parse: what ``udf`` makes, or plain ones, and what they cannot do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    StringType,
    StructField,
    StructType,
    _parse_datatype_json_string,
)

from synapse_magic.errors import SynapseError
from synapse_magic.spark.stage import Stage

_ROW_BY_ROW = (100, 101)
"""What PySpark numbers the functions of single values by, those through Arrow among them."""

Function = Callable[..., Any]


def require_row_function(owner: str, function: Function) -> None:
    """Raise unless a function takes one value at a time."""
    if getattr(function, "evalType", _ROW_BY_ROW[0]) not in _ROW_BY_ROW:
        raise SynapseError(
            f"{owner} takes a function of one value, and got a vectorised one. "
            "Try: F.udf(function, returnType)"
        )


def return_type(function: Function) -> DataType | None:
    """Return the type that a function was given by ``udf``; None for a plain function."""
    return function.returnType if hasattr(function, "evalType") else None  # type: ignore[attr-defined]


def called(function: Function, kind: DataType, argument: Column) -> Column:
    """Return what a function makes of a column; its errors are those of the job."""
    # Told outright, for PySpark 4.3 takes type hints for those of vectorised functions.
    return F.udf(_plain(function), kind, useArrow=False)(argument)


def told(function: Function, kind: DataType, argument: Column) -> Column:
    """Return a struct of ``value`` and ``problem``: what the function raised for a row.

    It is not called for a null.
    """
    schema = StructType([StructField("value", kind), StructField("problem", StringType())])
    # Spark repeats what it takes for deterministic, once for each field that is read.
    made = F.udf(_telling(_plain(function)), schema, useArrow=False)
    return made.asNondeterministic()(argument)


def _plain(function: Function) -> Function:
    return function.func if hasattr(function, "evalType") else function  # type: ignore[attr-defined]


def _telling(function: Function) -> Function:
    def tell(value: Any) -> tuple[Any, str | None]:
        if value is None:
            return None, None
        try:
            return function(value), None
        except Exception as error:  # the row's own, which goes beside it
            return None, f"{type(error).__name__}: {error}"

    return tell


class FunctionHolder(Stage):
    """A stage that saves its function by name, and beside it the type it was given by ``udf``."""

    function_param: ClassVar[str] = "udfPython"

    def _get_state(self) -> dict[str, Any]:
        kind = None
        if self.isDefined(self.function_param):
            found = return_type(self.getOrDefault(self.function_param))
            kind = found.json() if found is not None else None
        return {**super()._get_state(), "returnType": kind}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        if state["returnType"] is None:
            return
        function = self.getOrDefault(self.function_param)
        if return_type(function) is None:  # made by udf outside the module it is found in
            kind = _parse_datatype_json_string(state["returnType"])
            self._set(**{self.function_param: F.udf(function, kind, useArrow=False)})
