"""What a frame holds, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.profile import ProfileTable
from synapse_magic.views.view import pick

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """One column of a profile.

    Attributes
    ----------
    name, type
        Column name, and its Spark type as ``simpleString``.
    kind
        "numeric" | "category" | "text" | "date" | "boolean" | "vector" | "other".
    missing
        Rows that are null (or NaN).
    distinct
        About how many different values there are; None where not counted.
    mean, std
        Of numbers.
    minimum, maximum
        Smallest and largest value; dates as they are.
    quantiles
        5, 25, 50, 75 and 95 %.
    counts, edges
        Histogram: (bins,) and (bins + 1,).
    levels
        Most frequent values with their counts.
    """

    name: str
    type: str
    kind: str
    missing: int
    distinct: int | None = None
    mean: float | None = None
    std: float | None = None
    minimum: Any = None
    quantiles: tuple[float, ...] | None = None
    maximum: Any = None
    counts: np.ndarray | None = None
    edges: np.ndarray | None = None
    levels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Profile:
    """The columns of a frame.

    Examples
    --------
    >>> profile = Profile(3, (ColumnProfile("age", "int", "numeric", 1, mean=40.0),))
    >>> profile
    <Profile of 3 rows and 1 column, 1 with missing values>
    >>> profile["age"].missing
    1
    """

    rows: int
    columns: tuple[ColumnProfile, ...]

    def __getitem__(self, name: str) -> ColumnProfile:
        """Return one column by name."""
        return self.columns[pick(name, [column.name for column in self.columns], "column")]

    def view(self) -> ProfileTable:
        """Return the profile as a view."""
        return ProfileTable(self.rows, self.columns)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per column."""
        return self.view().table()

    def html(self, *, interactive: bool = True) -> str:
        """Return the profile as HTML that stands alone."""
        return self.view().html(interactive=interactive)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"<{self.view().sentence()}>"
