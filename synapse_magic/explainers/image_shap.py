"""Shapley values of the superpixels of an image."""

from __future__ import annotations

from synapse_magic.explainers.grouped_shap import GroupedLocalShap
from synapse_magic.explainers.image_explainer import ImageExplainer


class ImageSHAP(ImageExplainer, GroupedLocalShap):
    """Explain images by the Shapley values of their superpixels.

    What a superpixel adds is told against the image with ``mask`` in its place. Each class has one
    vector, first what the model gives for the image with all of them masked and then a value a
    superpixel; they sum to what it gives for the image. A superpixel that looks like its mask adds
    exactly 0.

    An image of more than ``groupAbove`` superpixels is explained region by region: the values are
    Owen values (Owen, 1977), those of a region sum to its own. An image that is null or broken has
    nulls, and the reason in ``errorCol``.

    Examples
    --------
    >>> shap = ImageSHAP(inputCol="image", targetClasses=[1], cellSize=32, outputCol="shap")
    >>> shap.setModel(model).transform(df).select("superpixels", "shap")  # doctest: +SKIP
    """
