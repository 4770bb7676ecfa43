from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan

Source = Callable[..., str]
STEPS = "both = VectorAssembler(age, hours)\nBinarizer(hours, outputCol='long', threshold=4.0)"


def alike(made: str, expected: str) -> bool:
    """Say whether two pieces of code are the same, however they are laid out."""
    first, second = (ast.unparse(ast.parse(textwrap.dedent(code))) for code in (made, expected))
    assert first == second
    return True


def test_steps_come_in_turn(source: Source) -> None:
    assert alike(
        source("score people", STEPS),
        """
        scored = VectorAssembler(inputCols=["age", "hours"], outputCol="both").transform(people)
        return Binarizer(inputCol="hours", outputCol="long", threshold=4.0).transform(scored)
        """,
    )


def test_the_model_comes_after_the_steps_and_the_rows_that_are_wanted_before(
    source: Source,
) -> None:
    model = PipelineModel([VectorAssembler(inputCols=["age"], outputCol="features")])
    assert alike(
        source("score people model", f"where = age > 3\n{STEPS}", model=model),
        """
        people = people.where(F.col("age") > 3)
        scored = VectorAssembler(inputCols=["age", "hours"], outputCol="both").transform(people)
        scored = Binarizer(inputCol="hours", outputCol="long", threshold=4.0).transform(scored)
        return model.transform(scored)
        """,
    )


def test_the_program_scores(spark: SparkSession, people: DataFrame, context: Context) -> None:
    program = plan(parse("score people"), STEPS, context)
    scored = program.call(spark, context.variables)
    assert scored.columns == [*people.columns, "both", "long"]
    row = scored.where("hours = 5").first()
    assert (row.both.toArray()[1], row.long) == (5.0, 1.0)


def test_columns_of_an_onnx_model_are_open_to_the_steps_after_it(source: Source) -> None:
    body = "ONNXModel(feedDict={'X': ['age', 'hours']}, fetchDict={'p': 'P'})\nn = NGram(p)"
    assert alike(
        source("score people", body),
        """
        scored = ONNXModel(
            feedDict={"X": ["age", "hours"]}, fetchDict={"p": "P"}
        ).transform(people)
        return NGram(inputCol="p", outputCol="n").transform(scored)
        """,
    )


@pytest.mark.parametrize(
    ("line", "body", "said"),
    [
        ("score people", None, "score needs a model, or steps"),
        ("score people", "i = StringIndexer(job)", "StringIndexer learns from rows.*train"),
        ("score people", "i = Binarizer(agee)", "Did you mean 'age'"),
        ("score people", "i = Binarizr(age)", "Did you mean 'Binarizer'"),
    ],
)
def test_what_cannot_score_is_told(source: Source, line: str, body: str, said: str) -> None:
    with pytest.raises(SynapseError, match=said):
        source(line, body)
