"""Cached frames and tables for the panel, and how one of them is given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language.context import is_frame

_SILENT = "Spark Connect does not tell what is cached, nor what it takes. NAME.unpersist() ends it."
_REFUSED = "Spark here does not tell what is cached. NAME.unpersist() ends it."
_NAMELESS = "Spark Connect does not tell which frames these are. NAME.unpersist() ends one."


def told(session: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a session keeps as plain values, and in a sentence what it does not tell.

    Parameters
    ----------
    session : Session or None
    variables : mapping
        The user's variables.
    """
    if session is None or session.stopped:
        return {"tables": [], "told": ""}
    from py4j.protocol import Py4JError

    connect = session.api == "connect"
    try:
        found = session.cached(_cached_frames(session, variables))
    except Py4JError:
        found = None  # vendors close what Spark has no public name for
    if found is None:
        return {"tables": [], "told": _SILENT if connect else _REFUSED}
    nameless = connect and any(one.kind == "plan" for one in found)
    return {"tables": [asdict(one) for one in found], "told": _NAMELESS if nameless else ""}


def uncache(session: Any, variables: Mapping[str, Any], name: str, kind: str) -> str:
    """Give back what a cached frame or table takes, also while a cell runs; return its name.

    Raises
    ------
    SynapseError
        When no variable holds such a frame any more, or there is no session.
    """
    if session is None:
        raise SynapseError("There is no Spark session. Try: %synapse start")
    if kind == "table":
        session.spark.catalog.uncacheTable(name)
        return name
    frame: Any = variables.get(name)
    if not is_frame(frame):
        raise SynapseError(f"No variable {name!r} holds a frame any more. Try: run its cell again")
    frame.unpersist()
    return name


def _cached_frames(session: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    own = [(name, value) for name, value in list(variables.items()) if not name.startswith("_")]
    # Asked of the object itself: a Connect frame would ask the server.
    return {
        name: value
        for name, value in own
        if is_frame(value)
        and vars(value).get("is_cached", False)
        and value.sparkSession is session.spark
    }
