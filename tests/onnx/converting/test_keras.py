from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
pytest.importorskip("tf2onnx")
layers = keras.layers

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)


def dense(outputs: int, activation: str | None) -> Any:
    return keras.Sequential(
        [
            layers.Input((4,), name="x"),
            layers.Dense(6, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(outputs, activation=activation),
        ]
    )


def two_inputs() -> Any:
    wide, deep = layers.Input((4,), name="wide"), layers.Input((2,), name="deep")
    inner = layers.Dense(3)(layers.Concatenate()([wide, deep]))
    return keras.Model([wide, deep], [layers.Softmax(name="chance")(inner), inner])


@pytest.mark.parametrize(
    ("outputs", "activation"), [(1, "sigmoid"), (3, "softmax"), (1, None)], ids=str
)
def test_a_model_needs_no_sample_and_takes_any_number_of_rows(
    outputs: int, activation: str | None
) -> None:
    model = dense(outputs, activation)
    made = to_onnx(model)
    for rows in (1, 5, 12):
        (found,) = run(made, {"x": X[:rows]}).values()
        assert found == pytest.approx(model.predict(X[:rows], verbose=0), abs=1e-5)


def test_images_go_in() -> None:
    model = keras.Sequential(
        [
            layers.Input((8, 8, 3), name="pixels"),
            layers.Conv2D(4, 3),
            layers.GlobalAveragePooling2D(),
        ]
    )
    pixels = np.random.default_rng(1).normal(size=(5, 8, 8, 3)).astype(np.float32)
    (found,) = run(to_onnx(model, pixels[:2]), {"pixels": pixels}).values()
    assert found == pytest.approx(model.predict(pixels, verbose=0), abs=1e-5)


def test_several_inputs_and_outputs_keep_their_names() -> None:
    model, feeds = two_inputs(), {"wide": X, "deep": X[:, :2]}
    for sample in (feeds, (X, X[:, :2]), None):
        out = run(to_onnx(model, sample), feeds)
        assert out["chance"] == pytest.approx(model([X, X[:, :2]])[0].numpy(), abs=1e-5)
        assert len(out) == 2


def test_a_model_made_by_subclassing_takes_its_inputs_from_the_sample() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.last = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.last(x)

    model = Own()
    (found,) = run(to_onnx(model, X), {"input": X}).values()
    assert found == pytest.approx(model(X).numpy(), abs=1e-5)
    with pytest.raises(SynapseError, match=r"does not know its inputs.*sample with rows"):
        to_onnx(Own())


def test_a_function_of_tensorflow_is_converted() -> None:
    @tf.function
    def doubled(x: Any) -> Any:
        return {"b": 2 * x, "a": x + 1}

    out = run(to_onnx(doubled, X), {"input": X})
    assert out["a"] == pytest.approx(X + 1)
    assert out["b"] == pytest.approx(2 * X)


def test_a_saved_model_is_converted_by_its_signature(tmp_path: Path) -> None:
    class Scale(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name="x")])
        def score(self, x: Any) -> Any:
            return {"y": 3 * x}

    module = Scale()
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.score})
    loaded = tf.saved_model.load(str(tmp_path))
    assert run(to_onnx(loaded, X), {"x": X})["y"] == pytest.approx(3 * X)


def test_a_model_scores_on_spark(spark: SparkSession) -> None:
    model = dense(3, "softmax")
    frame = spark.createDataFrame([(row,) for row in X.tolist()], "x array<double>")
    rows = ONNXModel().setModelPayload(to_onnx(model, X)).transform(frame).collect()
    expected = model.predict(X, verbose=0)
    assert np.array([row[1] for row in rows]) == pytest.approx(expected, abs=1e-5)


def test_a_layer_that_the_converter_does_not_know_is_refused() -> None:
    @tf.function
    def strange(x: Any) -> Any:
        return tf.py_function(lambda v: v, [x], tf.float32)

    with pytest.raises(SynapseError, match=r"cannot be converted to ONNX|does not take this ONNX"):
        to_onnx(strange, X)


def test_a_sample_that_does_not_fit_is_told() -> None:
    with pytest.raises(SynapseError, match=r"has shape \(3,\)\. Expected \(4,\) for the input 'x'"):
        to_onnx(dense(1, None), X[:, :3])
    with pytest.raises(SynapseError, match=r"has 1 inputs\. Expected 2.*wide, deep"):
        to_onnx(two_inputs(), X)
