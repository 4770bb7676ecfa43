from __future__ import annotations

import ast

import pytest

from synapse_magic.language.body import parse
from synapse_magic.language.refusals import ALLOWED, REFUSALS
from synapse_magic.language.text import CellError

REFUSED = [
    ("import os", "import os", "no place for import. Try: import in a cell of its own"),
    ("from os import path", "from os import path", "no place for import"),
    ("x = df.age", "df.age", "attribute access with a dot"),
    ("x = age[0]", "age[0]", "subscription with brackets"),
    ("f = Stage(lambda x: x)", "lambda x: x", "write {fn}"),
    ('x = f"{a}"', 'f"{a}"', "build the text before the cell"),
    ("x = [a for a in b]", "[a for a in b]", "a list comprehension"),
    ("x = {a for a in b}", "{a for a in b}", "a set comprehension"),
    ("x = {a: b for a in b}", "{a: b for a in b}", "a dict comprehension"),
    ("x = Stage(a for a in b)", "(a for a in b)", "a generator expression"),
    ("x = 1 if a else 2", "1 if a else 2", "a conditional expression"),
    ("x: int = 1", "x: int = 1", "leave the annotation out"),
    ("x += 1", "x += 1", "augmented assignment"),
    ("a = b = 1", "b", "Chained assignment sets two names at once"),
    ("x = Stage(*names)", "*names", "a star"),
    ("x = Stage(**values)", "values", "name each option, name=value"),
    ("x = {**values}", "{**values}", "no place for **"),
    ("a, *b = Stage(c)", "*b", "a star"),
    ("x = Stage((y := 1))", "y := 1", "the walrus operator"),
    ("x = await y", "await y", "await before the cell"),
    ("def f(): pass", "def f(): pass", "define the function before the cell"),
    ("async def f(): pass", "async def f(): pass", "define the function before the cell"),
    ("class A: pass", "class A: pass", "define the class before the cell"),
    ("for a in b: pass", "for a in b: pass", "a for loop"),
    ("while True: pass", "while True: pass", "a while loop"),
    ("if a: pass", "if a: pass", "where = ..."),
    ("with a: pass", "with a: pass", "open what you need before the cell"),
    ("match a:\n  case 1: pass", "match a:", "decide before the cell"),
    ("try: pass\nfinally: pass", "try: pass", "try block"),
    ("raise a", "raise a", "raise"),
    ("assert a", "assert a", "check it in a cell of its own"),
    ("del a", "del a", "delete the variable"),
    ("global a", "global a", "global"),
    ("pass", "pass", "leave the line out"),
    ("return a", "return a", "keep it with -o NAME"),
    ("x = {a, b}", "{a, b}", "Braces hold one Python variable, not 2. Try: each variable"),
    ("x = {o.x}", "{o.x}", "Try: x = o.x before the cell, and {x}"),
    ("x = {d['k']}", "{d['k']}", "Try: x = d['k'] before the cell, and {x}"),
    ("x = {*a}", "{*a}", "without a star"),
    ("x = {f()}", "{f()}", "Try: x = f() before the cell, and {x}"),
    ("x = {1}", "{1}", "Braces hold the name of one Python variable, got 1"),
    ("x = b'a'", "b'a'", "b'a' is not a value of the language"),
    ("x = 2j", "2j", "2j is not a value of the language"),
    ("x = ...", "...", "... is not a value of the language"),
    ("x = F.col('a')", "F.col", "a stage by its bare name, col(...)"),
    ("x = f()()", "f()", "Only a stage can be called"),
    ("income", "income", "A line is a step or an option"),
    ("'text'", "'text'", "A line is a step or an option"),
    ("a[0] = 1", "a[0]", "subscription with brackets"),
    ("a.b = 1", "a.b", "attribute access with a dot"),
    ("a, (b, c) = Stage(d)", "(b, c)", "The left side is a name or several"),
]


@pytest.mark.parametrize(("body", "cause", "hint"), REFUSED, ids=[body for body, *_ in REFUSED])
def test_each_construct_outside_the_language_has_its_own_hint(
    body: str, cause: str, hint: str
) -> None:
    with pytest.raises(CellError) as error:
        parse(f"label = income\n{body}")
    sentence, line, caret = str(error.value).split("\n")
    assert hint in sentence
    assert line.startswith("  line 3: ")
    assert line[caret.index("^") : caret.rindex("^") + 1] == cause


def test_the_allow_list_and_the_refusals_cover_the_whole_of_python() -> None:
    every = {
        name
        for name, node in vars(ast).items()
        if isinstance(node, type) and issubclass(node, (ast.stmt, ast.expr))
    }
    allowed = {node.__name__ for node in ALLOWED}
    old = {"stmt", "expr", "Num", "Str", "Bytes", "NameConstant", "Ellipsis", "FormattedValue"}
    assert every - allowed - old - {"Interpolation"} <= set(REFUSALS)


@pytest.mark.parametrize(
    ("body", "message", "cause"),
    [
        ("x = Stage(a", "The body is not Python", "("),
        ("x = Stage(class)", "'class' is a Python keyword. Try: as a column write it", "class"),
        ("label income", "The body is not Python", None),
        ("path = 'C:\\Users'", "A backslash in a text starts an escape", None),
        ("x = 'open", "The body is not Python: Unterminated string", "'"),
        ("f = Stage(hours per week)", "a name that Python cannot spell is a string", None),
        ("x = \0", "The body is not Python", None),
        ("  a = 1\n b = 2", "The body is not Python", None),
        ("a = " + "(" * 300 + ")" * 300, "The body is not Python", None),
        ("a = " + "-" * 5000 + "1", "", None),
    ],
)
def test_a_body_that_is_not_python_is_pointed_at(
    body: str, message: str, cause: str | None
) -> None:
    with pytest.raises(CellError) as error:
        parse(body)
    assert message in str(error.value)
    _, line, caret = str(error.value).split("\n")
    if cause:
        assert line[caret.index("^") : caret.rindex("^") + 1] == cause


def test_the_caret_stands_below_its_cause_after_wide_and_non_ascii_characters() -> None:
    with pytest.raises(CellError) as error:
        parse("größe = Stage('日本', df.x)")
    _, line, caret = str(error.value).split("\n")
    wide = sum(c in "日本" for c in line)
    assert caret.index("^") == line.index("df.x") + wide
    assert caret.count("^") == 4
    assert error.value.column == len("größe = Stage('日本', ")


def test_an_indented_body_is_read_like_one_at_the_margin() -> None:
    assert len(parse("    label = income\n    seed = 1\n").statements) == 2


def test_variables_are_listed_in_the_order_they_stand() -> None:
    assert parse("b = [{z}, {a}]\nStage(x={c}, y={'k': {a}})").variables() == ("z", "a", "c")


def test_comments_and_empty_lines_are_no_statements() -> None:
    assert parse("# nothing\n\n").statements == ()
