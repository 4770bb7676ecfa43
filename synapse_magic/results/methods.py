"""The ways of explaining a prediction: what they are called and what they promise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """A way of explaining.

    Attributes
    ----------
    values
        What its contributions are called: "SHAP" or "LIME".
    words
        Its name for people.
    adds_up
        Whether base and contributions are promised to sum to the prediction.
    """

    values: str
    words: str
    adds_up: bool


METHODS = {
    "tree_interventional": Method("SHAP", "interventional TreeSHAP", True),
    "tree_path": Method("SHAP", "path-dependent TreeSHAP", True),
    "linear": Method("SHAP", "SHAP of a linear model", True),
    "exact": Method("SHAP", "SHAP of all coalitions", True),
    "kernel_shap": Method("SHAP", "Kernel SHAP", True),
    "lime": Method("LIME", "LIME", False),
}
"""Each method of an :class:`~synapse_magic.results.explanation.Explanation`."""
