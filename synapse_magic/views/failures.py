"""Rows that could not be explained, and why, as a foldable table."""

from __future__ import annotations

from synapse_magic.views.page import numbers
from synapse_magic.views.table import html_table
from synapse_magic.views.view import SHOWN_ROWS

Failures = tuple[tuple[int, str], ...]
"""Rows by their place in the draw, each with the reason."""


def failure_table(failures: Failures) -> str:
    """Return the table as HTML, empty where there are no failures."""
    if not failures:
        return ""
    table = html_table(["row", "reason"], failures[:SHOWN_ROWS], total=len(failures))
    return numbers(table, "Rows that could not be explained")
