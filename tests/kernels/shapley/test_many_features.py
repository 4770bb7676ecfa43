from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.shapley.coalitions import coalitions


@pytest.mark.parametrize("features", [67, 300, 1500])
def test_many_features_are_drawn_although_their_coalitions_cannot_be_counted(features: int) -> None:
    drawn = coalitions(features, 2 * features + 100, 0)
    assert len(drawn) == 2 * features + 100
    assert len(np.unique(drawn.masks, axis=0)) == len(drawn)
