from __future__ import annotations

import pytest

from synapse_magic.language.completion import complete
from synapse_magic.language.context import Context


def at(cell: str, context: Context) -> list[str]:
    """Return the proposals at the bar in a cell."""
    cursor = cell.index("|")
    return [c.text for c in complete(cell.replace("|", ""), cursor, context)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%synapse tr|", ["train"]),
        ("x = %synapse ev|", ["evaluate"]),
        ("%%synapse s|\nlabel = x", ["start", "stop", "status", "sql", "show", "score", "save"]),
        ("ev|", ["evaluate"]),
        (" tra|", ["train"]),
        ("%synapse show pe|", ["people"]),
        ("%synapse show people -|", ["-o", "-q", "-n", "-s", "--dry-run", "--code", "--where"]),
        ("%synapse show people --d|", ["--dry-run"]),
        ("%synapse show people --code |", ["show", "next"]),
        ("%synapse show people -o |", []),
        ("%synapse show -n 5 p|", ["people"]),
        ("%synapse load {pe|", ["{penalty}", "{people}"]),
        ("%synapse help tra|", ["train"]),
        ("%%synapse train people\nla|", ["label = ", "LanguageDetector("]),
        ("%%synapse train people\nlabel = in|", ["income"]),
        ("%%synapse train people\nlabel = Inc|", ["income"]),
        ("%%synapse train people\nlabel = {pen|", ["penalty"]),
        ("%%synapse train people\nwhere = age > 3 and ho|", ["hours"]),
        ("%%synapse train people\nf = VectorAss|", ["VectorAssembler("]),
        ("%%synapse train people\nStringI|", ["StringIndexer("]),
        ("%%synapse train people\nf = VectorAssembler(ag|", ["age"]),
        ("%%synapse train people\nf = VectorAssembler(age, ho|", ["hours"]),
        ("%%synapse train people\nj = StringIndexer(job, hand|", ["handleInvalid="]),
        ("%%synapse train people\nj = StringIndexer(inputCol=jo|)", ["job"]),
        ("%%synapse train people\nj = StandardScaler(v, withMean=T|", ["True"]),
        ("%%synapse train people\njob_i = StringIndexer(job)\nf = VectorAssembler(job|",
         ["job", "job_i"]),
        ("%%synapse train people\nCrossValidator(estimator=Logis|", ["LogisticRegression("]),
        ("%%synapse train people\nCrossValidator(evaluator=Multic|",
         ["MulticlassClassificationEvaluator("]),
        ("%%synapse train people\nf = VectorAssembler(inputCols=[age, ho|", ["hours"]),
        ("%%synapse train people\nLogisticRegression(regParam={pe|})", ["penalty", "people"]),
        ("%%synapse explain model\nmethod = |",
         ["'tree_interventional'", "'tree_path'", "'linear'", "'kernel_shap'", "'lime'"]),
        ("%%synapse load x.csv\nca|", ["cache = "]),
        ("%%synapse stop\nla|", []),
        ("%%synapse nonsense\nla|", []),
        ("%%synapse train nothing\nf = VectorAssembler(ag|", []),
        ("print('%synapse')\nla|", []),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor_is_proposed(
    cell: str, expected: list[str], context: Context
) -> None:
    assert at(cell, context) == expected


def test_columns_that_python_cannot_spell_are_proposed_as_texts(context: Context) -> None:
    found = at("%%synapse train people\nf = VectorAssembler(|", context)
    assert {"'hours per week'", "'a.b'", "'class'", "größe"} <= set(found)


def test_an_option_that_is_given_is_not_proposed_again(context: Context) -> None:
    found = at("%%synapse train people\nj = StringIndexer(job, handleInvalid='keep', |", context)
    assert "handleInvalid=" not in found
    assert "stringOrderType=" in found


def test_a_proposal_says_where_it_begins_and_what_it_means(context: Context) -> None:
    cell = "%%synapse train people\nj = StringIndexer(job, handle"
    (found,) = complete(cell, len(cell), context)
    assert cell[found.start :] == "handle"
    assert found.kind == "option"
    assert "default 'error'" in found.doc


def test_every_prefix_of_a_cell_can_be_completed(context: Context) -> None:
    cell = (
        "%%synapse train people -o model -n 5\nsplit = [0.8, 0.2]  # parts\nlabel = 'income'\n"
        'a, b = StringIndexer(job, "class")\nwhere = (age > 3) and not rich\n'
        "CrossValidator(estimator=LogisticRegression(x, maxIter={leaves}), y={'k': [1]})\n"
    )
    for cursor in range(len(cell) + 1):
        complete(cell[:cursor], cursor, context)
        complete(cell, cursor, context)
