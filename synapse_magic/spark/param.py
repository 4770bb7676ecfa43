"""The declaration of one stage parameter, from which everything else about it is read.

A :class:`Param` stays a real ``pyspark.ml.param.Param``, so grids, ``copy`` and ``explainParams``
work; on top it knows its Python type, its allowed range and whether it names a column.
"""

from __future__ import annotations

import copy
import math
import numbers
import types
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pyspark.ml.param import Param as SparkParam
from pyspark.ml.param import Params

from synapse_magic.errors import SynapseError, closest

if TYPE_CHECKING:
    from typing import overload

T = TypeVar("T")
ColumnRole = Literal["in", "out"]


class Unset:
    """The type of :data:`unset`: a parameter without a default."""

    def __repr__(self) -> str:
        return "unset"


unset: Final = Unset()


class Param(SparkParam[T]):
    """One declared parameter of a stage; made by :func:`param`, typed by its annotation.

    Attributes
    ----------
    name, doc : str
        Name in Spark's spelling and the one-line meaning.
    type : Any
        The Python type of the value, such as ``int``, ``list[str]`` or ``Literal["a", "b"]``.
    default : Any
        The default value, or :data:`unset`.
    low, high, above : float or None
        Least value, largest value, and exclusive lower bound; of the elements for a list.
    column : {"in", "out"} or None
        Whether the value names input or output columns.
    secret : bool
        Whether the value must never be shown or saved.
    native : str or None
        The name of the same parameter in the library that a stage wraps.
    effect : bool
        Whether the value does anything; otherwise it is taken for compatibility, and setting it
        warns once.
    """

    def __init__(
        self,
        doc: str,
        default: Any,
        low: float | None,
        high: float | None,
        above: float | None,
        column: ColumnRole | None,
        secret: bool,
        native: str | None,
        effect: bool,
    ) -> None:
        told = doc if effect else f"Without effect: {doc[0].lower()}{doc[1:]}"
        super().__init__(Params._dummy(), "", told, self.convert)
        self.type: Any = Any
        self.default = default
        self.low, self.high, self.above = low, high, above
        self.column, self.secret, self.native, self.effect = column, secret, native, effect

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:
        # Editors type the keyword constructor of a stage from the value that __set__ takes.
        @overload
        def __get__(self, stage: None, owner: type) -> Param[T]: ...
        @overload
        def __get__(self, stage: object, owner: type) -> Param[T]: ...
        def __get__(self, stage: object | None, owner: type) -> Param[T]: ...
        def __set__(self, stage: object, value: T) -> None: ...

    def _copy_new_parent(self, parent: Any) -> Param[T]:
        own = copy.copy(self)
        own.parent = parent.uid
        own.typeConverter = own.convert
        return own

    @property
    def choices(self) -> tuple[Any, ...]:
        """The allowed values when the type is a ``Literal``, else an empty tuple."""
        return next((get_args(t) for t in alternatives(self.type) if get_origin(t) is Literal), ())

    @property
    def owner(self) -> str:
        """The class name of the stage that holds this parameter, for messages."""
        return str(self.parent).rpartition("_")[0] or "stage"

    def convert(self, value: Any) -> Any:
        """Return ``value`` as the declared type, or say what was expected.

        Raises
        ------
        SynapseError
            When the value has another type or lies outside the allowed range.
        """
        converted = _to_any(self.type, value)
        if converted is not unset:
            self._check_range(converted)
            return converted
        raise SynapseError(self._complaint(value))

    def expected(self) -> str:
        """Describe the allowed values, such as ``an integer of at least 2``."""
        kinds = [kind for kind in alternatives(self.type) if kind is not type(None)]
        text = " or ".join(describe_type(kind) for kind in kinds) + self._range_text()
        return text if len(kinds) == len(alternatives(self.type)) else f"{text}, or None"

    def _range_text(self) -> str:
        parts = []
        if self.above is not None:
            parts.append(f"greater than {_plain(self.above)}")
        if self.low is not None:
            parts.append(f"at least {_plain(self.low)}")
        if self.high is not None:
            parts.append(f"at most {_plain(self.high)}")
        return " " + " and ".join(parts) if parts else ""

    def _check_range(self, value: Any) -> None:
        values = value if isinstance(value, list) else [value]
        numbers_in = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        if not all(map(self._in_range, numbers_in)):
            raise SynapseError(self._complaint(value))

    def _in_range(self, number: float) -> bool:
        if math.isnan(number):
            return self.low is None and self.high is None and self.above is None
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.above is None or number > self.above)
        )

    def _complaint(self, value: Any) -> str:
        shown = "a secret of another type" if self.secret else repr(value)
        hint = closest(value, map(str, self.choices)) if isinstance(value, str) else ""
        text = f"{self.name} of {self.owner} must be {self.expected()}, got {shown}."
        return f"{text} {hint}".rstrip()


def param(
    doc: str,
    *,
    default: Any,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    column: ColumnRole | None = None,
    secret: bool = False,
    native: str | None = None,
    effect: bool = True,
) -> Any:
    """Declare a parameter in the body of a stage class.

    Parameters
    ----------
    doc : str
        One line that says what the parameter means.
    default : Any
        The default value, or :data:`unset` where there is none.
    low, high, above : float, optional
        Least value, largest value, exclusive lower bound; of the elements for a list.
    column : {"in", "out"}, optional
        State it when the value names columns that the stage reads or writes.
    secret : bool
        Keep the value out of code, output and files.
    native : str, optional
        The name of the same parameter in the wrapped library.
    effect : bool
        False for a parameter that is only taken so that code written for another library runs.

    Examples
    --------
    >>> from synapse_magic.spark.stage import Transformer
    >>> class Doubler(Transformer):
    ...     "Double a column."
    ...     factor: Param[float] = param("What to multiply with.", default=2.0, above=0)
    >>> Doubler(factor=3).getFactor()
    3.0
    >>> Doubler(factor=-1)
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: factor of Doubler must be a number greater than 0, got -1.
    """
    return Param(doc, default, low, high, above, column, secret, native, effect)


def alternatives(kind: Any) -> tuple[Any, ...]:
    """Return the members of a union type, or the type alone."""
    if get_origin(kind) in (Union, types.UnionType):
        return get_args(kind)
    return (kind,)


def describe_type(kind: Any) -> str:
    """Name a declared type in words, such as ``a list of strings``."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(kind))
    if get_origin(kind) is list:
        (element,) = get_args(kind)
        return f"a list of {_PLURALS.get(get_origin(element) or element, 'values')}"
    if get_origin(kind) is dict:
        key, element = (" or ".join(map(describe_type, alternatives(a))) for a in get_args(kind))
        return f"a dict from {key} to {element}"
    return _WORDS.get(get_origin(kind) or kind, getattr(kind, "__name__", str(kind)))


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def convert_to(kind: Any, value: Any) -> Any:
    """Return ``value`` as ``kind`` without loss, or :data:`unset` when that cannot be done."""
    origin = get_origin(kind)
    if origin is Literal:
        return value if value in get_args(kind) else unset
    if origin is list:
        return _to_list(get_args(kind)[0], value)
    if origin is dict:
        key, element = get_args(kind)
        return _to_dict(key, element, value)
    converter = _CONVERTERS.get(origin or kind)
    if converter is not None:
        return converter(value)
    return value if kind is Any or isinstance(value, kind) else unset


def _to_list(element: Any, value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, Sequence):
        return unset
    converted = [convert_to(element, item) for item in value]
    return unset if any(item is unset for item in converted) else converted


def _to_dict(key: Any, element: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return unset
    converted = {_to_any(key, k): _to_any(element, v) for k, v in value.items()}
    parts = (*converted, *converted.values())
    return unset if any(part is unset for part in parts) else converted


def _to_any(kind: Any, value: Any) -> Any:
    """Return ``value`` as the first member of a union type that it fits, or :data:`unset`."""
    tried = (convert_to(each, value) for each in alternatives(kind))
    return next((converted for converted in tried if converted is not unset), unset)


def _to_int(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        return unset
    whole = math.floor(value)
    return whole if whole == value else unset


def _to_float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return unset
    return float(value)


def _to_bool(value: Any) -> Any:
    # numpy calls its own type "bool_" up to version 1 and "bool" from 2 on.
    return bool(value) if type(value).__name__ in ("bool", "bool_") else unset


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    int: _to_int,
    float: _to_float,
    bool: _to_bool,
    str: lambda value: str(value) if isinstance(value, str) else unset,
    dict: lambda value: dict(value) if isinstance(value, Mapping) else unset,
    type(None): lambda value: None if value is None else unset,
    Callable: lambda value: value if callable(value) else unset,
}
_WORDS = {
    int: "an integer",
    float: "a number",
    bool: "True or False",
    str: "a string",
    bytes: "bytes",
    Callable: "a function",
    type(None): "None",
}
_PLURALS = {
    int: "integers",
    float: "numbers",
    str: "strings",
    bool: "True or False",
    Callable: "functions",
}
