"""Shapley values of the words of a text."""

from __future__ import annotations

from synapse_magic.explainers.grouped_shap import GroupedLocalShap
from synapse_magic.explainers.text_explainer import TextExplainer


class TextSHAP(TextExplainer, GroupedLocalShap):
    """Explain texts by the Shapley values of their words.

    What a word adds is told against the text without it: the word goes with one of the spaces
    beside it, and all else stays as it is. Each class has one vector, first what the model gives
    for the text without any word and then a value a token; they sum to what it gives for the text.

    A text of more than ``groupAbove`` tokens is explained sentence by sentence: the values are
    Owen values (Owen, 1977), those of a sentence sum to its own. A text without words has the base
    alone. A null has nulls, and the reason in ``errorCol``.

    Examples
    --------
    >>> shap = TextSHAP(inputCol="review", targetClasses=[1], outputCol="shap")
    >>> shap.setModel(model).transform(df).select("tokens", "shap")  # doctest: +SKIP
    """
