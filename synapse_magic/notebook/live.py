"""Live widgets: a question from the browser goes to an app, its answer goes back.

An app is a plain object that knows no widget. The widget here carries its script and style into
the page, and lets the two talk: the browser sends ``{"id", "ask", "given"}`` and gets ``{"id",
"body"}`` with one block of bytes for the arrays, or ``{"id", "error"}`` with words. What the app
tells without being asked goes as ``{"tell", "body"}``.
"""

from __future__ import annotations

import functools
import html
import json
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from synapse_magic import SynapseError, pack_message, view_style
from synapse_magic.notebook import markup
from synapse_magic.notebook.output import show_html

STATIC = Path(__file__).parent / "static"
LARGEST = 2_000_000
"""Bytes of one message; Databricks takes 5 MB, and everybody waits for them."""

STILL = "As it was when its cell ran. Run the cell for a view that answers."
"""Above the snapshot, which is all there is without a kernel."""


class App(Protocol):
    """What answers a live view."""

    @property
    def label(self) -> str:
        """What the view is, for screen readers and as plain text."""
        ...

    def still(self) -> str:
        """Return the static twin as HTML, for pages without a kernel."""
        ...

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer to a question: words, numbers and arrays."""
        ...


class LiveWidget(anywidget.AnyWidget):
    """The widget of one app.

    Parameters
    ----------
    module : str
        Stem of its script in ``labextension/src/widgets``.
    app : App
    still : str
        Name of the snapshot that is put away where the widget is drawn.
    """

    label = traitlets.Unicode().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: str, app: App, still: str = "") -> None:
        self._esm, self._css = script(module), view_style()
        super().__init__(label=app.label, still=still)
        self._app = app
        self.on_msg(self._hear)

    def tell(self, name: str, told: Mapping[str, Any]) -> None:
        """Send something to all views of the widget, from any thread."""
        body, block = _within_budget(told)
        self.send({"tell": name, "body": body}, [block])

    def _hear(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        asked = content["id"]
        try:
            answer = self._app.answer(content["ask"], content["given"])
            body, block = _within_budget(answer)
        except SynapseError as error:
            self.send({"id": asked, "error": str(error)})
        except Exception as error:  # travels to the browser, which shows it
            logging.getLogger(__name__).exception("The question %r failed", content["ask"])
            self.send({"id": asked, "error": f"{type(error).__name__}: {error}"})
        else:
            self.send({"id": asked, "body": body}, [block])


class LiveView:
    """An app in a cell: its static twin, which is kept, and the widget that takes its place.

    Parameters
    ----------
    module : str
        Stem of its script in ``labextension/src/widgets``.
    app : App
    """

    def __init__(self, module: str, app: App) -> None:
        self._module, self._app = module, app

    @functools.cached_property
    def widget(self) -> LiveWidget:
        """The widget alone, to put into a box or another app."""
        return LiveWidget(self._module, self._app, f"{self._module}-{uuid.uuid4().hex}")

    def _ipython_display_(self) -> None:
        """Show the snapshot, then the widget.

        They are two outputs, since JupyterLab shows a widget whose kernel is gone as an error,
        and not as the HTML that comes with it. Our extension hides that error.
        """
        still = html.escape(self.widget.still)
        shown = markup.dim(STILL) + self._app.still()
        show_html(self._app.label, f'<div data-syn-still="{still}">{shown}</div>')
        from IPython.display import display

        bundle = self.widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            # The snapshot stands for the widget wherever widgets are not drawn.
            display({**data, "text/plain": "", "text/html": ""}, raw=True)


@functools.cache
def script(module: str) -> str:
    """Return the built script of a live widget.

    Raises
    ------
    SynapseError
        In a checkout where it has not been built.
    """
    path = STATIC / f"{module}.js"
    if not path.is_file():
        raise SynapseError(
            f"The script of the live {module} has not been built: there is no {path}. "
            "Try: npm ci && npm run build, in labextension"
        )
    return path.read_text(encoding="utf-8")


def _within_budget(payload: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    body, block = pack_message(payload)
    size = len(block) + len(json.dumps(body, ensure_ascii=False).encode(errors="replace"))
    if size > LARGEST:
        raise SynapseError(
            f"An answer of {size:,} bytes is more than a notebook should be sent at once. "
            f"Expected {LARGEST:,} at most"
        )
    return body, block
