"""LIME of the superpixels of an image."""

from __future__ import annotations

from synapse_magic.explainers.image_explainer import ImageExplainer
from synapse_magic.explainers.mask_lime import LocalMaskLime
from synapse_magic.spark.param import Param, param


class ImageLIME(ImageExplainer, LocalMaskLime):
    """Explain images by a line fitted to what the model says of them with superpixels masked.

    Each class has one vector with a value a superpixel: what it adds where it is seen in place of
    ``mask``. ``metricsCol`` says how well the line fits. An image that is null or broken has nulls,
    and the reason in ``errorCol``.

    Examples
    --------
    >>> lime = ImageLIME(inputCol="image", targetClasses=[1], cellSize=32, outputCol="lime")
    >>> lime.setModel(model).transform(df).select("superpixels", "lime")  # doctest: +SKIP
    """

    numSamples: Param[int] = param(
        "Perturbed copies of an image that the model is asked about.", default=900, low=2
    )
