"""How evenly rows and a positive label are spread over sensitive columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import ImbalanceError, SynapseError
from synapse_magic.kernels.balance.association import NAMES, association, gaps
from synapse_magic.kernels.balance.condition import Condition
from synapse_magic.kernels.balance.distribution import distribution
from synapse_magic.kernels.balance.pairs import telling
from synapse_magic.results.imbalance import offenders
from synapse_magic.views.balance import BalanceReport
from synapse_magic.views.balance_column import BalanceColumnView
from synapse_magic.views.view import pick
from synapse_magic.views.words import plural, share

if TYPE_CHECKING:
    import pandas as pd

_TOLD = 5
"""Offenders that an error tells of."""


@dataclass(frozen=True, eq=False)
class BalanceColumn:
    """The counts of one sensitive column.

    Attributes
    ----------
    name, type
        Of the column; the type as ``simpleString``.
    numeric
        Whether its levels are numbers.
    levels
        Its levels in their order, null by a name in brackets, then those that the reference alone
        knows.
    rows, labelled, positives
        (levels,) rows, those with a label, and those that are positive.
    reference
        (levels,) the shares that are expected.
    given
        Whether the reference was given; else shares are equal.
    """

    name: str
    type: str
    numeric: bool
    levels: tuple[str, ...]
    rows: np.ndarray
    labelled: np.ndarray
    positives: np.ndarray
    reference: np.ndarray
    given: bool

    @property
    def distances(self) -> dict[str, float]:
        """How far its shares are from the reference; see ``DistributionBalanceMeasure``."""
        return distribution(self.rows, self.reference)

    def pairs(self, most: int = 20) -> pd.DataFrame:
        """Return the most telling pairs of levels, with the difference of each measure.

        A pair tells as much as its difference of shares is at least, with 95 % certainty.
        """
        import pandas as pd

        table = association(self.labelled, self.positives)
        rows = [
            (self.levels[a], self.levels[b], *gaps(table[a], table[b]), table[a, 0], table[b, 0])
            for a, b in telling(self.labelled, self.positives, most)
        ]
        return pd.DataFrame.from_records(rows, columns=["above", "below", *NAMES, "prA", "prB"])


@dataclass(frozen=True, eq=False)
class Balance:
    """How evenly rows and a positive label are spread over sensitive columns.

    Attributes
    ----------
    label, positive
        The column of the outcome, and what is positive, in words.
    columns
        The counts of each sensitive column.
    aggregate
        How unequally rows are spread over combinations of levels; see ``AggregateBalanceMeasure``.
    combinations
        How many combinations there are.

    Examples
    --------
    >>> rows, none = np.array([60, 40]), np.array([30, 10])
    >>> half = np.array([0.5, 0.5])
    >>> sex = BalanceColumn("sex", "string", False, ("f", "m"), rows, rows, none, half, False)
    >>> found = Balance("rich", "rich > 0", (sex,), {"theil_t_index": 0.02}, 2)
    >>> found
    <Balance of 100 rows, 40 % with rich > 0: sex>
    >>> found.fail_if("abs(dp) > 0.3") is found
    True
    """

    label: str
    positive: str
    columns: tuple[BalanceColumn, ...]
    aggregate: dict[str, float]
    combinations: int

    @property
    def rows(self) -> int:
        """Rows of the frame."""
        return int(self.columns[0].rows.sum())

    def __getitem__(self, name: str) -> BalanceColumn:
        """Return one sensitive column by name."""
        return self.columns[pick(name, [own.name for own in self.columns], "sensitive column")]

    def fail_if(self, conditions: str | Sequence[str]) -> Balance:
        """Raise an error when one of some conditions holds, else return this same balance.

        Measures of ``FeatureBalanceMeasure`` (``dp`` and its like) are those of a pair of levels,
        the one with the larger share of positives less the other; the others are of a column, or
        of all columns together.

        Parameters
        ----------
        conditions
            Such as ``"abs(dp) > 0.2"`` or ``["js_dist > 0.1", "theil_t_index > 0.1"]``.

        Raises
        ------
        ImbalanceError
            With the columns, levels and values for which a condition holds.
        SynapseError
            When a condition is none, with the nearest name of a measure.
        """
        asked = [conditions] if isinstance(conditions, str) else conditions
        if not isinstance(asked, (list, tuple)) or not all(isinstance(each, str) for each in asked):
            raise SynapseError(
                f"fail_if takes conditions as texts, got {conditions!r}. Try: 'abs(dp) > 0.2'"
            )
        read = [Condition.parse(each) for each in asked]
        told = [words for each in read for words in offenders(each, self.columns, self.aggregate)]
        if told:
            more = f"; and {len(told) - _TOLD:,} more" if len(told) > _TOLD else ""
            words = " ".join("; ".join(told[:_TOLD]).split())
            raise ImbalanceError(f"The data is not balanced: {words}{more}", self)
        return self

    def view(self) -> BalanceReport:
        """Return the balance as a view."""
        return BalanceReport(
            positive=self.positive,
            columns=tuple(self._drawn(own) for own in self.columns),
            aggregate=self.aggregate,
            combinations=self.combinations,
        )

    def _drawn(self, own: BalanceColumn) -> BalanceColumnView:
        return BalanceColumnView(
            name=own.name,
            levels=own.levels,
            rows=own.rows,
            labelled=own.labelled,
            positives=own.positives,
            reference=own.reference,
            given=own.given,
            numeric=own.numeric,
            positive=self.positive,
            distances=own.distances,
        )

    def column(self, name: str) -> BalanceColumnView:
        """Return one sensitive column as a view."""
        return self._drawn(self[name])

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each level of each sensitive column."""
        return self.view().table()

    def measures(self) -> pd.DataFrame:
        """Return one row for each sensitive column: its shares against the reference."""
        import pandas as pd

        rows: list[dict[str, Any]] = [{"column": own.name, **own.distances} for own in self.columns]
        return pd.DataFrame(rows)

    def html(self, *, interactive: bool = True) -> str:
        """Return the balance as HTML that stands alone."""
        return self.view().html(interactive=interactive)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        own = self.columns[0]
        part = share(int(own.positives.sum()), int(own.labelled.sum()))
        names = ", ".join(" ".join(one.name.split()) for one in self.columns)
        words = " ".join(self.positive.split())
        return f"<Balance of {plural(self.rows, 'row')}, {part} with {words}: {names}>"
