"""The dashboard in a cell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from synapse_magic import dashboard_board
from synapse_magic.notebook.dashboard_app import DashboardApp
from synapse_magic.notebook.live import LiveView

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic import Cohort, Explanation, ImageExplanation, TextExplanation


class Dashboard(LiveView):
    """An explanation to look around in: cohorts, errors, features, rows, what if, thresholds.

    Shown at the end of a cell. Cohorts that are brushed there come back into the notebook as
    predicates and frames.

    Parameters
    ----------
    why : Explanation, TextExplanation or ImageExplanation
        From :func:`synapse_magic.explain`, or of a stage such as ``TextSHAP``.
    model : Transformer or estimator, optional
        The model that was explained: with it a row can be changed and is scored at once.
    df : DataFrame, optional
        Where the rows came from: cohorts give their rows of it.
    other : Explanation or TextExplanation, optional
        Of a second model on the same rows of a table, or the same texts, to compare with.
    label : str, optional
        Of texts and images: the column of their true labels, where the model does not name one.
    embedding : str, optional
        Of texts: the column of ``df`` with a vector of each, for a map of them.

    Examples
    --------
    >>> board = Dashboard(why, model, people)  # doctest: +SKIP
    >>> board.cohort.where, board.cohort.df().count()  # doctest: +SKIP
    ('`age` > 60.0D AND NOT isnan(`age`)', 1204)
    """

    def __init__(
        self,
        why: Explanation | TextExplanation | ImageExplanation,
        model: Any = None,
        df: DataFrame | None = None,
        other: Explanation | TextExplanation | None = None,
        label: str | None = None,
        embedding: str | None = None,
    ) -> None:
        self._board = dashboard_board(why, model, df, other, label, embedding)
        spark = None if df is None else df.sparkSession
        app = DashboardApp(self._board, spark, lambda name, told: self.widget.tell(name, told))
        super().__init__(self._board.script, app)

    @property
    def cohort(self) -> Cohort:
        """The cohort that is looked at: ``where``, ``df()`` and ``code`` of it."""
        return self._board.cohort

    @property
    def cohorts(self) -> dict[str, Cohort]:
        """All cohorts by name."""
        return dict(self._board.cohorts)

    def save_html(self, path: str | os.PathLike[str]) -> None:
        """Write the dashboard of the chosen cohort as one HTML file that needs nothing else."""
        self._board.save_html(path)

    def __repr__(self) -> str:
        return f"<{self._board.label}>"
