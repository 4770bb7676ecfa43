"""HTML tables: headers with scope, escaped values, missing values told from the word."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from synapse_magic.views.picture import Picture, Strip
from synapse_magic.views.words import cell, data, escape

LONGEST = 120
LONGEST_TYPE = 28
"""Letters of a type under a header; what is cut off is in its tooltip."""
WIDE = 24
"""Text longer than this keeps a readable width where the table is wider than the page."""


def html_table(
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    types: Sequence[str] | None = None,
    total: int | None = None,
    caption: str = "",
    exact: bool = False,
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
    exact
        Whether numbers are the data itself, and so written without rounding to three digits.
    """
    shown = list(rows)
    under = types or [""] * len(names)
    heads = "".join(_head(name, kind) for name, kind in zip(names, under, strict=True))
    body = "".join(
        "<tr>" + "".join(_data(value, exact) for value in row) + "</tr>" for row in shown
    )
    if not caption and total is not None and total > len(shown):
        caption = f"first {len(shown):,} of {total:,} rows; table() has all"
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = f"{told}<thead><tr>{heads}</tr></thead>"
    return f'<table class="syn-table">{head}<tbody>{body}</tbody></table>'


def _head(name: str, kind: str) -> str:
    title = f' title="{escape(kind)}"' if len(kind) > LONGEST_TYPE else ""
    short = kind[:LONGEST_TYPE] + "\N{HORIZONTAL ELLIPSIS}" if title else kind
    under = f'<br><span class="syn-dim"{title}>{escape(short)}</span>' if kind else ""
    return f'<th scope="col">{escape(name)}{under}</th>'


def _data(value: Any, exact: bool) -> str:
    if value is None:
        return '<td class="syn-null"><i>null</i></td>'
    if isinstance(value, float) and math.isnan(value):
        return '<td class="syn-null"><i>NaN</i></td>'
    if isinstance(value, (Picture, Strip)):
        return f"<td>{value.html()}</td>"
    words = data(value) if exact else cell(value)
    if isinstance(value, numbers.Number) and not isinstance(value, bool):
        full = f' title="{escape(repr(value))}"' if isinstance(value, float) else ""
        return f'<td class="syn-number"{full}>{escape(words)}</td>'
    if len(words) > LONGEST:
        short = escape(words[:LONGEST]) + "\N{HORIZONTAL ELLIPSIS}"
        return f'<td class="syn-text" title="{escape(words[:2000])}">{short}</td>'
    wide = ' class="syn-text"' if len(words) > WIDE else ""
    return f"<td{wide}>{escape(words)}</td>"
