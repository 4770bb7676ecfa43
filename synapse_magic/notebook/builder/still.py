"""The steps of the builder as text and as HTML that needs neither script nor kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from synapse_magic.notebook import markup

if TYPE_CHECKING:
    from synapse_magic.notebook.builder.model_builder import ModelBuilder

STEPS = (
    "Profile", "Target", "Split", "Features", "Algorithms", "Parameters", "Train", "Evaluate",
    "Explain", "Ship",
)  # fmt: skip


def summaries(builder: ModelBuilder) -> dict[str, str]:
    """Return one line for each step: what the cell and the last run say of it."""
    form, run = builder.cell.form, builder.runs[-1] if builder.runs else None
    looked = builder.looked
    searched = [p for a in form.algorithms for p in a.params if p.mode in ("list", "range")]
    written = sum(len(a.params) for a in form.algorithms)
    trials = next((s.text for s in form.settings if s.name == "trials"), "20")
    shares = {"share": f"{form.split.train or 0:.0%} to train on", "none": "no rows held out"}
    columns = f"{len(form.columns):,} column{'' if len(form.columns) == 1 else 's'}"
    target = form.target or "not chosen"
    if looked is not None and looked.task and looked.target == form.target:
        target += f" \N{MIDDLE DOT} {looked.task}"
    best = run.board.best if run is not None and run.board is not None else None
    done = {
        "Profile": "" if looked is None else repr(looked)[len("<Guardrails of ") : -1],
        "Target": target,
        "Split": shares.get(form.split.kind, form.split.text) + _split_by(form.roles),
        "Features": columns if form.columns else "none yet",
        "Algorithms": ", ".join(step.stage for step in form.algorithms) or "none yet",
        "Parameters": f"{written} set, {len(searched)} searched" if written else "all defaults",
        "Train": f"{trials} trials" if form.verb == "tune" else "one model",
        "Evaluate": "",
        "Explain": "",
        "Ship": f"variable {form.output}" if form.output else "",
    }
    if run is not None:
        done["Train"] = f"{run.state}, {run.elapsed:.1f} s"
        if best is not None:
            done["Train"] += f", best {run.board.metric} {best.metric:.4f}"
        if run.evaluation is not None:
            shown = list(run.evaluation.metrics.items())[:3]
            done["Evaluate"] = ", ".join(f"{name} {value:.4g}" for name, value in shown)
    return done


def _split_by(roles: Mapping[str, tuple[str, ...]]) -> str:
    """Return by what rows are split beside chance."""
    time, group = roles.get("time", ()), roles.get("group", ())
    by = f", by time: {time[0]}" if time else ""
    return by + (f", groups of {group[0]} whole" if group else "")


def told(builder: ModelBuilder) -> str:
    """Return the steps as plain text, then what is to be looked at, then the cell."""
    lines = [f"{i + 1:2}  {name:11}{words}".rstrip() for i, (name, words) in _rows(builder)]
    looked = builder.looked
    if looked is not None and looked.found:
        lines += ["", *(f"  ! {each.sentence}. Try: {each.advice}" for each in looked.found)]
    return "\n".join([*lines, "", builder.text, ""])


def still(builder: ModelBuilder) -> str:
    """Return the steps as a table, what is to be looked at, and the cell."""
    rows = [[i + 1, name, words] for i, (name, words) in _rows(builder)]
    html = markup.table(f"Model builder of {builder.frame}", ["", "step", "state"], rows)
    looked = builder.looked
    if looked is not None and looked.found:
        found = [[each.column, each.sentence, each.advice] for each in looked.found]
        html += markup.table("To look at", ["column", "what", "advice"], found)
    problem = builder.cell.problem
    if problem is not None:
        place = f"Line {problem.line}: " if problem.line else ""
        html += markup.dim(place + problem.sentence)
    return html + markup.code(builder.text, "The cell when this was shown")


def _rows(builder: ModelBuilder) -> enumerate[tuple[str, str]]:
    return enumerate(summaries(builder).items())
