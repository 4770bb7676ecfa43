"""Which columns are the features, what they are called, and which are categories."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import (
    BooleanType,
    ByteType,
    DataType,
    FloatType,
    NumericType,
    ShortType,
    StringType,
    StructField,
    StructType,
)

from synapse_magic.errors import SynapseError, closest
from synapse_magic.lightgbm.plan import Layout
from synapse_magic.spark.columns import attributes, field, fields, levels, quoted, slot_attributes

_UNSAFE = re.compile(r'[\s",:\[\]{}]')
"""What LightGBM does not allow in the name of a feature."""
MOST_PACKED = 100
"""One list of numbers takes half the shuffle of single columns and none of their cost each, but its
code is compiled as one piece: for thousands of columns that takes Spark minutes and its memory."""
_EXACT_IN_SINGLE = (BooleanType, ByteType, ShortType, FloatType)


@dataclass(frozen=True)
class Features:
    """The features of a training.

    Attributes
    ----------
    columns : tuple of str
        The columns they come from: plain ones, or one vector column.
    layout : {"packed", "plain", "vector"}
        How the workers get them.
    names : tuple of str
        The name of each feature; empty when a vector column does not tell.
    categorical : tuple of int
        Indexes of the features whose numbers are codes of categories.
    single : bool
        Whether float32 holds all values exactly.
    levels : dict of int to tuple of str
        The names behind the numbers of a feature, by its index, where the ML attributes tell.
    """

    columns: tuple[str, ...]
    layout: Layout
    names: tuple[str, ...]
    categorical: tuple[int, ...] = ()
    single: bool = False
    levels: dict[int, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def expressions(self) -> list[str]:
        """Return, as SQL, the columns that carry the features of a row to the workers."""
        if self.layout == "vector":
            return [f"{quoted(self.columns[0])} as features"]
        kind = "float" if self.single else "double"
        casts = [f"cast({quoted(name)} as {kind})" for name in self.columns]
        if self.layout == "packed":
            return [f"array({', '.join(casts)}) as features"]
        return [f"{cast} as f{index}" for index, cast in enumerate(casts)]

    def named(self, count: int) -> tuple[str, ...]:
        """Return a name for each of ``count`` features."""
        if self.names:
            return self.names
        return tuple(f"{self.columns[0]}_{index}" for index in range(count))


def plain_features(schema: StructType, names: Sequence[str]) -> Features:
    """Return plain numeric columns as features.

    Raises
    ------
    SynapseError
        When a column is not there, is given twice, or holds no numbers.
    """
    if not names:
        raise SynapseError("inputCols is empty. Expected the names of numeric columns")
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise SynapseError(f"inputCols holds {twice[0]!r} twice. Expected each column once")
    found = fields(schema, names)
    for one in found:
        _require_numbers(one)
    single = all(isinstance(one.dataType, _EXACT_IN_SINGLE) for one in found)
    categorical = tuple(i for i, one in enumerate(found) if _is_nominal(one))
    layout: Layout = "packed" if len(names) <= MOST_PACKED else "plain"
    named = {i: tuple(levels(found[i])) for i in categorical if levels(found[i])}
    return Features(tuple(names), layout, tuple(names), categorical, single, named)


def vector_features(schema: StructType, name: str) -> Features:
    """Return the slots of a vector column as features, named by the column's ML attributes.

    Raises
    ------
    SynapseError
        When the column is not there or holds no vectors.
    """
    found = field(schema, name)
    if not isinstance(found.dataType, VectorUDT):
        raise SynapseError(
            f"featuresCol {name!r} holds {found.dataType.simpleString()}. Expected a vector. "
            f"Try: {_vector_remedy(name, found.dataType)}"
        )
    slots = slot_attributes(found)
    size = int(attributes(found).get("num_attrs", len(slots)))
    names = [f"{name}_{index}" for index in range(size)]
    for slot in slots:
        names[int(slot["idx"])] = str(slot.get("name", names[int(slot["idx"])]))
    categorical = tuple(int(slot["idx"]) for slot in slots if slot["type"] == "nominal")
    named = {int(slot["idx"]): tuple(map(str, slot["vals"])) for slot in slots if "vals" in slot}
    return Features((name,), "vector", tuple(names), categorical, levels=named)


def with_names(features: Features, names: Sequence[str]) -> Features:
    """Return the features of a vector under the names given; those it brings when none are.

    Raises
    ------
    SynapseError
        When there are not as many names as features, or one stands twice.
    """
    if not names:
        return features
    if features.layout != "vector":
        raise SynapseError("slotNames names the elements of a vector, not inputCols. Try: without")
    if features.names and len(features.names) != len(names):
        raise SynapseError(
            f"slotNames has {len(names)} names. Expected {len(features.names)}, one for each "
            f"element of {features.columns[0]!r}"
        )
    if len(set(names)) < len(names):
        raise SynapseError("slotNames holds a name twice. Expected each once")
    return replace(features, names=tuple(names))


def with_categories(features: Features, indexes: Sequence[int], names: Sequence[str]) -> Features:
    """Return the features with more of them marked as categorical.

    Raises
    ------
    SynapseError
        When an index or a name is not one of the features.
    """
    known = features.names
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = closest(unknown[0], known) or "Try: categoricalSlotIndexes"
        raise SynapseError(f"categoricalSlotNames: there is no feature {unknown[0]!r}. {hint}")
    beyond = [index for index in indexes if known and index >= len(known)]
    if beyond:
        raise SynapseError(
            f"categoricalSlotIndexes: there is no feature {beyond[0]}. "
            f"Expected 0 to {len(known) - 1}"
        )
    found = {*features.categorical, *indexes, *(known.index(name) for name in names)}
    return replace(features, categorical=tuple(sorted(found)))


def native_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that LightGBM accepts: no blanks, no JSON marks, each one only once.

    Examples
    --------
    >>> native_names(["age", "hours per week", "hours_per_week"])
    ('age', 'hours_per_week', 'hours_per_week_1')
    """
    used: dict[str, None] = {}
    for name in names:
        safe = base = _UNSAFE.sub("_", name) or "_"
        count = 0
        while safe in used:
            count += 1
            safe = f"{base}_{count}"
        used[safe] = None
    return tuple(used)


def _require_numbers(found: StructField) -> None:
    kind = found.dataType
    if isinstance(kind, (NumericType, BooleanType)):
        return
    if isinstance(kind, VectorUDT):
        remedy = f"featuresCol={found.name!r}"
    elif isinstance(kind, StringType):
        remedy = f"Featurize, or StringIndexer(inputCol={found.name!r}, ...) before"
    else:
        remedy = "Featurize before, which makes numbers of dates, text and categories"
    raise SynapseError(
        f"inputCols: column {found.name!r} holds {_kind(kind)}. Expected numbers. Try: {remedy}"
    )


def _vector_remedy(name: str, kind: DataType) -> str:
    if isinstance(kind, (NumericType, BooleanType)):
        return f"inputCols=[{name!r}]"
    return "inputCols for plain columns, or Featurize or VectorAssembler before"


def _is_nominal(found: StructField) -> bool:
    return attributes(found).get("type") == "nominal"


def _kind(kind: DataType) -> str:
    return "text" if isinstance(kind, StringType) else str(kind.simpleString())
