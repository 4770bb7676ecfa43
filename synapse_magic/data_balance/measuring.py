"""The balance of a frame in one pass: labels over levels, levels against a reference, all cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synapse_magic.data_balance.counting import ColumnCounts, count
from synapse_magic.data_balance.labelled import require_labels
from synapse_magic.data_balance.naming import level_names
from synapse_magic.data_balance.positive import check_absent, positive_of
from synapse_magic.data_balance.reference import check_reference, referred
from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.balance.aggregate import aggregate
from synapse_magic.results.balance import Balance, BalanceColumn
from synapse_magic.spark.frame_check import require_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Reference = Mapping[str, Mapping[Any, float]]


def balance(
    df: DataFrame,
    *,
    label: str,
    sensitive: str | Sequence[str],
    positive: Any = None,
    reference: Reference | None = None,
) -> Balance:
    """Return how evenly rows and a positive label are spread over sensitive columns.

    One pass counts the frame, whatever the number of columns, and nothing of a row comes to the
    driver. Null is a level of its own; rows without a label count in the shares of levels, and are
    left out of the shares of positives.

    Parameters
    ----------
    df : DataFrame
    label : str
        The column of the outcome.
    sensitive : str or sequence of str
        Columns of categories: text, booleans, dates, or numbers with few values.
    positive : object, optional
        The value of the label that is the positive outcome. Else numbers above 0, true, or of two
        texts the last in the alphabet, which is then looked for by a pass of its own.
    reference : mapping, optional
        Sensitive column to the probabilities of its levels, ``{"sex": {"Female": 0.5, "Male":
        0.5}}``; columns that it lacks are compared with equal shares.

    Raises
    ------
    SynapseError
        When a column is missing or of another type, there are no rows or labels, no row is
        positive as named, or a reference is none.

    Examples
    --------
    >>> balance(people, label="income", sensitive=["sex", "race"])  # doctest: +SKIP
    <Balance of 32,561 rows, 24.1 % with income is '>50K': sex, race>
    """
    require_frame(df, "df")
    names = _names(label, sensitive)
    references = _checked(reference, names)
    outcome = positive_of(df, label, positive)
    counts = count(df, names, outcome, combinations=True)
    require_labels(counts, label)
    if positive is not None and not counts.columns[0].positives.any():
        check_absent(df, outcome)
    return Balance(
        label=label,
        positive=outcome.words,
        columns=tuple(_column(own, references.get(own.name)) for own in counts.columns),
        aggregate=aggregate(counts.sizes, counts.times),
        combinations=int(counts.times.sum()),
    )


def _names(label: str, sensitive: str | Sequence[str]) -> list[str]:
    if not isinstance(label, str):
        raise SynapseError(f"label must be the name of a column, got {label!r}")
    names = [sensitive] if isinstance(sensitive, str) else sensitive
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise SynapseError(
            f"sensitive must be names of columns, got {sensitive!r}. Try: sensitive=['sex']"
        )
    return list(names)


def _checked(reference: Reference | None, names: Sequence[str]) -> Reference:
    given = {} if reference is None else reference
    if not isinstance(given, Mapping):
        raise SynapseError(
            f"reference must be a dict from column to levels, got {given!r}. "
            "Try: reference={'sex': {'Female': 0.5, 'Male': 0.5}}"
        )
    for name, shares in given.items():
        if name not in names:
            hint = closest(name, names) or f"Sensitive columns: {', '.join(names)}"
            raise SynapseError(f"The reference is of {name!r}, which is not sensitive. {hint}")
        if not isinstance(shares, Mapping):
            raise SynapseError(
                f"The reference of {name!r} must be a dict from level to probability, "
                f"got {shares!r}. Try: {{{name!r}: {{'a': 0.4, 'b': 0.6}}}}"
            )
        check_reference(name, shares)
    return given


def _column(counts: ColumnCounts, reference: Mapping[Any, float] | None) -> BalanceColumn:
    widened, shares = referred(counts, reference)
    return BalanceColumn(
        name=counts.name,
        type=counts.type,
        numeric=counts.numeric,
        levels=level_names(widened.levels),
        rows=widened.rows,
        labelled=widened.labelled,
        positives=widened.positives,
        reference=shares,
        given=bool(reference),
    )
