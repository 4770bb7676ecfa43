from __future__ import annotations

import json
from typing import Any

import pytest
from family import STAGES, UNFITTED, own_params, sample_value, stands_alone

import synapse_magic
from synapse_magic.errors import SynapseError
from synapse_magic.spark.describe import describe
from synapse_magic.spark.param import Param, unset
from synapse_magic.spark.stage import Stage

PARAMS = [(stage, p) for stage in STAGES for p in own_params(stage)]
SAVED = [stage for stage in UNFITTED if stands_alone(stage)]
every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
every_param = pytest.mark.parametrize(
    ("stage", "declared"), PARAMS, ids=[f"{s.__name__}.{p.name}" for s, p in PARAMS]
)
pytestmark = pytest.mark.usefixtures("spark")


@every_stage
def test_is_documented_with_every_param_and_an_example(stage: type[Stage]) -> None:
    doc = stage.__doc__ or ""
    assert doc.partition("\n")[0].endswith(".")
    for name in stage.params_declared():
        assert f"\n{name} : " in doc
    if stage in UNFITTED:
        assert ">>>" in doc


@every_stage
def test_is_reached_by_its_public_name(stage: type[Stage]) -> None:
    assert getattr(synapse_magic, stage.__name__) is stage


@every_stage
def test_names_the_nearest_param_for_an_unknown_one(stage: type[Stage]) -> None:
    for name in stage.params_declared():
        with pytest.raises(SynapseError, match=rf"has no param '{name}x'.*Did you mean"):
            stage(**{name + "x": 1})


@every_param
def test_param_says_what_it_means(stage: type[Stage], declared: Param[Any]) -> None:
    assert declared.doc.endswith(".")
    assert "\n" not in declared.doc
    assert declared.expected()


@every_param
def test_default_is_an_allowed_value(stage: type[Stage], declared: Param[Any]) -> None:
    if declared.default is unset:
        assert not stage().isDefined(declared.name)
    elif declared.default is not None:
        assert declared.convert(declared.default) == declared.default
        assert stage().getOrDefault(declared.name) == declared.default


@every_param
def test_constructor_setter_and_getter_agree(stage: type[Stage], declared: Param[Any]) -> None:
    value, suffix = sample_value(declared), declared.name[0].upper() + declared.name[1:]
    built = stage(**{declared.name: value})
    assert getattr(built, f"get{suffix}")() == value
    chained = stage()
    assert getattr(chained, f"set{suffix}")(value) is chained
    assert getattr(chained, f"get{suffix}")() == value


@every_param
def test_a_wrong_type_is_refused_by_name(stage: type[Stage], declared: Param[Any]) -> None:
    with pytest.raises(SynapseError, match=f"{declared.name} of {stage.__name__} must be "):
        stage(**{declared.name: object()})


@every_param
def test_a_value_out_of_range_is_refused(stage: type[Stage], declared: Param[Any]) -> None:
    beyond = {"low": -1.0, "above": 0.0, "high": 1.0}
    for bound, step in beyond.items():
        limit = getattr(declared, bound)
        if limit is None:
            continue
        value = type(sample_value(declared))
        wrong = [limit + step] if value is list else limit + step
        with pytest.raises(SynapseError, match=f"{declared.name} of .* must be .*{limit}"):
            stage(**{declared.name: wrong})


@every_stage
def test_description_for_forms_is_json(stage: type[Stage]) -> None:
    described = json.loads(json.dumps(describe(stage)))
    assert [p["name"] for p in described["params"]] == list(stage.params_declared())


@every_stage
def test_code_holds_what_was_set_and_rebuilds_the_stage(stage: type[Stage]) -> None:
    values = {
        name: sample_value(declared)
        for name, declared in stage.params_declared().items()
        if not declared.secret
    }
    assert stage().to_code() == f"{stage.__name__}()"
    rebuilt = eval(stage(**values).to_code(), {**values, stage.__name__: stage})
    for name, value in values.items():
        assert rebuilt.getOrDefault(name) == value


@every_stage
def test_copy_takes_extra_values_and_leaves_the_original(stage: type[Stage]) -> None:
    original = stage()
    for declared in original.params:
        value = sample_value(stage.params_declared()[declared.name])
        assert original.copy({declared: value}).getOrDefault(declared.name) == value
        assert not original.isSet(declared.name)


@pytest.mark.parametrize("stage", SAVED, ids=lambda stage: stage.__name__)
def test_saved_stage_loads_with_uid_and_params(stage: type[Stage], tmp_path: Any) -> None:
    values = {
        name: sample_value(declared)
        for name, declared in stage.params_declared().items()
        if not declared.secret
    }
    saved = stage(**values)
    saved.save(str(tmp_path / "stage"))
    loaded = stage.load(str(tmp_path / "stage"))
    assert loaded.uid == saved.uid
    assert loaded.to_code() == saved.to_code()
