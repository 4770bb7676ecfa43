from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import cases
import models
import numpy as np
import onnxruntime
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels import onnx_session
from synapse_magic.kernels.onnx_scorer import OnnxScorer
from synapse_magic.kernels.onnx_session import open_session, signature
from synapse_magic.kernels.signature import Port

X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)


def scorer(made: Any, folder: Path, fetch: str = "", **feeds: Any) -> OnnxScorer:
    path = str(folder / "model.onnx")
    Path(path).write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    inputs, outputs = signature(open_session(path, "CPU"))
    columns = {name: (c,) if isinstance(c, str) else tuple(c) for name, c in feeds.items()}
    chosen = [port for port in outputs if port.name == (fetch or outputs[0].name)]
    return OnnxScorer(
        path, tuple((p, columns[p.name]) for p in inputs), tuple(("out", p) for p in chosen)
    )


def batch(**columns: Any) -> pa.RecordBatch:
    arrays = [c if isinstance(c, pa.Array) else pa.array(c) for c in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, list(columns))


def test_lists_feed_an_input(tmp_path: Path) -> None:
    made = scorer(models.linear(), tmp_path, X="v").score(batch(v=X.tolist()))
    assert made.schema.field("out").type == pa.list_(pa.float32())
    assert np.allclose(made.column("out").to_pylist(), models.chances(X), atol=1e-6)


def test_several_columns_feed_an_input_together(tmp_path: Path) -> None:
    a, b, c = X.T
    ours = scorer(models.linear(), tmp_path, X=["a", "b", "c"])
    made = ours.score(batch(a=a, b=b.astype(np.float64), c=c))
    assert np.allclose(made.column("out").to_pylist(), models.chances(X), atol=1e-6)


def test_a_null_is_missing_in_one_of_several_columns(tmp_path: Path) -> None:
    made = scorer(models.linear(), tmp_path, X=["a", "b", "c"]).score(
        batch(a=pa.array([1.0, None]), b=[1.0, 2.0], c=[1.0, 2.0])
    )
    first, second = made.column("out").to_pylist()
    assert not np.isnan(first).any()
    assert np.isnan(second).all()


@pytest.mark.parametrize("rows", [0, 1, 7, 50, 1000])
def test_the_size_of_a_call_changes_nothing(rows: int, tmp_path: Path) -> None:
    ours = scorer(models.linear(), tmp_path, X="v")
    sized = OnnxScorer(**{**vars(ours), "rows": rows})
    made = sized.score(batch(v=X.tolist())).column("out")
    assert np.allclose(made.to_pylist(), models.chances(X), atol=1e-6)


def test_rows_with_a_null_get_nulls(tmp_path: Path) -> None:
    values = [None, X[0].tolist(), None, X[1].tolist()]
    made = scorer(models.linear(), tmp_path, X="v").score(batch(v=values)).column("out")
    assert made.is_null().to_pylist() == [True, False, True, False]
    assert np.allclose([made[1].as_py(), made[3].as_py()], models.chances(X[:2]), atol=1e-6)


def test_only_nulls_and_no_rows(tmp_path: Path) -> None:
    ours = scorer(models.linear(), tmp_path, X="v")
    nothing = pa.array([None, None], pa.list_(pa.float32()))
    assert ours.score(batch(v=nothing)).column("out").to_pylist() == [None, None]
    assert ours.score(batch(v=nothing[:0])).column("out").type == pa.list_(pa.float32())


def test_rows_of_many_sizes_keep_their_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [rng.normal(size=rng.integers(1, 6)).tolist() for _ in range(40)]
    rows[3] = None
    made = scorer(models.summed(), tmp_path, X="v").score(batch(v=rows)).column("out").to_pylist()
    assert made[3] is None
    whole = [index for index in range(40) if index != 3]
    assert np.allclose([made[i] for i in whole], [sum(rows[i]) for i in whole], atol=1e-5)


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_a_model_of_a_fixed_number_of_rows(count: int, tmp_path: Path) -> None:
    values = np.arange(2.0 * count).reshape(count, 2)
    made = scorer(models.doubled(4), tmp_path, X="v").score(batch(v=values.tolist()))
    assert np.array_equal(made.column("out").to_pylist(), 2 * values)


def test_maps_come_out(tmp_path: Path) -> None:
    ours = scorer(models.zipped(), tmp_path, X="v")
    made = ours.score(batch(v=[None, *X.tolist()])).column("out")
    assert made.type == pa.map_(pa.int64(), pa.float32())
    assert made[0].as_py() is None
    assert [key for key, _ in made[1].as_py()] == [7, 9]
    found = np.array([[value for _, value in row] for row in made.to_pylist()[1:]])
    assert np.allclose(found, models.chances(X), atol=1e-6)


def test_softmax_and_best_of_maps_and_lists(tmp_path: Path) -> None:
    for made, best in ((models.linear(), [0.0, 1.0]), (models.zipped(), [7.0, 9.0])):
        folder = tmp_path / str(best[0])
        folder.mkdir()
        plain = scorer(made, folder, X="v")
        ours = OnnxScorer(
            **{**vars(plain), "softmaxes": (("soft", "out"),), "argmaxes": (("best", "out"),)}
        )
        found = ours.score(batch(v=X.tolist()))
        chances = models.chances(X)
        raised = np.exp(chances) / np.exp(chances).sum(axis=1, keepdims=True)
        soft = [row["values"] for row in found.column("soft").to_pylist()]
        assert np.allclose(soft, raised, atol=1e-6)
        expected = np.array(best)[chances.argmax(axis=1)]
        assert found.column("best").to_pylist() == expected.tolist()


def test_texts_go_in(tmp_path: Path) -> None:
    made = scorer(models.indexed(), tmp_path, T="t").score(batch(t=["b", None, "x", "a"]))
    assert made.column("out").to_pylist() == [2, None, -1, 1]


def test_a_missing_text_among_others_gives_a_null(tmp_path: Path) -> None:
    same = models.model(
        [models.helper.make_node("Identity", ["T"], ["I"])],
        [models.port("T", models.STRING, "rows", 2)],
        [models.port("I", models.STRING, "rows", 2)],
    )
    columns = scorer(same, tmp_path, T=["a", "b"]).score(batch(a=["p", "q"], b=[None, "r"]))
    assert columns.column("out").to_pylist() == [None, ["q", "r"]]
    lists = scorer(same, tmp_path, T="t").score(batch(t=[["p", None], ["q", "r"], None]))
    assert lists.column("out").to_pylist() == [None, ["q", "r"], None]


@pytest.mark.parametrize("column", [[1.5, None], [1, None], [Decimal("1.5"), None]])
def test_a_missing_number_is_nan_to_an_input_of_floats(column: list[Any], tmp_path: Path) -> None:
    filled = models.model(
        [
            models.helper.make_node("IsNaN", ["X"], ["N"]),
            models.helper.make_node("Where", ["N", "seven", "X"], ["S"]),
        ],
        [models.port("X", models.FLOAT, "rows", 1)],
        [models.port("S", models.FLOAT, "rows", 1)],
        seven=np.array(7, np.float32),
    )
    made = scorer(filled, tmp_path, X="v").score(batch(v=column)).column("out").to_pylist()
    assert made == [[float(column[0])], [7.0]]


def test_maps_and_sequences_go_in(tmp_path: Path) -> None:
    kind = models.helper.make_map_type_proto(
        models.STRING, models.helper.make_tensor_type_proto(models.FLOAT, [])
    )
    counted = models.model(
        [
            models.helper.make_node(
                "DictVectorizer", ["X"], ["S"], domain="ai.onnx.ml", string_vocabulary=["a", "b"]
            )
        ],
        [models.helper.make_value_info("X", kind)],
        [models.port("S", models.FLOAT, 1, 2)],
    )
    maps = pa.array([[("a", 1.0)], [("b", 2.0), ("a", 3.0)]], pa.map_(pa.string(), pa.float32()))
    made = scorer(counted, tmp_path, X="v").score(batch(v=maps)).column("out").to_pylist()
    assert made == [[1.0, 0.0], [3.0, 2.0]]


def test_whole_numbers_fit_unsigned_inputs(tmp_path: Path) -> None:
    ours = scorer(models.summed(), tmp_path, X="v")
    assert ours.score(batch(v=[[1, 2]])).column("out").to_pylist() == [3.0]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([[1.0, 2.0]], r"rows of shape \(2,\).*float\[\?, 3\]"),
        (["x"], "holds text"),
        ([["a", "b", "c"]], "holds text"),
        ([b"x"], "no tensor"),
    ],
)
def test_a_column_that_does_not_fit_is_told(value: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(SynapseError, match=said):
        scorer(models.linear(), tmp_path, X="v").score(batch(v=value))


def test_memory_that_lacks_makes_calls_smaller(tmp_path: Path, monkeypatch: Any) -> None:
    ours = scorer(models.linear(), tmp_path, X="v")
    session, seen = ours._session(), []

    class Small:
        get_providers = session.get_providers

        def run(self, names: list[str], given: dict[str, np.ndarray]) -> Any:
            seen.append(len(given["X"]))
            if len(given["X"]) > 8:
                raise RuntimeError("Failed to allocate memory for requested buffer of size 9")
            return session.run(names, given)

    monkeypatch.setattr(OnnxScorer, "_session", lambda self: Small())
    made = ours.score(batch(v=X.tolist())).column("out")
    assert np.allclose(made.to_pylist(), models.chances(X), atol=1e-6)
    assert seen[:4] == [50, 25, 12, 6]
    assert max(seen[3:]) <= 6


def test_memory_that_lacks_for_one_row_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    class None_:
        def get_providers(self) -> list[str]:
            return ["CPUExecutionProvider"]

        def run(self, *_: Any) -> Any:
            raise RuntimeError("bad_alloc")

    ours = scorer(models.linear(), tmp_path, X="v")
    monkeypatch.setattr(OnnxScorer, "_session", lambda self: None_())
    with pytest.raises(SynapseError, match="more memory for 1 rows"):
        ours.score(batch(v=X.tolist()))


def test_cuda_asked_for_where_there_is_none_is_told(tmp_path: Path) -> None:
    ours = scorer(models.linear(), tmp_path, X="v")
    with pytest.raises(SynapseError, match="onnxruntime-gpu"):
        OnnxScorer(**{**vars(ours), "device": "CUDA"}).score(batch(v=X.tolist()))


class WithoutCuda:
    """An onnxruntime that knows CUDA, and whose libraries for it do not load."""

    SessionOptions = onnxruntime.SessionOptions
    GraphOptimizationLevel = onnxruntime.GraphOptimizationLevel

    @staticmethod
    def get_available_providers() -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    @staticmethod
    def InferenceSession(path: str, options: Any, providers: list[Any]) -> Any:
        assert providers[0] == ("CUDAExecutionProvider", {"device_id": 0})
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def test_a_gpu_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    ours = scorer(models.linear(), tmp_path, X="v")
    monkeypatch.setattr(onnx_session, "_runtime", lambda: WithoutCuda)
    with pytest.raises(SynapseError, match=r"could not use the GPU.*leave it out"):
        OnnxScorer(**{**vars(ours), "device": "CUDA"}).score(batch(v=X.tolist()))
    with pytest.warns(RuntimeWarning, match="Scoring on the CPU"):
        made = ours.score(batch(v=X.tolist())).column("out")
    assert np.allclose(made.to_pylist(), models.chances(X), atol=1e-6)
    ours.score(batch(v=X.tolist()))  # and not again


def test_ports_say_what_they_take() -> None:
    assert str(Port("X", "tensor(float)", (None, 3))) == "X: float[?, 3]"
    assert str(Port("Z", "seq(map(int64,tensor(float)))")) == "Z: seq(map(int64,tensor(float)))"


def test_the_cases_of_the_onnx_package_give_what_onnxruntime_gives(tmp_path: Path) -> None:
    passed, failed = 0, []
    for number, case in enumerate(cases.cases()):
        path = tmp_path / f"{number}.onnx"
        path.write_bytes(case.content)
        inputs, outputs = signature(open_session(str(path), "CPU"))
        ours = OnnxScorer(
            str(path),
            tuple((port, (port.name,)) for port in inputs),
            tuple((port.name, port) for port in outputs),
            rows=case.rows,
            device="CPU",
        )
        found = ours.score(case.batch())
        good = all(cases.same(found.column(name), value) for name, value in case.expected.items())
        passed += good
        if not good:
            failed.append(case.name)
    assert not failed
    assert passed >= 700


def test_rows_of_a_call_fit_the_caches_of_the_cores_that_a_slot_has(
    tmp_path: Path, monkeypatch: Any
) -> None:
    ours = scorer(models.summed(), tmp_path, X="v")
    session, seen = ours._session(), []

    class Watched:
        get_providers = session.get_providers

        def run(self, names: list[str], given: dict[str, np.ndarray]) -> Any:
            seen.append(given["X"].nbytes)
            return session.run(names, given)

    monkeypatch.setattr(OnnxScorer, "_session", lambda self: Watched())
    values = np.random.default_rng(0).normal(size=(300, 1024)).astype(np.float32)
    for threads in (1, 3):
        seen.clear()
        made = OnnxScorer(**{**vars(ours), "threads": threads}).score(batch(v=list(values)))
        assert np.allclose(made.column("out"), values.sum(axis=1), atol=1e-3)
        assert max(seen) == threads * (128 << 10)
        assert sum(seen) == values.nbytes


def test_outputs_whose_size_depends_on_the_values_stay_with_their_rows(tmp_path: Path) -> None:
    spread = models.model(
        [models.helper.make_node("Split", ["X"], ["A", "B"], axis=1)],
        [models.port("X", models.FLOAT, "rows", "size")],
        [
            models.port("A", models.FLOAT, "rows", "half"),
            models.port("B", models.FLOAT, "rows", "h"),
        ],
    )
    rows = [[1.0, 2.0], [3.0, 4.0, 5.0, 6.0], [7.0, 8.0]]
    plain = scorer(spread, tmp_path, X="v")
    made = OnnxScorer(**{**vars(plain), "rows": 1}).score(batch(v=rows)).column("out").to_pylist()
    assert made == [[1.0], [3.0, 4.0], [7.0]]
