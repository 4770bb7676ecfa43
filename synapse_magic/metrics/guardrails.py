"""Guardrails: what is missing, constant, a key, a giveaway or lopsided, before anything trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.giveaway import coded, told_classes, told_numbers
from synapse_magic.metrics.profile import profile as profile_of
from synapse_magic.results.guardrails import Guardrail, Guardrails
from synapse_magic.results.profile import ColumnProfile, Profile
from synapse_magic.spark.columns import col, require
from synapse_magic.views.words import plural

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SAMPLE, _CELLS = 20_000, 4_000_000
_MANY_MISSING, _NEARLY_ALL, _GIVEN_AWAY = 0.4, 0.95, 0.95
_MANY_LEVELS, _FEW_CLASSES, _LOPSIDED = 1_000, 20, 0.1
_FEWEST = 50
_NO_ROWS = Guardrail("no rows", "", "The frame has no rows", "a frame with rows to learn from")


def guardrails(
    df: DataFrame, target: str = "", *, profile: Profile | None = None, seed: int = 7
) -> Guardrails:
    """Look at a frame before a model is trained on it.

    Parameters
    ----------
    df : DataFrame
    target : str
        The column to be predicted; without one, giveaways and balance are not looked for.
    profile : Profile, optional
        What ``profile(df)`` gave; else it is made.
    seed : int
        Seed of the rows in which giveaways are looked for.

    Examples
    --------
    >>> guardrails(people(spark), "income")  # doctest: +SKIP
    <Guardrails of 32,561 rows: 1 thing to look at>
    """
    if target:
        require(df.schema, [target])
    known = profile_of(df) if profile is None else profile
    if not known.rows:
        return Guardrails(known, target, "", "the frame has no rows", (_NO_ROWS,), 0)
    task, reason = ("", "") if not target else guess_task(known[target])
    found = [each for column in known.columns for each in _of_column(column, known.rows, target)]
    sampled = 0
    if target and task:
        found += _of_target(known[target], task)
        sampled, given = _giveaways(df, known, target, task, seed)
        found += given
    return Guardrails(known, target, task, reason, tuple(found), sampled)


def guess_task(column: ColumnProfile) -> tuple[str, str]:
    """Return what predicting a column probably is, and why."""
    distinct = column.distinct or 0
    if column.kind in ("category", "boolean", "text"):
        kind = "true or false" if column.kind == "boolean" else "text"
        task = "binary" if distinct == 2 else "multiclass"
        return task, f"{column.name} is {kind} with {plural(distinct, 'value')}"
    if column.kind != "numeric":
        return "", f"{column.name} is {column.type}, which nothing here predicts"
    integral = column.type in ("tinyint", "smallint", "int", "bigint")
    values = {column.minimum, column.maximum}
    if distinct == 2 and values == {0.0, 1.0}:
        return "binary", f"{column.name} is 0 or 1"
    if integral and 2 <= distinct <= _FEW_CLASSES and column.minimum == 0:
        return "multiclass", f"{column.name} is a whole number with {distinct} values from 0 on"
    return "regression", f"{column.name} is a number with {plural(distinct, 'value')}"


def _of_column(column: ColumnProfile, rows: int, target: str) -> list[Guardrail]:
    name, missing = column.name, column.missing
    if name == target:
        if not missing:
            return []
        sentence = f"{name} is missing in {missing:,} of {rows:,} rows"
        return [Guardrail("missing label", name, sentence, "train on the rows that have it")]
    found = []
    if rows and missing / rows >= _MANY_MISSING:
        sentence = f"{name} is missing in {missing / rows:.0%} of the rows"
        found.append(Guardrail("missing", name, sentence, "leave it out, or find out why"))
    distinct, held = column.distinct, rows - missing
    if distinct is None or held < _FEWEST:
        return found
    if distinct <= 1:
        found.append(Guardrail("constant", name, f"{name} is the same in all rows", "leave it out"))
    elif distinct >= _NEARLY_ALL * held and _may_be_key(column):
        sentence = f"{name} is different in nearly every row: it looks like a key"
        found.append(
            Guardrail("key", name, sentence, "carry it along as the key, not as a feature")
        )
    elif column.kind == "date":
        sentence = f"{name} is a date: rows drawn at random let a model learn from the future"
        advice = "split by time, if rows come one after another"
        found.append(Guardrail("time", name, sentence, advice))
    elif column.kind == "category" and distinct > _MANY_LEVELS:
        sentence = f"{name} has {distinct:,} levels, and most of them are rare"
        found.append(Guardrail("levels", name, sentence, "leave it out, or group its levels"))
    return found


def _may_be_key(column: ColumnProfile) -> bool:
    whole = column.type in ("tinyint", "smallint", "int", "bigint")
    return whole or column.kind == "category" or (column.kind == "text" and column.type == "string")


def _of_target(column: ColumnProfile, task: str) -> list[Guardrail]:
    if (column.distinct or 0) <= 1:
        held = "the same" if column.distinct else "missing"
        sentence = f"{column.name} is {held} in all rows: nothing can be learned"
        return [Guardrail("one class", column.name, sentence, "choose another target")]
    shares = class_shares(column)
    if task != "binary" or len(shares) != 2 or min(s for _, s in shares) >= _LOPSIDED:
        return []
    name, least = min(shares, key=lambda pair: pair[1])
    sentence = f"Only {least:.1%} of the rows are {name}"
    advice = "weigh the classes alike, and judge by AUC rather than by accuracy"
    return [Guardrail("imbalance", column.name, sentence, advice)]


def class_shares(column: ColumnProfile) -> list[tuple[str, float]]:
    """Return the classes of a target with their shares of the rows that have one."""
    if column.levels:
        total = sum(count for _, count in column.levels)
        return [(level, count / total) for level, count in column.levels]
    if column.counts is None or column.edges is None or not column.counts.sum():
        return []
    middles = (column.edges[:-1] + column.edges[1:]) / 2
    pairs = zip(middles.tolist(), (column.counts / column.counts.sum()).tolist())
    return [(f"{middle:g}", share) for middle, share in pairs if share > 0]


def _giveaways(
    df: DataFrame, known: Profile, target: str, task: str, seed: int
) -> tuple[int, list[Guardrail]]:
    """Look in a sample on the driver for columns that tell the target alone."""
    names = [
        column.name
        for column in known.columns
        if column.kind in ("numeric", "category", "boolean") and column.name != target
    ]
    wanted = min(_SAMPLE, max(_FEWEST, _CELLS // (len(names) + 1)))
    share = min(1.0, 1.1 * wanted / max(known.rows, 1))
    drawn = df.sample(fraction=share, seed=seed) if share < 1 else df
    chosen = [col(name).alias(f"c{i}") for i, name in enumerate([target, *names])]
    sample = drawn.select(*chosen).limit(wanted).toPandas()
    sample = sample[sample["c0"].notna()]
    values = [_values(sample[f"c{i}"]) for i in range(len(names) + 1)]
    numbers = task == "regression"
    answer = values[0].astype(float) if numbers else coded(values[0])
    told = told_numbers if numbers else told_classes
    found = []
    for name, own in zip(names, values[1:]):
        part = told(coded(own), answer)
        if part >= _GIVEN_AWAY:
            sentence = f"{name} alone tells {target} almost surely ({part:.0%})"
            advice = "leave it out if it is not known before the target is"
            found.append(Guardrail("giveaway", name, sentence, advice))
    return len(sample), found


def _values(column: Any) -> np.ndarray:
    """Return a column of the sample: numbers with NaN, or objects with None."""
    if column.dtype.kind in "biuf":
        return np.asarray(column, float)
    held = np.array([None if each is None or each != each else each for each in column], object)
    decimal = next((value for value in held if value is not None), None)
    if type(decimal).__name__ == "Decimal":
        return np.array([np.nan if value is None else float(value) for value in held])
    return held
