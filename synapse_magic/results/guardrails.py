"""What to look at in a frame before a model is trained on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synapse_magic.results.profile import Profile

Kind = Literal[
    "missing", "missing label", "constant", "key", "time", "levels", "giveaway", "imbalance",
    "one class", "no rows",
]  # fmt: skip


@dataclass(frozen=True)
class Guardrail:
    """One thing to look at.

    Attributes
    ----------
    kind : str
    column : str
        Empty where it is the matter with all of the frame.
    sentence : str
        What is the matter.
    advice : str
        What to do about it.
    """

    kind: Kind
    column: str
    sentence: str
    advice: str


@dataclass(frozen=True, eq=False)
class Guardrails:
    """A frame looked at before training.

    Attributes
    ----------
    profile : Profile
    target : str
        The column to be predicted, empty without one.
    task : {"binary", "multiclass", "regression", ""}
        What predicting it probably is.
    reason : str
        Why, in words.
    found : tuple of Guardrail
    sampled : int
        Rows that the hints of giveaways rest on.
    """

    profile: Profile
    target: str
    task: str
    reason: str
    found: tuple[Guardrail, ...]
    sampled: int

    def of(self, column: str) -> tuple[Guardrail, ...]:
        """Return what was found in one column."""
        return tuple(each for each in self.found if each.column == column)

    def __repr__(self) -> str:
        words = "1 thing" if len(self.found) == 1 else f"{len(self.found)} things"
        return f"<Guardrails of {self.profile.rows:,} rows: {words} to look at>"
