"""A generated table of people, with every kind of column a real table has.

Each value is a hash of the row's number, the seed and the column's name, so Spark makes any number
of rows in parallel, the same rows whatever the partitioning, and nothing passes through the driver.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

WORKCLASSES = {"Private": 0.66, "Self-employed": 0.14, "Government": 0.16, "Non-profit": 0.04}
REGIONS = {"North": 0.27, "South": 0.31, "East": 0.18, "West": 0.20, "Islands": 0.04}
EDUCATIONS = {
    "School": 0.22, "College": 0.33, "Bachelor": 0.28, "Master": 0.13, "Doctorate": 0.04,
}  # fmt: skip
JOBS = {
    "engineer": 0.17, "teacher": 0.14, "nurse": 0.13, "sales manager": 0.12, "driver": 0.16,
    "clerk": 0.17, "lawyer": 0.05, "chef": 0.06,
}  # fmt: skip
MANNERS = {"careful": 0.3, "curious": 0.3, "experienced": 0.2, "cheerful": 0.2}
HOBBIES = {"cycling": 0.3, "chess": 0.15, "gardening": 0.3, "painting": 0.25}

_EDUCATION_PULL = {
    "School": -1.6, "College": -0.6, "Bachelor": 0.7, "Master": 1.4, "Doctorate": 2.1,
}  # fmt: skip
_JOB_PULL = {
    "engineer": 1.3, "teacher": -0.3, "nurse": 0.0, "sales manager": 0.9, "driver": -0.9,
    "clerk": -0.8, "lawyer": 1.7, "chef": -0.7,
}  # fmt: skip
_FIRST_DAY = "2024-12-31"


def people(spark: SparkSession, rows: int = 32_000, seed: int = 42) -> DataFrame:
    """Return a generated table of people and whether each earns more than 50K.

    Columns: ``age``, ``hours`` (a week) and ``capital_gain`` are numbers; ``workclass``,
    ``education`` and ``region`` categories; ``remote`` a boolean; ``hired`` a date; ``about`` a
    sentence, the only place that names the person's job; ``income`` is the label, ``"<=50K"`` or
    ``">50K"``. ``age``, ``hours``, ``workclass``, ``hired`` and ``about`` have nulls; the label has
    none. The label is drawn with a probability that rises with education, job and capital gain,
    peaks in mid-life, and in which long hours help the educated only, so that a good model reaches
    an AUC near 0.9 and a linear one less.

    Parameters
    ----------
    spark
        The session that makes the rows.
    rows
        How many, from 0.
    seed
        Rows are a function of their number and of this.

    Examples
    --------
    >>> people(spark, rows=1_000).count()  # doctest: +SKIP
    1000
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 0:
        raise SynapseError(f"rows must be a whole number from 0, got {rows!r}. Try: rows=32_000")
    numbered = spark.range(rows)
    complete = _people(numbered, seed)
    return complete.select(*_with_nulls(seed), _income(seed).alias("income"))


def _people(numbered: DataFrame, seed: int) -> DataFrame:
    """Return everybody, nothing missing: nulls come last, to hide values and change none."""
    age = F.least(F.lit(90.0), 18 + 58 * F.pow(_uniform("age", seed), 1.35)).cast("int")
    hours = F.round(F.greatest(F.lit(4.0), F.least(F.lit(90.0), 40 + 10 * _normal("hours", seed))))
    tenure_days = ((age - 17) * 365 * F.pow(_uniform("hired", seed), 2.0)).cast("int")
    gains = F.round(F.exp(8.3 + 0.9 * _normal("gain", seed)), 2)
    first_day = F.lit(_FIRST_DAY).cast("date")
    return numbered.select(
        "id",
        age.alias("age"),
        _draw("workclass", WORKCLASSES, seed).alias("workclass"),
        _draw("education", EDUCATIONS, seed).alias("education"),
        _draw("region", REGIONS, seed).alias("region"),
        hours.alias("hours"),
        F.when(_uniform("gains", seed) < 0.12, gains).otherwise(0.0).alias("capital_gain"),
        (_uniform("remote", seed) < 0.35).alias("remote"),
        F.date_sub(first_day, tenure_days).alias("hired"),
        _draw("job", JOBS, seed).alias("job"),
        _draw("manner", MANNERS, seed).alias("manner"),
        _draw("hobby", HOBBIES, seed).alias("hobby"),
    )


def _with_nulls(seed: int) -> list[Column]:
    article = F.when(F.col("manner") == "experienced", "An").otherwise("A")
    about = F.concat_ws(" ", article, "manner", "job", F.lit("who likes"), "hobby")
    return [
        _sometimes_null(F.col("age"), "age", 0.02, seed),
        _sometimes_null(F.col("workclass"), "workclass", 0.06, seed),
        F.col("education"),
        F.col("region"),
        _sometimes_null(F.col("hours"), "hours", 0.05, seed),
        F.col("capital_gain"),
        F.col("remote"),
        _sometimes_null(F.col("hired"), "hired", 0.03, seed),
        _sometimes_null(about, "about", 0.04, seed),
    ]


def _income(seed: int) -> Column:
    """Draw the label: the log-odds are a sum of curves with two interactions."""
    educated = F.col("education").isin("Bachelor", "Master", "Doctorate")
    mid_life = -F.pow((F.col("age") - 48) / 14.0, 2.0)
    long_hours = F.greatest(F.lit(-2.0), (F.col("hours") - 40) / 8.0)
    owner = F.col("workclass") == "Self-employed"
    tenure_years = F.datediff(F.lit(_FIRST_DAY).cast("date"), "hired") / 365.0
    log_odds = (
        F.lit(-0.75)
        + 1.1 * _lookup("education", _EDUCATION_PULL)
        + 1.2 * _lookup("job", _JOB_PULL)
        + 1.2 * mid_life
        + F.when(educated, 1.1).otherwise(0.15) * long_hours
        + F.when(owner & (F.col("region") == "West"), 1.6).when(owner, -0.4).otherwise(0.0)
        + F.when(F.col("capital_gain") > 5000, 2.6).otherwise(0.0)
        + 0.05 * F.least(F.lit(15.0), tenure_years)
    )
    chance = 1 / (1 + F.exp(-log_odds))
    return F.when(_uniform("income", seed) < chance, ">50K").otherwise("<=50K")


def _uniform(name: str, seed: int) -> Column:
    """Return a number in [0, 1) for each row: 53 bits of a hash, all that a double can hold."""
    bits = F.xxhash64(F.col("id"), F.lit(seed).cast("long"), F.lit(name))
    return bits.bitwiseAND(F.lit((1 << 53) - 1)).cast("double") / float(1 << 53)


def _normal(name: str, seed: int) -> Column:
    """Return a standard normal number for each row, after Box and Muller (1958)."""
    radius = F.sqrt(-2 * F.log(1 - _uniform(f"{name} radius", seed)))
    return radius * F.cos(2 * math.pi * _uniform(f"{name} angle", seed))


def _draw(name: str, weights: Mapping[str, float], seed: int) -> Column:
    """Return one of the levels, by weight; the last takes what rounding leaves."""
    *first, last = weights
    uniform, below = _uniform(name, seed), 0.0
    drawn = F.when(F.lit(False), F.lit(last))
    for level in first:
        below += weights[level]
        drawn = drawn.when(uniform < below, level)
    return drawn.otherwise(last)


def _sometimes_null(value: Column, name: str, share: float, seed: int) -> Column:
    return F.when(_uniform(f"{name} missing", seed) >= share, value).alias(name)


def _lookup(name: str, values: Mapping[str, float]) -> Column:
    found = F.when(F.lit(False), F.lit(0.0))
    for level, value in values.items():
        found = found.when(F.col(name) == level, value)
    return found
