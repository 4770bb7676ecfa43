from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic import (
    LightGBMClassificationModel,
    LightGBMClassifier,
    LightGBMRegressionModel,
    LightGBMRegressor,
    SynapseError,
)
from synapse_magic.lightgbm.ranker import LightGBMRanker, LightGBMRankerModel

RNG = np.random.default_rng(5)
NAMES = ["a", "b", "kind"]
X = np.column_stack([RNG.normal(size=(600, 2)), RNG.integers(0, 6, 600)])
X[::7, 0] = np.nan
SIGNAL = np.nan_to_num(X[:, 0]) - X[:, 1] + (X[:, 2] % 2)
GROUPS = [20] * 30
POSITIVE = np.exp(SIGNAL / 3)
CLASSES = np.digitize(SIGNAL, [-0.5, 0.9]).astype(float)
FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}

BINARY = [
    {},
    {"sigmoid": 0.6},
    {"boosting": "dart", "drop_rate": 0.5},
    {"boosting": "goss"},
    {"is_unbalance": True},
    FOREST,
]
NUMBERS = [
    {"objective": "regression"},
    {"objective": "regression_l1"},
    {"objective": "huber"},
    {"objective": "fair"},
    {"objective": "poisson"},
    {"objective": "quantile", "alpha": 0.3},
    {"objective": "mape"},
    {"objective": "gamma"},
    {"objective": "tweedie", "tweedie_variance_power": 1.2},
    {"objective": "regression", "linear_tree": True},
    {"objective": "regression", "reg_sqrt": True},
    {"objective": "poisson", **FOREST},
]
SEVERAL = [{"objective": "multiclass"}, {"objective": "multiclassova", "sigmoid": 0.8}]
CASES = [
    *((LightGBMClassificationModel, {"objective": "binary", **p}, SIGNAL > 0.3) for p in BINARY),
    *((LightGBMClassificationModel, {"num_class": 3, **p}, CLASSES) for p in SEVERAL),
    *((LightGBMRegressionModel, p, POSITIVE) for p in NUMBERS),
    (LightGBMRankerModel, {"objective": "lambdarank"}, CLASSES),
    (LightGBMRankerModel, {"objective": "rank_xendcg"}, CLASSES),
]


def native(params, label, rounds=6):
    ranks = params["objective"] in ("lambdarank", "rank_xendcg")
    data = lightgbm.Dataset(
        X,
        np.asarray(label, float),
        feature_name=NAMES,
        categorical_feature=[2],
        group=GROUPS if ranks else None,
    )
    settings = {"verbosity": -1, "num_threads": 1, "num_leaves": 7, "min_data_in_leaf": 5}
    return lightgbm.train({**settings, **params}, data, rounds)


@pytest.fixture(scope="module")
def frame(table):
    return table(**dict(zip(NAMES, X.T)), label=CLASSES, query=np.repeat(range(30), 20)).cache()


def predicted(model, frame):
    """Return what ``Booster.predict`` would, from the columns of the model."""
    classifies = isinstance(model, LightGBMClassificationModel)
    rows = model.transform(frame).select("probability" if classifies else "prediction").collect()
    if not classifies:
        return np.array([row[0] for row in rows])
    found = np.array([row[0].toArray() for row in rows])
    return found[:, 1] if found.shape[1] == 2 else found


def case_name(case):
    _, params, _ = case
    return "-".join(f"{value}" for value in params.values())


@pytest.mark.parametrize("case", CASES, ids=map(case_name, CASES))
def test_a_file_of_the_lightgbm_package_predicts_the_same_bits_and_goes_back(case, frame, tmp_path):
    cls, params, label = case
    booster = native(params, label)
    booster.save_model(tmp_path / "theirs.txt")
    model = cls.loadNativeModelFromFile(str(tmp_path / "theirs.txt")).setInputCols(NAMES)
    assert model.featureNames == tuple(NAMES)
    assert (predicted(model, frame) == booster.predict(X)).all()
    model.saveNativeModel(str(tmp_path / "ours.txt"))
    again = lightgbm.Booster(model_file=str(tmp_path / "ours.txt"))
    assert (again.predict(X) == booster.predict(X)).all()


OURS = [
    (LightGBMClassifier, {"passThroughArgs": "num_class=1", "objective": "binary"}),
    (LightGBMClassifier, {"objective": "multiclass"}),
    (LightGBMClassifier, {"objective": "multiclassova"}),
    (LightGBMRegressor, {"objective": "tweedie"}),
    (LightGBMRegressor, {"boostingType": "rf", "baggingFreq": 1, "baggingFraction": 0.5}),
    (LightGBMRegressor, {"boostingType": "dart"}),
    (LightGBMRegressor, {"boostingType": "goss"}),
    (LightGBMRegressor, {"passThroughArgs": "linear_tree=true"}),
    (LightGBMRanker, {"groupCol": "query"}),
]


@pytest.mark.parametrize("case", OURS, ids=lambda case: "-".join(map(str, case[1].values())))
def test_a_model_trained_on_spark_is_a_file_of_the_lightgbm_package(case, frame, tmp_path):
    estimator, params = case
    if params.get("objective") == "binary":
        frame = frame.withColumn("label", (frame.label > 0).cast("double"))
    shared = {"inputCols": NAMES, "categoricalSlotNames": ["kind"], "numIterations": 4}
    model = estimator(**shared, **params).fit(frame)
    model.saveNativeModel(str(tmp_path / "ours.txt"))
    booster = lightgbm.Booster(model_file=str(tmp_path / "ours.txt"))
    assert (booster.predict(X) == predicted(model, frame)).all()
    loaded = type(model).loadNativeModelFromString(booster.model_to_string())
    assert (predicted(loaded.setInputCols(NAMES), frame) == predicted(model, frame)).all()


@pytest.fixture(scope="module")
def text():
    return native({"objective": "binary"}, SIGNAL > 0).model_to_string()


def test_a_loaded_model_reads_a_vector_unless_told_otherwise(text, frame, spark):
    from pyspark.ml.feature import VectorAssembler

    assembled = VectorAssembler(inputCols=NAMES, outputCol="features", handleInvalid="keep")
    model = LightGBMClassificationModel.loadNativeModelFromString(text)
    vectors = assembled.transform(frame)
    expected = predicted(model.copy().setInputCols(NAMES), frame)
    assert (predicted(model, vectors) == expected).all()
    assert model.classes == ("0", "1")
    assert model.summary.workers == 0


def test_a_file_system_of_spark_holds_models_too(text, tmp_path, spark):
    model = LightGBMClassificationModel.loadNativeModelFromString(text)
    path = f"file:{tmp_path}/model"
    model.saveNativeModel(path)
    for where in (path, str(tmp_path / "model")):  # the folder is read without Spark as well
        again = LightGBMClassificationModel.loadNativeModelFromFile(where)
        assert again.getNativeModel().strip() == model.getNativeModel().strip()
    with pytest.raises(SynapseError, match="exists already"):
        model.saveNativeModel(path)
    model.saveNativeModel(path, overwrite=True)
    with pytest.raises(SynapseError, match="cannot be read"):
        LightGBMClassificationModel.loadNativeModelFromFile(f"file:{tmp_path}/nothing")


def test_a_model_for_another_task_names_the_class_that_takes_it(text):
    with pytest.raises(SynapseError, match=r"'binary'.*Try: LightGBMClassificationModel"):
        LightGBMRegressionModel.loadNativeModelFromString(text)
    number = native({"objective": "poisson"}, POSITIVE).model_to_string()
    with pytest.raises(SynapseError, match=r"'poisson'.*Try: LightGBMRegressionModel"):
        LightGBMClassificationModel.loadNativeModelFromString(number)
    with pytest.raises(SynapseError, match=r"'poisson'.*Try: LightGBMRegressionModel"):
        LightGBMRankerModel.loadNativeModelFromString(number)


def broken_files(text):
    first = text.index("Tree=1")
    return {
        "cut in a tree": text[:first] + text[first : first + 200],
        "cut before the end": text[: text.index("end of trees")],
        "a tree taken out": text[: text.index("Tree=0")] + text[first:],
        "a number taken out": text.replace("leaf_value=", "leaf_value= ", 1).replace(
            "left_child=1 ", "left_child=", 1
        ),
        "nodes in a circle": text.replace("left_child=1 ", "left_child=0 ", 1),
        "no header": "tree\n" + text[first:],
        "another format": '{"objective": "binary"}',
        "nothing": "",
    }


@pytest.mark.parametrize("kind", broken_files("Tree=1 end of trees Tree=0"))
def test_a_broken_file_is_refused_in_one_line(text, kind, tmp_path):
    content = broken_files(text)[kind]
    assert content != text
    path = tmp_path / "broken.txt"
    path.write_text(content)
    with pytest.raises(SynapseError, match="LightGBM model") as caught:
        LightGBMClassificationModel.loadNativeModelFromFile(str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_a_folder_and_nothing_are_refused(tmp_path):
    binary = tmp_path / "model.bin"
    binary.write_bytes(b"\x80\x04\xff\xfe")
    with pytest.raises(SynapseError, match="it is no text"):
        LightGBMClassificationModel.loadNativeModelFromFile(str(binary))
    with pytest.raises(SynapseError, match="no part files"):
        LightGBMClassificationModel.loadNativeModelFromFile(str(tmp_path))
    with pytest.raises(SynapseError, match="There is no file"):
        LightGBMClassificationModel.loadNativeModelFromFile(str(tmp_path / "absent"))


def test_what_lightgbm_cannot_write_is_said(text, tmp_path):
    model = LightGBMClassificationModel.loadNativeModelFromString(text)
    with pytest.raises(SynapseError, match="is a folder"):
        model.saveNativeModel(str(tmp_path))
    with pytest.raises(SynapseError, match="cannot be written"):
        model.saveNativeModel(str(tmp_path / "no" / "model.txt"))
