from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.language.context import Context
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan
from synapse_magic.language.program import Program

SCHEMA = (
    "age int, hours double, job string, income string, rich boolean, day date, "
    "`hours per week` double, `a.b` double, `class` string, `größe` double"
)


def _row(i: int) -> tuple[object, ...]:
    income = ">50K" if (i * 7) % 10 > 4 else "<=50K"
    job = ["clerk", "chef", "smith"][i % 3]
    return (
        20 + i % 40, float(i % 9), job, income, income == ">50K", date(2024, 1, 1 + i % 28),
        float(i % 50), float(i % 5), "a" if i % 2 else "b", 1.5 + i % 4,
    )  # fmt: skip


@pytest.fixture(scope="session")
def people(spark: SparkSession) -> DataFrame:
    """Give two hundred rows with names that Python can and cannot spell."""
    return spark.createDataFrame([_row(i) for i in range(200)], SCHEMA).coalesce(2).cache()


@pytest.fixture
def context(people: DataFrame) -> Context:
    """Give the world around a cell: one frame and some variables."""
    variables = {"people": people, "leaves": 31, "penalty": 0.01, "names": ["age", "hours"]}
    return Context(variables)


@pytest.fixture
def source(context: Context) -> Callable[..., str]:
    """Give a function from a cell to the body of its program's function."""

    def of(line: str, body: str | None = None, **variables: object) -> str:
        return "\n".join(made(context, line, body, **variables).body)

    return of


def made(context: Context, line: str, body: str | None = None, **variables: object) -> Program:
    known = Context({**context.variables, **variables}, context.schema, context.case_sensitive,
                    context.origin, context.kind, context.made_by)  # fmt: skip
    return plan(parse(line), body, known)
