from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession

import synapse_magic
from synapse_magic.language.context import Context, Made, Origin
from synapse_magic.language.export import export
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan

ROOT = str(Path(synapse_magic.__file__).parents[1])


def run_script(text: str, folder: Path, *args: str, **environment: str) -> str:
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *args],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": ROOT, **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_exported_script_gives_the_metrics_of_the_notebook(
    spark: SparkSession, people: DataFrame, tmp_path: Path
) -> None:
    place = str(tmp_path / "people.csv")
    people.select("age", "hours", "job", "income").coalesce(1).write.csv(place, header=True)
    begun = Made(plan(parse("start local[2]"), "conf = {'spark.ui.enabled': False}", Context()), {})
    load = plan(parse(f"load {place} --format csv -o adults"), None, Context())
    adults = load.call(spark, {})
    variables: dict[str, Any] = {"adults": adults, "penalty": np.float64(0.01)}
    cell = (
        "split = [0.7, 0.3]\nlabel = income\njob_i = StringIndexer(job)\n"
        "features = VectorAssembler(age, hours, job_i)\nLogisticRegression(regParam={penalty})"
    )
    train = plan(parse("train adults -o model"), cell, Context(variables))
    trained = train.call(spark, variables)
    variables["model"] = trained.model
    made = {
        id(adults): Made(load, {}),
        id(trained.model): Made(train, dict(variables), "model"),
        id(trained.test): Made(train, dict(variables), "test"),
    }
    context = Context(
        variables,
        origin=lambda model: Origin(trained.label, trained.test),
        made_by=lambda value: made.get(id(value)),
    )
    evaluation = plan(parse("evaluate model"), None, context)
    expected = repr(evaluation.call(spark, variables))
    text = export(evaluation, variables, context, begun)
    assert text.startswith("# %synapse evaluate model\n\nfrom pyspark.ml import Pipeline")
    assert text.count(".fit(") == 1
    assert "penalty=0.01" in text
    assert run_script(text, tmp_path).strip() == expected
    assert run_script(export(train, variables, context, begun), tmp_path).strip() == expected


@pytest.fixture
def context(people: DataFrame) -> Context:
    """Give a context whose objects have no known origin."""
    model = PipelineModel([VectorAssembler(inputCols=["age"], outputCol="features")])
    return Context({"people": people, "model": model, "token": "s3cret", "fn": len})


def test_what_has_no_known_origin_is_a_required_argument(context: Context) -> None:
    program = plan(parse("score people model"), None, context)
    text = export(program, context.variables, context)
    compile(text, "script", "exec")
    assert text.count("parser.add_argument(") == text.count("required=True") == 2
    assert "import argparse\n" in text
    assert "spark.read.parquet(arguments.people)" in text
    assert "load_model(arguments.model)" in text
    assert "    result.show()\n    session.stop()\n" in text


def test_a_script_with_arguments_runs(context: Context, people: DataFrame, tmp_path: Path) -> None:
    place = str(tmp_path / "people.parquet")
    people.select("age", "hours").write.parquet(place)
    known = replace(context, variables={"people": people, "limit": 40})
    program = plan(
        parse("sql"), "SELECT count(*) AS older FROM {people} WHERE age > {limit}", known
    )
    text = export(program, known.variables, known)
    shown = run_script(text, tmp_path, "--people", place)
    assert f"|{people.where('age > 40').count():>5}|" in shown


def test_secrets_are_read_from_the_environment_and_never_written(context: Context) -> None:
    body = "token = {token}\nconf = {'fs.s3a.secret.key': {token}, 'spark.x': 1}"
    program = plan(parse("start sc://host"), body, context)
    text = export(program, context.variables, context)
    assert "s3cret" not in text
    assert 'result = run(None, token=os.environ["TOKEN"])' in text
    assert "start()" not in text


def test_secrets_inside_a_dict_variable_stay_out(context: Context) -> None:
    settings = {"fs.s3a.secret.key": "s3cret", "spark.x": 1}
    known = replace(context, variables={"settings": settings})
    program = plan(parse("start"), "conf = {settings}", known)
    text = export(program, known.variables, known)
    assert "s3cret" not in text
    assert 'os.environ["FS_S3A_SECRET_KEY"]' in text


def test_a_variable_called_like_a_secret_is_one_in_a_query_too(context: Context) -> None:
    program = plan(parse("sql"), "SELECT {token} AS t", context)
    assert "s3cret" not in export(program, context.variables, context)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (3, "limit=3"),
        (np.int64(3), "limit=3"),
        (2.5, "limit=2.5"),
        (float("inf"), 'limit=float("inf")'),
        (None, "limit=None"),
        ("it's", 'limit="it\'s"'),
        (object(), "limit=ast.literal_eval(arguments.limit)"),
        (len, "limit=pydoc.locate(arguments.limit)"),
    ],
)
def test_plain_values_are_literals_and_others_arguments(
    value: object, code: str, people: DataFrame
) -> None:
    known = Context({"people": people, "limit": value})
    program = plan(parse("profile people"), "where = hours > {limit}", known)
    text = export(program, known.variables, known)
    compile(text, "script", "exec")
    assert code in text


def test_the_cell_stands_above_the_script(context: Context) -> None:
    body = "# keep the old\nwhere = age > 3\n"
    text = export(plan(parse("show people"), body, context), context.variables, context)
    assert text.startswith("# %%synapse show people\n# # keep the old\n# where = age > 3\n\n")
