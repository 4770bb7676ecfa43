"""A text in runs, each with what it adds: nothing but words and numbers, for any page."""

from __future__ import annotations

import numpy as np

from synapse_magic.views.parts import levels

Run = tuple[str, int, float, int]
"""Letters, their strength from -4 to 4, what they add, and which token they are, -1 for none."""


def marked(
    text: str, spans: np.ndarray, values: np.ndarray, top: float, longest: int | None = None
) -> list[Run]:
    """Return a text as its tokens and what is between them.

    Parameters
    ----------
    spans, values
        (tokens, 2) where each token begins and ends, and (tokens,) what it adds.
    top
        What full colour stands for.
    longest
        Letters after which the text is cut off, at a token.

    Examples
    --------
    >>> marked("So good!", np.array([[0, 2], [3, 7]]), np.array([0.0, 2.0]), 2.0)
    [('So', 0, 0.0, 0), (' ', 0, 0.0, -1), ('good', 4, 2.0, 1), ('!', 0, 0.0, -1)]
    """
    found: list[Run] = []
    at = 0
    room = len(text) if longest is None else longest
    strengths = levels(values, top).tolist()
    for token, ((start, end), level, value) in enumerate(
        zip(spans.tolist(), strengths, values.tolist())
    ):
        if end > room:
            break
        if start > at:
            found.append((text[at:start], 0, 0.0, -1))
        found.append((text[start:end], level, value, token))
        at = end
    rest = text[at:room]
    return [*found, (rest, 0, 0.0, -1)] if rest else found
