"""The check that a label says anything."""

from __future__ import annotations

from synapse_magic.data_balance.counting import Counts
from synapse_magic.errors import SynapseError


def require_labels(counts: Counts, label: str) -> None:
    """Raise a :class:`SynapseError` unless some row has a label, and it is not sensitive itself."""
    if any(own.name == label for own in counts.columns):
        raise SynapseError(
            f"The label {label!r} is among the sensitive columns. Expected other columns. "
            "Try: leave it out there"
        )
    if not counts.columns[0].labelled.any():
        raise SynapseError(f"The label {label!r} is null in every row. Expected some with a value")
