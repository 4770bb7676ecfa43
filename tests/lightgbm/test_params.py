"""The declared parameters agree with LightGBM's own names and defaults."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from lightgbm.basic import _ConfigAliases

from synapse_magic import LightGBMClassifier, LightGBMRanker, LightGBMRegressor

CHANGED = {"num_threads", "objective", "metric", "verbosity"}


@pytest.mark.parametrize("stage", [LightGBMClassifier, LightGBMRanker, LightGBMRegressor])
def test_every_native_name_is_a_main_name_of_lightgbm(stage):
    known = _ConfigAliases._get_all_param_aliases()
    natives = {p.native for p in stage.params_declared().values() if p.native}
    assert natives
    assert natives - set(known) <= {"max_bin_by_feature"}


def test_defaults_are_lightgbms_own():
    booster = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(np.eye(2), [0, 1]), 1)
    own = dict(
        line[1:-1].split(": ", 1)
        for line in booster.model_to_string().split("\n")
        if line[:1] == "["
    )
    for param in LightGBMClassifier.params_declared().values():
        if param.native in own and param.native not in CHANGED and param.name != "numIterations":
            default = param.default
            if isinstance(default, (int, float)):
                assert float(own[param.native]) == float(default), param.name
