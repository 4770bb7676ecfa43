from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """Give the same random numbers to every test."""
    return np.random.default_rng(7)
