"""Numbers the tests of views and results draw, and every view made of them."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


@pytest.fixture
def rng() -> np.random.Generator:
    """Give the same random numbers to every test."""
    return np.random.default_rng(7)
