"""What a plan may know of the world around the cell; the notebook supplies it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from synapse_magic.language.program import Program

PathKind = Literal["model", "data", "missing"]


@dataclass(frozen=True)
class Made:
    """How an object came about: a program, the values it was called with, the part it gave.

    Attributes
    ----------
    program : Program
        The program whose call made the object.
    namespace : mapping
        The variables at the time of that call; a copy, so that later changes do not count.
    part : str or None
        The field of the result that is the object (``"model"``, ``"test"``), or None for all.
    """

    program: Program
    namespace: Mapping[str, Any]
    part: str | None = None


@dataclass(frozen=True)
class Origin:
    """What is remembered of a trained model.

    Attributes
    ----------
    label : str or None
        The label column as the user named it.
    test : DataFrame or None
        The part that was held out, None without a split.
    """

    label: str | None = None
    test: Any = None


def _unknown(_: Any) -> None:
    """Answer for a context that knows nothing of what is asked."""


@dataclass(frozen=True)
class Context:
    """What a plan may know of the world around the cell.

    Attributes
    ----------
    variables : mapping
        The user's variables.
    schema : callable
        Gives the ``StructType`` of a table by its name, or None when there is no such table.
        Frames among the variables are asked themselves.
    case_sensitive : bool
        The session's ``spark.sql.caseSensitive``.
    origin : callable
        Gives the :class:`Origin` of a model, or None.
    kind : callable
        Says what is at a path, or None when only Spark can tell.
    made_by : callable
        Gives the :class:`Made` of a frame or model, or None; read by the export.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    schema: Callable[[str], Any] = _unknown
    case_sensitive: bool = False
    origin: Callable[[Any], Origin | None] = _unknown
    kind: Callable[[str], PathKind | None] = _unknown
    made_by: Callable[[Any], Made | None] = _unknown


def is_frame(value: Any) -> bool:
    """Say whether a value is a DataFrame, classic or Connect, without importing PySpark."""
    return type(value).__name__ == "DataFrame" and type(value).__module__.startswith("pyspark.")


def frame_schema(value: Any) -> Any:
    """Return the ``StructType`` of a DataFrame."""
    return value.schema


def is_table_name(name: str) -> bool:
    """Say whether a text can be the name of a table: one to three words with dots between."""
    return bool(re.fullmatch(r"(`[^`]+`|\w+)(\.(`[^`]+`|\w+)){0,2}", name))


def is_model(value: Any) -> bool:
    """Say whether a value can transform a frame."""
    kind = type(value)
    return all(callable(getattr(kind, name, None)) for name in ("transform", "extractParamMap"))
