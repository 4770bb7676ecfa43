from __future__ import annotations

import math

import pytest

from synapse_magic import LightGBMRegressor, SynapseError
from synapse_magic.spark.functions import from_json, to_json

pytestmark = pytest.mark.usefixtures("spark")


def test_a_function_is_written_as_its_place_and_found_again():
    written = to_json(math.sqrt)
    assert written == {"python_function": "math:sqrt"}
    assert from_json(written) is math.sqrt
    assert from_json({"python_function": "x", "b": 1}) == {"python_function": "x", "b": 1}


def test_a_stage_with_a_function_is_saved_and_loaded(tmp_path):
    LightGBMRegressor(fobj=math.hypot).save(str(tmp_path / "stage"))
    assert LightGBMRegressor.load(str(tmp_path / "stage")).getFobj() is math.hypot


def test_a_function_without_a_module_is_refused(tmp_path):
    with pytest.raises(SynapseError, match=r"<lambda> is a function without a module"):
        LightGBMRegressor(fobj=lambda scores, data: scores).save(str(tmp_path / "stage"))


def test_a_function_that_is_gone_is_told():
    with pytest.raises(SynapseError, match=r"the function nothing of math, which is not found"):
        from_json({"python_function": "math:nothing"})


def test_code_names_functions():
    assert LightGBMRegressor(fobj=math.hypot).to_code() == "LightGBMRegressor(fobj=hypot)"
    callbacks = LightGBMRegressor(callbacks=[math.sin, math.cos]).to_code()
    assert callbacks == "LightGBMRegressor(callbacks=[sin, cos])"
