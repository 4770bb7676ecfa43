"""What an interrupted search had finished, so that the same search goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

from synapse_magic.results.leaderboard import Leaderboard, Trial


@dataclass(frozen=True)
class Unfinished:
    """An interrupted search: on which rows, for what, and its finished trials by number."""

    frame: DataFrame
    settings: str
    trials: dict[int, Trial]


_last: Unfinished | None = None


def keep(frame: DataFrame, settings: str, board: Leaderboard) -> None:
    """Keep the finished trials of the search that was interrupted last."""
    global _last
    done = {t.number: t for t in board.trials if t.state in ("done", "pruned", "failed")}
    _last = Unfinished(frame, settings, done)


def forget() -> None:
    """Forget them: a search has run to its end."""
    global _last
    _last = None


def recall(frame: DataFrame, settings: str) -> dict[int, Trial]:
    """Return the trials that an interrupted search of the same rows and settings has finished."""
    if _last is None or _last.settings != settings:
        return {}
    if _last.frame.sparkSession is not frame.sparkSession:
        return {}
    return _last.trials if _last.frame.sameSemantics(frame) else {}


def settings_of(models: list[Any]) -> str:
    """Return what estimators are, as a text that is the same for two that are equal.

    Unlike ``repr`` it holds no uid, which differs between two that are made alike.
    """
    return "; ".join(map(_describe, models))


def _describe(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_describe, value))}]"
    if hasattr(value, "_paramMap"):
        params = sorted((p.name, _describe(v)) for p, v in value._paramMap.items())
        return f"{type(value).__name__}({', '.join(f'{n}={v}' for n, v in params)})"
    return repr(value)
