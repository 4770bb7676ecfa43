from __future__ import annotations

from synapse_magic.views.table import html_table


def test_headers_have_scope_and_types() -> None:
    html = html_table(["age"], [(1,)], types=["int"])
    assert '<th scope="col">age<br><span class="syn-dim">int</span></th>' in html


def test_null_is_told_from_its_word() -> None:
    html = html_table(["a"], [(None,), ("null",), (float("nan"),)])
    assert '<td class="syn-null"><i>null</i></td>' in html
    assert "<td>null</td>" in html
    assert "<i>NaN</i>" in html


def test_long_text_is_cut_and_kept_as_a_tooltip() -> None:
    html = html_table(["a"], [("x" * 500,)])
    assert "x" * 121 not in html.split('">')[-1]
    assert f'title="{"x" * 500}"' in html


def test_values_are_escaped() -> None:
    html = html_table(["<i>"], [("<script>alert('1')</script>",)], types=['"'])
    assert "<script>" not in html
    assert "<i>" not in html


def test_a_long_type_is_cut_and_kept_as_a_tooltip() -> None:
    kind = "struct<" + ",".join(f"x{i}:int" for i in range(20)) + ">"
    html = html_table(["a"], [(1,)], types=[kind])
    assert f'title="{kind.replace("<", "&lt;").replace(">", "&gt;")}"' in html
    assert f">{kind[:28].replace('<', '&lt;')}\N{HORIZONTAL ELLIPSIS}</span>" in html
