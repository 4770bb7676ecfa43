"""What the builder does with clicks, threads and views, without Spark."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import types as T

import synapse_magic
from synapse_magic import ModelBuilder, SynapseError
from synapse_magic.notebook.builder import verb
from synapse_magic.notebook.builder.app import BuilderApp
from synapse_magic.notebook.builder.first_rows import first_rows, rows_html
from synapse_magic.notebook.builder.run import Run, Runner
from synapse_magic.results.guardrails import Guardrails
from synapse_magic.results.profile import ColumnProfile, Profile
from synapse_magic.results.table import TablePage
from synapse_magic.spark import running
from synapse_magic.spark.events import Iteration, publish

pytestmark = pytest.mark.usefixtures("without_spark")
RUNS = SimpleNamespace(sc=lambda: SimpleNamespace(isStopped=lambda: False))
SPARK: Any = SimpleNamespace(
    conf=SimpleNamespace(get=lambda _: "false"), sparkContext=SimpleNamespace(_jsc=RUNS)
)
CELL = "%%synapse train people -o m\nlabel = income\nLightGBMClassifier(age)\n"


def frame(*names: str) -> Any:
    """Return what the builder reads of a DataFrame."""
    schema = T.StructType([T.StructField(name, T.DoubleType()) for name in names])
    made = type("DataFrame", (), {"__module__": "pyspark.sql.dataframe"})()
    made.schema, made.columns, made.sparkSession = schema, list(names), SPARK
    made.dtypes = [(name, "double") for name in names]
    made.select = lambda *chosen: frame(*chosen)
    return made


def builder(cell: str = CELL, name: str = "people") -> ModelBuilder:
    return ModelBuilder(frame("age", "hours", "income"), cell=cell, name=name)


def profile() -> Profile:
    names = ("age", "hours", "income")
    return Profile(100, tuple(ColumnProfile(n, "double", "numeric", 0, 90) for n in names))


def page(df: Any, rows: int) -> TablePage:
    """Return rows of hostile words, and one without any."""
    names = tuple(df.columns)
    cells = [("<b>old</b>", None, "w" * 300), *[(1, 2.5, True)] * rows]
    return TablePage(names, ("string",) * len(names), cells[:rows], None)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let frames be looked at without Spark, and keep the targets they were looked at for."""
    seen: list[str] = []

    def guardrails(_: Any, target: str, **__: Any) -> Guardrails:
        seen.append(target)
        return Guardrails(profile(), target, "binary" if target else "", "", (), 0)

    monkeypatch.setattr(synapse_magic, "profile", lambda _: profile(), raising=False)
    monkeypatch.setattr(synapse_magic, "guardrails", guardrails, raising=False)
    monkeypatch.setattr(synapse_magic, "table_page", page, raising=False)
    return seen


def test_clicks_go_on_where_connect_was_stopped_and_a_run_says_that_it_was() -> None:
    def refuse(_: str) -> str:
        raise AssertionError("a stopped session was asked")

    class Stopped:
        __module__ = "pyspark.sql.connect.session"
        client, conf = SimpleNamespace(_closed=True), SimpleNamespace(get=refuse)

    made = builder()
    made.df.sparkSession = Stopped()
    made.change("split", train=0.6)
    assert made.cell.form.split.train == 0.6
    with pytest.raises(SynapseError, match=r"Spark was stopped\. Try: %synapse start"):
        made.start()
    assert made.running is None


def program(work: Callable[[], Any]) -> Any:
    """Return a program that does some work and has no result to speak of."""

    def call(_: Any, __: Any) -> Any:
        work()
        return SimpleNamespace(model=None, test=None, train=None, label="")

    return SimpleNamespace(parameters=(), call=call)


@pytest.mark.parametrize("name", ["sales.orders", "orders", "`my db`.orders"])
def test_a_table_goes_by_its_own_name(name: str) -> None:
    made = builder("", name)
    made.change("target", column="income").change("features", columns=["age"], on=True)
    made.change("algorithm", name="LightGBMClassifier", on=True)
    assert made.cell.form.frame == name
    assert made.cell.problem is None


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("label = income\nLightGBMClassifier(age)\n", "%%synapse train sales.orders -o model"),
        ("label = income\ntrials = 3\nLightGBMClassifier(age)\n", "%%synapse tune sales.orders"),
        ("\n%%synapse tune sales.orders -o best\nlabel = income\n", "%%synapse tune sales.orders"),
    ],
)
def test_the_lines_below_the_verb_are_the_cell_to_begin_with(
    body: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    df = frame("age", "hours", "income")
    catalog = SimpleNamespace(tableExists=lambda name: name == "sales.orders")
    spark = SimpleNamespace(catalog=catalog, table=lambda _: df, conf=SPARK.conf)
    session = SimpleNamespace(spark=spark)
    monkeypatch.setattr(synapse_magic, "current_session", lambda _: session, raising=False)
    flags = SimpleNamespace(session=None)
    schema = {"sales.orders": df.schema}
    context = verb.Context(schema=schema.get)
    cell: Any = SimpleNamespace(
        command=SimpleNamespace(args=("sales.orders",), flags=flags),
        body=body,
        context=lambda _: context,
        keep=lambda _: None,
        show_result=lambda _: None,
    )
    made = verb.build(cell)
    assert made.text.startswith(first)
    assert made.cell.form.target == "income"


def test_a_label_that_is_no_column_is_looked_for_once(looks: list[str]) -> None:
    made = builder("%%synapse train people\nlabel = nothing\n")
    made.guardrails()
    made.guardrails()
    assert looks == [""]


def test_a_call_with_columns_alone_trains_something(
    looks: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = builder("")
    monkeypatch.setattr(ModelBuilder, "_planned", lambda *_: program(lambda: None))
    made.run(target="income", features=["hours"])
    assert [step.stage for step in made.cell.form.algorithms] == ["LightGBMClassifier"]
    assert made.cell.form.columns == ("hours",)
    assert made.cell.form.split.train == 0.8
    assert looks == ["income"]
    assert "LightGBMClassifier" in capsys.readouterr().out


def test_the_first_rows_are_shown_once_they_are_there(looks: list[str]) -> None:
    made = builder()
    app = BuilderApp(made)
    assert app.answer("open", {})["first"] == ""
    made.guardrails()
    told = app.answer("open", {})["first"]
    assert "First 6 of 100 rows" in told
    assert "&lt;b&gt;old" in told
    assert "<i>null</i>" in told
    assert "w" * 121 + "<" not in told
    assert looks == ["income"]
    wide = frame(*(f"c{i}" for i in range(2000)))
    assert len(first_rows(wide).names) == 30
    assert "first 30 of 2,000 columns" in rows_html(first_rows(wide), 2000, 9)


@pytest.mark.parametrize(
    ("of_the_page", "of_the_profile", "words"),
    [(None, None, "First 2 rows"), (2, None, "All 2 rows"), (None, 9, "First 2 of 9 rows")],
)
def test_rows_are_all_of_them_only_where_that_is_known(
    of_the_page: int | None, of_the_profile: int | None, words: str
) -> None:
    shown = synapse_magic.TablePage(("a",), ("int",), [(1,), (2,)], total=of_the_page)
    assert words in rows_html(shown, 1, of_the_profile)


def test_roles_are_given_by_name_and_are_no_features(
    looks: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = builder("")
    monkeypatch.setattr(ModelBuilder, "_planned", lambda *_: program(lambda: None))
    made.run(target="income", time="hours", key=["age"])
    assert {"key   = age", "time  = hours"} < set(made.text.split("\n"))
    assert made.cell.form.columns == ()
    assert "80% to train on, by time: hours" in capsys.readouterr().out
    assert looks


def test_a_column_that_is_called_like_the_frame_is_a_feature_too(looks: list[str]) -> None:
    made = builder("", name="age")
    made.start_from("income")
    assert made.cell.form.columns == ("age", "hours")
    assert looks == ["income"]


class Waiting:
    """A builder whose training waits until it is let go, and views that keep what they hear."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.over = threading.Event(), threading.Event()
        monkeypatch.setattr(ModelBuilder, "_planned", lambda *_: program(self._work))
        self.builder = builder()
        self.told: list[tuple[str, Any]] = []

    def view(self) -> BuilderApp:
        app = BuilderApp(self.builder)
        app.teller = SimpleNamespace(tell=lambda name, told: self.told.append((name, told)))
        return app

    def _work(self) -> None:
        self.begun.set()
        while not self.over.wait(0.01):
            if running.stopping():
                raise KeyboardInterrupt


def ended(run: Run) -> None:
    for thread in threading.enumerate():
        if thread.name == "synapse-builder":
            thread.join(20)
    assert run.state != "running"


def test_stop_ends_the_training_of_this_builder_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = Waiting(monkeypatch), Waiting(monkeypatch)
    monkeypatch.setattr(ModelBuilder, "_planned", lambda self, _: program(
        (mine if self is mine.builder else other)._work))  # fmt: skip
    first, second = mine.builder.start(), other.builder.start()
    mine.begun.wait()
    other.begun.wait()
    assert mine.view().answer("stop", {}) == {"stopped": True}
    while first.state == "running":
        threading.Event().wait(0.01)
    assert (first.state, second.state) == ("stopped", "running")
    other.over.set()
    ended(second)
    assert second.state == "done"
    assert not mine.builder.stop()


def test_every_view_hears_of_a_run_also_one_that_came_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = Waiting(monkeypatch)
    first = waiting.view()
    run = waiting.builder.start()
    waiting.begun.wait()
    second = waiting.view()
    waiting.over.set()
    ended(run)
    assert [told["run"]["state"] for name, told in waiting.told if name == "run"] == ["done"] * 2
    assert len(waiting.builder.viewers) == 2
    del first, second


def test_a_run_that_fails_is_told_once_with_its_reason() -> None:
    told: list[tuple[str, str]] = []
    run = Run(1, CELL, program(lambda: 1 // 0))
    runner = Runner(SPARK, lambda now: told.append((now.state, now.error)))
    with pytest.raises(ZeroDivisionError):
        runner.carry_out(run)
    assert told == [("failed", "ZeroDivisionError: integer division or modulo by zero")]


def test_trainings_of_others_are_none_of_a_run() -> None:
    def train() -> None:
        publish(Iteration("mine", 1, 2, {"auc": 0.5}))
        stranger = threading.Thread(target=publish, args=(Iteration("other", 1, 2, {"rmse": 1.0}),))
        stranger.start()
        stranger.join()

    run = Run(1, CELL, program(train))
    Runner(SPARK, lambda _: None).carry_out(run)
    assert run.curve == {"auc": [0.5]}


def test_a_look_can_be_seen_and_stopped(looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def slow(_: Any) -> Profile:
        begun.set()
        while not running.stopping():
            threading.Event().wait(0.01)
        raise RuntimeError("what Spark raises when its job is cancelled")

    monkeypatch.setattr(synapse_magic, "profile", slow, raising=False)
    told: list[tuple[str, Any]] = []
    app = BuilderApp(builder())
    app.teller = SimpleNamespace(tell=lambda name, told_: told.append((name, told_)))
    app.answer("look", {})
    begun.wait()
    assert [run.description for run in running.active()] == ["%synapse build: looked"]
    working = app._working
    assert app.answer("stop", {}) == {"stopped": True}
    assert working is not None
    working.join(20)
    assert told == [("looked", {"error": "Cancelled: 0 jobs, 0 tasks not run"})]
    assert looks == []


def test_the_variables_of_a_run_are_those_of_its_beginning() -> None:
    made = builder(CELL.replace("age", "age, numLeaves={leaves}"))
    known = {"leaves": 31}
    context = made._context()
    made._context = lambda: verb.Context(  # type: ignore[method-assign]
        {**context.variables, **known}, schema=context.schema
    )
    run = made._made()
    known["leaves"] = 7
    assert run.variables["leaves"] == 31
    assert set(run.variables) == {"leaves", "people"}


def test_each_text_has_a_version_so_that_older_ones_are_known() -> None:
    app = BuilderApp(builder())
    first = app.answer("open", {})["version"]
    second = app.answer("click", {"change": {"op": "target", "column": "hours"}})["version"]
    third = app.answer("undo", {})["version"]
    assert first < second < third


def test_clicks_of_several_threads_lose_none() -> None:
    made = builder()
    columns = [f"c{i}" for i in range(40)]

    def click(name: str) -> None:
        made.change("features", columns=[name], on=True)

    threads = [threading.Thread(target=click, args=(name,)) for name in columns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(columns) < set(made.cell.form.columns)


def test_the_dashboard_of_an_explained_run_is_asked_through_the_builder() -> None:
    app = BuilderApp(builder())
    with pytest.raises(SynapseError, match="explain a run"):
        app.answer("board", {"ask": "open", "given": {}})
    asked: list[Any] = []
    app._board = SimpleNamespace(answer=lambda ask, given: asked.append((ask, given)) or {"a": 1})
    assert app.answer("board", {"ask": "open", "given": {"x": 2}}) == {"a": 1}
    assert asked == [("open", {"x": 2})]


def test_what_the_dashboard_of_a_run_tells_reaches_the_views() -> None:
    app = BuilderApp(builder())
    told: list[Any] = []
    app.teller = SimpleNamespace(tell=lambda name, what: told.append((name, what)))
    app._tell_board("finding", {"number": 1, "done": 2})
    assert told == [("board", {"name": "finding", "told": {"number": 1, "done": 2}})]


def test_a_question_is_about_the_text_that_comes_with_it() -> None:
    app = BuilderApp(builder())
    typed = CELL.replace("income", "hours")
    told = app.answer("click", {"change": {"op": "split", "train": 0.7}, "text": typed})
    assert "label = hours" in told["text"]
    assert "split = [0.7, 0.3]" in told["text"]
    assert app.builder.text == told["text"]


def test_a_text_that_a_view_has_not_asked_for_is_told_to_it() -> None:
    made = builder()
    told: dict[str, list[str]] = {"mine": [], "other": []}
    views = []
    for kept in told.values():
        app = BuilderApp(made)
        app.teller = SimpleNamespace(tell=lambda what, new, kept=kept: kept.append(new["text"]))
        views.append(app)
    views[0].answer("edit", {"text": CELL + "# one"})
    made.text = CELL + "# two"
    assert told == {"mine": [CELL + "# two"], "other": [CELL + "# one", CELL + "# two"]}
