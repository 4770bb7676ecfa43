"""Rows per second of ONNXModel.transform against a bare loop of onnxruntime on the same batches.

Run it on an otherwise idle machine::

    python tests/benchmarks/onnx_score.py
    python tests/benchmarks/onnx_score.py --repeats 2

The rows lie in Spark's memory, one partition for each slot; the bare loop has the same values as
numpy arrays, one process for each slot, and calls of the same size. The works:

- table: a network of two layers of 256 for lists of 28 numbers;
- forest: 300 boosted trees of 31 leaves for the same lists;
- photos: a network of eight convolutions for images of 96 x 96 pixels, in columns of Spark images;
- pixels: one of three for 32 x 32 pixels, in lists of 3,072 floats.

"Spark alone" moves the same rows to Python and as many results back, and computes nothing: with the
bare loop it bounds what a transform can reach. The sides take turns; medians are compared.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BARE = """
import sys
import time

import numpy as np
import onnxruntime

path, kind = sys.argv[1:3]
rows, step, repeats, *shape = map(int, sys.argv[3:])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
rng = np.random.default_rng(0)
values = rng.integers(0, 256, (rows, *shape)).astype(kind)
for _ in range(repeats):
    sys.stdin.readline()
    began = time.perf_counter()
    for start in range(0, rows, step):
        session.run(None, {"X": values[start : start + step]})
    print(time.perf_counter() - began, flush=True)
"""

SIDES = ("bare onnxruntime", "transform", "Spark alone")
IMAGE = "struct<origin:string,height:int,width:int,nChannels:int,mode:int,data:binary>"


@dataclass(frozen=True)
class Work:
    """A model, the shape of its rows, how many there are, and those of one call."""

    name: str
    model: onnx.ModelProto
    shape: tuple[int, ...]
    rows: int
    step: int
    kind: str = "float32"

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))


def table_model() -> onnx.ModelProto:
    """Return a network of two layers of 256 for rows of 28 numbers."""
    rng = np.random.default_rng(0)
    sizes = [28, 256, 256, 2]
    nodes, weights, name = [], [], "X"
    for index, (given, made) in enumerate(itertools.pairwise(sizes)):
        values = rng.normal(size=(given, made)).astype(np.float32) / given**0.5
        weights.append(numpy_helper.from_array(values, f"W{index}"))
        nodes.append(helper.make_node("MatMul", [name, f"W{index}"], [f"M{index}"]))
        nodes.append(helper.make_node("Relu", [f"M{index}"], [f"R{index}"]))
        name = f"R{index}"
    nodes[-1] = helper.make_node("Softmax", [f"M{len(sizes) - 2}"], ["P"])
    return _model(nodes, weights, [28])


def forest_model() -> onnx.ModelProto:
    """Return 300 boosted trees of 31 leaves, of a target that needs them."""
    import lightgbm

    from synapse_magic import to_onnx

    rng = np.random.default_rng(0)
    values = rng.integers(0, 256, (20_000, 28)).astype(np.float32)
    target = np.sin(values[:, :9] / 40).prod(axis=1) + values[:, 9] * values[:, 10] / 65_536
    made = lightgbm.LGBMRegressor(n_estimators=300, num_leaves=31, n_jobs=2, verbosity=-1)
    model = to_onnx(made.fit(values, target), values[:5])
    return _renamed(model, "X", "P")


def _renamed(model: onnx.ModelProto, given: str, made: str) -> onnx.ModelProto:
    old = {model.graph.input[0].name: given, model.graph.output[0].name: made}
    for node in model.graph.node:
        node.input[:] = [old.get(name, name) for name in node.input]
        node.output[:] = [old.get(name, name) for name in node.output]
    model.graph.input[0].name, model.graph.output[0].name = given, made
    return model


def pixels_model() -> onnx.ModelProto:
    """Return a network of three convolutions for 32 x 32 pixels of three colours."""
    nodes, weights = _convolutions("X", [(3, 16, 1), (16, 32, 2), (32, 64, 2)])
    return _model(nodes, weights, [3, 32, 32])


def photos_model() -> onnx.ModelProto:
    """Return a network of eight convolutions for the bytes of 96 x 96 pixels."""
    sizes = [16, 32, 32, 64, 64, 128, 128, 256]
    layers = [(a, b, 1 + index % 2) for index, (a, b) in enumerate(zip([3, *sizes], sizes))]
    nodes, weights = _convolutions("F", layers)
    first = [
        helper.make_node("Cast", ["X"], ["B"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["B"], ["F"], perm=[0, 3, 1, 2]),
    ]
    return _model([*first, *nodes], weights, [96, 96, 3], TensorProto.UINT8)


def _convolutions(name: str, layers: list[tuple[int, int, int]]) -> tuple[list[Any], list[Any]]:
    rng = np.random.default_rng(0)
    nodes, weights = [], []
    for index, (given, made, stride) in enumerate(layers):
        values = rng.normal(size=(made, given, 3, 3)).astype(np.float32) / (9 * given) ** 0.5
        weights.append(numpy_helper.from_array(values, f"W{index}"))
        sides = {"pads": [1, 1, 1, 1], "strides": [stride, stride]}
        nodes.append(helper.make_node("Conv", [name, f"W{index}"], [f"C{index}"], **sides))
        nodes.append(helper.make_node("Relu", [f"C{index}"], [f"R{index}"]))
        name = f"R{index}"
    nodes.append(helper.make_node("GlobalAveragePool", [name], ["G"]))
    nodes.append(helper.make_node("Flatten", ["G"], ["P"]))
    return nodes, weights


def _model(
    nodes: list[Any], weights: list[Any], shape: list[int], kind: int = TensorProto.FLOAT
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [helper.make_tensor_value_info("X", kind, ["rows", *shape])],
        [helper.make_tensor_value_info("P", TensorProto.FLOAT, ["rows", None])],
        weights,
    )
    opsets = [helper.make_opsetid("", 15)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


class Bare:
    """The bare loop: a process for each slot, which all score their share when told to."""

    def __init__(self, work: Work, path: Path, slots: int, repeats: int) -> None:
        numbers = (work.rows // slots, work.step, repeats, *work.shape)
        command = [sys.executable, "-c", BARE, str(path), work.kind, *map(str, numbers)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.processes = [subprocess.Popen(command, **pipes) for _ in range(slots)]  # type: ignore[call-overload]

    def run(self) -> float:
        """Return the seconds of the slowest."""
        for process in self.processes:
            process.stdin.write("\n")
            process.stdin.flush()
        return max(float(process.stdout.readline()) for process in self.processes)

    def end(self) -> None:
        """Wait for the processes to end."""
        for process in self.processes:
            process.communicate()


def frame_of(spark, work: Work, slots: int):  # type: ignore[no-untyped-def]
    """Return the rows in Spark's memory: as lists of floats, or as images."""
    share, shape, size, kind = work.rows // slots, work.shape, work.size, work.kind

    def column(count: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
        import pyarrow as pa

        values = rng.integers(0, 256, (count, size))
        if kind == "float32":
            offsets = pa.array(np.arange(count + 1, dtype=np.int32) * size)
            flat = pa.array(values.reshape(-1).astype(np.float32))
            return pa.ListArray.from_arrays(offsets, flat)
        data = pa.array([row.tobytes() for row in values.astype(np.uint8)], pa.binary())
        sides = (pa.array(np.full(count, each, np.int32)) for each in (*shape, 16))
        names = ["origin", "height", "width", "nChannels", "mode", "data"]
        return pa.StructArray.from_arrays([pa.array([""] * count), *sides, data], names)

    def make(batches):  # type: ignore[no-untyped-def]
        import pyarrow as pa

        for _ in batches:
            pass
        rng = np.random.default_rng(0)
        for start in range(0, share, 1000):
            rows = column(min(1000, share - start), rng)
            yield pa.RecordBatch.from_arrays([rows], ["X"])

    schema = "X array<float>" if kind == "float32" else f"X {IMAGE}"
    frame = spark.range(0, slots, 1, slots).mapInArrow(make, schema).cache()
    frame.count()
    return frame


@dataclass(frozen=True)
class Nothing:
    """A scorer that computes nothing and gives results of the same form."""

    width: int
    inputs: tuple[str, ...] = ("X",)
    outputs: tuple[str, ...] = ("P",)

    def score(self, batch):  # type: ignore[no-untyped-def]
        """Return zeros."""
        import pyarrow as pa

        count = batch.num_rows
        offsets = pa.array(np.arange(count + 1, dtype=np.int32) * self.width)
        zeros = pa.array(np.zeros(count * self.width, np.float32))
        return pa.RecordBatch.from_arrays([pa.ListArray.from_arrays(offsets, zeros)], ["P"])


def run(frame, columns: str = "P") -> float:  # type: ignore[no-untyped-def]
    """Return the seconds that the rows of a frame take."""
    began = time.perf_counter()
    frame.select(columns).write.format("noop").mode("overwrite").save()
    return time.perf_counter() - began


def measure(spark, work: Work, slots: int, repeats: int) -> dict[str, list[float]]:  # type: ignore[no-untyped-def]
    """Return the seconds of each side."""
    from pyspark.sql.types import ArrayType, FloatType, StructField

    from synapse_magic import ONNXModel
    from synapse_magic.spark.scoring import transform_with

    model = ONNXModel(miniBatchSize=work.step).setModelPayload(work.model)
    frame = frame_of(spark, work, slots)
    made = [StructField("P", ArrayType(FloatType()))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(work.model.SerializeToString())
        bare = Bare(work, path, slots, repeats + 1)
        width = len(model.transform(frame).first().P)
        seconds: dict[str, list[float]] = {name: [] for name in SIDES}
        for _ in range(repeats + 1):
            seconds["bare onnxruntime"].append(bare.run())
            seconds["transform"].append(run(model.transform(frame)))
            seconds["Spark alone"].append(run(transform_with(Nothing(width), frame, made)))
        bare.end()
    frame.unpersist()
    return {side: values[1:] for side, values in seconds.items()}  # the first run warms up


def works() -> list[Work]:
    """Return what is measured."""
    return [
        Work("table", table_model(), (28,), 1_000_000, 1_000),
        Work("forest", forest_model(), (28,), 200_000, 1_000),
        Work("photos", photos_model(), (96, 96, 3), 4_000, 10, "uint8"),
        Work("pixels", pixels_model(), (3, 32, 32), 20_000, 50),
    ]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    options = parser.parse_args()
    import synapse_magic

    conf = {"spark.ui.enabled": False}
    session = synapse_magic.start(f"local[{options.slots}]", app="benchmark", conf=conf)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.slots} slots of one thread; load average {load}")
    print(f"{'':10}{'':20}{'median s':>10}{'rows/s':>12}{'of bare':>10}")
    for work in works():
        found = measure(session.spark, work, options.slots, options.repeats)
        base = statistics.median(found["bare onnxruntime"])
        for side, values in found.items():
            median = statistics.median(values)
            rate = work.rows / median
            print(f"{work.name:10}{side:20}{median:10.2f}{rate:12,.0f}{base / median:10.0%}")
    session.stop()


if __name__ == "__main__":
    main()
