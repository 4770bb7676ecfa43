"""LightGBM and XGBoost inside pipelines of scikit-learn."""

from __future__ import annotations

import functools
import sys
from typing import Any

from synapse_magic.onnx.converting.refusals import needed

_OPTIONS = {"nocl": [True, False], "zipmap": [True, False, "columns"], "raw_scores": [True, False]}


def register_boosters() -> None:
    """Tell skl2onnx of the estimators that onnxmltools converts, as far as they are loaded."""
    for package in ("lightgbm", "xgboost"):
        if package in sys.modules:
            _register(package)


@functools.cache
def _register(package: str) -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common import shape_calculator

    needed("onnxmltools", "models of scikit-learn with boosters in them", "'synapse-magic[onnx]'")
    classifier = shape_calculator.calculate_linear_classifier_output_shapes
    regressor = shape_calculator.calculate_linear_regressor_output_shapes
    for name, alias, converter in _converters(package):
        shapes = classifier if "Classifier" in name else regressor
        options = _OPTIONS if "Classifier" in name else None
        cls = getattr(sys.modules[package], name)
        update_registered_converter(cls, alias, shapes, converter, options=options)


def _converters(package: str) -> list[tuple[str, str, Any]]:
    if package == "lightgbm":
        from onnxmltools.convert.lightgbm.operator_converters import LightGbm

        convert = LightGbm.convert_lightgbm
        return [
            ("LGBMClassifier", "LightGbmLGBMClassifier", convert),
            ("LGBMRegressor", "LightGbmLGBMRegressor", convert),
        ]
    from onnxmltools.convert.xgboost.operator_converters import XGBoost

    return [
        ("XGBClassifier", "XGBoostXGBClassifier", XGBoost.convert_xgboost),
        ("XGBRegressor", "XGBoostXGBRegressor", XGBoost.convert_xgboost),
    ]
