from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import Trained, evaluate
from synapse_magic.errors import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan
from synapse_magic.language.text import CellError

Run = Callable[..., Trained]
STEPS = "features = VectorAssembler(age, hours, 'hours per week')\n"


@pytest.fixture
def run(spark: SparkSession, context: Context) -> Run:
    """Give a function that plans a training and runs it."""

    def train(body: str, **variables: object) -> Trained:
        known = replace(context, variables={**context.variables, **variables})
        return plan(parse("train people"), body, known).call(spark, known.variables)

    return train


def test_the_source_is_formatted_and_complete(context: Context) -> None:
    body = (
        "split    = [0.8, 0.2]\nlabel    = income\njob_i = StringIndexer(job)\n"
        "features = VectorAssembler(age, hours, job_i)\n"
        "LogisticRegression(regParam={penalty}, maxIter=20)"
    )
    assert (
        plan(parse("train people"), body, context).source
        == """\
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import StringIndexer, VectorAssembler

from synapse_magic import Trained, check_label


def run(spark, people, *, penalty):
    classes = check_label(people, "income")
    train, test = people.randomSplit([0.8, 0.2], seed=42)
    pipeline = Pipeline(
        stages=[
            StringIndexer(
                inputCol="income",
                outputCol="income_index",
                stringOrderType="alphabetAsc",
            ),
            StringIndexer(inputCol="job", outputCol="job_i"),
            VectorAssembler(inputCols=["age", "hours", "job_i"], outputCol="features"),
            LogisticRegression(
                featuresCol="features",
                labelCol="income_index",
                regParam=penalty,
                maxIter=20,
            ),
        ]
    )
    model = pipeline.fit(train)
    return Trained(model=model, train=train, test=test, label="income", classes=classes)
"""
    )


def test_a_text_label_is_indexed_visibly_and_keeps_its_class_names(run: Run) -> None:
    made = run(f"label = income\nsplit = [0.7, 0.3]\n{STEPS}LogisticRegression(maxIter=5)")
    assert made.label == "income"
    assert made.classes == ("<=50K", ">50K")
    assert list(made.model.stages[0].labels) == ["<=50K", ">50K"]
    assert evaluate(made.model, made.test).classes == ("<=50K", ">50K")


def test_a_boolean_label_is_learned_and_the_model_scores_the_frame_as_it_is(
    run: Run, people: DataFrame
) -> None:
    made = run(f"label = rich\nsplit = [0.7, 0.3]\n{STEPS}LogisticRegression(maxIter=5)")
    assert list(made.model.stages[0].labels) == ["false", "true"]
    assert made.classes == ("false", "true")
    assert made.model.transform(people).count() == 200
    assert evaluate(made.model, made.test).rows == made.test.count()


def test_a_number_is_learned_as_it_is(run: Run) -> None:
    made = run("label = hours\nfeatures = VectorAssembler(age)\nLinearRegression(maxIter=5)")
    assert type(made.model.stages[0]).__name__ == "VectorAssembler"
    assert (made.classes, made.test) == ((), None)


def test_a_label_may_be_the_output_of_a_step(run: Run) -> None:
    made = run(
        f"target = StringIndexer(income)\nlabel = target\n{STEPS}LogisticRegression(maxIter=5)"
    )
    assert made.label == "target"


def test_the_label_may_be_named_in_the_stage_instead(run: Run) -> None:
    made = run(f"{STEPS}LogisticRegression(labelCol=income, maxIter=5)")
    assert made.label == "income"
    assert made.model.stages[-1].getLabelCol() == "income_index"


def test_the_same_cell_gives_the_same_parts_twice(run: Run) -> None:
    body = f"label = income\nsplit = [0.5, 0.5]\n{STEPS}LogisticRegression(maxIter=2)"
    first, second = run(body), run(body)
    assert first.test.count() == second.test.count()
    assert first.model.stages[-1].coefficients == second.model.stages[-1].coefficients
    assert run(body.replace("label", "seed = 7\nlabel", 1)).test.count() != first.test.count()


def test_a_split_by_condition_drops_no_row(run: Run, people: DataFrame) -> None:
    holes = people.withColumn("age", F.when(F.col("age") > 22, F.col("age")))
    made = run(f"label = hours\nsplit = age < 40\n{STEPS}LinearRegression(maxIter=2)".replace(
        "VectorAssembler(age, hours,", "VectorAssembler("), people=holes)  # fmt: skip
    assert made.train.count() + made.test.count() == 200
    assert made.train.where("age is null or age >= 40").count() == 0


def test_where_keeps_some_rows(run: Run) -> None:
    made = run(
        f"where = age < 30 and job in ['clerk']\nlabel = income\n{STEPS}LogisticRegression()"
    )
    assert made.train.where("age >= 30 or job <> 'clerk'").count() == 0


def test_names_that_pyspark_cannot_take_are_renamed_inside_the_pipeline(
    run: Run, spark: SparkSession
) -> None:
    rows = [(float(i), i % 3 * 1.0, "yes" if i % 4 else "no") for i in range(40)]
    odd = spark.createDataFrame(rows, ["x.y", 'a "b" c.d', "is.it"])
    made = run(
        "label = 'is.it'\nsplit = [0.5, 0.5]\nfeatures = VectorAssembler('x.y', 'a \"b\" c.d')\n"
        "LogisticRegression(maxIter=3)",
        people=odd,
    )
    assert made.label == "is.it"
    assert made.model.transform(odd.drop("is.it")).count() == 40
    assert made.model.transform(odd).count() == 40
    assert evaluate(made.model, made.test).rows == made.test.count()


@pytest.mark.parametrize("name", ["spark", "run", "Pipeline", "F", "Trained", "train", "model",
                                  "classes", "StringIndexer", "check_label", "list"])  # fmt: skip
def test_variables_may_be_called_like_anything_in_the_program(
    name: str, spark: SparkSession, people: DataFrame
) -> None:
    variables = {name: people, "test": 2, "pipeline": 0.1}
    body = (
        "split = [0.5, 0.5]\nwhere = age > {test}\nb = Binarizer(hours, threshold={pipeline})\n"
        "features = VectorAssembler(age, b)"
    )
    program = plan(parse(f"train {name}"), body, Context(variables))
    assert program.call(spark, variables).test.columns == people.columns


def test_a_backtick_in_a_name_is_renamed_too(run: Run, spark: SparkSession) -> None:
    odd = spark.createDataFrame([(float(i), i % 2) for i in range(20)], ["back`tick", "y"])
    made = run("features = VectorAssembler('back`tick')", people=odd)
    assert made.model.transform(odd).columns == ["back`tick", "y", "back_tick", "features"]


def test_every_column_of_a_wide_frame_can_be_named_by_a_variable(spark: SparkSession) -> None:
    names = [f"c{i}" for i in range(2_000)]
    wide = spark.range(4).select("id", *((F.col("id") * i).alias(n) for i, n in enumerate(names)))
    program = plan(
        parse("train wide"),
        "features = VectorAssembler({names})",
        Context({"wide": wide, "names": names}),
    )
    assert "inputCols=names" in program.source


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("label = incom\nLogisticRegression()", "There is no column 'incom' in people. Did you"),
        ("label = {penalty}\nLogisticRegression()", "label must be a column, got 0.01"),
        ("label = day\nLogisticRegression()", "The label 'day' is date. Expected numbers"),
        (f"label = income\n{STEPS}LinearRegression()", "is text, and LinearRegression predicts"),
        (f"label = rich\n{STEPS}LinearRegression()", "is true or false, and LinearRegression"),
        ("split = [0.8]\nx = Tokenizer(job)", "split must be two positive numbers such as"),
        ("split = [1, -1]\nx = Tokenizer(job)", "split must be two positive numbers such as"),
        ("split = 0.8\nx = Tokenizer(job)", "split must be two positive numbers such as"),
        ("split = {leaves}\nx = Tokenizer(job)", "got 31"),
        ("split = [0.8, 0.2]\nseed = 'a'\nx = Tokenizer(job)", "seed must be an integer, got 'a'"),
        ("split = [0.8, 0.2]\nsplit = [1, 1]\nx = Tokenizer(job)", "split is given twice"),
        ("label = income", "train needs a step. Try: LogisticRegression(features)"),
    ],
)
def test_a_training_that_cannot_be_is_refused_before_anything_runs(
    body: str, message: str, context: Context
) -> None:
    with pytest.raises(CellError) as error:
        plan(parse("train people"), body, context)
    assert message in error.value.sentence


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("age > 1000", "There are no rows"),
        ("income == '>50K'", "is '>50K' in every row"),
    ],
)
def test_a_label_that_cannot_be_learned_is_said_when_the_cell_runs(
    where: str, message: str, run: Run
) -> None:
    with pytest.raises(SynapseError, match=message):
        run(f"where = {where}\nlabel = income\n{STEPS}LogisticRegression()")


def test_a_traceback_shows_the_lines_of_the_program(run: Run) -> None:
    import traceback

    with pytest.raises(SynapseError) as error:
        run(f"where = age > 1000\nlabel = income\n{STEPS}LogisticRegression()")
    shown = "".join(traceback.format_tb(error.value.__traceback__))
    assert "<synapse train" in shown
    assert 'classes = check_label(people, "income")' in shown


def test_columns_that_differ_only_in_case_are_refused_when_named(
    context: Context, spark: SparkSession
) -> None:
    twins = spark.createDataFrame([(1, 2, 3.0)], "age int, Age int, x double")
    known = replace(context, variables={"people": twins})
    with pytest.raises(CellError, match="which differ only in"):
        plan(parse("train people"), "f = VectorAssembler(age)", known)
    plan(parse("train people"), "f = VectorAssembler(x)", known)


def test_a_ranker_learns_from_whole_groups(context: Context, run: Run) -> None:
    body = (
        "split = [0.75, 0.25]\nlabel = hours\n"
        "LightGBMRanker(age, groupCol=job, numIterations=2, labelGain={gains})"
    )
    gains = [float(grade) for grade in range(100)]
    known = replace(context, variables={**context.variables, "gains": gains})
    source = plan(parse("train people"), body, known).source
    assert 'drawn = F.pmod(F.xxhash64("job", F.lit(42)), F.lit(10000))' in source
    assert "train = people.where(drawn < 7500)" in source
    assert "test = people.where(drawn >= 7500)" in source
    shares = body.replace("[0.75, 0.25]", "{shares}")
    known = replace(known, variables={**known.variables, "shares": [3, 1]})
    assert (
        "drawn < 10000 * shares[0] / sum(shares)"
        in plan(parse("train people"), shares, known).source
    )
    done = run(shares, gains=gains, shares=[1, 1])
    assert done.test is not None
    jobs = [
        {row.job for row in part.select("job").distinct().collect()}
        for part in (done.train, done.test)
    ]
    assert not jobs[0] & jobs[1]
    assert len(jobs[0] | jobs[1]) > 1
