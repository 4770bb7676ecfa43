from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

torch = pytest.importorskip("torch")
nn = torch.nn

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.deep = nn.Linear(4, 3), nn.Linear(2, 3)

    def forward(self, wide: Any, deep: Any) -> Any:
        inner = self.wide(wide) + self.deep(deep)
        return {"chance": torch.softmax(inner, 1), "inner": inner}


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table, self.cell, self.last = nn.Embedding(9, 5), nn.LSTM(5, 6, batch_first=True), None
        self.last = nn.Linear(6, 2)

    def forward(self, tokens: Any) -> Any:
        return self.last(self.cell(self.table(tokens))[0][:, -1])


def dense() -> Any:
    return nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)
    )


def image() -> Any:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )


def predicted(model: Any, *given: Any) -> Any:
    with torch.no_grad():
        return model.eval()(*map(torch.as_tensor, given))


@pytest.mark.parametrize("rows", [1, 2, 12])
@pytest.mark.parametrize("sampled", [1, 5])
def test_a_network_takes_any_number_of_rows(sampled: int, rows: int) -> None:
    model = dense()
    made = to_onnx(model, torch.as_tensor(X[:sampled]))
    (name,) = (port.name for port in made.graph.input)
    found = run(made, {name: X[:rows]})["output"]
    assert found == pytest.approx(predicted(model, X[:rows]).numpy(), abs=1e-5)


def test_a_network_in_training_is_converted_as_it_predicts_and_left_as_it_was() -> None:
    model = dense().train()
    model[3].eval()
    to_onnx(model, X)
    assert [part.training for part in model] == [True, True, True, False, True]


def test_images_go_in() -> None:
    model, pixels = image(), np.random.default_rng(1).normal(size=(5, 3, 8, 8)).astype("float32")
    found = run(to_onnx(model, pixels[:2]), {"input": pixels})["output"]
    assert found == pytest.approx(predicted(model, pixels).numpy(), abs=1e-5)


def test_whole_numbers_go_in() -> None:
    model, tokens = Words(), np.random.default_rng(1).integers(0, 9, (5, 7))
    found = run(to_onnx(model, tokens), {"tokens": tokens})["output"]
    assert found == pytest.approx(predicted(model, tokens).numpy(), abs=1e-5)


@pytest.mark.parametrize("form", ["tuple", "dict"])
def test_several_inputs_and_outputs_keep_their_names(form: str) -> None:
    model, wide, deep = TwoInputs(), X, X[:, :2]
    sample: Any = (wide, deep) if form == "tuple" else {"deep": deep, "wide": wide}
    out = run(to_onnx(model, sample), {"wide": wide, "deep": deep})
    expected = predicted(model, wide, deep)
    assert list(out) == ["chance", "inner"]
    assert out["chance"] == pytest.approx(expected["chance"].numpy(), abs=1e-6)


def test_a_scripted_network_is_converted() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch would rather not have it
        model = torch.jit.script(dense().eval())
    made = to_onnx(model, X)
    (name,) = (port.name for port in made.graph.input)
    assert run(made, {name: X})["output"] == pytest.approx(predicted(model, X).numpy(), abs=1e-5)


def test_the_older_exporter_serves_where_onnxscript_lacks(monkeypatch: Any) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "onnxscript" else found(name)
    )
    model = TwoInputs()
    out = run(to_onnx(model, (X, X[:, :2])), {"wide": X[:3], "deep": X[:3, :2]})
    expected = predicted(model, X[:3], X[:3, :2])["chance"].numpy()
    assert out["chance"] == pytest.approx(expected, abs=1e-6)


def test_a_network_scores_on_spark(spark: SparkSession) -> None:
    model = dense()
    frame = spark.createDataFrame([(row,) for row in X.tolist()], "v array<double>")
    made = to_onnx(model, X)
    (name,) = (port.name for port in made.graph.input)
    scored = ONNXModel(feedDict={name: "v"}, fetchDict={"out": "output"}).setModelPayload(made)
    rows = scored.transform(frame).select("out").collect()
    expected = predicted(model, X).numpy()
    assert np.array([row.out for row in rows]) == pytest.approx(expected, abs=1e-5)


def test_what_changes_with_the_values_is_refused() -> None:
    class Odd(nn.Module):
        def forward(self, x: Any) -> Any:
            return x + 1 if x.sum() > 0 else x - x.std().item()

    with pytest.raises(SynapseError, match="This Odd cannot be converted to ONNX"):
        to_onnx(Odd(), X)


def test_a_class_of_networks_is_told_to_be_made_first() -> None:
    with pytest.raises(
        SynapseError, match=r"Linear is a class\. .*Try: an instance, Linear\(\.{3}\)"
    ):
        to_onnx(nn.Linear, X)


def test_no_sample_is_told() -> None:
    with pytest.raises(SynapseError, match="needs a sample with rows"):
        to_onnx(dense())


def test_a_sample_that_does_not_fit_is_told() -> None:
    with pytest.raises(
        SynapseError, match=r"The sample does not fit this Sequential: .*mat1 and mat2"
    ):
        to_onnx(dense(), X[:, :3])
    with pytest.raises(SynapseError, match=r"names 'depth'.*Inputs: wide, deep"):
        to_onnx(TwoInputs(), {"wide": X, "depth": X})
