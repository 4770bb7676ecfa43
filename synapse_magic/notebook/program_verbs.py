"""The verbs that become a program: build it, run it on Spark, show what comes back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from synapse_magic import ImbalanceError, SynapseError
from synapse_magic.language.context import Context, Origin, is_frame, is_model
from synapse_magic.language.export import export
from synapse_magic.language.line import Variable
from synapse_magic.language.plan import plan
from synapse_magic.language.program import Program
from synapse_magic.notebook import markup
from synapse_magic.notebook.call_progress import CallProgress
from synapse_magic.notebook.called_cells import kept_once_called
from synapse_magic.notebook.cell import Cell
from synapse_magic.notebook.code import keep_code
from synapse_magic.notebook.memory import SavedAt
from synapse_magic.notebook.model_card import model_card
from synapse_magic.notebook.output import Line, show_html
from synapse_magic.notebook.progress import Progress, footer
from synapse_magic.notebook.search_progress import SearchProgress

PREVIEW_ROWS = 5
_PROGRESS: dict[str, type[Progress]] = {"call": CallProgress, "tune": SearchProgress}
FEW_COLUMNS = 8
"""Columns that a table shows beside one another without scrolling."""


def run_program(cell: Cell) -> Any:
    """Run a cell whose verb is carried out by a generated program, and return its result."""
    flags = cell.command.flags
    session = None if cell.command.verb == "start" else _session(flags.session)
    context = cell.context(session.spark if session is not None else None)
    _check_frames(cell, context)
    program = plan(cell.command, cell.body, context)
    if flags.dry_run or flags.code is not None:
        source = export(program, context.variables, context, cell.memory.session)
        keep_code(cell, source, flags.code or "show")
    if flags.dry_run:
        return None
    if session is None:
        return _start(cell, program, context.variables)
    if cell.command.verb == "call":
        with kept_once_called(cell, program):
            return _run_on_spark(cell, session, program, context.variables)
    return _run_on_spark(cell, session, program, context.variables)


def _check_frames(cell: Cell, context: Context) -> None:
    """Say so when a frame outlived its session: Spark itself only fails somewhere inside."""
    from synapse_magic import check_alive

    for arg in cell.command.args:
        name = str(getattr(arg, "name", arg))
        frame: Any = context.variables.get(name)
        if not is_frame(frame):
            continue
        try:
            check_alive(frame.sparkSession)
        except SynapseError as error:
            raise SynapseError(
                f"{name} belongs to a Spark session that was stopped. Try: make it again"
            ) from error


def _session(name: str | None) -> Any:
    from synapse_magic import current_session

    return current_session(name)


def _start(cell: Cell, program: Program, variables: Any) -> Any:
    line = Line(cell.shell)
    progress = None if cell.command.flags.quiet else Progress(line, "Starting Spark")
    from synapse_magic import sessions

    before = list(sessions().values())
    session = program.call(None, variables)
    cell.memory.started(program, variables)
    if progress is not None:
        progress.end(*_session_words(session, session in before))
    cell.keep(session)
    cell.shown.skip(session)
    return session


def _session_words(session: Any, known: bool) -> tuple[str, str]:
    verb = "Started" if session.owned else "Attached to"
    verb = "Already there:" if known else verb
    words = f"{verb} Spark {session.version} on {session.master}"
    words += f" \N{MIDDLE DOT} {session.slots} slots"
    if not known:
        words += f" \N{MIDDLE DOT} {session.seconds:.1f} s"
    ignored = ""
    if session.ignored:
        ignored = f"Need a restart to take effect: {', '.join(session.ignored)}"
    html = markup.dim(words)
    if session.ui:
        html = html.replace(
            "</div>", f" \N{MIDDLE DOT} {markup.link('Spark UI', session.ui)}</div>"
        )
    return "\n".join(filter(None, [words, ignored])), html + (
        markup.dim(ignored) if ignored else ""
    )


def _run_on_spark(cell: Cell, session: Any, program: Program, variables: Any) -> Any:
    try:
        return _run_and_show(cell, session, program, variables)
    except ImbalanceError as error:
        # What was measured is shown and kept all the same: it is what the failure is about.
        found = _remember(cell, program, variables, error.balance)
        cell.keep(found)
        cell.show(repr(found), found.html())
        raise


def _run_and_show(cell: Cell, session: Any, program: Program, variables: Any) -> Any:
    from synapse_magic import interruptible

    if cell.command.flags.quiet:
        progress = None
        result = interruptible(session.spark, lambda: program.call(session.spark, variables))
        shown = None
    else:
        progress = _progress(cell, session)
        try:
            with _told_to(progress):
                result, shown = interruptible(
                    session.spark,
                    lambda: _call_and_prepare(cell, session, program, variables),
                    on_progress=progress.spark,
                    description=f"%synapse {cell.command.verb}",
                )
        finally:
            progress.end()
    value = _remember(cell, program, variables, result)
    cell.keep(value)
    if progress is None:
        cell.shown.skip(value)
    else:
        _show(cell, value, shown)
        if cell.command.verb == "call":
            show_html(str(result.report), result.report.html())
        show_html(*footer(progress, session.ui))
    return value


def _progress(cell: Cell, session: Any) -> Progress:
    made = _PROGRESS.get(cell.command.verb, Progress)
    return made(Line(cell.shell), _intent(cell, session))


@contextlib.contextmanager
def _told_to(progress: Progress) -> Iterator[None]:
    """Pass on what trainings, searches and explanations tell while they run."""
    from synapse_magic import CallsCounted, CallsProjected, Leaderboard, RowsExplained, listen

    with contextlib.ExitStack() as stack:
        stack.enter_context(listen(progress.iteration))
        stack.enter_context(listen(progress.rows, RowsExplained))
        if isinstance(progress, SearchProgress):
            stack.enter_context(listen(progress.board, Leaderboard))
        if isinstance(progress, CallProgress):
            stack.enter_context(listen(progress.counted, CallsCounted))
            stack.enter_context(listen(progress.projected, CallsProjected))
        yield


def _call_and_prepare(cell: Cell, session: Any, program: Program, variables: Any) -> Any:
    """Run the program, and on Spark as well what its result needs to be shown."""
    result = program.call(session.spark, variables)
    if cell.command.verb == "call":
        return result, _preview(cell, _new_first(result.frame, _scored(cell, variables)))
    if not is_frame(result):
        return result, None
    if cell.command.verb == "score":
        return result, _preview(cell, _new_first(result, _scored(cell, variables)))
    return result, _preview(cell, result)


def _scored(cell: Cell, variables: Any) -> Any:
    """Return the frame that a cell scores, None for a table."""
    given = cell.command.args[0]
    return variables.get(str(getattr(given, "name", given)))


def _new_first(frame: Any, before: Any) -> Any:
    """Return a wide frame with the columns that it has gained in front, where they are seen."""
    known = set(before.columns) if is_frame(before) else set()
    new = [name for name in frame.columns if name not in known]
    if len(frame.columns) <= FEW_COLUMNS or len(new) == len(frame.columns):
        return frame
    names = [*new, *(name for name in frame.columns if name in known)]
    quoted = [f"`{name.replace('`', '``')}`" for name in names]
    return frame.select(*quoted) if len(set(names)) == len(names) else frame


def _preview(cell: Cell, frame: Any) -> Any:
    from synapse_magic import table_page

    return table_page(frame, rows=cell.command.flags.rows or PREVIEW_ROWS)


def _intent(cell: Cell, session: Any) -> str:
    first = " ".join(str(getattr(arg, "name", arg)) for arg in cell.command.args)
    return f"{cell.command.verb} {first} \N{MIDDLE DOT} Spark {session.version} on {session.master}"


def _remember(cell: Cell, program: Program, variables: Any, result: Any) -> Any:
    memory = cell.memory
    if cell.command.verb == "call":
        memory.remember(result.frame, program, variables, "frame")
        return result.frame
    if cell.command.verb == "save":
        place = cell.command.args[1]
        _remember_saved(cell, str(variables[place.name] if isinstance(place, Variable) else place))
    if cell.command.verb not in ("train", "tune"):
        if result is not None:
            memory.remember(result, program, variables)
        return result
    origin = Origin(label=result.label, test=result.test)
    memory.remember(result.test, program, variables, "test")
    memory.remember(result.train, program, variables, "train")
    memory.remember(result.model, program, variables, "model", origin)
    return result.model


def _remember_saved(cell: Cell, path: str) -> None:
    from synapse_magic import local_path

    spark = _session(cell.command.flags.session).spark
    cell.memory.saved[path] = SavedAt(time.time(), local_path(spark, path))


def _show(cell: Cell, value: Any, preview: Any) -> None:
    if preview is not None:
        show_html(repr(preview), preview._repr_html_())
        cell.shown.skip(value)
    elif is_model(value):
        if hasattr(value, "leaderboard"):
            show_html(repr(value.leaderboard), value.leaderboard.html(interactive=False))
        show_html(*model_card(value))
        cell.shown.skip(value)
    elif hasattr(value, "_repr_html_") or hasattr(value, "_ipython_display_"):
        cell.show_result(value)
