"""The few pieces of HTML that the notebook layer draws itself.

Colours come from the front end (``currentColor`` and opacity), so both themes are right.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_DIM = "opacity:.66;font-size:.92em"
_BAR = (
    "display:inline-block;width:9em;height:.5em;vertical-align:.05em;margin:0 .6em;"
    "border-radius:.25em;background:color-mix(in srgb,currentColor 18%,transparent);overflow:hidden"
)
_FILL = "display:block;height:100%;background:var(--jp-brand-color1,#1976d2)"
_CELL = "text-align:left;padding:.25em 1em .25em 0;vertical-align:top"


def escape(text: object) -> str:
    """Return text that is safe inside HTML."""
    return html.escape(str(text))


def dim(text: str) -> str:
    """Return one dim line of plain text."""
    return f'<div style="{_DIM}">{html.escape(text)}</div>'


def link(text: str, address: str) -> str:
    """Return a link that opens in another tab."""
    return (
        f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{html.escape(text)}</a>'
    )


def bar(done: int, total: int, text: str) -> str:
    """Return a progress bar with its words, readable by a screen reader.

    Parameters
    ----------
    done, total : int
        How far it is; a total of 0 draws an empty bar.
    text : str
        What is being done, in words.
    """
    share = round(100 * done / total) if total else 0
    return (
        f'<div role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="{total}"'
        f' aria-valuenow="{done}" aria-valuetext="{html.escape(text)}"><span style="{_BAR}">'
        f'<span style="{_FILL};width:{share}%"></span></span>{html.escape(text)}</div>'
    )


def code(source: str, title: str) -> str:
    """Return source text as a block that can be selected and copied."""
    return (
        f"<details open><summary>{html.escape(title)}</summary>"
        f'<pre style="overflow-x:auto;padding:.6em 0"><code>{html.escape(source)}</code></pre>'
        "</details>"
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with a caption and column headers."""
    head = "".join(f'<th scope="col" style="{_CELL}">{html.escape(h)}</th>' for h in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_cell(value)}</td>' for value in row) + "</tr>"
        for row in rows
    )
    return (
        f'<table style="border-collapse:collapse"><caption style="text-align:left;{_DIM}">'
        f"{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: object) -> str:
    return html.escape("" if value is None else str(value))
