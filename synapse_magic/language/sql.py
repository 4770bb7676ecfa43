"""The variables that a SQL text mentions in braces."""

from __future__ import annotations

import re
import string

from synapse_magic.errors import SynapseError

_FIELD = re.compile(r"(?<!\{)\{([^\W\d]\w*)\}(?!\})")


def fields_of(query: str) -> tuple[str, ...]:
    """Return the names in braces, in order; none means that braces are just text.

    Raises
    ------
    SynapseError
        When some braces name variables and others cannot be read.

    Examples
    --------
    >>> fields_of("SELECT * FROM {people} WHERE age > {limit}")
    ('people', 'limit')
    >>> fields_of("SELECT '{}'")
    ()
    """
    names = tuple(dict.fromkeys(_FIELD.findall(query)))
    if names:
        _check_other_braces(query)
    return names


def _check_other_braces(query: str) -> None:
    try:
        parsed = list(string.Formatter().parse(query))
    except ValueError:
        parsed = [("", "", "", "")]
    for _, field, spec, conversion in parsed:
        if field is not None and (not field.isidentifier() or spec or conversion):
            raise SynapseError(
                "Beside the variables the query has other braces. Expected {name} alone. "
                "Try: double the braces that are text, '{{' and '}}'"
            )
