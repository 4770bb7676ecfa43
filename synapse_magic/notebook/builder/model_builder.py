"""``ModelBuilder``: a model built by clicks beside a cell, or by one call without any browser."""

from __future__ import annotations

import threading
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from weakref import WeakSet

from synapse_magic import SynapseError
from synapse_magic.language.context import Context, Origin, is_frame
from synapse_magic.language.form.catalog import CLASSIFIERS, REGRESSORS
from synapse_magic.language.form.fixes import fix_of
from synapse_magic.language.form.source import Source
from synapse_magic.language.plan import plan
from synapse_magic.notebook import world
from synapse_magic.notebook.builder.cell_text import CellText
from synapse_magic.notebook.builder.first_rows import first_rows
from synapse_magic.notebook.builder.run import Run, Runner

ROLES = ("key", "time", "group", "weight")
"""Roles of columns that ``run`` takes by name."""


class Viewer(Protocol):
    """What shows a builder, of which there are as many as cells that show it."""

    def hear(self, run: Run) -> None:
        """Show what is new of a run; called from any thread."""
        ...

    def hear_text(self) -> None:
        """Show the text of the cell, which is another now; called from any thread."""
        ...


class ModelBuilder:
    """Build a model of a frame step by step; the text of a ``%%synapse`` cell is all it knows.

    In a notebook it shows itself as a form of ten steps beside that cell: a click changes the
    text, an edit of the text changes the form. ``run`` does the same without a browser.

    Parameters
    ----------
    df : DataFrame
        The rows to learn from.
    cell : str, optional
        The ``%%synapse train`` or ``tune`` cell to begin with; else a first one is written.
    name : str, optional
        How the frame is called in the cell; else the variable of the notebook that holds it.

    Examples
    --------
    >>> builder = ModelBuilder(people)  # doctest: +SKIP
    >>> model = builder.run(target="income", trials=10)  # doctest: +SKIP
    >>> print(builder.text)  # doctest: +SKIP
    """

    def __init__(self, df: Any, *, cell: str = "", name: str = "") -> None:
        if not is_frame(df):
            raise SynapseError(
                f"A model is built of a Spark DataFrame, got a {type(df).__name__}. "
                "Try: spark.createDataFrame(...)"
            )
        self.df = df
        self.frame = name or _variable_of(df) or "df"
        self.runs: list[Run] = []
        self._guardrails: Any = None
        self._profile: Any = None
        self.first_rows: Any = None
        """The first rows of the frame, fetched beside its profile; None before."""
        self.viewers: WeakSet[Viewer] = WeakSet()
        self._looking = threading.Lock()
        self._case_sensitive = False
        first = cell or f"%%synapse train {self._word} -o model"
        self._cell = CellText(first, self._context, self._changed)

    @property
    def _word(self) -> str:
        """The frame as one word of the first line."""
        return f'"{self.frame}"' if len(self.frame.split()) > 1 else self.frame

    @property
    def text(self) -> str:
        """The text of the cell as it is now."""
        return self._cell.text

    @text.setter
    def text(self, text: str) -> None:
        self._cell.edit(text)

    @property
    def cell(self) -> CellText:
        """The cell with its form."""
        return self._cell

    @property
    def model(self) -> Any:
        """The model of the last run that has one, None before."""
        return next((run.trained.model for run in reversed(self.runs) if run.trained), None)

    @property
    def looked(self) -> Any:
        """The guardrails for the target of the cell; None before they were looked for."""
        return self._guardrails

    @property
    def running(self) -> Run | None:
        """The run that goes on now."""
        return next((run for run in self.runs if run.state == "running"), None)

    def change(self, op: str, **given: Any) -> ModelBuilder:
        """Change the text as a click would, and return the builder.

        Examples
        --------
        >>> builder.change("target", column="income")  # doctest: +SKIP
        """
        self._cell.click({"op": op, **given})
        return self

    def guardrails(self) -> Any:
        """Look at the frame for the target of the cell, on Spark; kept until that changes."""
        from synapse_magic import guardrails, profile

        target = self._cell.form.target
        known = target if target in self.df.columns else ""
        with self._looking:
            if self._profile is None:
                self.first_rows = first_rows(self.df)
                self._profile = profile(self.df)
            if self._guardrails is None or self._guardrails.target != known:
                self._guardrails = guardrails(self.df, known, profile=self._profile)
            return self._guardrails

    def start_from(self, target: str) -> None:
        """Write a first cell for a target: its features, a split, and one algorithm for its task.

        What the guardrails advise is left out of the features.
        """
        self.change("target", column=target)
        found = self.guardrails()
        dropped = {g.column for g in found.found if g.kind not in ("imbalance", "time")}
        kinds = ("numeric", "category", "text", "date", "boolean", "vector")
        chosen = [
            column.name
            for column in found.profile.columns
            if column.name not in {target, *dropped}
            and column.kind in kinds
            and self._cell.form.role(column.name) in ("", "feature")
        ]
        if self._cell.form.split.kind == "none":
            self.change("split", train=0.8)
        self.change("features", columns=chosen, on=True)
        if not self._cell.form.algorithms:
            first = REGRESSORS[0] if found.task == "regression" else CLASSIFIERS[0]
            self.change("algorithm", name=first, on=True)
        for each in found.found:
            fix = fix_of(each.kind, each.column, self._cell.form)
            # A date may be a birthday: whether rows come one after another, the user knows.
            if fix is not None and each.kind != "time":
                self._cell.click(fix)

    def run(
        self,
        *,
        target: str = "",
        split: float | None = None,
        features: Sequence[str] = (),
        algorithms: Sequence[str] = (),
        trials: int | None = None,
        **options: Any,
    ) -> Any:
        """Carry the steps out without a browser: print them, train, and return the model.

        Parameters
        ----------
        target : str
            The column to predict; else that of the cell.
        split : float, optional
            The share of the rows to train on.
        features, algorithms : sequence of str
            Columns and class names; else those of the cell, or a first choice.
        trials : int, optional
            Search the best params in so many trials.
        **options
            Further options of ``%%synapse train`` or ``tune``, such as ``metric="AUC"``, and roles
            of columns: ``key``, ``time``, ``group`` and ``weight``, which are no features then.

        Raises
        ------
        SynapseError
            When the cell is not right yet, with what is wrong.
        """
        from synapse_magic.notebook.builder.still import told

        form = self._cell.form
        another = target not in ("", form.target) and not features
        nothing_learns = not (algorithms or form.algorithms)
        if another or (nothing_learns and (target or form.target)):
            self.start_from(target or form.target)
        elif target:
            self.change("target", column=target)
        self._apply(split, features, algorithms, trials, options)
        print(told(self))  # noqa: T201 - the same steps as tables, where nothing is drawn
        run = self._made()
        self._runner(self._heard).carry_out(run)
        if run.board is not None:
            print(run.board.table().to_string(index=False))  # noqa: T201
        if run.evaluation is not None:
            print(run.evaluation)  # noqa: T201
        return run.trained.model

    def start(self, tell: Callable[[Run], None] | None = None) -> Run:
        """Carry the cell out in a thread of its own; ``tell`` is called with what is new."""
        if self.running is not None:
            raise SynapseError("A training goes on already. Try: stop it first")
        run = self._made()

        def heard(now: Run) -> None:
            self._heard(now)
            if tell is not None:
                tell(now)

        self._runner(heard).start(run)
        return run

    def stop(self) -> bool:
        """Stop the training that goes on, and no other work; say whether there was one."""
        from synapse_magic import cancel

        run = self.running
        return run is not None and cancel(thread=run.thread) > 0

    def script(self) -> str:
        """Return the cell as a script of plain Python, as ``%synapse code`` would."""
        from synapse_magic.language.export import export

        context = self._context()
        session = None if self._memory() is None else self._memory().session
        return export(self._planned(self.text), context.variables, context, session)

    def _made(self) -> Run:
        text, variables = self.text, self._context().variables
        program = self._planned(text)
        # As they are now: the cell that assigns them anew may run before the training has ended.
        used = {p.variable: variables[p.variable] for p in program.parameters
                if p.variable is not None and p.variable in variables}  # fmt: skip
        run = Run(len(self.runs) + 1, text, program, used)
        self.runs.append(run)
        return run

    def _planned(self, text: str) -> Any:
        source = Source(text)
        return plan(source.command, text[source.body_at :] or None, self._context())

    def _runner(self, tell: Callable[[Run], None]) -> Runner:
        return Runner(self.df.sparkSession, tell)

    def _heard(self, run: Run) -> None:
        """Keep the model of a run that has ended, and tell all who show the builder."""
        if run.state != "running":
            self._keep(run)
        for viewer in list(self.viewers):
            viewer.hear(run)

    def _changed(self) -> None:
        for viewer in list(self.viewers):
            viewer.hear_text()

    def _apply(
        self,
        split: float | None,
        features: Sequence[str],
        algorithms: Sequence[str],
        trials: int | None,
        options: Mapping[str, Any],
    ) -> None:
        if split is not None:
            self.change("split", train=split)
        if features:
            left = [name for name in self._cell.form.columns if name not in features]
            self.change("features", columns=left, on=False)
            self.change("features", columns=list(features), on=True)
        for name in algorithms:
            self.change("algorithm", name=name, on=True)
        for step in self._cell.form.algorithms if algorithms else ():
            if step.stage not in algorithms:
                self.change("algorithm", name=step.stage, on=False)
        if trials is not None:
            self.change("verb", verb="tune")
            self.change("option", name="trials", text=str(trials))
        for name, value in options.items():
            if name not in ROLES:
                self.change("option", name=name, text=repr(value))
                continue
            for column in [value] if isinstance(value, str) else value:
                self.change("role", column=column, role=name)

    def _keep(self, run: Run) -> None:
        """Put the model into the notebook, as the cell would have."""
        shell, memory = _shell(), self._memory()
        if run.trained is None or shell is None or memory is None:
            return
        variables = run.variables
        origin = Origin(label=run.trained.label, test=run.trained.test)
        memory.remember(run.trained.test, run.program, variables, "test")
        memory.remember(run.trained.train, run.program, variables, "train")
        memory.remember(run.trained.model, run.program, variables, "model", origin)
        name = Source(run.text).command.flags.output
        if name:
            shell.push({name: run.trained.model})

    def _memory(self) -> Any:
        from synapse_magic.notebook.extension import memory_of

        shell = _shell()
        return None if shell is None else memory_of(shell)

    def _context(self) -> Context:
        shell, memory, spark = _shell(), self._memory(), self._spark()
        if spark is not None:
            self._case_sensitive = world.case_sensitive(spark)
        own = {self.frame: self.df} if self.frame.isidentifier() else {}
        if shell is None or memory is None:
            known = Context(own)
        else:
            known = world.context(shell, memory, None, spark)
            known = replace(known, variables=ChainMap(own, shell.user_ns))
        others = known.schema
        # Its own columns are known, and Spark need not be asked for them at every click.
        return replace(
            known,
            schema=lambda name: self.df.schema if name == self.frame else others(name),
            case_sensitive=self._case_sensitive,
        )

    def _spark(self) -> Any:
        """Return the session of the frame, None once it was stopped: a click needs none."""
        from synapse_magic import check_alive

        try:
            check_alive(self.df.sparkSession)
        except SynapseError:
            return None
        return self.df.sparkSession

    def _ipython_display_(self) -> None:
        from synapse_magic.notebook.builder.app import BuilderApp
        from synapse_magic.notebook.live import LiveView

        app = BuilderApp(self)
        view = LiveView("builder", app)
        app.teller = view.widget
        view._ipython_display_()

    def __repr__(self) -> str:
        return f"<ModelBuilder of {self.frame}>\n{self.text}"


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _variable_of(df: Any) -> str:
    """Return the variable of the notebook that holds a frame, empty without one."""
    shell = _shell()
    names = [] if shell is None else [n for n, value in shell.user_ns.items() if value is df]
    return next((name for name in names if not name.startswith("_")), "")
