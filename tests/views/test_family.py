"""What holds for every view and result, whatever it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import everyview
import pytest

from synapse_magic.results.table import TablePage
from synapse_magic.views import pack, page
from synapse_magic.views.view import View

EVERY = everyview.every()
VIEWS = {name: one for name, one in EVERY.items() if isinstance(one, View)}
BUDGET = 300_000
DRAWN = {"rect", "line", "path", "polygon", "circle", "text", "title", "image"}


class Elements(HTMLParser):
    """Collects the elements of a page and checks that they close in order."""

    VOID = frozenset({"br", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def elements(html: str) -> Elements:
    parser = Elements()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(params=EVERY)
def one(request: pytest.FixtureRequest) -> Any:
    return EVERY[request.param]


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest) -> View:
    return VIEWS[request.param]


def test_names_never_become_markup(one: Any) -> None:
    found = elements(one._repr_html_())
    tags = {tag for tag, _ in found.found}
    assert not tags & {"iframe", "object", "svg"}
    scripts = [attributes for tag, attributes in found.found if tag == "script"]
    assert len(scripts) in (0, 2)
    handlers = [key for _, attributes in found.found for key in attributes if key.startswith("on")]
    assert handlers == []


def test_nothing_is_fetched_and_no_name_is_global(one: Any) -> None:
    for tag, attributes in elements(one._repr_html_()).found:
        assert "id" not in attributes
        assert "href" not in attributes
        if "src" in attributes:
            assert tag == "img"
            assert str(attributes["src"]).startswith("data:image/svg+xml;base64,")
    css = page.style()
    assert "url(" not in css
    assert "@import" not in css


def test_still_pictures_are_whole_documents_that_run_nothing(one: Any) -> None:
    for still in everyview.stills(one._repr_html_()):
        for node in ElementTree.fromstring(still).iter():
            name = node.tag.rpartition("}")[2]
            assert name in {"svg", "style", *DRAWN}, name
            assert not [key for key in node.attrib if key.startswith("on")]
            if name == "image":
                assert node.attrib["href"].startswith("data:image/png;base64,")


def test_no_words_are_left_where_pictures_are_stripped(one: Any) -> None:
    left = re.sub(r"<(img|script|style)[^>]*>", "", one._repr_html_())
    assert "<text" not in left
    assert "<title" not in left


def test_html_is_the_same_each_time(one: Any) -> None:
    assert one._repr_html_() == one._repr_html_()


def test_repr_is_one_short_line(one: Any) -> None:
    words = repr(one)
    assert "array(" not in words
    if isinstance(one, TablePage):
        return  # its rows are what a terminal should show: tests/results/test_table.py
    assert "\n" not in words
    assert words.startswith("<")
    assert words.endswith(">")


def test_a_view_draws_into_the_axes_it_is_given(view: View) -> None:
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots()
    assert view.axes(ax) is ax
    figure.canvas.draw()
    assert view.axes() is not ax


def test_a_view_has_a_table(view: View) -> None:
    assert len(view.table())


def test_the_static_part_needs_no_script(view: View) -> None:
    assert "<script" not in view.html(interactive=False)
    assert view.picture() in view.html()


def test_a_raw_checkout_shows_the_static_part_in_silence(
    view: View, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(page, "RUNTIME", tmp_path / "runtime.js")
    assert view.html() == view.html(interactive=False)


def test_the_picture_is_told_to_screen_readers(view: View) -> None:
    found = elements(view.picture()).found
    for tag, attributes in found:
        if tag == "img":
            assert attributes["alt"]
        if tag == "th":
            assert attributes["scope"] in ("col", "row")


def test_data_stays_within_the_budget(view: View) -> None:
    data = view.payload()
    if data is not None:
        assert len(pack.embed(data)) < BUDGET


def test_the_runtime_is_small_and_built() -> None:
    assert page.RUNTIME.is_file(), "run npm ci and npm run build in labextension/"
    assert page.RUNTIME.stat().st_size <= 60_000
    assert len(page.style()) <= 16_000


def test_contrast_of_text_is_sufficient_in_both_themes() -> None:
    from synapse_magic.views.palette import DARK, LIGHT

    for theme in (LIGHT, DARK):
        for ink in ("p-fg", "dim", "pos", "neg"):
            for paper in ("p-bg", "soft"):
                assert contrast(theme[ink], theme[paper]) >= 4.5, (ink, paper, theme["p-bg"])
        assert contrast(theme["p-fg"], theme["data"]) >= 4.5


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_results_and_views_load_no_plotting_library() -> None:
    code = (
        "import sys, synapse_magic.results.explanation, synapse_magic.results.evaluation, "
        "synapse_magic.results.profile, synapse_magic.results.table, synapse_magic.views.curve;"
        "print(sorted({'matplotlib', 'pandas', 'pyspark', 'IPython'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_class_in_the_html_has_the_prefix(one: Any) -> None:
    for _, attributes in elements(one._repr_html_()).found:
        for name in re.split(r"\s+", (attributes.get("class") or "").strip()):
            assert not name or name.startswith("syn-"), name
