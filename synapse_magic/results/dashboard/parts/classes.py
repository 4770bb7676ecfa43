"""Each class against those that were predicted for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.kernels.dashboard.confusion import class_measures, confusion
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.views.metrics import precise
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table

MOST = 20
"""Classes that are shown, those of most rows."""


def classes(examined: ExaminedParts, mask: np.ndarray) -> dict[str, Any]:
    """Return the confusion of the largest classes of a cohort, with the measures of each."""
    if examined.task == "regression" or not examined.judged.any():
        return {"names": [], "all": 0}
    names = examined.classes
    counts = confusion(*examined.true(mask), len(names))
    rows = counts.sum(axis=0) + counts.sum(axis=1)
    shown = np.sort(np.argsort(-rows, kind="stable")[:MOST])
    return {
        "names": [names[i] for i in shown],
        "all": len(names),
        "counts": counts[np.ix_(shown, shown)].astype(np.uint32),
        "rows": counts.sum(axis=1)[shown].tolist(),
        **{name: own[shown].tolist() for name, own in class_measures(counts).items()},
    }


def classes_still(examined: ExaminedParts, mask: np.ndarray) -> str:
    """Return the classes as a table, each with what was predicted for its rows."""
    found = classes(examined, mask)
    if not found["names"]:
        return ""
    measures = ("precision", "recall", "f1")
    rows = [
        (
            name,
            found["rows"][i],
            *(precise(found[measure][i]) for measure in measures),
            *found["counts"][i].tolist(),
        )
        for i, name in enumerate(found["names"])
    ]
    heads = ["class", "rows", *measures, *(f"as {name}" for name in found["names"])]
    told = "Rows are true classes, the last columns how many were predicted as each."
    if found["all"] > len(rows):
        told += f" The largest {len(rows)} of {found['all']} classes."
    return figure("Classes", told, html_table(heads, rows))
