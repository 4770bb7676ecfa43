"""Which params the columns given by position and the targets of a step mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synapse_magic.errors import SynapseError
from synapse_magic.language.columns import Columns
from synapse_magic.language.pyspark_columns import NUMBERS_ONLY
from synapse_magic.language.stages import StageInfo


def by_position(info: StageInfo, names: Sequence[str], columns: Columns, targets: int) -> str:
    """Return the param that columns given by position mean.

    Parameters
    ----------
    info : StageInfo
        The stage.
    names : sequence of str
        The columns, resolved.
    columns : Columns
        All known columns, for their types.
    targets : int
        How many targets the step has.

    Raises
    ------
    SynapseError
        When the stage does not take these columns by position.

    Examples
    --------
    >>> from synapse_magic.language.stages import find
    >>> by_position(find("StringIndexer"), ["job"], Columns([("job", "string")]), 1)
    'inputCol'
    """
    inputs = info.inputs
    if "featuresCol" in inputs:
        return _features(info, names, columns)
    if not inputs:
        raise SynapseError(f"{info.name} takes no columns by position. Try: its options by name")
    if "inputCols" in inputs:
        _check_numbers(info, names, columns)
        return _input_cols(info, names, targets)
    if len(inputs) > 1:
        shown = ", ".join(f"{name}=column" for name in inputs)
        raise SynapseError(f"{info.name} takes its columns by name. Try: {info.name}({shown})")
    (param,) = inputs
    if info.options[param].kind == "columns":
        return param
    if len(names) != 1:
        raise SynapseError(f"{info.name} takes one column, got {len(names)}")
    _check_numbers(info, names, columns)
    return param


def output_param(info: StageInfo, targets: int, reads: Mapping[str, Sequence[str]]) -> str:
    """Return the param that the targets of a step mean.

    Raises
    ------
    SynapseError
        When the stage has no such output, or the numbers of inputs and targets differ.
    """
    several = targets > 1 or ("inputCols" in reads and "outputCols" in info.outputs)
    if several:
        if "outputCols" not in info.outputs:
            raise SynapseError(f"{info.name} has one output, got {targets} names for it")
        count = len(reads.get("inputCols", ())) or 1
        if count != targets:
            raise SynapseError(_count(info, count, targets))
        return "outputCols"
    for param in ("outputCol", "predictionCol", "topicDistributionCol"):
        if param in info.outputs:
            return param
    if len(info.outputs) == 1:
        return info.outputs[0]
    if info.outputs:
        raise SynapseError(
            f"{info.name} has several outputs. Try: {info.name}(..., {info.outputs[0]}='name')"
        )
    raise SynapseError(f"{info.name} has no output column. Try: {info.name}(...) without a name")


def _input_cols(info: StageInfo, names: Sequence[str], targets: int) -> str:
    single = "inputCol" in info.inputs
    if single and len(names) == 1 and targets <= 1:
        return "inputCol"
    if single and len(names) != targets:
        raise SynapseError(_count(info, len(names), targets))
    return "inputCols"


def _count(info: StageInfo, inputs: int, targets: int) -> str:
    return (
        f"{info.name} has one output for each input, got {inputs} inputs and {targets} names. "
        f"Try: a_2, b_2 = {info.name}(a, b)"
    )


def _features(info: StageInfo, names: Sequence[str], columns: Columns) -> str:
    """Take one vector for a predictor, or plain numbers where it has ``inputCols``."""
    types = [columns.type(name) for name in names]
    if len(names) == 1 and (types[0] is None or is_vector(types[0])):
        return "featuresCol"
    if "inputCols" in info.inputs:
        for name, type_ in zip(names, types):
            if type_ in _TEXT:
                raise SynapseError(_text_column(info, name, str(type_), names))
            if type_ is not None and is_vector(type_):
                raise SynapseError(
                    f"{info.name} takes one vector or several numbers, {name!r} is a vector. "
                    f"Try: features = VectorAssembler({', '.join(names)}) before it"
                )
        return "inputCols"
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    got = f"{len(names)} columns" if len(names) > 1 else f"{names[0]!r}, which is {types[0]}"
    raise SynapseError(
        f"{info.name} takes one vector column, got {got}. "
        f"Try: features = VectorAssembler({shown}) before it"
    )


def is_vector(type_: str) -> bool:
    """Say whether a Spark type can be a column of features."""
    return type_ in ("vector", "array<double>", "array<float>")


def _check_numbers(info: StageInfo, names: Sequence[str], columns: Columns) -> None:
    if info.ours or info.name not in NUMBERS_ONLY:
        return
    for name in names:
        type_ = columns.type(name)
        if type_ is not None and (type_ in _TEXT or type_.startswith(("array", "map", "struct"))):
            raise SynapseError(_text_column(info, name, type_, names))


def _text_column(info: StageInfo, name: str, type_: str, names: Sequence[str]) -> str:
    listed = ", ".join(map(_written, names[:4])) + (", ..." if len(names) > 4 else "")
    where = "before it" if "featuresCol" in info.inputs else "instead"
    return (
        f"{info.name} takes numbers, and {name!r} is {type_}. "
        f"Try: features = Featurize({listed}) {where}"
    )


def _written(name: str) -> str:
    return name if name.isidentifier() else repr(name)


_TEXT = ("string", "date", "timestamp", "timestamp_ntz", "binary")
