"""Saved models for the panel: those of this notebook, and those in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synapse_magic import SynapseError
from synapse_magic.notebook.memory import SavedAt

MOST = 60
"""Models that are told of; those saved last come first."""
_FOLDERS = 2_000
"""Folders that are looked into, at most two below the one that is asked for."""
_LONGEST = 2_000_000


@dataclass(frozen=True)
class SavedModel:
    """A model on disk.

    Attributes
    ----------
    path : str
        As a cell would give it: relative where it is below the folder of the notebook.
    kind : str
        The class of its last stage.
    saved : float
        When, in seconds since 1970.
    metric : str
        What it is worth where that was kept, such as ``AUC 0.912``.
    """

    path: str
    kind: str
    saved: float
    metric: str = ""


def listed(folder: str, elsewhere: Mapping[str, SavedAt]) -> dict[str, Any]:
    """Return the saved models in and below a folder, newest first.

    Parameters
    ----------
    folder : str
        Empty for the folder of the notebook.
    elsewhere : mapping of str to SavedAt
        Paths to which this notebook saved models. Those on other file systems are told as they
        were saved, for nothing here can look at them.

    Raises
    ------
    SynapseError
        When there is no such folder.
    """
    place = Path(os.path.expanduser(folder) or ".")
    if not os.path.isdir(place):
        raise SynapseError(f"There is no folder {folder!r}. Try: models")
    found = {one.path: one for one in map(_model, _folders(place)) if one is not None}
    for path, at in elsewhere.items():
        own = SavedModel(path, "", at.when) if at.local is None else _model(at.local)
        if own is not None:
            found.setdefault(own.path, own)
    newest = sorted(found.values(), key=lambda one: -one.saved)
    return {"folder": str(place.absolute()), "models": [asdict(one) for one in newest[:MOST]]}


def _folders(place: Path) -> Iterator[Path]:
    """Give a folder and those at most two below it; models and hidden ones are not entered."""
    level, seen = [place], 0
    for _ in range(3):
        below: list[Path] = []
        for folder in level:
            seen += 1
            if seen > _FOLDERS:
                return
            yield folder
            if not os.path.isdir(folder / "metadata"):
                below += _below(folder)
        level = below


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(
            Path(each.path)
            for each in os.scandir(folder)
            if each.is_dir(follow_symlinks=False) and not each.name.startswith((".", "_"))
        )
    except OSError:
        return []  # what may not be looked at, or is gone, holds no model that could be loaded


def _model(folder: Path) -> SavedModel | None:
    """Return what is known of a folder that holds a saved model that can be read, else None."""
    try:
        return _read(folder)
    except OSError:
        return None  # as above; the other models are told of all the same


def _read(folder: Path) -> SavedModel | None:
    told = _metadata(folder)
    if "class" not in told:
        return None
    stage, own = folder, told
    stages = sorted(_below(folder / "stages"), key=_number) if (folder / "stages").is_dir() else []
    if stages:
        stage, own = stages[-1], _metadata(stages[-1])
    kind = str(own.get("class", stage.name)).rpartition(".")[2]
    when = float(told.get("timestamp", 1000 * folder.stat().st_mtime)) / 1000
    return SavedModel(_shown(folder), kind, when, _metric(own))


def _metadata(folder: Path) -> dict[str, Any]:
    parts = sorted((folder / "metadata").glob("part-*"))
    if not parts or parts[0].stat().st_size > _LONGEST:
        return {}
    try:
        told = json.loads(parts[0].read_text(encoding="utf-8"))
    except ValueError:
        return {}  # it is something else that is called metadata
    return told if isinstance(told, dict) else {}


def _number(stage: Path) -> int:
    first = stage.name.partition("_")[0]
    return int(first) if first.isdigit() else -1


def _metric(told: Mapping[str, Any]) -> str:
    """Return the metric of the best trial, where a search was saved."""
    board = (told.get("state") or {}).get("leaderboard") or {}
    metrics = [each["metric"] for each in board.get("trials", []) if each["metric"] is not None]
    if not metrics:
        return ""
    best = max(metrics) if board["larger"] else min(metrics)
    return f"{board['metric']} {best:.4g}"


def _shown(folder: Path) -> str:
    own = Path.cwd()
    whole = folder.absolute()
    return whole.relative_to(own).as_posix() if whole.is_relative_to(own) else str(whole)
