"""The first rows of the builder's frame, fetched once beside its profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synapse_magic.language.columns import quoted

if TYPE_CHECKING:
    from synapse_magic import TablePage

ROWS = 6
COLUMNS = 30
"""Columns that are shown; what these and the rows hold is at most some hundred kilobytes."""


def first_rows(df: Any) -> TablePage:
    """Return the first rows of a frame and its first columns, by one limit."""
    from synapse_magic import table_page

    shown = df.columns[:COLUMNS]
    return table_page(df.select(*map(quoted, shown)), rows=ROWS)


def rows_html(page: TablePage | None, columns: int, total: int | None) -> str:
    """Return the rows as a table, which says how many of how many it shows; empty without any."""
    if page is None:
        return ""
    shown = len(page.rows)
    known = page.total if total is None else total
    if known is None:
        words = f"First {shown} rows"
    else:
        words = f"First {shown} of {known:,} rows" if known > shown else f"All {shown} rows"
    if columns > len(page.names):
        words += f", first {len(page.names)} of {columns:,} columns"
    return page.table(words)
