"""The builder's form in a real browser, with the kernel's side behind a stand-in for the comm."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import everyreviews
import numpy as np
import pytest
from accessibility import findings
from pyspark.sql import types as T

from synapse_magic import Evaluation, ModelBuilder, SynapseError
from synapse_magic.notebook.builder.app import BuilderApp
from synapse_magic.notebook.builder.run import Run
from synapse_magic.notebook.live import LiveWidget, script
from synapse_magic.results.guardrails import Guardrail, Guardrails
from synapse_magic.results.leaderboard import Leaderboard, Trial
from synapse_magic.results.profile import ColumnProfile, Profile
from synapse_magic.views.page import style

# What the extension of JupyterLab hands to the form, with the cell as a plain value.
BESIDE = """
let changed = () => {};
window.typed = (text) => { window.cell = text; changed(); };
window.cell = null;
document.addEventListener("synapse-magic:beside", ({ detail }) => detail.take({
  get text() { return window.cell; }, undoable: true, adoptable: window.below !== undefined,
  write(before, after) { return window.cell === before && (window.typed(after), true); },
  insert(text) { window.typed(text); }, adopt() { window.typed(window.below); },
  undo() {}, show() {},
  watch(call) { changed = call; return () => {}; },
}));
"""
HOSTILE = "<img src=x onerror=alert(1)>${y}`'"

PAGE = """<!doctype html><html data-jp-theme-light="{light}"><body data-jp-theme-light="{light}"
style="margin:12px;background:{back}"><style>{style}</style><div id="place"></div>
<script type="module">
{beside}
const listeners = {{}};
window.deliver = (told) => {{
  const block = Uint8Array.from(atob(told.block), (c) => c.charCodeAt(0));
  const blocks = [new DataView(block.buffer)];
  for (const call of listeners["msg:custom"] ?? []) call(told.content, blocks);
}};
const model = {{
  get: (name) => ({{ label: "Model builder", still: "" }})[name],
  send: async (content) => {{
    const told = await window.answer(content);
    window.meanwhile?.(content);
    told.forEach(window.deliver);
  }},
  on: (event, call) => (listeners[event] ??= []).push(call), off() {{}},
}};
window.lose = () => (listeners["comm_live_update"] ?? []).forEach((call) => call());
const url = URL.createObjectURL(new Blob([{code}], {{ type: "text/javascript" }}));
const widget = (await import(url)).default;
widget.render({{ model, el: document.getElementById("place") }});
</script></body></html>"""


def frame(fields: dict[str, Any]) -> Any:
    """Return what the builder reads of a DataFrame, without Spark."""
    schema = T.StructType([T.StructField(name, kind) for name, kind in fields.items()])
    alive = SimpleNamespace(sc=lambda: SimpleNamespace(isStopped=lambda: False))
    context, conf = SimpleNamespace(_jsc=alive), SimpleNamespace(get=lambda _: "false")
    made = type("DataFrame", (), {"__module__": "pyspark.sql.dataframe"})()
    made.schema, made.columns = schema, list(fields)
    made.dtypes = [(name, kind.simpleString()) for name, kind in fields.items()]
    made.sparkSession = SimpleNamespace(conf=conf, sparkContext=context)
    return made


def people() -> ModelBuilder:
    """Return a builder of people that has looked at them already."""
    text, number = T.StringType(), T.DoubleType()
    df = frame(
        {
            "age": T.IntegerType(),
            "hours": number,
            "workclass": text,
            "education": text,
            "hired": T.DateType(),
            "id": T.LongType(),
            HOSTILE: number,
            "income": text,
        }
    )
    cell = (
        "%%synapse train people -o model\n# who earns more\nlabel    = income\n"
        "split    = [0.8, 0.2]\nfeatures = Featurize(age, hours, workclass, id)\n"
        "LightGBMClassifier(numIterations=200)\n"
    )
    builder = ModelBuilder(df, cell=cell, name="people")
    bump = np.exp(-np.square(np.linspace(-2, 2, 31)[:30])) * 900
    edges = np.linspace(17, 90, 31)
    numbers = {"mean": 38.6, "std": 13.6, "minimum": 17.0, "maximum": 90.0, "counts": bump}
    columns = (
        ColumnProfile("age", "int", "numeric", 0, 73, **numbers, edges=edges),
        ColumnProfile("hours", "double", "numeric", 640, 94, **numbers, edges=edges),
        ColumnProfile("workclass", "string", "category", 1836, 8,
                      levels=(("Private", 22696), ("Self-employed", 2541), ("State", 1298))),
        ColumnProfile("education", "string", "category", 0, 16,
                      levels=(("HS-grad", 10501), ("College", 7291), ("Bachelors", 5355))),
        ColumnProfile("hired", "date", "date", 0, 3001, minimum="1990-01-01", maximum="2024-01-01"),
        ColumnProfile("id", "bigint", "numeric", 0, 32561, **numbers, edges=edges),
        ColumnProfile(HOSTILE, "double", "numeric", 3, 12, **numbers, edges=edges),
        ColumnProfile("income", "string", "category", 0, 2,
                      levels=(("<=50K", 24720), (">50K", 7841))),
    )  # fmt: skip
    found = (
        Guardrail("key", "id", "id is different in nearly every row: it looks like a key",
                  "leave it out"),
        Guardrail("missing", HOSTILE, f"{HOSTILE} is missing in 45% of the rows",
                  "leave it out, or find out why"),
    )  # fmt: skip
    profile = Profile(32561, columns)
    builder._profile = profile
    builder._guardrails = Guardrails(
        profile, "income", "binary", "income is text with 2 values", found, 20000
    )
    return builder


def finished() -> Run:
    """Return a search that has ended, with its evaluation."""
    rng = np.random.default_rng(3)
    trials = tuple(
        Trial(i + 1, "LightGBMClassifier" if i % 3 else "LogisticRegression",
              {"numLeaves": int(rng.integers(7, 127)), "learningRate": float(rng.random())}
              if i % 3 else {"regParam": float(rng.random())},
              "done", 0.84 + 0.08 * float(rng.random()), (0.86, 0.87, 0.88), 3.2 + i, 100 + i)
        for i in range(8)
    )  # fmt: skip
    scores = np.stack([np.linspace(40, 1, 50), np.linspace(1, 25, 50)])
    evaluation = Evaluation(
        "binary", 6512, {"AUC": 0.9123, "accuracy": 0.861, "f1": 0.702}, ("<=50K", ">50K"),
        np.array([[4600, 340], [560, 1012]]), np.stack([scores[::-1], scores]), None, None,
        label="income", prediction="prediction",
    )  # fmt: skip
    run = Run(1, "", None, state="done", seconds=42.0)  # type: ignore[arg-type]
    run.board = Leaderboard("AUC", True, "random", 8, trials)
    run.curve = {"training auc": [(1, 0.71), (20, 0.93)]}
    run.evaluation = evaluation
    run.trained = SimpleNamespace(model=None, test=None, train=None, label="income")
    return run


class Hosted:
    """A builder in a page: its widget answers, and what it tells is delivered."""

    def __init__(self, builder: ModelBuilder) -> None:
        self.builder, self.app = builder, BuilderApp(builder)
        self.sent: list[tuple[Any, Any]] = []
        outer = self

        class Widget(LiveWidget):
            def send(self, content: Any, buffers: Any = None) -> None:
                outer.sent.append((content, buffers))

        self.widget = Widget("builder", self.app)
        self.app.teller = self.widget

    def answer(self, content: Any) -> list[dict[str, Any]]:
        self.widget._handle_custom_msg(content, [])
        return self.told()

    def told(self) -> list[dict[str, Any]]:
        sent, self.sent = self.sent, []
        return [
            {
                "content": json.loads(json.dumps(content)),
                "block": base64.b64encode((blocks or [b""])[0]).decode(),
            }
            for content, blocks in sent
        ]

    def show(self, page: Any, *, light: bool = True, beside: str = "") -> None:
        """Open the builder in a page."""
        page.expose_function("answer", self.answer)
        code = json.dumps(script("builder")).replace("</", "<\\/")
        back = "#fff" if light else "#111"
        page.set_content(PAGE.format(
            light=str(light).lower(), back=back, style=style(), code=code, beside=beside,
        ))  # fmt: skip
        page.locator(".syn-b-step").first.wait_for(timeout=20_000)


@pytest.fixture(scope="module")
def hosted(browser: Any) -> Any:
    """Give a page with the builder, its host, and the alerts that nobody should see."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    host = Hosted(people())
    host.show(page)
    yield page, host, alerts
    page.close()


def step(page: Any, name: str) -> Any:
    """Return the body of a step, opened."""
    head = page.locator(".syn-b-head", has=page.get_by_text(name, exact=True))
    if head.get_attribute("aria-expanded") != "true":
        head.click()
    return page.locator(".syn-b-step", has=page.get_by_text(name, exact=True)).locator(
        ".syn-b-body"
    )


def text_of(page: Any) -> str:
    return str(page.locator("textarea").input_value())


def _until(page: Any, words: str) -> None:
    page.wait_for_function("w => document.querySelector('textarea').value.includes(w)", arg=words)


def test_a_click_changes_the_text_and_an_edit_the_form(hosted: Any) -> None:
    page, host, _ = hosted
    params = step(page, "Parameters")
    row = params.locator(".syn-b-param", has=page.get_by_text("learningRate", exact=True))
    row.get_by_role("button", name="Range").click()
    _until(page, "learningRate=Range(0.02, 0.3, log=True)")
    assert text_of(page).startswith("%%synapse tune people -o model\n# who earns more\n")
    page.locator("textarea").fill(text_of(page).replace("[0.8, 0.2]", "[0.7, 0.3]  # my own"))
    split = step(page, "Split")
    split.get_by_text("70 %", exact=True).wait_for()
    assert "# my own" in host.builder.text
    page.get_by_role("button", name="Undo").click()
    split.get_by_text("80 %", exact=True).wait_for()


def test_a_text_that_cannot_be_read_keeps_the_form_and_tells_the_line(hosted: Any) -> None:
    page, host, _ = hosted
    before = host.builder.text
    page.locator("textarea").fill(before.replace("label    = income", "label = (("))
    page.locator(".syn-b-problem", has_text="Line ").wait_for()
    assert page.get_by_role("button", name="Run this cell").first.is_disabled()
    assert step(page, "Features").locator(".syn-b-row.syn-b-on").count() >= 4
    page.locator("textarea").fill(before)
    page.get_by_text("runs as it stands").wait_for()


def test_a_guardrail_is_fixed_in_the_text_and_names_are_only_words(hosted: Any) -> None:
    page, host, alerts = hosted
    profile = step(page, "Profile")
    profile.get_by_role("button", name="Fix in the cell").first.click()
    page.wait_for_function("() => !document.querySelector('textarea').value.includes(', id')")
    row = profile.locator(".syn-b-row", has_text="<img src=x")
    row.locator("select").select_option("feature")
    _until(page, "<img src=x")
    assert HOSTILE in host.builder.cell.form.columns
    assert host.builder.cell.problem is None
    assert alerts == []


def test_roles_are_given_where_columns_stand_and_in_the_split(hosted: Any) -> None:
    page, host, _ = hosted
    profile = step(page, "Profile")
    profile.get_by_label("Role of id").select_option("key")
    has_line(page, "key      = id")
    profile.get_by_text("carried along, no feature").wait_for()
    assert profile.get_by_label("Role of workclass").locator("[value=time]").is_disabled()
    split = step(page, "Split")
    split.get_by_label("Test on the last by").select_option("hired")
    has_line(page, "time     = hired")
    split.get_by_text("Learned from the first rows by hired").wait_for()
    split.get_by_label("Keep together").select_option(HOSTILE)
    has_line(page, f"group    = {HOSTILE!r}")
    assert "time" not in host.builder.text
    assert host.builder.cell.problem is None
    step(page, "Features").get_by_role("button", name="Take all").click()
    page.wait_for_timeout(300)
    assert not {"id", HOSTILE} & set(host.builder.cell.form.columns)


def has_line(page: Any, line: str) -> None:
    """Wait until a line stands in the cell."""
    has = "line => document.querySelector('textarea').value.split('\\n').includes(line)"
    page.wait_for_function(has, arg=line)


def test_trials_stream_in_and_two_are_compared_without_training(hosted: Any) -> None:
    page, host, _ = hosted
    run = finished()
    host.builder.runs.append(run)
    host.app.hear(run)
    for told in host.told():
        page.evaluate("told => window.deliver(told)", told)
    train = step(page, "Train")
    train.get_by_label("Compare trial 2").check()
    train.get_by_label("Compare trial 5").check()
    train.get_by_text("is better by").wait_for()
    train.get_by_text("measured at iteration 1, 20").wait_for()
    evaluate = step(page, "Evaluate")
    evaluate.get_by_text("rows that were held out").wait_for()
    evaluate.locator("svg, canvas").first.wait_for()
    assert host.sent == []


def test_two_thousand_columns_are_scrolled_and_found(browser: Any) -> None:
    names = {f"column_{i}": T.DoubleType() for i in range(2000)}
    builder = ModelBuilder(frame({"y": T.DoubleType(), **names}), name="wide")
    profile = Profile(
        1000, tuple(ColumnProfile(n, "double", "numeric", 0, 900) for n in ["y", *names])
    )
    builder._profile = profile
    builder._guardrails = Guardrails(profile, "", "", "", (), 0)
    host = Hosted(builder)
    page = browser.new_page(viewport={"width": 900, "height": 900})
    host.show(page)
    body = step(page, "Profile")
    assert body.locator(".syn-b-row").count() < 40
    body.get_by_placeholder("Find among 2,001 columns").fill("column_1999")
    body.locator(".syn-b-row select").select_option("feature")
    _until(page, "features = Featurize(column_1999)")
    page.close()


def _looked(page: Any, host: Hosted) -> None:
    """Let the form hear that Spark has looked, as it does after each question for that."""
    host.app._tell("looked", {**host.app._looked(), **host.app._state()})
    for told in host.told():
        page.evaluate("told => window.deliver(told)", told)


def test_spark_is_asked_once_for_a_label_and_never_for_one_that_is_no_column(browser: Any) -> None:
    host, looks = Hosted(people()), []
    host.app._look = lambda _: looks.append(1) or {}
    page = browser.new_page()
    host.show(page)
    for label, asked in (("nothing", 0), ("hours", 1)):
        page.locator("textarea").fill(text_of(page).replace(host.builder.cell.form.target, label))
        page.wait_for_function(
            "l => document.querySelector('.syn-b-step:nth-of-type(2) select').value === l",
            arg=label,
        )
        for _ in range(3):
            page.wait_for_timeout(100)
            _looked(page, host)
        assert len(looks) == asked
    page.close()


def test_boxes_tell_nothing_that_nobody_typed(browser: Any) -> None:
    host = Hosted(people())
    page = browser.new_page()
    host.show(page)
    before = host.builder.text
    params = step(page, "Parameters")
    box = params.get_by_label("Value of numIterations", exact=True).first
    box.fill("")
    box.press("Enter")
    assert box.input_value() == "200"
    params.get_by_placeholder("Find among").fill("monotoneConstraints")
    row = params.locator(".syn-b-param", has=page.get_by_text("monotoneConstraints", exact=True))
    row.get_by_role("button", name="Lock").click()
    assert host.builder.text == before
    row.locator("input").fill("[1, 0]")
    row.locator("input").press("Enter")
    _until(page, "monotoneConstraints=[1, 0]")
    params.get_by_role("tab", name="LightGBMClassifier").press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Featurize"
    page.close()


def test_an_older_text_that_comes_late_is_not_shown(browser: Any) -> None:
    host = Hosted(people())
    page = browser.new_page()
    host.show(page)
    late = {**host.app._looked(), **host.app._state()}
    step(page, "Target").get_by_label("Column to predict").select_option("hours")
    _until(page, "label    = hours")
    host.app._tell("looked", late)
    for told in host.told():
        page.evaluate("told => window.deliver(told)", told)
    page.wait_for_timeout(200)
    assert "label    = hours" in text_of(page)
    page.close()


def test_a_kernel_that_is_busy_or_gone_is_told_by_the_builder_too(browser: Any) -> None:
    host = Hosted(people())
    page = browser.new_page()
    host.show(page)
    page.evaluate("() => { window.answer = async () => []; }")
    page.locator("textarea").fill("%%synapse train people")
    page.get_by_text("Waiting for the kernel").wait_for(timeout=10_000)
    page.evaluate("() => window.lose()")
    page.get_by_text("Run its cell again").first.wait_for()
    assert page.locator("textarea").input_value() == "%%synapse train people"
    page.close()


def test_an_explained_run_shows_its_dashboard_in_place(browser: Any) -> None:
    host, asked = Hosted(people()), []

    def answer(ask: str, _: Any) -> Any:
        asked.append(ask)
        raise SynapseError("The dashboard was asked")

    host.app._board = SimpleNamespace(answer=answer)
    host.app._explained = {"run": 1, "board": "dashboard"}
    host.builder.runs.append(finished())
    page = browser.new_page()
    host.show(page)
    step(page, "Explain").get_by_text("The dashboard was asked").wait_for()
    assert asked == ["open"]
    page.close()


def test_an_explained_run_of_texts_shows_their_dashboard(browser: Any) -> None:
    host = Hosted(people())
    host.app._board = everyreviews.board()
    host.app._explained = {"run": 1, "board": host.app._board.script}
    host.builder.runs.append(finished())
    page = browser.new_page()
    host.show(page)
    step(page, "Explain").get_by_role("tab", name="Words").wait_for()
    page.close()


@pytest.fixture
def beside(browser: Any) -> Any:
    """Give a page in which a cell is kept beside the builder, and the builder's host."""
    host = Hosted(people())
    page = browser.new_page()
    host.show(page, beside=BESIDE)
    page.get_by_role("button", name="Insert as a cell").click()
    page.get_by_role("button", name="Go to the cell").wait_for()
    yield page, host
    page.close()


def test_what_was_built_may_be_kept_where_a_cell_below_could_be_used(browser: Any) -> None:
    host = Hosted(people())
    page = browser.new_page()
    below = "%%synapse train people\nlabel = age\n"
    host.show(page, beside=f"window.below = {json.dumps(below)};{BESIDE}")
    page.get_by_role("button", name="Use the cell below").wait_for()
    assert page.get_by_role("button", name="Insert as a cell").count() == 0
    step(page, "Target").get_by_label("Column to predict").select_option("hours")
    page.get_by_role("button", name="Insert as a cell").click()
    assert "label    = hours" in _cell(page, "hours")
    page.close()


def _cell(page: Any, words: str) -> str:
    page.wait_for_function("w => window.cell?.includes(w)", arg=words)
    return str(page.evaluate("window.cell"))


def test_a_click_changes_the_cell_and_typing_there_the_form(beside: Any) -> None:
    page, host = beside
    step(page, "Target").get_by_label("Column to predict").select_option("hours")
    text = _cell(page, "label    = hours")
    assert "# who earns more" in text
    page.evaluate("text => window.typed(text)", text.replace("[0.8, 0.2]", "[0.7, 0.3]"))
    step(page, "Split").get_by_text("70 %", exact=True).wait_for()
    assert host.builder.text == page.evaluate("window.cell")
    assert page.locator("textarea").count() == 0


def test_what_is_typed_during_a_click_stays_and_the_click_is_made_in_it(beside: Any) -> None:
    page, _ = beside
    page.evaluate("""() => { window.meanwhile = ({ ask }) => {
        window.meanwhile = undefined;
        window.typed(window.cell + "# typed\\n");
    } }""")
    step(page, "Target").get_by_label("Column to predict").select_option("hours")
    assert "# typed" in _cell(page, "label    = hours")


def test_a_place_in_a_text_that_was_just_changed_is_not_guessed(beside: Any) -> None:
    page, _ = beside
    params = step(page, "Parameters")
    row = params.locator(".syn-b-param", has=page.get_by_text("learningRate", exact=True))
    row.wait_for()
    page.evaluate("() => window.typed(window.cell.replace('split ', 'seed = 1\\nsplit '))")
    row.get_by_role("button", name="Lock").click()
    page.get_by_text("The cell has just been changed").wait_for()
    assert "learningRate" not in page.evaluate("window.cell")


def test_a_change_from_python_reaches_the_cell(beside: Any) -> None:
    page, host = beside
    host.builder.change("target", column="age")
    for told in host.told():
        page.evaluate("told => window.deliver(told)", told)
    _cell(page, "label    = age")


def test_a_cell_that_was_deleted_is_offered_again_with_its_text(beside: Any) -> None:
    page, _ = beside
    step(page, "Target").get_by_label("Column to predict").select_option("hours")
    text = _cell(page, "label    = hours")
    page.evaluate("() => window.typed(null)")
    assert text_of(page) == text
    page.get_by_role("button", name="Insert as a cell").click()
    assert _cell(page, "hours") == text


def test_what_is_unfolded_after_the_kernel_was_lost_is_switched_off_too(browser: Any) -> None:
    page = browser.new_page()
    Hosted(people()).show(page)
    page.evaluate("() => window.lose()")
    page.get_by_text("This view is not live any more").wait_for()
    params = step(page, "Parameters")
    assert params.get_by_placeholder("Find among").is_disabled()
    page.close()


def test_escape_clears_what_is_searched_for_and_leaves_only_then(browser: Any) -> None:
    page = browser.new_page()
    Hosted(people()).show(page)
    page.evaluate("() => { document.body.className = 'jp-Cell'; document.body.tabIndex = -1 }")
    params = step(page, "Parameters")
    field, rows = params.get_by_placeholder("Find among"), params.locator(".syn-b-param")
    here = "one => one === document.activeElement"
    field.fill("no such param")
    field.dispatch_event("keydown", {"key": "Escape", "isComposing": True, "bubbles": True})
    assert field.evaluate(here)
    assert field.input_value() == "no such param"
    field.press("Escape")
    assert field.evaluate(here)
    assert field.input_value() == ""
    rows.first.wait_for()
    field.press("Escape")
    assert page.locator("body").evaluate(here)
    page.close()


def test_what_a_click_takes_out_is_told_beside_the_text_until_the_next_one(browser: Any) -> None:
    page = browser.new_page()
    Hosted(people()).show(page)
    split = step(page, "Split")
    split.get_by_label("Test on the last by").select_option("hired")
    split.get_by_label("Keep together").select_option("workclass")
    told = page.locator(".syn-b-notice")
    told.get_by_text("time = hired was taken out").wait_for()
    split.get_by_label("Keep together").select_option("")
    page.wait_for_function("() => !document.querySelector('.syn-b-notice').textContent")
    page.close()


def test_the_params_of_a_trial_become_a_cell_that_trains_one_model(browser: Any) -> None:
    host, run = Hosted(people()), finished()
    run.state = "stopped"
    host.builder.runs.append(run)
    host.builder.change("algorithm", name="LogisticRegression", on=True)
    page = browser.new_page()
    host.show(page)
    step(page, "Train").get_by_label("Use the params of trial 2").click()
    page.locator(".syn-b-notice", has_text="with the params of trial 2").wait_for()
    trial = run.board.trials[1]
    assert text_of(page).startswith("%%synapse train people")
    assert f"numLeaves={trial.params['numLeaves']}" in text_of(page)
    assert "LogisticRegression" not in text_of(page)
    assert host.builder.cell.problem is None
    page.close()


def test_a_builder_that_nobody_touched_shows_no_mistake(browser: Any) -> None:
    fresh = people()
    fresh._cell = ModelBuilder(fresh.df, name="people").cell
    page = browser.new_page()
    Hosted(fresh).show(page)
    page.get_by_text("Choose the column to predict").wait_for()
    assert page.locator(".syn-b-problem, .syn-b-editor .syn-poor, .syn-b-wrong").count() == 0
    page.get_by_label("Column to predict").select_option("income")
    page.locator(".syn-b-problem", has_text="train needs a step").wait_for()
    page.get_by_text("not right yet").wait_for()
    page.close()


STEPS = ("Profile", "Split", "Features", "Algorithms", "Parameters", "Train", "Evaluate", "Ship")


@pytest.mark.parametrize("light", [True, False])
def test_axe_finds_nothing_serious_in_any_step(browser: Any, light: bool) -> None:
    host = Hosted(people())
    host.builder.runs.append(finished())
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    host.show(page, light=light)
    for name in STEPS:
        step(page, name)
    page.locator(".syn-b-step .syn-live, .syn-b-step canvas").first.wait_for()
    page.get_by_label("Compare trial 2").check()
    page.get_by_label("Compare trial 5").check()
    assert findings(page, ".syn-app") == []
    page.close()
