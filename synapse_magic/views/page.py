"""One output that stands alone: picture and table first, the interactive view where scripts run.

Nothing is fetched: the stylesheet, the data and the runtime are in the output itself. Where the
runtime has not been built (a raw checkout) the static part is the whole output.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synapse_magic.views import pack
from synapse_magic.views.css import stylesheet
from synapse_magic.views.palette import DARK, LIGHT, variables
from synapse_magic.views.words import escape

RUNTIME = Path(__file__).parent / "static" / "runtime.js"

# Reuses a runtime of the same version that an earlier output left on the page.
_MOUNT = (
    "(function(){{var s=document.currentScript,k='{key}';"
    "var r=(globalThis.synapseMagicViews=globalThis.synapseMagicViews||{{}});"
    "if(!r[k]){{{runtime};r[k]=synapseMagicRuntime}}"
    "r[k].mount(s&&s.closest?s.closest('.syn-view'):null,'{mark}')}})();"
)


@functools.cache
def style() -> str:
    """Return the stylesheet of all views, with the themes' colours."""
    css = stylesheet("style.css") + stylesheet("marks.css")
    for name, theme in (("light", LIGHT), ("dark", DARK)):
        css = css.replace(f"--syn-theme:{name};", f"color-scheme:{name};{variables(theme)}")
    return css


@functools.cache
def _runtime(path: Path, _stamp: int) -> str:
    return (
        path.read_text(encoding="utf-8")
        .strip()
        .rstrip(";")
        .replace("</", "<\\/")
        .replace("<!--", "<\\!--")
    )


def runtime() -> str | None:
    """Return the script that makes views interactive, or None where it has not been built."""
    try:
        stamp = RUNTIME.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _runtime(RUNTIME, stamp)


def figure(title: str, note: str, body: str) -> str:
    """Return one static view: its title, its body and the line that says what it shows."""
    told = f'<p class="syn-note">{escape(note)}</p>' if note else ""
    head = f'<p class="syn-title"><b>{escape(title)}</b></p>' if title else ""
    return f'<div class="syn-figure">{head}{body}{told}</div>'


def numbers(table: str, summary: str = "Table of these numbers") -> str:
    """Return a foldable table; open, for pages that strip pictures and scripts."""
    return (
        f'<details class="syn-numbers" open><summary>{escape(summary)}</summary>'
        f"{scrolled(table, summary)}</details>"
    )


def scrolled(table: str, name: str) -> str:
    """Return a table that may be wider than the page, which the keyboard reaches and scrolls."""
    name = escape(name)
    return f'<div class="syn-scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'


def page(static: str, table: str, payload: Mapping[str, Any] | None, label: str) -> str:
    """Return a whole output.

    Parameters
    ----------
    static
        HTML of the picture that needs no script.
    table
        HTML of the numbers, or an empty string.
    payload
        Data of the interactive view with its ``kind``; None for a static output.
    label
        What the output is, for screen readers.
    """
    script = runtime() if payload is not None else None
    data = pack.embed(payload) if payload is not None and script is not None else ""
    mark = hashlib.sha256((static + data).encode("utf-8", "replace")).hexdigest()[:12]
    live = ""
    if script is not None:
        key = hashlib.sha256(script.encode()).hexdigest()[:12]
        live = (
            f'<script type="application/json" class="syn-data">{data}</script>'
            f"<script>{_MOUNT.format(key=key, runtime=script, mark=mark)}</script>"
        )
    return (
        f'<div class="syn-view" data-syn="{mark}" role="group" aria-label="{escape(label)}">'
        f"<style>{style()}</style>"
        f'<div class="syn-static">{static}</div>{table}{live}</div>'
    )
