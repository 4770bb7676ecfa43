"""Whether the arrays of an explanation fit each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.results.methods import METHODS
from synapse_magic.views.links import SCALES
from synapse_magic.views.words import plural


def check_words(link: str, method: str, names: Sequence[str], outputs: Sequence[str]) -> None:
    """Raise a :class:`SynapseError` unless link and method are known and names are distinct."""
    for what, word, known in (("link", link, SCALES), ("method", method, METHODS)):
        if word not in known:
            hint = closest(str(word), known) or f"Expected one of {', '.join(known)}"
            raise SynapseError(f"There is no {what} {word!r} of an explanation. {hint}")
    for what, words in (("features", names), ("outputs", outputs)):
        if len(set(words)) != len(words):
            twice = next(word for word in words if list(words).count(word) > 1)
            raise SynapseError(
                f"Two {what} of the explanation have the same name {twice!r}. "
                "Expected each once. Try: leave one out"
            )


def place_of(i: Any, rows: int) -> int:
    """Return the place of a row by its number, which may be counted from the end.

    Raises
    ------
    SynapseError
        When it is no number, or there is no such row.
    """
    if isinstance(i, bool) or not isinstance(i, (int, np.integer)):
        raise SynapseError(f"A row goes by its number, got {i!r}. Expected 0 to {rows - 1}")
    if not -rows <= i < rows:
        expected = f"0 to {rows - 1}, since {plural(rows, 'row')} can be shown" if rows else "none"
        raise SynapseError(
            f"There is no row {i}. Expected {expected}. Try: explain more of them with rows="
        )
    return int(i) % rows


def places_of(chosen: Any, rows: int) -> np.ndarray:
    """Return the places of rows that are chosen as in numpy.

    Raises
    ------
    SynapseError
        When they are not there, or chosen in another way.
    """
    try:
        places = np.arange(rows)[chosen]
    except (IndexError, TypeError, ValueError):
        places = None
    if np.ndim(places) != 1:
        raise SynapseError(
            f"No rows go by {repr(chosen)[:40]}. Expected a number from 0 to {rows - 1}, a list "
            "of such numbers, a slice, or a truth value for each row"
        )
    return places


def check_shapes(
    values: np.ndarray, arrays: Mapping[str, tuple[np.ndarray | None, tuple[int, ...]]]
) -> None:
    """Raise a :class:`SynapseError` unless each array has its shape.

    Parameters
    ----------
    values
        (rows, features, outputs).
    arrays
        Name to array and the shape it should have; None is not there and fits.
    """
    for name, (array, expected) in arrays.items():
        if array is None:
            continue
        shape = np.shape(array)
        if shape != expected:
            raise SynapseError(
                f"{name} of the explanation has the shape {shape}. Expected {expected}, since "
                f"values are {values.shape}: (rows, features, outputs)"
            )


def check_values(values: np.ndarray, names: Sequence[str], outputs: Sequence[str]) -> None:
    """Raise a :class:`SynapseError` unless the contributions have three axes of named lengths."""
    shape = np.shape(values)
    if len(shape) != 3 or shape[1:] != (len(names), len(outputs)):
        raise SynapseError(
            f"values of the explanation have the shape {shape}. Expected (rows, {len(names)}, "
            f"{len(outputs)}), for {len(names)} features and {len(outputs)} outputs"
        )
    if not np.issubdtype(values.dtype, np.floating):
        raise SynapseError(f"values of the explanation are {values.dtype}. Expected floats")
