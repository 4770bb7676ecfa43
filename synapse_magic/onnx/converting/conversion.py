"""What a converter gives: the model, what to feed it, and what should come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import onnx

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Trial:
    """Rows for the inputs of a model, and what the model itself predicts for them.

    Attributes
    ----------
    feeds : dict of str to numpy.ndarray
        Input of the converted model to its rows.
    expected : dict of str to numpy.ndarray
        Output of the converted model to what it should give.
    """

    feeds: Arrays
    expected: Arrays


@dataclass(frozen=True)
class Conversion:
    """A converted model that is still to be checked.

    Attributes
    ----------
    model : onnx.ModelProto
    trials : sequence of functions
        Each predicts with the model itself; empty where that cannot be done.
    """

    model: onnx.ModelProto
    trials: tuple[Callable[[], Trial], ...] = field(default=())
