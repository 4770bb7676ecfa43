"""What a front end shows beside the notebook: sessions, runs, frames and models."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language.context import is_frame, is_model
from synapse_magic.notebook.lab import cached
from synapse_magic.notebook.memory import Memory

LONGEST = 100
"""Frames and models told of; those of the user's last cells come last, and are kept."""


def now(variables: Mapping[str, Any], memory: Memory, magic: str) -> dict[str, Any]:
    """Return the state as plain values; looks only, and starts nothing.

    Parameters
    ----------
    variables : mapping
        The user's variables.
    magic : str
        The name that the magic goes by here.
    """
    # A copy: the cell that runs in another thread may add to them meanwhile.
    own = [(n, v) for n, v in list(variables.items()) if not n.startswith("_")]
    frames = [{"name": n, "cached": _is_cached(v)} for n, v in own if is_frame(v)]
    models = [_model(n, v, memory) for n, v in own if is_model(v) and not isinstance(v, type)]
    return {
        "magic": magic,
        "sessions": _sessions(),
        "runs": _runs(),
        "frames": frames[-LONGEST:],
        "models": models[-LONGEST:],
        "cached": cached.told(session(), variables),
        "saved": max((saved.when for saved in memory.saved.values()), default=0.0),
    }


def session() -> Any:
    """Return the session last started or attached to by our magics, else None."""
    known = _known()
    return known[-1] if known else None


def known_session() -> Any:
    """Return the Spark session of that, None where there is none or it was stopped."""
    from synapse_magic import check_alive

    known = session()
    if known is None:
        return None
    try:
        check_alive(known.spark)
    except SynapseError:
        return None
    return known.spark


def cancel(run: str | None, *, cell: bool = False) -> int:
    """Cancel one run by its id, those of the cell that runs, or all; return how many there were."""
    if "pyspark" not in sys.modules:
        return 0
    from synapse_magic import cancel as cancel_runs

    # Cells run in the main thread of the kernel; the builder trains in one of its own.
    return cancel_runs(run, thread=threading.main_thread().ident if cell else None)


def _known() -> list[Any]:
    if "pyspark" not in sys.modules:
        return []  # nothing was started yet, and a look is no reason to load Spark
    from synapse_magic import sessions

    return list(sessions().values())


def _sessions() -> list[dict[str, Any]]:
    return [session.status() | session.usage() for session in _known()]


def _runs() -> list[dict[str, Any]]:
    if "pyspark" not in sys.modules:
        return []
    from synapse_magic import running

    return [
        {
            "id": run.id,
            "description": run.description or "Spark",
            "seconds": int(run.progress.elapsed),
            "jobs": run.progress.jobs,
            "done": run.progress.done,
            "total": run.progress.total,
            "stages": [
                {"id": stage.id, "name": stage.name, "done": stage.done, "total": stage.total}
                for stage in run.progress.stages
            ],
            "stopping": run.stopping,
        }
        for run in running()
    ]


def _is_cached(frame: Any) -> bool:
    # Asked of the object itself: for an unknown name a Connect frame asks the server for columns.
    return bool(vars(frame).get("is_cached", False))


def _model(name: str, model: Any, memory: Memory) -> dict[str, Any]:
    made = memory.made_by(model)
    stages = [type(stage).__name__ for stage in getattr(model, "stages", [])]
    verb = made.program.verb if made is not None else ""
    held_out = memory.origin(model) is not None
    return {
        "name": name,
        "type": type(model).__name__,
        "stages": stages,
        "verb": verb,
        "held_out": held_out,
    }
