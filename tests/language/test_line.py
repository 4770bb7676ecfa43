from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.language.line import Flags, Variable, parse
from synapse_magic.language.vocabulary import VERBS


def test_a_line_is_a_verb_with_arguments_and_flags() -> None:
    command = parse("explain model people -n 50 -o why -s prod -q --dry-run --code next")
    assert (command.verb, command.args) == ("explain", ("model", "people"))
    assert command.flags == Flags("why", True, 50, "prod", True, "next")


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (r"load C:\data\people.csv", r"C:\data\people.csv"),
        (r"load 'C:\my data\people.csv'", r"C:\my data\people.csv"),
        ("load 'C:\\dir\\'", "C:\\dir\\"),
        ('load "it\'s here.csv"', "it's here.csv"),
        ("load s3a://bucket/a/*.csv", "s3a://bucket/a/*.csv"),
        ("load données/été.csv", "données/été.csv"),
    ],
)
def test_paths_survive_quotes_spaces_and_backslashes(line: str, path: str) -> None:
    assert parse(line).args == (path,)


def test_a_name_in_braces_is_a_python_variable() -> None:
    assert parse("load {path} -o people").args == (Variable("path"),)


def test_quoted_braces_are_text() -> None:
    assert parse("load '{path}'").args == ("{path}",)


def test_flags_may_stand_before_arguments_and_with_equals_signs() -> None:
    command = parse("show -n=5 people --code=out.py")
    assert (command.args, command.flags.rows, command.flags.code) == (("people",), 5, "out.py")


def test_options_of_the_verb_may_stand_on_the_line() -> None:
    assert parse("explain model --method lime").options == {"method": "lime"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "needs a verb. Try one of: start"),
        ("trian people", "There is no verb 'trian'. Did you mean 'train'?"),
        ("qqqq", "There is no verb 'qqqq'. Verbs: start"),
        ("show people --rws 3", "show has no flag '--rws'"),
        ("explain model --metod lime", "Did you mean '--method'?"),
        ("show people -x", "show has no flag '-x'"),
        ("show people -o", "-o needs a value: -o NAME"),
        ("show people -o -q", "-o needs a value: -o NAME"),
        ("show people -o a -o b", "-o is given twice"),
        ("show people -o 1a", "-o must name a Python variable, got '1a'"),
        ("show people -n 0", "-n must be a number of rows of at least 1, got '0'"),
        ("show people -n x", "-n must be a number of rows of at least 1, got 'x'"),
        ("show people -q=1", "-q takes no value, got '1'"),
        ("show", "show needs FRAME, a DataFrame variable, or a table. Try: %synapse show FRAME"),
        ("show a b", "show takes 1 arguments, 'b' is too many. Expected: %synapse show FRAME"),
        ("stop now", "stop takes no arguments, 'now' is too many"),
        ("load 'a.csv", "A quote is not closed in: 'a.csv"),
        ("load {a.b}", "{a.b} is no Python variable. Expected one name in braces"),
    ],
)
def test_what_is_wrong_on_a_line_is_said_in_one_line(line: str, message: str) -> None:
    with pytest.raises(SynapseError) as error:
        parse(line)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_the_example_of_every_verb_can_be_parsed(verb: object) -> None:
    line = verb.example.partition("\n")[0].partition("synapse ")[2]  # type: ignore[attr-defined]
    assert parse(line).verb == verb.name  # type: ignore[attr-defined]
