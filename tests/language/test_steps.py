# ruff: noqa: E501  one case is one line of the tables
from __future__ import annotations

from collections.abc import Callable

import pytest

from synapse_magic.language.text import CellError

Source = Callable[..., str]


def step(source: Source, body: str, **variables: object) -> str:
    """Return the stages of a training, joined in one line."""
    text = " ".join(source("train people", body, **variables).split())
    stages = text.partition("stages=[")[2].partition("]) model")[0].partition("] ) model")[0]
    return stages.strip(" ,").replace("( ", "(").replace(", )", ")").replace(" )", ")")


ACCEPTED = [
    # with inputCols alone, the list
    (
        "f = VectorAssembler(age, hours)",
        'VectorAssembler(inputCols=["age", "hours"], outputCol="f")',
    ),
    # with inputCol and inputCols, one name or several with as many targets
    ("j = StringIndexer(job)", 'StringIndexer(inputCol="job", outputCol="j")'),
    (
        "j, k = StringIndexer(job, income)",
        'StringIndexer(inputCols=["job", "income"], outputCols=["j", "k"])',
    ),
    # with inputCol alone exactly one
    ("w = Tokenizer(job)", 'Tokenizer(inputCol="job", outputCol="w")'),
    # options follow their declared type
    (
        "j = StringIndexer(job, handleInvalid='keep')",
        'StringIndexer(inputCol="job", outputCol="j", handleInvalid="keep")',
    ),
    (
        "h = Binarizer(hours, threshold=-1)",
        'Binarizer(inputCol="hours", outputCol="h", threshold=-1)',
    ),
    (
        "h = Binarizer(hours, threshold={t})",
        'Binarizer(inputCol="hours", outputCol="h", threshold=t)',
    ),
    (
        "b = Bucketizer(hours, splits=[{t}, 1.5, {u}])",
        'Bucketizer(inputCol="hours", outputCol="b", splits=[t, 1.5, u])',
    ),
    # a stage that a row of the table of services declares
    (
        "v = OpenAIEmbedding(textCol=job, deploymentName='m')",
        'OpenAIEmbedding(textCol="job", outputCol="v", deploymentName="m")',
    ),
    # a stage whose columns stand in a text
    (
        "v = OpenAIPrompt(promptTemplate='Sort {job}', model='m', columnTypes={'job': 'text'})",
        'OpenAIPrompt(outputCol="v", promptTemplate="Sort {job}", model="m", '
        'columnTypes={"job": "text"})',
    ),
    # columns by keyword, as a name, a text or a list
    ("w = Tokenizer(inputCol=job)", 'Tokenizer(inputCol="job", outputCol="w")'),
    ("w = Tokenizer(inputCol='job')", 'Tokenizer(inputCol="job", outputCol="w")'),
    (
        "VectorAssembler(inputCols=[age, 'hours per week'], outputCol='my f')",
        'VectorAssembler(inputCols=["age", "hours per week"], outputCol="my f")',
    ),
    # odd names are texts in a column position
    (
        "f = VectorAssembler('hours per week', größe)",
        'VectorAssembler(inputCols=["hours per week", "größe"], outputCol="f")',
    ),
    ("c = StringIndexer('class')", 'StringIndexer(inputCol="class", outputCol="c")'),
    # another case is the same column
    ("f = VectorAssembler(AGE)", 'VectorAssembler(inputCols=["age"], outputCol="f")'),
    # variables that hold names
    ("f = VectorAssembler({names})", 'VectorAssembler(inputCols=names, outputCol="f")'),
    ("w = Tokenizer({name})", 'Tokenizer(inputCol=name, outputCol="w")'),
    (
        "f = VectorAssembler('a.b', {names})",
        'SQLTransformer(statement="SELECT *, `a.b` AS `a_b` FROM __THIS__"), '
        'VectorAssembler(inputCols=["a_b", "age", "hours"], outputCol="f")',
    ),
    # an earlier step's output is a column
    (
        "j = StringIndexer(job)\nf = VectorAssembler(j, age)",
        'StringIndexer(inputCol="job", outputCol="j"), '
        'VectorAssembler(inputCols=["j", "age"], outputCol="f")',
    ),
    # a bare stage on any line
    (
        "SQLTransformer(statement='SELECT *, age * 2 AS twice FROM __THIS__')\n"
        "f = VectorAssembler(twice)",
        'SQLTransformer(statement="SELECT *, age * 2 AS twice FROM __THIS__"), '
        'VectorAssembler(inputCols=["twice"], outputCol="f")',
    ),
    # a predictor: its target is the prediction column
    (
        "features = VectorAssembler(age)\nguess = LinearRegression(labelCol=hours)",
        'VectorAssembler(inputCols=["age"], outputCol="features"), '
        'LinearRegression(featuresCol="features", labelCol="hours", predictionCol="guess")',
    ),
    (
        "v = VectorAssembler(age)\nKMeans(v, k=3)",
        'VectorAssembler(inputCols=["age"], outputCol="v"), KMeans(featuresCol="v", k=3)',
    ),
    # several column params by keyword
    (
        "ALS(userCol=age, itemCol='class', ratingCol=hours)",
        'ALS(userCol="age", itemCol="class", ratingCol="hours")',
    ),
    # variables stand at any depth of a value
    (
        "w = Tokenizer(job)\ns = StopWordsRemover(w, stopWords=[{name}, 'b'])",
        'Tokenizer(inputCol="job", outputCol="w"), '
        'StopWordsRemover(inputCol="w", outputCol="s", stopWords=[name, "b"])',
    ),
]
VARIABLES = {"t": 0.5, "u": 9.0, "name": "job", "names": ["age", "hours"]}


@pytest.mark.parametrize(("body", "expected"), ACCEPTED, ids=lambda case: str(case)[:60])
def test_a_step_becomes_the_call_of_its_stage(body: str, expected: str, source: Source) -> None:
    assert step(source, body, **VARIABLES) == expected


def test_a_nested_stage_is_told_the_label(source: Source) -> None:
    body = (
        "label = income\nfeatures = VectorAssembler(age)\n"
        "CrossValidator(estimator=LogisticRegression(maxIter={n}), estimatorParamMaps={grid}, "
        "evaluator=MulticlassClassificationEvaluator(metricName='f1'))"
    )
    text = step(source, body, n=3, grid=[{}])
    assert 'LogisticRegression(featuresCol="features", labelCol="income_index", maxIter=n)' in text
    assert 'evaluator=MulticlassClassificationEvaluator(labelCol="income_index"' in text
    assert "estimatorParamMaps=grid" in text


REFUSED = [
    ("x = Strindexer(job)", "There is no stage 'Strindexer'. Did you mean 'StringIndexer'?", "Strindexer"),
    ("x = qqq(job)", "There is no stage 'qqq'", "qqq"),
    ("lable = income", "train has no option 'lable'. Did you mean 'label'?", "lable"),
    ("x = StringIndexer(jbo)", "There is no column 'jbo' in people. Did you mean 'job'? Or write {jbo}", "jbo"),
    ("x = StringIndexer('jbo')", "There is no column 'jbo' in people. Did you mean 'job'?", "'jbo'"),
    ("x = StringIndexer({nme})", "There is no Python variable 'nme'. Did you mean 'name'?", "{nme}"),
    ("x = StringIndexer({t})", "A column name or a list of them stands here, got float", "{t}"),
    ("x = StringIndexer(job, handelInvalid='keep')", "Did you mean 'handleInvalid'?", "handelInvalid='keep'"),
    ("x = StringIndexer(job, handleInvalid=keep)", "write {keep} for the Python variable, 'keep' for text", "keep"),
    ("x = Imputer(hours, relativeError='a')", "relativeError of Imputer must be a number, got 'a'", "'a'"),
    ("x = StandardScaler(v, withMean=true)", "There is no column 'v'", "v"),
    ("v = VectorAssembler(age)\nx = StandardScaler(v, withMean=true)", "Did you mean True?", "true"),
    ("x = Bucketizer(hours, splits=[1, 2 + 3])", "Arithmetic is no value here", "2 + 3"),
    ("x = Bucketizer(hours, splits=age > 3)", "A condition is no value here", "age > 3"),
    ("x = Bucketizer(hours, splits=range(3))", "range(...) is not a value here", "range(3)"),
    ("x = StringIndexer(job, income)", "one output for each input, got 2 inputs and 1 names", "StringIndexer"),
    ("x, y = StringIndexer(job)", "got 1 inputs and 2 names", "StringIndexer"),
    ("x, y = VectorAssembler(age)", "VectorAssembler has one output, got 2 names", "x"),
    ("x = Tokenizer(job, income)", "Tokenizer takes one column, got 2", "Tokenizer"),
    ("x = Tokenizer()", "Tokenizer needs an input column. Try: x = Tokenizer(column)", "Tokenizer"),
    ("x = VectorAssembler(3)", "By position stand columns. Try: VectorAssembler(column, option=3)", "3"),
    ("x = VectorAssembler([age])", "Columns stand without brackets", "[age]"),
    ("x = VectorAssembler(StringIndexer(job))", "A step inside a step has no column", "StringIndexer(job)"),
    ("x = VectorAssembler(age, age)", "Column 'age' is named twice", "age"),
    ("x = VectorAssembler(age, inputCols=[hours])", "inputCols is given twice", "[hours]"),
    ("x = VectorAssembler(age, outputCol='y')", "The output is named twice", "x"),
    ("x = VectorAssembler(age, job)", "takes numbers, and 'job' is string. Try: features = Featurize(age, job) instead", "VectorAssembler"),
    ("x = VectorAssembler(inputCols=age)", "A list of columns stands here", "age"),
    ("Tokenizer(job, outputCol=3)", "outputCol names new columns. Try: 'name'", "3"),
    ("StringIndexer(inputCols=[job], outputCols={t})", "names new columns. Try: ['a', 'b']", "{t}"),
    ("x = Tokenizer(inputCol=3)", "A column stands here, got 3", "3"),
    ("job = Tokenizer(job)", "Tokenizer writes column 'job', which is there already", "Tokenizer"),
    ("Age = Binarizer(hours)", "Binarizer writes column 'Age', which is there already", "Binarizer"),
    ("x = Tokenizer(job)\nx = Tokenizer(income)", "Two steps make a column 'x'", "x"),
    ("x = VectorSizeHint(job)", "VectorSizeHint has no output column", "x"),
    ("x = ALS(age, hours, job)", "ALS takes its columns by name. Try: ALS(userCol=column", "ALS"),
    ("Tokenizer(job)\nx = Tokenizer(job)", "Tokenizer needs a name for its output", "Tokenizer"),
    ("KMeans(v)\nx = Tokenizer(job)", "There is no column 'v'", "v"),
    ("v = VectorAssembler(age)\nKMeans(v)\nx = Tokenizer(job)", "KMeans needs a name for its output", "KMeans"),
    ("KMeans(age, hours)", "KMeans takes one vector column, got 2 columns. Try: features = VectorAssembler(age, hours)", "KMeans"),
    ("KMeans(age)", "takes one vector column, got 'age', which is int", "KMeans"),
    ("KMeans()", "KMeans has no features. Try: a line before it, features = VectorAssembler", "KMeans"),
    ("features = VectorAssembler(age)\nLinearRegression()", "LinearRegression needs a label", "LinearRegression"),
    ("features = VectorAssembler(age)\nlabel = income\nLogisticRegression(labelCol=hours)", "label is 'income', but labelCol is 'hours'", "LogisticRegression"),
    ("CrossValidator(estimator=LogisticRegression)", "estimator is a stage", "LogisticRegression"),
    ("x = 3", "train has no option 'x'", "x"),
    ("a, b = 3", "a step or an option", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message", "cause"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_no_step_is_pointed_at(body: str, message: str, cause: str, source: Source) -> None:
    with pytest.raises(CellError) as error:
        source("train people", body, **VARIABLES)
    assert message in error.value.sentence
    _, line, caret = str(error.value).split("\n")
    assert line[caret.index("^") : caret.rindex("^") + 1] == cause
