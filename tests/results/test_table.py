from __future__ import annotations

from synapse_magic.results.table import TablePage


def page(shown: int, total: int | None) -> TablePage:
    return TablePage(("n",), ("int",), [(i,) for i in range(shown)], total)


def test_the_caption_tells_how_many_of_how_many() -> None:
    assert page(20, 1234).caption() == "first 20 of 1,234 rows; -n 50 for more"
    assert page(50, 1234).caption() == "first 50 of 1,234 rows; -n 500 for more"
    assert page(20, None).caption() == "first 20 of more; -n 50 for more"
    assert page(1, 1).caption() == "1 row"
    assert page(0, 0).caption() == "0 rows"


def test_the_table_has_types_values_and_a_caption() -> None:
    html = TablePage(("year", "job"), ("int", "string"), [(2024, None)], 1).html()
    assert '<th scope="col">year<br><span class="syn-dim">int</span></th>' in html
    assert '<td class="syn-number">2024</td>' in html
    assert "<i>null</i>" in html
    assert "<caption>1 row</caption>" in html


def test_pandas_has_the_shown_rows() -> None:
    assert page(3, 9).to_pandas()["n"].tolist() == [0, 1, 2]


def test_a_terminal_shows_the_rows_and_how_to_see_more():
    shown = TablePage(("age", "job"), ("int", "string"), [(39, "clerk"), (50, "x" * 99)], 1234)
    lines = repr(shown).splitlines()
    assert lines[0].split() == ["age", "job"]
    assert lines[1].split() == ["39", "clerk"]
    assert len(lines[2]) < 60
    assert lines[-1] == "first 2 of 1,234 rows; -n 50 for more"
    assert repr(page(0, 0)) == "<TablePage: 0 rows>"
