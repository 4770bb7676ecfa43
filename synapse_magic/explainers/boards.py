"""The dashboard of any explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.board import board as table_board
from synapse_magic.explainers.parts_board import parts_board
from synapse_magic.results.parts import PartsExplanation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.results.dashboard.board import Board
    from synapse_magic.results.explanation import Explanation
    from synapse_magic.results.text_explanation import TextExplanation


def board(
    why: Explanation | PartsExplanation,
    model: Any = None,
    df: DataFrame | None = None,
    other: Explanation | TextExplanation | None = None,
    label: str | None = None,
    embedding: str | None = None,
) -> Board:
    """Return the dashboard of an explanation.

    Parameters
    ----------
    why : Explanation, TextExplanation or ImageExplanation
        From :func:`explain`; of a table of a million rows as well.
    model : Transformer or estimator, optional
        The model that was explained: with it rows can be changed and scored at once.
    df : DataFrame, optional
        Where the rows came from: cohorts give their rows of it.
    other : Explanation or TextExplanation, optional
        Of a second model on the same rows of a table, or the same texts.
    label : str, optional
        Of texts and images: the column of their true labels, where the model does not name one.
    embedding : str, optional
        Of texts: the column of ``df`` with a vector of each, for a map.

    Raises
    ------
    SynapseError
        When ``why`` is no explanation, or something is given that does not go with it.
    """
    if isinstance(why, PartsExplanation):
        return parts_board(why, model, df, label, other, embedding)
    if label is not None:
        raise SynapseError(
            f"label={label!r} is for explanations of texts and images; of tables the model names "
            "the labels. Try: Dashboard(why, model, df)"
        )
    if embedding is not None:
        raise SynapseError(
            f"embedding={embedding!r} is for explanations of texts. Try: Dashboard(why, model, df)"
        )
    return table_board(why, model, df, other)  # type: ignore[arg-type]  # is checked there
