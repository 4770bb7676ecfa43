"""Cells as people write them, and the world that they are read in, without Spark."""

from __future__ import annotations

from typing import Any

from pyspark.sql import types as T

from synapse_magic.language.context import Context

NASTY = (
    "hours per week",
    "class",
    "it's",
    'say "hi"',
    "<b>bold</b>",
    "</script><script>alert(1)</script>",
    "${x}",
    "{age}",
    "back`tick",
    "a.b",
    "größe",
    "\N{LATIN SMALL LIGATURE FI}ne",
    "back\\slash",
)


def schema() -> T.StructType:
    """Return the columns of the table ``people``."""
    plain = {"age": "int", "hours": "double", "job": "string", "edu": "string", "income": "string"}
    fields = [T.StructField(name, _TYPES[kind]) for name, kind in plain.items()]
    return T.StructType([*fields, *(T.StructField(name, T.DoubleType()) for name in NASTY)])


_TYPES: dict[str, Any] = {
    "int": T.IntegerType(),
    "double": T.DoubleType(),
    "string": T.StringType(),
}


def world(**variables: Any) -> Context:
    """Return a context with the table ``people`` and some variables."""
    known = schema()
    return Context({"names": ["age", "hours"], "leaves": 31, **variables},
                   schema=lambda name: known if name == "people" else None)  # fmt: skip


TRAIN = """%%synapse train people -o model
# what we know of people
split    = [0.8, 0.2]   # enough is left to learn from
label    = income

features = Featurize(age, job,  # both are always there
                     hours)
LightGBMClassifier(numLeaves={leaves}, learningRate=0.1)  # small
"""

TUNE = """%%synapse tune people -o best
label = income
split = [0.8, 0.2]
trials = 20
metric = 'AUC'
features = Featurize(age, job, 'hours per week', imputeMissing=False)
LightGBMClassifier(
    numLeaves=Range(15, 127),
    learningRate=Range(0.01, 0.3, log=True),  # the one that matters
    boostingType=Choice('gbdt', 'dart'),
)
LogisticRegression(regParam=Range(1e-05, 1.0, log=True))
"""

CELLS = {
    "train": TRAIN,
    "tune": TUNE,
    "empty": "%%synapse train people",
    "bare": "%%synapse train people\n",
    "indented": "%%synapse train people -o m\n    label = income\n    features = Featurize(age)\n"
    "    LightGBMClassifier()\n",
    "no newline": "%%synapse train people\nlabel = income\nLightGBMClassifier(age, hours)",
    "blank lines first": "\n\n  %%synapse train people -o m\nlabel = income\n"
    "LightGBMClassifier(age)\n",
    "semicolons": "%%synapse train people\nlabel = income; seed = 3\nLightGBMClassifier(age); \n",
    "brackets": "%%synapse train people\nlabel = (income)\nsplit = (\n    0.5,\n    0.5,\n)\n"
    "features = (Featurize(age))\nLightGBMClassifier()\n",
    "windows": "%%synapse train people\r\nlabel = income\r\nfeatures = Featurize(age)\r\n"
    "LightGBMClassifier()\r\n",
    "by name": "%%synapse train people\nlabel = income\n"
    "features = Featurize(inputCols=[age, hours])\n"
    "LightGBMClassifier(featuresCol=features)\n",
    "variable": "%%synapse train people\nlabel = income\nfeatures = Featurize({names}, job)\n"
    "LightGBMClassifier(numLeaves={leaves})\n",
    "wide": "%%synapse train people\nlabel = income\n"
    "features = Featurize('größe', 'age')  # ümlaut\n"
    "LightGBMClassifier()  # größer\n",
    "other steps": "%%synapse train people\nlabel = income\nwhere = age > 18 and hours < 90\n"
    "j, e = StringIndexer(job, edu)\nfeatures = VectorAssembler(age, j, e)\nLogisticRegression()\n",
}  # fmt: skip

CLICKS: dict[str, dict[str, Any]] = {
    "a key": {"op": "role", "column": "back`tick", "role": "key"},
    "by time": {"op": "role", "column": "größe", "role": "time"},
    "by group": {"op": "role", "column": "it's", "role": "group"},
    "another target": {"op": "target", "column": "edu"},
    "a target with blanks": {"op": "target", "column": "hours per week"},
    "a split": {"op": "split", "train": 0.7},
    "no split": {"op": "split"},
    "a condition for a split": {"op": "split", "text": "age < 40"},
    "a seed": {"op": "option", "name": "seed", "text": "7"},
    "rows": {"op": "also", "text": "edu is not None"},
    "one more feature": {"op": "features", "columns": ["edu"], "on": True},
    "nasty features": {"op": "features", "columns": list(NASTY), "on": True},
    "one feature less": {"op": "features", "columns": ["age"], "on": False},
    "one more algorithm": {"op": "algorithm", "name": "RandomForestClassifier", "on": True},
    "no boosting": {"op": "algorithm", "name": "LightGBMClassifier", "on": False},
    "to tune": {"op": "verb", "verb": "tune"},
    "a name": {"op": "output", "name": "better"},
}
"""Changes that make sense in most cells."""
