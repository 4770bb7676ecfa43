"""The views in a real browser: mounted, read by pointer and keyboard, in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import everyparts
import everyview
import numpy as np
import pytest
from accessibility import findings

from synapse_magic.views import words

EVERY = everyview.every()
LIVE = [name for name, one in EVERY.items() if "synapseMagicViews" in one._repr_html_()]
SCANNED = (
    "text report", "image report", "report", "summary", "row", "heat map", "interaction",
    "evaluation report", "regression", "profile view", "leaderboard view", "balance report",
    "partial dependence", "tree", "table", "training",
)  # fmt: skip
PLAIN = ("age", "job", "a constant", "hours per week", "capital gain")
SHELL = (
    '<!doctype html><html><head><meta charset="utf-8"></head><body {body}>{outputs}</body></html>'
)

Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Give a function that shows outputs on one page and fails the test at any script error."""
    contexts: list[Any] = []
    problems: list[str] = []

    def listen(page: Any) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: line.type != "error" or problems.append(line.text))
        local = ("file:", "data:", "blob:")
        page.on("request", lambda one: one.url.startswith(local) or problems.append(one.url))

    def show(
        *outputs: Any, body: str = "", scripts: bool = True, width: int = 1000, **more: Any
    ) -> Any:
        file = tmp_path / f"page{len(contexts)}.html"
        html = "<hr>".join(one if isinstance(one, str) else one._repr_html_() for one in outputs)
        file.write_text(SHELL.format(body=body, outputs=html), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, **more
        )
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto(file.as_uri())
        if scripts:
            page.wait_for_function(
                "() => [...document.querySelectorAll('.syn-view')].every("
                "view => !view.querySelector('.syn-data') || view.dataset.synLive)"
            )
            page.wait_for_timeout(80)
        return page

    yield show
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="module")
def why() -> Any:
    return everyview.explanation(names=PLAIN, outputs=("rich",), rows=400)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_views_of_each_kind(open_page: Open, theme: str) -> None:
    page = open_page(*(EVERY[name] for name in SCANNED), color_scheme=theme)
    assert findings(page, "body") == []


@pytest.mark.parametrize("name", LIVE)
def test_every_view_mounts_and_hostile_names_stay_words(name: str, open_page: Open) -> None:
    page = open_page(EVERY[name])
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".syn-live").count() == 1
    hidden = page.locator(".syn-swap, .syn-static").evaluate_all(
        "nodes => nodes.some(node => getComputedStyle(node).display === 'none')"
    )
    assert hidden
    assert page.locator(".syn-live svg").count() >= 1
    own = ".syn-live img:not([src^='data:image/']), .syn-live script"
    assert page.locator(own).count() == 0


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_wider_than_the_page(name: str, open_page: Open) -> None:
    page = open_page(EVERY[name], width=480, body='style="margin:0"')
    for width in (480, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(120)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    "name",
    [
        "explanation",
        "importance",
        "row",
        "dependence on a number",
        "heat map",
        "interaction",
        "sampled row",
        "sampled importance",
    ],
)
def test_no_text_is_cut_off_by_the_edge_of_its_drawing(name: str, open_page: Open) -> None:
    for width in (500, 1200):
        page = open_page(EVERY[name], width=width)
        out = page.evaluate(
            """() => [...document.querySelectorAll('.syn-live svg text')].filter(text => {
                const own = text.getBoundingClientRect();
                const all = text.ownerSVGElement.getBoundingClientRect();
                return own.left < all.left - 3 || own.right > all.right + 3;
            }).map(text => text.textContent)"""
        )
        assert out == []


def test_without_scripts_the_static_picture_and_the_table_are_shown(
    why: Any, open_page: Open
) -> None:
    page = open_page(why, scripts=False)
    assert page.locator(".syn-static img").first.is_visible()
    assert page.evaluate("() => [...document.images].every(image => image.naturalWidth > 100)")
    assert page.locator(".syn-numbers table").first.is_visible()
    assert page.locator(".syn-live").count() == 0


def test_with_scripts_the_table_is_folded_and_still_there(why: Any, open_page: Open) -> None:
    page = open_page(why)
    assert not page.locator(".syn-numbers table").first.is_visible()
    page.locator(".syn-numbers summary").first.click()
    assert page.locator(".syn-numbers table").first.is_visible()


def test_the_live_and_the_static_view_tell_the_same_numbers(why: Any, open_page: Open) -> None:
    bars = why.importance()
    page = open_page(bars)
    texts = page.locator(".syn-live svg text").all_text_contents()
    for name, mean in zip(bars.names, bars.mean_abs[:, 0], strict=True):
        assert name in texts
        assert words.number(mean) in texts


@pytest.mark.parametrize(
    "value",
    [0, 1, -2.5, 0.0123456, 999.7, 1234567, 3e15, 1.5e-7, 99.95, 12.345, -0.00012345],
)
def test_numbers_are_written_alike_in_python_and_in_the_browser(
    value: float, why: Any, open_page: Open
) -> None:
    page = open_page(why.importance())
    script = "v => Object.values(globalThis.synapseMagicViews)[0].number(v)"
    assert page.evaluate(script, value) == words.number(value)


def test_two_outputs_live_on_one_page_and_share_the_runtime(why: Any, open_page: Open) -> None:
    page = open_page(why.summary(), why.summary(), why.row(0))
    assert page.locator(".syn-live").count() == 3
    assert page.evaluate("() => Object.keys(globalThis.synapseMagicViews).length") == 1
    assert page.locator(".syn-live").nth(1).locator("g[data-mark]").count() == len(PLAIN)


def test_an_output_is_mounted_where_its_script_does_not_know_itself(
    why: Any, open_page: Open
) -> None:
    html = why.importance().html().replace("document.currentScript", "null")
    assert open_page(html).locator(".syn-live svg").count() >= 1


def test_a_broken_payload_leaves_the_static_view(why: Any, browser: Any, tmp_path: Path) -> None:
    html = re.sub(r'"\$data":"[^"]{20}', '"$data":"', why.importance().html())
    file = tmp_path / "broken.html"
    file.write_text(SHELL.format(body="", outputs=html), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_timeout(300)
    assert page.locator(".syn-static img").is_visible()
    assert page.locator(".syn-live").count() == 0
    page.close()


def test_the_pointer_reads_counts_and_values(why: Any, open_page: Open) -> None:
    page = open_page(why.summary())
    box = page.locator('g[data-mark="hours per week"]').bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.62, box["y"] + 16)
    tip = page.locator(".syn-tip")
    assert tip.is_visible()
    assert re.search(r"hours per weekSHAP .* to .*: \d+ rows?values? ", tip.text_content())
    page.mouse.move(2, 2)
    assert not tip.is_visible()


def test_a_click_on_a_feature_opens_its_dependence(why: Any, open_page: Open) -> None:
    page = open_page(why)
    page.locator('g[data-mark="hours per week"]').click()
    assert page.get_by_text("Dependence: hours per week").is_visible()
    page.locator('g[data-mark="job"]').click()
    assert page.get_by_text("Dependence: job").is_visible()


def test_the_keyboard_walks_features_and_their_values(why: Any, open_page: Open) -> None:
    page = open_page(why)
    names = why.summary().names
    page.locator(f'g[data-mark="{names[0]}"]').focus()
    page.keyboard.press("ArrowDown")
    focused = "() => document.activeElement.dataset.mark"
    assert page.evaluate(focused) == names[1]
    assert names[1] in page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    assert (
        "rows" in page.locator(".syn-aloud").first.text_content()
        or "row" in page.locator(".syn-aloud").first.text_content()
    )
    page.keyboard.press("Enter")
    assert page.get_by_text(f"Dependence: {names[1]}").is_visible()
    page.keyboard.press("End")
    assert page.evaluate(focused) == names[-1]


def test_focus_is_seen_and_survives_a_redraw(why: Any, open_page: Open) -> None:
    page = open_page(why.row(0))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    before = page.evaluate("() => document.activeElement.dataset.mark")
    ring = "() => getComputedStyle(document.activeElement.querySelector('.syn-hit')).strokeWidth"
    assert page.evaluate(ring) == "2px"
    assert page.locator(".syn-tip").is_visible()
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(200)
    assert page.evaluate("() => document.activeElement.dataset.mark") == before


def test_the_scale_switch_says_which_scale_adds_up(why: Any, open_page: Open) -> None:
    page = open_page(why.row(3))
    assert "add up on the log-odds scale" in page.locator(".syn-live").text_content()
    page.get_by_label("scale").select_option("natural")
    text = page.locator(".syn-live").text_content()
    assert "probability is not a sum of parts" in text
    row = why.row(3)
    assert words.number(row.natural(row.prediction, 0)) in text


def test_other_features_open_on_a_press(open_page: Open) -> None:
    names = tuple(f"feature {i}" for i in range(30))
    page = open_page(everyview.explanation(names=names, outputs=("rich",), rows=6).row(5))
    live = page.locator(".syn-live")
    live.get_by_text("21 other features").first.click()
    assert live.get_by_text("3 other features", exact=True).count() == 1


def test_classes_and_rows_are_picked_by_name(open_page: Open) -> None:
    why = everyview.explanation(names=PLAIN, outputs=("low", "middle", "high"), link="softmax")
    page = open_page(why)
    picker = page.get_by_label("class")
    picker.first.select_option(label="high")
    assert page.get_by_text("SHAP value for high (raw score)").count() >= 1
    rows = page.locator(".syn-live select").filter(has_text=why.row(4).title)
    rows.first.select_option("4")
    assert page.locator(".syn-live .syn-title").last.text_content() == why.row(4).title


def test_summary_is_sorted_searched_and_cut(open_page: Open) -> None:
    names = tuple(f"feature {i:02d}" for i in range(20))
    page = open_page(everyview.explanation(names=names, outputs=("rich",)).summary())
    marks = page.locator("g[data-mark]")
    assert marks.count() == 12
    page.get_by_label("show").select_option("5")
    assert marks.count() == 5
    page.get_by_label("sort by").select_option("name")
    shown = marks.evaluate_all("nodes => nodes.map(node => node.dataset.mark)")
    assert shown == sorted(shown)
    page.get_by_label("find").fill("17")
    assert marks.evaluate_all("nodes => nodes.map(node => node.dataset.mark)") == ["feature 17"]


def test_the_dots_can_be_coloured_by_another_feature(why: Any, open_page: Open) -> None:
    page = open_page(why.dependence("hours per week", color="capital gain"))
    assert page.locator(".syn-key").text_content().startswith("capital gain")
    page.get_by_label("colour by").select_option(label="job")
    assert page.locator(".syn-key").text_content().startswith("job")
    page.get_by_label("colour by").select_option(label="nothing")
    assert page.locator(".syn-key").count() == 0


def test_one_threshold_moves_through_all_curves(open_page: Open) -> None:
    good = everyview.evaluation(("no", "yes"))
    page = open_page(good)
    before = page.locator(".syn-here").evaluate_all("nodes => nodes.map(n => n.getAttribute('cx'))")
    assert len(before) == 2
    page.get_by_label("threshold").first.fill("80")
    page.wait_for_timeout(100)
    after = page.locator(".syn-here").evaluate_all("nodes => nodes.map(n => n.getAttribute('cx'))")
    assert all(a != b for a, b in zip(before, after, strict=True))
    histogram = good.histograms[1]
    found = histogram[1, 80:].sum()
    precision = found / (found + histogram[0, 80:].sum())
    said = page.locator(".syn-threshold").text_content()
    assert f"precision {words.number(precision)}" in said
    assert f"recall {words.number(found / histogram[1].sum())}" in said
    assert page.get_by_text(f"Area under the curve {words.number(good.roc().auc)}").count() >= 1


def test_left_and_right_read_a_curve(open_page: Open) -> None:
    curve = everyview.evaluation(("no", "yes")).roc()
    page = open_page(curve)
    page.locator("svg.syn-walk").focus()
    page.keyboard.press("ArrowRight")
    expected = f"threshold {words.number(curve.thresholds[1])}"
    assert expected in page.locator(".syn-aloud").text_content()


COLOURS = """() => {
    const view = document.querySelector('.syn-view');
    const style = getComputedStyle(view);
    const canvas = view.querySelector('canvas');
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255) seen.add(data.slice(i, i + 3).join());
    }
    return {
        ink: style.color, paper: style.backgroundColor, line: style.getPropertyValue('--syn-line'),
        pixels: [...seen].sort().join(';'),
    };
}"""


def test_the_theme_is_followed_while_the_page_is_open(why: Any, open_page: Open) -> None:
    page = open_page(why.summary(), body='data-jp-theme-light="true"')
    light = page.evaluate(COLOURS)
    page.evaluate("() => document.body.setAttribute('data-jp-theme-light', 'false')")
    page.wait_for_timeout(250)
    dark = page.evaluate(COLOURS)
    assert light["paper"] == "rgb(255, 255, 255)"
    assert dark["paper"] == "rgb(22, 24, 28)"
    assert light["ink"] != dark["ink"]
    assert light["pixels"] != dark["pixels"]


@pytest.mark.parametrize(
    ("body", "scheme", "paper"),
    [
        ("", "dark", "rgb(22, 24, 28)"),
        ("", "light", "rgb(255, 255, 255)"),
        ('class="vscode-dark"', "light", "rgb(22, 24, 28)"),
        ('data-jp-theme-light="true"', "dark", "rgb(255, 255, 255)"),
        (
            'style="--jp-layout-color0:#101010;--jp-content-font-color1:#fafafa"',
            "light",
            "rgb(16, 16, 16)",
        ),
    ],
)
def test_each_host_s_theme_is_found(
    body: str, scheme: str, paper: str, why: Any, open_page: Open
) -> None:
    page = open_page(why.summary(), body=body, color_scheme=scheme)
    style = page.evaluate(COLOURS)
    assert style["paper"] == paper
    dark = paper != "rgb(255, 255, 255)"
    assert style["line"] == ("#3b424b" if dark else "#d0d6dd")


def test_every_mark_and_control_has_a_name(why: Any, open_page: Open) -> None:
    page = open_page(why)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('.syn-live :is([role], select, input)')]
            .filter(node => !node.getAttribute('aria-label') && !node.labels?.length)
            .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    reachable = page.locator('.syn-live [tabindex="0"]').count()
    assert reachable >= 3


def test_a_hidden_output_is_drawn_when_it_is_shown(why: Any, open_page: Open) -> None:
    page = open_page(f'<div id="tab" style="display:none">{why.importance().html()}</div>')
    assert page.locator(".syn-live svg").count() == 0
    page.evaluate("() => document.getElementById('tab').style.display = 'block'")
    page.wait_for_timeout(200)
    assert page.locator(".syn-live svg").count() >= 1


def test_a_row_of_a_partial_dependence_is_told_under_the_pointer(open_page: Open) -> None:
    page = open_page(everyview.dependence(1))
    box = page.locator(".syn-live .syn-chart").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 120)
    told = page.locator(".syn-tip").inner_text().splitlines()
    assert told[1].startswith("average ")
    assert re.fullmatch(r"row \d+: .*", told[3])
    assert page.locator(".syn-live path.syn-curve").get_attribute("d")


def test_features_classes_and_pairs_of_a_partial_dependence_are_picked(open_page: Open) -> None:
    page = open_page(everyview.dependence())
    feature, output, curves = (page.locator(".syn-live select").nth(i) for i in range(3))
    feature.select_option("1")
    assert page.locator(".syn-live g.syn-walk").count() == 7
    last = page.locator(".syn-live g.syn-walk").last
    assert last.get_attribute("data-mark") == "missing"
    before = last.get_attribute("aria-label")
    output.select_option("1")
    assert last.get_attribute("aria-label") != before
    curves.select_option("1")
    first = page.locator(".syn-live g.syn-walk").first
    assert "average 0" in first.get_attribute("aria-label")
    feature.select_option("4")
    cells = page.locator(".syn-live rect.syn-walk")
    assert cells.count() == 28
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    assert "average" in page.locator(".syn-live rect.syn-walk:focus").get_attribute("aria-label")


WRITTEN = ("A good film, a good end.", "Not bad \U0001f600 <b>at all</b>", "", "שלום good")


def test_a_text_is_chosen_read_and_its_class_changed(open_page: Open) -> None:
    page = open_page(everyparts.texts(WRITTEN))
    body = page.locator(".syn-live .syn-written")
    assert body.inner_text() == WRITTEN[0]
    strong = ["good", "film", "good"]
    assert body.locator(".syn-p4").all_inner_texts() == strong
    page.get_by_label("class").select_option("good")
    assert body.locator(".syn-n4").all_inner_texts() == strong
    items = page.locator(".syn-list button")
    assert items.count() == 4
    for i, text in enumerate(WRITTEN):
        items.nth(i).click()
        assert body.inner_text() == text
    assert "Text 3" in page.locator(".syn-live .syn-page").inner_text()


def test_words_are_summed_over_texts_and_marked_in_them(open_page: Open) -> None:
    page = open_page(everyparts.texts(WRITTEN))
    first = page.locator(".syn-words button").first
    told = first.get_attribute("aria-label")
    assert told.startswith("good, mean +0.02 probability, 3 places in 2 of 4 texts")
    first.click()
    assert page.locator(".syn-written .syn-found").all_inner_texts() == ["good", "good"]
    has = [one.get_attribute("title") for one in page.locator(".syn-list .syn-has").all()]
    assert has == ["Text 0", "Text 3"]


def test_words_are_walked_by_keys(open_page: Open) -> None:
    page = open_page(everyparts.texts(WRITTEN[:1]))
    page.locator('.syn-live [tabindex="0"]').first.focus()
    page.keyboard.press("End")
    assert page.locator(".syn-tip").inner_text().splitlines() == ["end", "\u22120.015 probability"]


def test_an_image_is_painted_and_its_sliders_change_it(open_page: Open) -> None:
    pictures = [np.full((16, 16, 3), 128, np.uint8), np.full((24, 8), 200, np.uint8)]
    page = open_page(everyparts.images(pictures))
    canvas = page.locator(".syn-live canvas").first
    pixel = """(canvas, [x, y]) => Array.from(canvas.getContext("2d").getImageData(
        x * canvas.width, y * canvas.height, 1, 1).data)"""
    raised, lowered = (canvas.evaluate(pixel, at) for at in ([0.2, 0.2], [0.8, 0.8]))
    assert raised[0] > raised[2]
    assert lowered[2] > lowered[0]
    page.get_by_label("show").select_option("what lowers")
    bare = canvas.evaluate(pixel, [0.2, 0.2])
    assert bare[0] == bare[2]
    page.get_by_label("show").select_option("both")
    page.get_by_label("opacity").fill("0")
    page.wait_for_timeout(80)
    assert canvas.evaluate(pixel, [0.2, 0.2])[0] == bare[0]
    page.locator(".syn-thumbs button").nth(1).click()
    assert "Image 1" in page.locator(".syn-live").inner_text()
    page.get_by_label("class").select_option("side by side")
    assert page.locator(".syn-live canvas.syn-photo").count() == 3


def test_superpixels_are_told_by_pointer_and_by_keys(open_page: Open) -> None:
    page = open_page(everyparts.images([np.full((16, 16, 3), 128, np.uint8)]))
    canvas = page.locator(".syn-live canvas").first
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.2)
    tip = page.locator(".syn-tip")
    assert tip.inner_text().splitlines() == ["superpixel 1", "+0.0333 probability"]
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().splitlines()[0] == "superpixel 0"
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().splitlines()[0] == "superpixel 3"


def test_further_views_wait_behind_tabs(why: Any, open_page: Open) -> None:
    page = open_page(why)
    tabs = page.get_by_role("tab")
    assert tabs.all_text_contents() == ["Rows", "Interaction", "Heat map"]
    panel = page.get_by_role("tabpanel")
    assert panel.get_attribute("aria-label") == "Rows"
    tabs.nth(2).click()
    assert panel.get_attribute("aria-label") == "Heat map"
    panel.locator("canvas").wait_for(state="attached")
    tabs.nth(2).press("ArrowRight")
    assert panel.get_attribute("aria-label") == "Rows"
    tabs.nth(0).press("ArrowRight")
    panel.locator("canvas").nth(1).wait_for(state="attached")
    assert page.locator('[role="tab"][tabindex="0"]').text_content() == "Interaction"


def test_a_square_opens_the_map_of_its_pair(why: Any, open_page: Open) -> None:
    found = why.interaction()
    first, other = found.maps[0], found.maps[-1]
    page = open_page(found)
    assert page.get_by_text(
        f"SHAP value of {first.of} at each value of it and of {first.by}"
    ).count()
    box = page.locator(f'g[data-mark="{other.of}"] rect').bounding_box()
    cell = box["width"] / len(found.names)
    x = box["x"] + cell * (found.names.index(other.by) + 0.5)
    page.mouse.move(x, box["y"] + cell / 2)
    i, j = found.names.index(other.of), found.names.index(other.by)
    told = page.locator(".syn-tip:visible").text_content()
    assert f"depends by {words.number(found.strength[0, i, j])}" in told
    page.mouse.click(x, box["y"] + cell / 2)
    assert page.get_by_text(
        f"SHAP value of {other.of} at each value of it and of {other.by}"
    ).count()
    cells = page.locator(".syn-half").nth(1).locator("g[data-mark]")
    assert cells.count() == (other.counts > 0).sum()
    told = cells.first.get_attribute("aria-label")
    up = max(np.argwhere(other.counts)[:, 1])
    across = np.flatnonzero(other.counts[:, up])[0]
    assert f"mean SHAP {words.signed(other.means[0, across, up])}" in told


def test_an_interaction_is_read_and_opened_by_keys(why: Any, open_page: Open) -> None:
    found = why.interaction()
    page = open_page(found)
    page.locator(f'g[data-mark="{found.names[0]}"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = page.locator(".syn-aloud").first.text_content()
    assert said.startswith(f"{found.names[0]} by {found.names[1]}, depends by ")
    page.keyboard.press("Enter")
    title = f"SHAP value of {found.names[0]} at each value of it and of {found.names[1]}"
    assert page.get_by_text(title).count() == 1


def test_rows_of_a_heat_map_are_read_and_zoomed(why: Any, open_page: Open) -> None:
    found = why.heatmap()
    page = open_page(found)
    marks = page.locator("g[data-mark]")
    assert marks.count() == len(found.names)
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    said = page.locator(".syn-aloud").text_content()
    assert f"row {found.places[0]}, prediction {words.number(found.prediction[0, 0])}" in said
    box = page.locator("canvas").bounding_box()
    y = box["y"] + box["height"] - 60
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    assert page.locator(".syn-tip").is_visible()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, y, steps=4)
    page.mouse.up()
    page.wait_for_timeout(50)
    note = page.locator(".syn-live .syn-note")
    assert re.search(r"; \d+ shown", note.text_content())
    page.get_by_role("button", name="all rows").click()
    assert "shown" not in note.text_content()
    assert not page.get_by_role("button", name="all rows").is_visible()


def test_sampled_values_have_whiskers_and_their_interval_is_told(open_page: Open) -> None:
    row = EVERY["sampled row"]
    page = open_page(row)
    assert page.locator(".syn-live path.syn-whisker").count() == len(row.names)
    first = row.order(0)[0]
    reach = 1.96 * row.error[first, 0]
    label = page.locator('.syn-live g[data-mark="SHAP-1"]').get_attribute("aria-label")
    assert f"95 % interval {words.signed(row.values[first, 0] - reach)} to " in label
    page.get_by_label("scale").select_option("natural")
    assert page.locator(".syn-live path.syn-whisker").count() == 0


def test_a_row_is_compared_to_another(why: Any, open_page: Open) -> None:
    page = open_page(why)
    assert page.locator(".syn-row-panel").count() == 2
    page.get_by_label("compare with").select_option("7")
    panels = page.locator(".syn-row-panel")
    assert panels.count() == 2
    assert words.number(why.row(7).prediction[0]) in panels.nth(1).text_content()


def test_rows_that_could_not_be_explained_are_listed(open_page: Open) -> None:
    page = open_page(EVERY["sampled"])
    assert page.locator(".syn-live").get_by_text("2 rows not explained").is_visible()
    page.get_by_text("Rows that could not be explained").click()
    assert page.locator(".syn-numbers").nth(1).locator("td").nth(1).is_visible()
