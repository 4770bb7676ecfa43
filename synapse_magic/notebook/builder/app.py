"""What the builder's form asks and is told: the app behind its live view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np

from synapse_magic import SynapseError
from synapse_magic.language.form.catalog import TWO_CLASSES, cards, offered, sentence_of
from synapse_magic.language.form.fixes import fix_of, is_moot, two_roles
from synapse_magic.language.vocabulary import VERBS
from synapse_magic.notebook.builder.first_rows import rows_html
from synapse_magic.notebook.builder.model_builder import ModelBuilder
from synapse_magic.notebook.builder.run import Run
from synapse_magic.notebook.builder.still import still, summaries
from synapse_magic.notebook.dashboard_app import DashboardApp
from synapse_magic.notebook.errors import one_line

_BARS = 30
_FACTS = 60
EXPLAINED = 2000
"""Rows that the builder explains."""


class Teller(Protocol):
    """What tells all views of a widget something."""

    def tell(self, name: str, told: Mapping[str, Any]) -> None:
        """Tell it, from any thread."""
        ...


class BuilderApp:
    """Answers the form: each click and each edit comes here, and the text is all that changes.

    Where a cell of the notebook holds the text, the form sends it along with what it asks, and is
    told of each change that it has not asked for: so the cell is always right.

    Parameters
    ----------
    builder : ModelBuilder
    """

    def __init__(self, builder: ModelBuilder) -> None:
        self.builder = builder
        self.teller: Teller | None = None
        self._answering: int | None = None
        self._working: threading.Thread | None = None
        self._explained: Mapping[str, Any] = {}
        self._board: DashboardApp | None = None
        builder.viewers.add(self)

    @property
    def label(self) -> str:
        """What the view is."""
        return f"Model builder of {self.builder.frame}"

    def still(self) -> str:
        """Return the steps and the cell as they are now."""
        return still(self.builder)

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer to a question of the form, about the text that comes with it."""
        asked: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            "open": self._open,
            "click": self._click,
            "edit": lambda _: self._state(),
            "undo": self._undo,
            "cards": self._cards,
            "look": self._look,
            "first": self._first,
            "run": self._run,
            "stop": self._stop,
            "report": self._report,
            "explain": self._explain,
            "board": self._ask_board,
            "script": self._script,
        }
        self._answering = threading.get_ident()
        try:
            if "text" in given:
                self.builder.cell.edit(str(given["text"]))
            return asked[ask](given)
        finally:
            self._answering = None

    def _open(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "frame": self.builder.frame,
            "options": _option_docs(),
            "runs": [_run_told(run) for run in self.builder.runs],
            "explained": self._explained,
            **self._looked(),
            **self._state(),
        }

    def _state(self) -> dict[str, Any]:
        cell = self.builder.cell
        with cell.lock:
            return {
                "version": cell.version,
                "text": cell.text,
                "problem": asdict(cell.problem) if cell.problem is not None else None,
                "undoable": cell.undoable,
                "form": cell.form.to_json(),
                "summaries": summaries(self.builder),
                "guardrails": self._guardrails(),
            }

    def _click(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        self.builder.cell.click(given["change"])
        return self._state()

    def _undo(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        self.builder.cell.undo()
        return self._state()

    def _cards(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"cards": [asdict(card) for card in cards(str(given["stage"]))]}

    def _guardrails(self) -> list[dict[str, Any]]:
        looked, form = self.builder.looked, self.builder.cell.form
        own = [asdict(each) for each in (looked.found if looked is not None else ())]
        return [
            {**each, "fix": fix_of(each["kind"], each["column"], form)}
            for each in [*two_roles(form), *own]
            if not is_moot(each["kind"], each["column"], form)
        ]

    def _looked(self) -> dict[str, Any]:
        """Return the columns with what is known of them, and the algorithms for the task."""
        looked = self.builder.looked
        task = looked.task if looked is not None else ""
        classifies = None if not task else task != "regression"
        known = looked.profile.columns if looked is not None else ()
        types = self.builder.df.dtypes
        return {
            "rows": looked.profile.rows if looked is not None else None,
            "task": task,
            "reason": looked.reason if looked is not None else "",
            "sampled": looked.sampled if looked is not None else 0,
            "target": looked.target if looked is not None else "",
            "first": rows_html(
                self.builder.first_rows, len(types), looked.profile.rows if looked else None
            ),
            "columns": [_column(c) for c in known]
            or [{"name": name, "type": kind, "kind": ""} for name, kind in types],
            "bars": np.array([_bars(c) for c in known], np.uint8).reshape(-1, _BARS),
            "offered": [
                {
                    "name": i.name,
                    "doc": sentence_of(i.name),
                    "two": i.name in TWO_CLASSES,
                }
                for i in offered(classifies)
            ],
        }

    def _look(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._behind("looked", self._look_now)

    def _look_now(self) -> Mapping[str, Any]:
        self.builder.guardrails()
        return {**self._looked(), **self._state()}

    def _first(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        target = str(given["target"])

        def write() -> Mapping[str, Any]:
            self.builder.start_from(target)
            return self._look_now()

        return self._behind("looked", write)

    def _run(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"run": _run_told(self.builder.start())}

    def _stop(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        from synapse_magic import cancel

        stopped = self.builder.stop()
        if self._working is not None and self._working.is_alive():
            stopped = cancel(thread=self._working.ident) > 0 or stopped
        return {"stopped": stopped}

    def hear(self, run: Run) -> None:
        """Tell the form what is new of a run, from any thread."""
        self._tell("run", {"run": _run_told(run), "summaries": summaries(self.builder)})

    def hear_text(self) -> None:
        """Tell the form of a text that it has not asked for, from any thread."""
        if threading.get_ident() != self._answering:
            self._tell("text", self._state())

    def _report(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        run = self._run_of(given)
        if run.evaluation is None:
            raise SynapseError(
                "No rows were held out in this run, so there is nothing to judge it by. "
                "Try: a split, and run again"
            )
        return {
            "html": run.evaluation.html(interactive=False),
            "payload": run.evaluation.report().payload(),
        }

    def _explain(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        run = self._run_of(given)
        if run.trained is None:
            raise SynapseError("This run has no model. Try: run the cell to its end")

        return self._behind("explained", lambda: self._explain_now(run))

    def _explain_now(self, run: Run) -> Mapping[str, Any]:
        from synapse_magic import dashboard_board, explain

        rows = run.trained.test if run.trained.test is not None else run.trained.train
        why = explain(run.trained.model, rows, rows=EXPLAINED)
        board = dashboard_board(why, run.trained.model, rows)
        self._board = DashboardApp(board, rows.sparkSession, self._tell_board)
        self._explained = {"run": run.number, "board": board.script}
        return self._explained

    def _tell_board(self, name: str, told: Mapping[str, Any]) -> None:
        """Tell what the dashboard tells of its own accord, such as the rows of a search."""
        self._tell("board", {"name": name, "told": told})

    def _ask_board(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer of the dashboard to a question of its own."""
        if self._board is None:
            raise SynapseError("Nothing is explained yet. Try: explain a run")
        return self._board.answer(given["ask"], given["given"])

    def _script(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"script": self.builder.script()}

    def _run_of(self, given: Mapping[str, Any]) -> Run:
        return self.builder.runs[int(given["run"]) - 1]

    def _behind(self, name: str, work: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Do work on Spark in a thread of its own, and tell its result when it is there."""
        from synapse_magic import in_thread, interruptible

        if self._working is not None and self._working.is_alive():
            raise SynapseError("Spark is asked something already. Try: wait for its answer")
        spark = self.builder.df.sparkSession

        def worked() -> None:
            try:
                told = interruptible(spark, work, description=f"%synapse build: {name}")
            except KeyboardInterrupt as stopped:
                told = {"error": str(stopped) or "Stopped"}
            except Exception as failure:  # travels to the browser, which shows it
                told = {"error": one_line(failure)}
            self._tell(name, told)

        thread = threading.Thread(
            target=in_thread(spark, worked), name="synapse-builder-asks", daemon=True
        )
        self._working = thread
        thread.start()
        return {}

    def _tell(self, name: str, told: Mapping[str, Any]) -> None:
        if self.teller is not None:
            self.teller.tell(name, told)


def _option_docs() -> dict[str, Any]:
    """Return the options of ``tune``, which has those of ``train`` too, for their controls."""
    return {
        option.name: {
            "doc": option.doc,
            "expected": option.expected,
            "choices": list(option.choices),
            "default": option.default if isinstance(option.default, (int, str)) else None,
            "train": option.name in VERBS["train"].options,
        }
        for option in VERBS["tune"].options.values()
    }


def _column(column: Any) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type[:40],
        "kind": column.kind,
        "missing": column.missing,
        "distinct": column.distinct,
        "facts": _facts(column),
        "levels": [[str(level)[:_FACTS], count] for level, count in column.levels[:12]],
    }


def _facts(column: Any) -> str:
    if column.levels:
        return ", ".join(str(level) for level, _ in column.levels[:3])[:_FACTS]
    if column.minimum is None:
        return ""
    if column.mean is None:
        return f"{column.minimum} to {column.maximum}"
    return f"{column.minimum:.6g} to {column.maximum:.6g}, mean {column.mean:.4g}"


def _bars(column: Any) -> np.ndarray:
    """Return the heights of a small histogram, from 0 to 255; what is not empty is seen."""
    bars = np.zeros(_BARS, np.uint8)
    counts = column.counts if column.counts is not None else [c for _, c in column.levels]
    counts = np.asarray(counts, float)[:_BARS]
    if not len(counts) or not counts.max():
        return bars
    bars[: len(counts)] = np.where(counts > 0, np.maximum(12, 255 * counts / counts.max()), 0)
    return bars


def _run_told(run: Run) -> dict[str, Any]:
    board, curve = run.board, run.curve
    return {
        "number": run.number,
        "state": run.state,
        "error": run.error,
        "seconds": run.elapsed,
        "text": run.text,
        "iteration": run.iteration,
        "spark": run.spark,
        "curve": {name: _thinned(values) for name, values in curve.items()},
        "board": None if board is None else _board_told(board),
        "metrics": _metrics(run),
        "ready": run.trained is not None,
        "rows": None if run.evaluation is None else run.evaluation.rows,
    }


def _metrics(run: Run) -> dict[str, float | None]:
    found = {} if run.evaluation is None else run.evaluation.metrics
    return {name: _finite(value) for name, value in found.items()}


def _board_told(board: Any) -> dict[str, Any]:
    return {
        "metric": board.metric,
        "larger": board.larger,
        "planned": board.planned,
        "finished": board.finished,
        "trials": [
            {
                "number": trial.number,
                "model": trial.model,
                "params": {name: _plain(value) for name, value in trial.params.items()},
                "state": trial.state,
                "metric": _finite(trial.metric),
                "parts": [_finite(part) for part in trial.parts],
                "seconds": trial.seconds,
                "iterations": trial.iterations,
                "error": trial.error,
            }
            for trial in board.ranked()
        ],
    }


def _thinned(values: list[float], most: int = 120) -> list[float | None]:
    step = max(1, -(-len(values) // most))
    return [_finite(value) for value in values[::step]]


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else repr(value)
