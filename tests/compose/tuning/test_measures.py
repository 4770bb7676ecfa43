from __future__ import annotations

import pytest

from synapse_magic import LightGBMClassifier, LightGBMRanker, LightGBMRegressor
from synapse_magic.compose.tuning.measures import MEASURES, check_measure, measure_of, usual
from synapse_magic.errors import SynapseError


@pytest.mark.parametrize(
    ("alias", "name"),
    [("areaUnderROC", "AUC"), ("auc", "AUC"), ("R^2", "r2"), ("RMSE", "rmse")],
)
def test_names_of_synapseml_and_any_case_are_known(alias: str, name: str) -> None:
    assert measure_of(alias) is MEASURES[name]


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(SynapseError, match="Did you mean 'accuracy'"):
        measure_of("acuracy")


def test_less_is_better_for_losses_and_more_for_scores() -> None:
    assert MEASURES["AUC"].loss(0.9) < MEASURES["AUC"].loss(0.8)
    assert MEASURES["rmse"].loss(0.8) < MEASURES["rmse"].loss(0.9)


def test_with_several_classes_the_mean_over_them_takes_the_place_of_one() -> None:
    assert MEASURES["f1"].value({"macro f1": 0.5}) == 0.5
    with pytest.raises(SynapseError, match=r"gives no AUC\. It has: accuracy"):
        MEASURES["AUC"].value({"accuracy": 0.5})
    with pytest.raises(SynapseError, match="AUC is NaN"):
        MEASURES["AUC"].value({"AUC": float("nan")})


def test_each_kind_of_model_has_its_usual_metric() -> None:
    assert usual([LightGBMClassifier()]).name == "AUC"
    assert usual([LightGBMRegressor()]).name == "rmse"
    assert usual([LightGBMRanker()]).name == "ndcg@5"
    with pytest.raises(SynapseError, match="rmse measures a regression"):
        check_measure(MEASURES["rmse"], [LightGBMRanker()])
