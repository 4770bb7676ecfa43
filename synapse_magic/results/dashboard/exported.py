"""Why a row is predicted as it is, to take along: as JSON, CSV or text."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.results.checks import place_of
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.views.links import SCALES
from synapse_magic.views.words import number, signed


def exported(examined: Examined, place: int, kind: str) -> dict[str, str]:
    """Return the reasons of a row, all features in the order of their contributions.

    Parameters
    ----------
    kind
        "json", "csv" or "text".

    Raises
    ------
    SynapseError
        When there is no such row or kind.
    """
    if kind not in _KINDS:
        expected = ", ".join(map(repr, _KINDS))
        raise SynapseError(
            f"Reasons are written as {expected}, got {kind!r}. {closest(kind, _KINDS)}".strip()
        )
    place = place_of(place, len(examined))
    ending = "txt" if kind == "text" else kind
    return {"text": _KINDS[kind](examined, place), "name": f"reasons-of-row-{place}.{ending}"}


def _order(examined: Examined, place: int) -> np.ndarray:
    sizes = np.abs(examined.why.values[place]).max(axis=1)
    return np.argsort(-sizes, kind="stable")


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; what is missing is null, and infinity a text."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or value != value:
        return None
    is_plain = isinstance(value, (bool, int, str)) or (
        isinstance(value, float) and math.isfinite(value)
    )
    return value if is_plain else str(value)


def _value(examined: Examined, name: str, place: int) -> Any:
    known = examined.why.data.get(name)
    return None if known is None else _plain(known[place])


def _json(examined: Examined, place: int) -> str:
    why = examined.why
    told = {
        "row": place,
        "label": None if why.labels is None else _plain(why.labels[place]),
        "method": why.method,
        "scale": SCALES[why.link],
        "outputs": [
            {
                "output": str(output),
                "score": float(examined.scores[place, i]),
                "average": float(why.base[place, i]),
                "prediction": float(why.prediction[place, i]),
                "reasons": [
                    {
                        "feature": why.names[k],
                        "value": _value(examined, why.names[k], place),
                        "contribution": float(why.values[place, k, i]),
                    }
                    for k in _order(examined, place)
                ],
            }
            for i, output in enumerate(why.outputs)
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def _csv(examined: Examined, place: int) -> str:
    why, written = examined.why, io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["feature", "value", *map(str, why.outputs)])
    for k in _order(examined, place):
        value = _value(examined, why.names[k], place)
        rows.writerow([why.names[k], "" if value is None else value, *why.values[place, k]])
    return written.getvalue()


def _text(examined: Examined, place: int) -> str:
    why = examined.why
    lines = [f"Row {place}"]
    for i, output in enumerate(why.outputs):
        score = number(examined.scores[place, i])
        begins = f"from {number(why.base[place, i])} on average"
        ends = f"to {number(why.prediction[place, i])}"
        lines += ["", f"{output}: {score} ({begins} {ends}, {SCALES[why.link]})"]
        for k in _order(examined, place):
            value = _value(examined, why.names[k], place)
            words = "missing" if value is None else str(value)
            lines.append(f"  {signed(float(why.values[place, k, i]))}  {why.names[k]} = {words}")
    return "\n".join(lines) + "\n"


_KINDS: dict[str, Callable[[Examined, int], str]] = {"json": _json, "csv": _csv, "text": _text}
