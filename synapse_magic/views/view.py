"""What every view is: numbers computed once, shown as HTML, as matplotlib Axes and as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synapse_magic.views.page import numbers, page
from synapse_magic.views.table import html_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SHOWN_ROWS = 12


class View(ABC):
    """A picture of numbers that were computed once.

    Subclasses are frozen dataclasses of arrays. The HTML, the Axes and the table are drawn from
    those arrays alone, so that they cannot disagree.
    """

    @abstractmethod
    def sentence(self) -> str:
        """Return what the view shows in one sentence, for screen readers and ``repr``."""

    @abstractmethod
    def picture(self) -> str:
        """Return the static HTML of the view: it needs no script."""

    @abstractmethod
    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the column names and the rows of the view's table."""

    @abstractmethod
    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib into ``ax``, or into a new figure, and return the Axes."""

    @abstractmethod
    def payload(self) -> dict[str, Any] | None:
        """Return the data of the interactive view, with its ``kind``; None where there is none."""

    def table(self) -> pd.DataFrame:
        """Return the numbers of the view as a pandas DataFrame."""
        import pandas as pd

        names, rows = self.records()
        return pd.DataFrame.from_records(rows, columns=names)

    def numbers(self) -> str:
        """Return the foldable HTML table under the picture."""
        names, rows = self.records()
        return numbers(html_table(names, rows[:SHOWN_ROWS], total=len(rows)))

    def html(self, *, interactive: bool = True) -> str:
        """Return the view as HTML that stands alone.

        Parameters
        ----------
        interactive
            False leaves the script and its data out: smaller, and the same picture.
        """
        data = self.payload() if interactive else None
        return page(self.picture(), self.numbers(), data, self.sentence())

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {' '.join(self.sentence().split())}>"


def new_axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return ``ax``, or the Axes of a new figure of the given size in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def pick(name: str | None, names: Sequence[str], what: str) -> int:
    """Return the position of ``name`` among ``names``, the first where it is None.

    Raises
    ------
    SynapseError
        If there is no such name; the message suggests the nearest.
    """
    from synapse_magic.errors import SynapseError, closest

    if name is None:
        return 0
    if name in names:
        return names.index(name)
    known = ", ".join(repr(one) for one in names[:8]) + (", ..." if len(names) > 8 else "")
    hint = closest(str(name), [str(one) for one in names])
    raise SynapseError(f"There is no {what} {name!r}. Expected one of {known}. {hint}".strip())
