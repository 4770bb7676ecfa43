"""LIME of the words of a text."""

from __future__ import annotations

from synapse_magic.explainers.mask_lime import LocalMaskLime
from synapse_magic.explainers.text_explainer import TextExplainer


class TextLIME(TextExplainer, LocalMaskLime):
    """Explain texts by a line fitted to what the model says of them with words taken away.

    Each class has one vector with a value a token: what it adds where it stands. A word goes with
    one of the spaces beside it, and all else stays as it is. ``metricsCol`` says how well the line
    fits. A null has nulls, and the reason in ``errorCol``.

    Examples
    --------
    >>> lime = TextLIME(inputCol="review", targetClasses=[1], outputCol="lime")
    >>> lime.setModel(model).transform(df).select("tokens", "lime")  # doctest: +SKIP
    """
