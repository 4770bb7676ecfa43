"""How the predictions of a fitted model follow its features."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import class_names, class_numbers
from synapse_magic.explainers.drawing import all_rows, draw_rows
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.ice_features import (
    check_types,
    features_of,
    is_level,
    is_ordered,
    pair_of,
)
from synapse_magic.explainers.ice_sample import Asked, outcomes
from synapse_magic.explainers.listed import listed
from synapse_magic.explainers.own_names import own_names
from synapse_magic.explainers.reading import target_of
from synapse_magic.explainers.routes import chain_of, check_inputs, check_target
from synapse_magic.explainers.sample import Sample, fetch
from synapse_magic.kernels.conditional.feature_curves import FeatureCurves, PairMap
from synapse_magic.kernels.conditional.grid import Grid, level_grid, spread_grid
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.partial_dependence import PartialDependence
from synapse_magic.spark.columns import field, fields, require
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.predictor import predictor_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.scorer import ChainedScorer

_FEW_LEVELS = 20


def partial_dependence(
    model: Any,
    df: DataFrame,
    features: str | Sequence[str] | None = None,
    *,
    rows: int = 1000,
    grid: int = 20,
    two_way: Sequence[tuple[str, str]] = (),
    target: str | None = None,
    classes: int | str | Sequence[int | str] = (),
    seed: int = 42,
) -> PartialDependence:
    """Set features to other values and see what a fitted model says, on average and row by row.

    All features and pairs are varied in one pass over the model: in the workers where it has a
    scorer, else through one ``transform``.

    Parameters
    ----------
    model : Transformer
        A fitted model or pipeline, or any transformer with ``target``.
    df : DataFrame
        Where the rows come from, with the columns that the model reads.
    features : str or sequence of str, optional
        Columns of numbers, dates, texts or booleans. By default all of them that the model reads,
        but for texts of which most rows have one of their own; of a model without a scorer all of
        the frame but its label.
    rows : int
        How many rows to ask about. They are drawn by what they hold: the same ones for a seed, in
        whatever partitions they are.
    grid : int
        Values a feature is set to at most. A number or date takes those of the rows, or quantiles
        of them, from the least to the largest; another the most frequent ones, missing among them.
    two_way : sequence of pairs of str
        Features that are also set together.
    target : str, optional
        The model's column that is looked at; by default its probability, else its prediction, else
        the one column that it adds.
    classes : int, str or sequence of them
        Classes by number or name; by default all, and of two the second.
    seed : int
        Of the draw.

    Raises
    ------
    SynapseError
        When there are no rows, a feature, target or class is not there, or the model drops rows.

    Examples
    --------
    >>> found = partial_dependence(model, df, ["age", "job"])  # doctest: +SKIP
    >>> found.feature("age").axes()  # doctest: +SKIP
    """
    for name, value, least in (("rows", rows, 1), ("grid", grid, 2)):
        if not isinstance(value, int) or value < least:
            raise SynapseError(f"{name} must be an integer of at least {least}, got {value!r}")
    require_frame(df, "df")
    if target is not None and not isinstance(target, str):
        raise SynapseError(
            f"target must be the name of a column, got {target!r}. Try: target='prediction'"
        )
    model = as_stage(model)
    told = _target(model, df, target, classes)
    check_target(model, told)
    with own_names():
        chain = chain_of(model, told.column)
    names = _features(model, df, features, chain)
    two_way = two_way if isinstance(two_way, Iterable) else [two_way]
    pairs = [pair_of(pair, names) for pair in two_way]
    total = df.count()
    if not total:
        raise SynapseError("There are no rows to explain. Expected at least one")
    read = list(dict.fromkeys([*(chain.inputs if chain else ()), *names, *told.inputs]))
    require(df.schema, read)
    drawn = draw_rows(df, rows, seed) if total > rows else all_rows(df, seed)
    sample = fetch(drawn, read, total)
    if features is None:
        names = _telling(sample, names, {names[place] for pair in pairs for place in pair})
        pairs = [pair_of(pair, names) for pair in two_way]
    grids = [_grid(df, sample, name, grid) for name in names]
    asked = Asked(model, told, chain, grids, pairs, sample)
    with own_names():
        found = outcomes(asked, drawn)
    return _result(asked, found, seed)


def _target(
    model: Any, df: DataFrame, target: str | None, classes: int | str | Sequence[int | str]
) -> Target:
    """Return the column that is looked at, and its classes by number."""
    target = target or target_of(model, df)
    given = listed(classes, (int, str, np.integer), "classes", "names or numbers of classes", "[1]")
    plain = [own if isinstance(own, str) else int(own) for own in given]
    numbers = class_numbers(model, target, plain)
    twice = [own for own in numbers if numbers.count(own) > 1]
    if twice:
        raise SynapseError(f"The class {twice[0]} is there twice. Expected each once")
    return Target(target, tuple(numbers))


def _features(
    model: Any,
    df: DataFrame,
    features: str | Sequence[str] | None,
    chain: ChainedScorer | None,
) -> list[str]:
    """Return the columns that are varied, checked."""
    if features is None:
        read = chain.inputs if chain else tuple(df.columns)
        left_out = () if chain else _made_or_told(model)
        fit = [own.name for own in fields(df.schema, read) if is_level(own.dataType)]
        names = [name for name in fit if name not in left_out]
        if not names:
            raise SynapseError(
                f"The model reads {', '.join(read)}, and none of it has a grid. Expected columns "
                "of numbers, dates, texts or booleans. Try: a pipeline that makes its vector"
            )
    else:
        wanted = listed(features, str, "features", "names of columns", "['age']")
        numeric = [name for name in wanted if _is_ordered(df, name)]
        declared = features_of(numeric, [name for name in wanted if name not in numeric])
        check_types(declared, df.schema)
        names = wanted
    if chain:
        check_inputs(names, chain)
    return names


def _made_or_told(model: Any) -> tuple[str, ...]:
    """Return the columns of a predictor that are no features: its label, and what it makes."""
    try:
        found = predictor_of(model)
    except SynapseError:
        return ()  # a transformer that is no predictor has no label
    return (found.label, found.prediction, found.probability or "")


def _is_ordered(df: DataFrame, name: str) -> bool:
    return is_ordered(field(df.schema, name).dataType)


def _telling(sample: Sample, names: Sequence[str], kept: Container[str]) -> list[str]:
    """Return the columns but for texts of which most rows have one of their own."""
    few = [name for name in names if name in kept or not _is_prose(sample, name)]
    return few or list(names)


def _is_prose(sample: Sample, name: str) -> bool:
    column = sample.table.column(name)
    if not pa.types.is_string(column.type):
        return False
    return len(column.unique()) > max(_FEW_LEVELS, len(column) // 2)


def _grid(df: DataFrame, sample: Sample, name: str, most: int) -> Grid:
    make = spread_grid if _is_ordered(df, name) else level_grid
    return make(name, sample.batch.column(name), most)


def _result(asked: Asked, found: Sequence[np.ndarray], seed: int) -> PartialDependence:
    """Return what (rows, points, outputs) of each variation say."""
    batch, target = asked.sample.batch, asked.target
    singles = [
        FeatureCurves.of(grid, batch.column(grid.name), values)
        for grid, values in zip(asked.grids, found)
    ]
    maps = found[len(singles) :]
    pairs = [
        PairMap.of([asked.grids[a], asked.grids[b]], values.mean(0))
        for (a, b), values in zip(asked.pairs, maps)
    ]
    outputs = found[0].shape[2]
    return PartialDependence(
        features=tuple(sorted(singles, key=lambda one: -float(one.importance.mean()))),
        pairs=tuple(pairs),
        outputs=class_names(asked.model, target.column, target.classes, outputs),
        target=target.column,
        rows=batch.num_rows,
        rows_total=asked.sample.total,
        seed=seed,
    )
