"""The dashboard as one HTML page that needs no kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synapse_magic.results.dashboard.cohort import Cohort
from synapse_magic.results.dashboard.errors import errors_still
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.features import drawn, features_still
from synapse_magic.results.dashboard.overview import overview_still
from synapse_magic.results.dashboard.quality import quality_still
from synapse_magic.results.dashboard.rows import rows_still
from synapse_magic.results.dashboard.thresholds import thresholds_still
from synapse_magic.views.page import page
from synapse_magic.views.words import escape


def report(examined: Examined, cohorts: Sequence[Cohort], chosen: str, *, interactive: bool) -> str:
    """Return all tabs for one cohort, below one another.

    Parameters
    ----------
    chosen
        Name of the cohort.
    interactive
        Whether the explanation of its rows can be walked through where scripts run.
    """
    cohort = next(one for one in cohorts if one.name == chosen)
    mask = cohort.mask(examined.sought, len(examined))
    every = np.ones(len(examined), bool)
    parts = [
        overview_still(examined, cohorts),
        "" if interactive else features_still(examined, mask, every),
        errors_still(examined, mask),
        thresholds_still(examined, mask),
        rows_still(examined, mask),
        quality_still(examined, mask),
    ]
    head = f'<p class="syn-note">Cohort: {escape(cohort.name)} ({escape(cohort.words)})</p>'
    still = page(head + "".join(parts), "", None, f"Dashboard, {cohort.name}")
    part = drawn(examined, mask) if interactive else None
    return still + (part.html() if part is not None else "")
