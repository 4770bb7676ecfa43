from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.language.context import Context, Made, Origin
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan

Source = Callable[..., str]


@pytest.fixture
def model() -> PipelineModel:
    """Give a model that only puts columns together."""
    return PipelineModel([VectorAssembler(inputCols=["age"], outputCol="features")])


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("start", None, "return start()"),
        (
            "start sc://host:15002",
            "memory = '8g'\ntoken = {secret}\nconf = {'a.b': {leaves}}",
            'return start("sc://host:15002", memory="8g", conf={"a.b": leaves}, token=secret)',
        ),
        ("load a.parquet", None, 'return spark.read.load("a.parquet", format="parquet")'),
        ("load a/*.json.gz", None, 'return spark.read.load("a/*.json.gz", format="json")'),
        (
            "load a.csv --header False",
            "schema = 'x int'",
            'return spark.read.load("a.csv", format="csv", schema="x int", header=False)',
        ),
        ("load photos/*.JPG", None, 'return read_images("photos/*.JPG", spark=spark)'),
        ("load {path} --format image", None, "return read_images(path, spark=spark)"),
        ("load some/where", None, 'return load_model("some/where")'),
        ("load {path}", None, 'return spark.read.load(path, format="parquet")'),
        (
            "load a --format csv",
            None,
            'return spark.read.load("a", format="csv", header=True, inferSchema=True)',
        ),
        ("show people", None, "return table_page(people, rows=20)"),
        ("show people -n 3", None, "return table_page(people, rows=3)"),
        ("show {people}", None, "return table_page(people, rows=20)"),
        ("profile people", None, "return profile(people)"),
        ("score people model", None, "return model.transform(people)"),
        ("evaluate model people", None, "return evaluate(model, people)"),
        (
            "evaluate model people --label income",
            None,
            'return evaluate(model, people, label="income")',
        ),
        ("explain model people", None, "return explain(model, people, rows=500, seed=42)"),
        (
            "explain model people -n 9",
            "method = 'lime'\nseed = {leaves}",
            'return explain(model, people, rows=9, seed=leaves, method="lime")',
        ),
        (
            "explain model people --plot heatmap",
            "background = {people}\nclasses = ['>50K', 0]\ntarget = 'probability'",
            "return explain( model, people, rows=500, seed=42, background=people, "
            'target="probability", classes=[">50K", 0], plot="heatmap", )',
        ),
        (
            "dashboard model people -n 90",
            None,
            "why = explain(model, people, rows=90, seed=42) return Dashboard(why, model, people)",
        ),
        ("save model a/b", None, 'save_model(model, "a/b")'),
        ("save model a/b", "overwrite = True", 'save_model(model, "a/b", overwrite=True)'),
    ],
)
def test_each_verb_becomes_one_call(
    line: str, body: str | None, expected: str, source: Source, model: PipelineModel
) -> None:
    made = source(line, body, model=model, secret="x", path="b.parquet")
    assert " ".join(made.split()) == expected


def test_a_path_object_is_a_path(source: Source, tmp_path: Path) -> None:
    assert "load(str(place)" in source("load {place}", place=tmp_path / "a.parquet")


def test_a_table_is_read_by_its_name(context: Context, people: DataFrame) -> None:
    known = replace(context, schema=lambda name: people.schema if name == "db.people" else None)
    show = plan(parse("show db.people"), None, known)
    assert [line.strip() for line in show.body] == [
        'people = spark.table("db.people")', "return table_page(people, rows=20)",
    ]  # fmt: skip
    load = plan(parse("load db.people"), "where = age > 3\ncache = True", known)
    assert '.where(F.col("age") > 3).cache()' in load.body[-1]


def test_a_query_gets_the_frames_and_values_it_mentions(
    context: Context, spark: SparkSession
) -> None:
    query = "SELECT count(*) AS n FROM {people} WHERE age > {leaves};"
    program = plan(parse("sql"), query, context)
    assert program.call(spark, context.variables).first().n == 140
    plain = plan(parse("sql"), "SELECT '{' AS a", context)
    assert plain.call(spark, {}).first().a == "{"


def test_what_load_reads_is_what_was_written(
    spark: SparkSession, people: DataFrame, tmp_path: Path, context: Context
) -> None:
    place = str(tmp_path / "people.csv")
    people.select("age", "job").write.csv(place, header=True)
    body = "where = age >= 30\ncache = True"
    frame = plan(parse(f"load {place}"), body, context).call(spark, {})
    assert frame.dtypes == [("age", "int"), ("job", "string")]
    assert frame.count() == people.where("age >= 30").count()
    assert frame.is_cached


def test_evaluate_and_explain_take_the_part_that_was_held_out(
    context: Context, people: DataFrame, model: PipelineModel
) -> None:
    known = replace(
        context,
        variables={**context.variables, "model": model, "test": 1},
        origin=lambda value: Origin("income", people.limit(5)) if value is model else None,
    )
    program = plan(parse("evaluate model"), None, known)
    bound = program.parameters[-1]
    assert (bound.name, bound.variable, bound.bound.count()) == ("test", None, 5)
    assert "explain(model, test" in plan(parse("explain model"), None, known).source


def test_a_boolean_label_is_prepared_for_a_model_that_learned_it(
    context: Context, people: DataFrame, model: PipelineModel, spark: SparkSession
) -> None:
    rows = people.withColumn("rich_text", people.rich.cast("string"))
    indexer = StringIndexer(inputCol="rich_text", outputCol="rich_index").fit(rows)
    from pyspark.ml.classification import LogisticRegression

    assembled = VectorAssembler(inputCols=["age"], outputCol="features")
    fitted = LogisticRegression(labelCol="rich_index", maxIter=1).fit(
        indexer.transform(assembled.transform(rows))
    )
    whole = PipelineModel([indexer, assembled, fitted])
    known = replace(context, variables={"people": people, "model": whole})
    program = plan(parse("evaluate model people"), None, known)
    assert 'withColumn("rich_text", F.col("rich").cast("string"))' in program.source
    result = program.call(spark, known.variables)
    assert (result.rows, result.classes) == (200, ("false", "true"))


def test_save_keeps_the_source_that_made_the_model(context: Context, model: PipelineModel) -> None:
    train = plan(parse("train people"), "f = VectorAssembler(age)", context)
    known = replace(
        context, variables={"model": model}, made_by=lambda value: Made(train, {}, "model")
    )
    program = plan(parse("save model a"), None, known)
    assert 'save_model(model, "a", source=source)' in program.source
    assert program.parameters[-1].bound == train.listing
    assert train.listing.startswith("# %%synapse train people\n# f = VectorAssembler(age)\n\nfrom")


def test_paths_that_hold_a_model_data_or_nothing(context: Context) -> None:
    kinds = {"m.csv": "data", "m": "model", "d": "data", "gone.csv": "missing"}
    known = replace(context, kind=kinds.get)
    assert "load_model" in plan(parse("load m"), None, known).source
    assert 'format="parquet"' in plan(parse("load d"), None, known).source
    with pytest.raises(SynapseError, match="There is nothing at gone"):
        plan(parse("load gone.csv"), None, known)


@pytest.mark.parametrize(
    ("line", "body", "message"),
    [
        ("show peple", None, "There is no frame or table 'peple'. Did you mean 'people'?"),
        ("show {peple}", None, "There is no Python variable 'peple'. Did you mean 'people'?"),
        ("show leaves", None, "leaves is a value of type int. Expected a Spark DataFrame"),
        ("show model", None, "model is a model (PipelineModel). Expected a Spark DataFrame"),
        ("show data/x.csv", None, "Try: %synapse load data/x.csv -o people first"),
        ("score people modl", None, "There is no model 'modl'. Did you mean 'model'?"),
        ("score people leaves", None, "leaves is a value of type int. Expected a fitted model"),
        ("evaluate model", None, "It is not known which rows were held out for this model"),
        ("explain model people", "rows = 0", "rows must be an integer of at least 1, got 0"),
        ("explain model people", "rows = 2.5", "rows must be an integer of at least 1, got 2.5"),
        ("explain model people", "method = lime", "write {lime} for the Python variable"),
        ("explain model people", "method = 'lyme'", "Did you mean 'lime'?"),
        ("explain model people", "metod = 'lime'", "Did you mean 'method'?"),
        ("explain model people", "background = {leaves}", "background must be a Spark DataFrame"),
        ("explain model people", "plot = 'heat'", "Did you mean 'heatmap'?"),
        ("explain model people", "classes = '>50K'", "classes must be a list"),
        ("explain model people -n 5", "rows = 3", "The number of rows is given twice"),
        ("explain model people", "x = Tokenizer(job)", "explain takes options only"),
        ("load {leaves}", None, "PATH of load is a path, an address or the name of a table"),
        ("load a.parquet", "header = True", "header is for CSV, and this is parquet"),
        ("load a.csv", "format = 'cvs'", "Did you mean 'csv'?"),
        ("load a.png", "schema = 'x int'", "schema says how files are read, and this is images"),
        ("load a/b", "where = age > 3", "where says how files are read, and this is a model"),
        ("load a.csv", "cache = 1", "cache must be True or False, got 1"),
        ("start", "token = 'abc'", "token of start is a secret, which must not stand in a cell"),
        ("start", "conf = {'x.password': 'abc'}", "x.password is a secret"),
        ("start", "memory = 4", "memory must be a text in quotes, got 4"),
        ("start", "conf = [1]", "conf must be a dict, got [1]"),
        ("sql", "", "sql needs a query below it"),
        ("sql", "SELECT * FROM {peple}", "There is no Python variable 'peple'. Did you mean"),
        ("sql", "SELECT '{a.b}' FROM {people}", "Try: double the braces that are text"),
        ("sql", "SELECT * FROM {names}", "{names} is a list. Expected a DataFrame or a plain"),
        ("stop", None, "stop has no program: the notebook carries it out itself"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(
    line: str, body: str | None, message: str, source: Source, model: PipelineModel
) -> None:
    with pytest.raises(SynapseError) as error:
        source(line, body, model=model)
    assert message in str(error.value)


def test_a_model_without_a_held_out_part_says_so(context: Context, model: PipelineModel) -> None:
    known = replace(context, variables={"model": model}, origin=lambda value: Origin("income"))
    with pytest.raises(SynapseError, match="trained on all rows, none were held out"):
        plan(parse("evaluate model"), None, known)
