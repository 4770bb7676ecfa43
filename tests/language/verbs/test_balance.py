from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame

from synapse_magic import ImbalanceError
from synapse_magic.errors import SynapseError
from synapse_magic.language.completion import complete
from synapse_magic.language.context import Context
from synapse_magic.language.export import export
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan

Source = Callable[..., str]
BODY = "label = income\nsensitive = [job]\n"


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        (
            "balance people",
            "label = income\nsensitive = [job, 'hours per week']",
            'return balance(people, label="income", sensitive=["job", "hours per week"])',
        ),
        (
            "balance people --label income --sensitive job,rich --positive >50K",
            None,
            'return balance(people, label="income", sensitive=["job", "rich"], positive=">50K")',
        ),
        (
            "balance people --label rich --sensitive job",
            "where = age > 20",
            'people = people.where(F.col("age") > 20) '
            'return balance(people, label="rich", sensitive=["job"])',
        ),
        (
            "balance people",
            "label = 'größe'\nsensitive = {names}\npositive = {leaves}",
            'return balance(people, label="größe", sensitive=names, positive=leaves)',
        ),
        (
            "balance people",
            BODY + "reference = {job: {'chef': 0.5, None: {penalty}}, rich: {shares}}",
            'return balance( people, label="income", sensitive=["job"], '
            'reference={"job": {"chef": 0.5, None: penalty}, "rich": shares}, )',
        ),
        (
            "balance people",
            BODY + "reference = {shares}\nfail_if = abs(dp) > 0.2",
            'found = balance(people, label="income", sensitive=["job"], reference=shares) '
            'return found.fail_if("abs(dp) > 0.2")',
        ),
        (
            "balance people",
            BODY + "fail_if = [abs(dp) > {penalty} and 0 < js_dist <= 1, 'theil_t_index > 1']",
            'found = balance(people, label="income", sensitive=["job"]) return found.fail_if( '
            '[f"abs(dp) > {penalty} and 0 < js_dist <= 1", "theil_t_index > 1"] )',
        ),
        (
            "balance people",
            BODY + "fail_if = {limits}",
            'found = balance(people, label="income", sensitive=["job"]) '
            "return found.fail_if(limits)",
        ),
    ],
)
def test_a_cell_becomes_one_call(
    line: str, body: str | None, expected: str, source: Source
) -> None:
    variables = {"shares": {"chef": 1.0}, "limits": ["abs(dp) > 0.2"]}
    assert flat(source(line, body, **variables)) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sensitive = [job]", "balance needs label. Try: label = income"),
        ("label = income", "balance needs sensitive. Try: label = income"),
        ("label = incom\nsensitive = [job]", "Did you mean 'income'?"),
        ("label = income\nsensitive = [jb]", "Did you mean 'job'?"),
        ("label = income\nsensitive = []", "sensitive names no column"),
        ("label = income\nsensitive = 3", "A column stands here, got 3"),
        (BODY + "positiv = 'x'", "Did you mean 'positive'?"),
        (BODY + "positive = yes", "write {yes} for the Python variable, 'yes' for text"),
        (BODY + "reference = {jb: {'chef': 1}}", "Did you mean 'job'?"),
        (BODY + "reference = [1]", "reference must be a dict, from column to levels"),
        (BODY + "reference = {leaves}", "reference must be a dict, from column to levels"),
        (BODY + "reference = {job: 0.5}", "A column has a dict of its levels"),
        (BODY + "fail_if = abs(pd) > 0.2", "There is no measure 'pd'"),
        (BODY + "fail_if = theil_index > 0.2", "Did you mean 'theil_"),
        (BODY + "fail_if = 'dpp > 1'", "There is no measure 'dpp'. Did you mean 'dp'?"),
        (BODY + "fail_if = dp", "This is no condition"),
        (BODY + "fail_if = 0.2", "A condition stands here, got 0.2"),
        (BODY + "fail_if = {leaves}", "A condition stands here, got 31"),
        (BODY + "fail_if = [{names}, abs(dp) > 0.2]", "A condition stands here, got ['age', 'h"),
        (BODY + "fail_if = dp > {names}", "A number is compared here, got ['age', 'hours']"),
        (BODY + "fail_if = dp > {nothing}", "There is no Python variable 'nothing'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(
    body: str, message: str, source: Source
) -> None:
    with pytest.raises(SynapseError) as error:
        source("balance people", body)
    assert message in str(error.value)


def test_an_error_in_a_condition_points_at_it(source: Source) -> None:
    with pytest.raises(SynapseError) as error:
        source("balance people", BODY + "fail_if = [abs(dp) > {leaves}, abs(jii) > 2]")
    *_, row, carets = str(error.value).splitlines()
    assert row[carets.index("^") : carets.rindex("^") + 1] == "jii"


def test_what_runs_here_runs_as_a_script_and_fails_alike(
    context: Context, people: DataFrame
) -> None:
    body = BODY + "fail_if = abs(dp) > {penalty}"
    program = plan(parse("balance people -o found"), body, context)
    with pytest.raises(ImbalanceError, match=r"abs\(dp\) > 0.01 holds for job") as error:
        program.call(people.sparkSession, context.variables)
    assert error.value.balance.rows == 200
    text = export(program, context.variables, context)
    assert 'found.fail_if(f"abs(dp) > {penalty}")' in text
    module: dict[str, object] = {"__name__": "exported"}
    exec(compile(text, "script", "exec"), module)
    with pytest.raises(ImbalanceError, match=r"abs\(dp\) > 0.01 holds for job"):
        module["run"](people.sparkSession, people, penalty=0.01)  # type: ignore[operator]


def words(text: str, context: Context) -> list[str]:
    return [each.text for each in complete(text, len(text), context)]


def test_completion_knows_the_verb_its_columns_and_its_measures(context: Context) -> None:
    head = "%%synapse balance people\n"
    assert "balance" in words("%synapse bal", context)
    assert "fail_if = " in words(head + "fa", context)
    assert words(head + "sensitive = [jo", context) == ["job"]
    assert words(head + "label = inc", context) == ["income"]
    assert words(head + "fail_if = abs(d", context) == ["dp"]
    assert "theil_t_index" in words(head + "fail_if = [abs(dp) > 0.2, the", context)
    assert "--sensitive" in words("%synapse balance people --s", context)
