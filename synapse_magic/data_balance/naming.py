"""What levels are called: each by its value, null by a name that no level has."""

from __future__ import annotations

from collections.abc import Sequence


def level_names(levels: Sequence[str | None]) -> tuple[str, ...]:
    """Return the levels as texts that differ, the null level in brackets.

    Examples
    --------
    >>> level_names(["a", None]), level_names(["(null)", None])
    (('a', '(null)'), ('(null)', '((null))'))
    """
    null = "(null)"
    while null in levels:
        null = f"({null})"
    return tuple(null if level is None else level for level in levels)
