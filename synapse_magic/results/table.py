"""The first rows of a frame, as a result table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synapse_magic.views.page import page
from synapse_magic.views.table import html_table

if TYPE_CHECKING:
    import pandas as pd


MORE = 50


@dataclass(frozen=True, eq=False)
class TablePage:
    """Rows of a frame, ready for display.

    Attributes
    ----------
    names, types
        Columns and their Spark types.
    rows
        Python values, one tuple per row.
    total
        Rows of the whole frame where known; None: at least one more than shown.

    Examples
    --------
    >>> TablePage(("age",), ("int",), [(39,), (50,)], total=1234)
     age
      39
      50
    first 2 of 1,234 rows; -n 50 for more
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int | None

    def caption(self) -> str:
        """Return how many rows are shown of how many, and how to see more."""
        shown = len(self.rows)
        if self.total is not None and self.total <= shown:
            return f"{shown:,} row" + ("" if shown == 1 else "s")
        of = "more" if self.total is None else f"{self.total:,} rows"
        return f"first {shown:,} of {of}; -n {MORE if shown < MORE else 10 * shown} for more"

    def to_pandas(self) -> pd.DataFrame:
        """Return the shown rows as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame.from_records(self.rows, columns=list(self.names))

    def table(self, caption: str = "") -> str:
        """Return the rows as an HTML table for a page that has the style of the views."""
        told = caption or self.caption()
        table = html_table(self.names, self.rows, types=self.types, caption=told, exact=True)
        return (
            f'<div class="syn-scroll" tabindex="0" role="region" aria-label="Table">{table}</div>'
        )

    def html(self) -> str:
        """Return the rows as an HTML table that stands alone; it needs no script."""
        return page(self.table(), "", None, f"Table: {self.caption()}")

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        if not self.rows:
            return f"<TablePage: {self.caption()}>"
        return f"{self.to_pandas().to_string(index=False, max_colwidth=40)}\n{self.caption()}"
