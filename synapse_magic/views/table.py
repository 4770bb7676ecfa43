"""HTML tables: headers with scope, escaped values, missing values told from the word."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from synapse_magic.views.words import cell, escape

LONGEST = 120


def html_table(
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    types: Sequence[str] | None = None,
    total: int | None = None,
    caption: str = "",
) -> str:
    """Return an HTML table.

    Parameters
    ----------
    names
        Column headers.
    rows
        Rows of Python values; numbers are set right, None and NaN as a dim "null".
    types
        Types written under the headers.
    total
        Rows there are in all; a line says so where not all are given.
    caption
        Plain text of the table's caption.
    """
    shown = list(rows)
    under = types or [""] * len(names)
    heads = "".join(_head(name, kind) for name, kind in zip(names, under, strict=True))
    body = "".join("<tr>" + "".join(_data(value) for value in row) + "</tr>" for row in shown)
    if not caption and total is not None and total > len(shown):
        caption = f"first {len(shown):,} of {total:,} rows; table() has all"
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<table class="syn-table">{told}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _head(name: str, kind: str) -> str:
    under = f'<br><span class="syn-dim">{escape(kind)}</span>' if kind else ""
    return f'<th scope="col">{escape(name)}{under}</th>'


def _data(value: Any) -> str:
    if value is None:
        return '<td class="syn-null"><i>null</i></td>'
    if isinstance(value, float) and math.isnan(value):
        return '<td class="syn-null"><i>NaN</i></td>'
    words = cell(value)
    if isinstance(value, numbers.Number) and not isinstance(value, bool):
        full = f' title="{escape(repr(value))}"' if isinstance(value, float) else ""
        return f'<td class="syn-number"{full}>{escape(words)}</td>'
    if len(words) > LONGEST:
        return f'<td title="{escape(words[:2000])}">{escape(words[:LONGEST])}\N{HORIZONTAL ELLIPSIS}</td>'
    return f"<td>{escape(words)}</td>"
