from __future__ import annotations

import ast

import pytest

from synapse_magic.language.layout import constant, flat, lines, literal


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -3, -2.5, 1e300, float("inf"), "a", "it's", 'say "a"', "it's \"a\"", "",
        "two\nlines", 'ends with "\nquote"', "back\\slash\nline", "tab\t", "\ud800", "größe 日本",
        [1, [2, (3,)], ()], {"a": [1], 2: {"b": None}}, b"x",
    ],
)  # fmt: skip
def test_a_literal_gives_back_its_value(value: object) -> None:
    assert eval(flat(literal(value))) == value


def test_what_has_no_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="object has no literal"):
        literal(object())


@pytest.mark.parametrize(
    "written",
    ["a - (b - c)", "(a + b) * c", "(a > b) & (c < d)", "~(a | b)", "-(a + b)", "a ** b ** c",
     "(a ** b) ** c", "(-a) ** b", "a - b - c", "~a & b", "(-1) ** a"],
)  # fmt: skip
def test_brackets_keep_the_meaning_of_operators(written: str) -> None:
    tree = ast.parse(written, mode="eval").body
    assert ast.dump(ast.parse(flat(tree), mode="eval").body) == ast.dump(tree)


def test_texts_stand_in_double_quotes() -> None:
    assert constant("it's") == '"it\'s"'
    assert constant("a") == '"a"'


def test_a_call_that_fits_stays_on_its_line_and_a_long_one_is_broken() -> None:
    short = ast.parse("f(a=1)", mode="eval").body
    assert lines(short, "x = ") == ["x = f(a=1)"]
    middle = ast.parse(f"f(a='{'b' * 40}', c='{'d' * 40}')", mode="eval").body
    assert len(lines(middle, "x = ")) == 4
    one = ast.parse(f"f(g('{'b' * 40}', c='{'d' * 40}'))", mode="eval").body
    assert lines(one, "x = ")[-1] == ")"


def test_no_line_is_longer_than_the_page_where_it_can_be_broken() -> None:
    names = [f"column_{i}" for i in range(60)]
    tree = ast.parse(f"Pipeline(stages=[Stage(inputCols={names}, outputCol='x')])", mode="eval")
    assert max(map(len, lines(tree.body, "pipeline = ", "", 4))) <= 88
