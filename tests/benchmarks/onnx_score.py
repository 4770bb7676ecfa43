"""Rows per second of ONNXModel.transform against a bare loop of onnxruntime on the same batches.

Run it on an otherwise idle machine::

    python tests/benchmarks/onnx_score.py
    python tests/benchmarks/onnx_score.py --repeats 2

The rows lie in Spark's memory as lists of float, one partition for each slot; the bare loop has the
same values as numpy arrays, one process for each slot, and calls of the same size. Two models: a
small network for tables (28 numbers, two layers of 256) and a small convolutional one (32 x 32
pixels, three layers). The sides take turns; medians are compared.
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

path, rows, size, step, repeats = sys.argv[1], *map(int, sys.argv[2:6])
shape = tuple(map(int, sys.argv[6].split(",")))
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
values = np.random.default_rng(0).normal(size=(rows, size)).astype(np.float32)
for _ in range(repeats):
    sys.stdin.readline()
    began = time.perf_counter()
    for start in range(0, rows, step):
        session.run(None, {"X": values[start : start + step].reshape(-1, *shape)})
    print(time.perf_counter() - began, flush=True)
"""


@dataclass(frozen=True)
class Work:
    """A model, the shape of its rows, how many there are, and those of one call."""

    name: str
    model: onnx.ModelProto
    shape: tuple[int, ...]
    rows: int
    step: int

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


def image_model() -> onnx.ModelProto:
    """Return a network of three convolutions for 32 x 32 pixels of three colours."""
    rng = np.random.default_rng(0)
    nodes, weights, name, channels = [], [], "X", 3
    for index, made in enumerate((16, 32, 64)):
        values = rng.normal(size=(made, channels, 3, 3)).astype(np.float32) / (9 * channels) ** 0.5
        weights.append(numpy_helper.from_array(values, f"W{index}"))
        convolve = {"pads": [1, 1, 1, 1], "strides": [2, 2] if index else [1, 1]}
        nodes.append(helper.make_node("Conv", [name, f"W{index}"], [f"C{index}"], **convolve))
        nodes.append(helper.make_node("Relu", [f"C{index}"], [f"R{index}"]))
        name, channels = f"R{index}", made
    nodes.append(helper.make_node("GlobalAveragePool", [name], ["G"]))
    nodes.append(helper.make_node("Flatten", ["G"], ["P"]))
    return _model(nodes, weights, [3, 32, 32])


def _model(nodes: list[Any], weights: list[Any], shape: list[int]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["rows", *shape])],
        [helper.make_tensor_value_info("P", TensorProto.FLOAT, ["rows", None])],
        weights,
    )
    opsets = [helper.make_opsetid("", 15)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


class Bare:
    """The bare loop: a process for each slot, which all score their share when told to."""

    def __init__(self, work: Work, path: Path, slots: int, repeats: int) -> None:
        shape = ",".join(map(str, work.shape))
        numbers = (work.rows // slots, work.size, work.step, repeats)
        command = [sys.executable, "-c", BARE, str(path), *map(str, numbers), shape]
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
    """Return the rows in Spark's memory."""
    size, share = work.size, work.rows // slots

    def make(batches):  # type: ignore[no-untyped-def]
        import pyarrow as pa

        for _ in batches:
            pass
        rng = np.random.default_rng(0)
        for start in range(0, share, 1000):
            count = min(1000, share - start)
            flat = pa.array(rng.normal(size=count * size).astype(np.float32))
            offsets = pa.array(np.arange(count + 1, dtype=np.int32) * size)
            lists = pa.ListArray.from_arrays(offsets, flat)
            yield pa.RecordBatch.from_arrays([lists], ["X"])

    frame = spark.range(0, slots, 1, slots).mapInArrow(make, "X array<float>").cache()
    frame.count()
    return frame


def measure(spark, work: Work, slots: int, repeats: int) -> dict[str, list[float]]:  # type: ignore[no-untyped-def]
    """Return the seconds of each side."""
    from synapse_magic import ONNXModel

    model = ONNXModel(miniBatchSize=work.step).setModelPayload(work.model)
    frame = frame_of(spark, work, slots)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(work.model.SerializeToString())
        bare = Bare(work, path, slots, repeats + 1)
        seconds: dict[str, list[float]] = {"bare onnxruntime": [], "transform": []}
        for _ in range(repeats + 1):
            seconds["bare onnxruntime"].append(bare.run())
            began = time.perf_counter()
            made = model.transform(frame).select("P")
            made.write.format("noop").mode("overwrite").save()
            seconds["transform"].append(time.perf_counter() - began)
        bare.end()
    frame.unpersist()
    return {side: values[1:] for side, values in seconds.items()}  # the first run warms up


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    options = parser.parse_args()
    import synapse_magic

    conf = {"spark.ui.enabled": False}
    session = synapse_magic.start(f"local[{options.slots}]", app="benchmark", conf=conf)
    works = [
        Work("table", table_model(), (28,), 1_000_000, 10_000),
        Work("images", image_model(), (3, 32, 32), 20_000, 100),
    ]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.slots} slots of one thread; load average {load}")
    print(f"{'':10}{'':20}{'median s':>10}{'rows/s':>12}{'of bare':>10}")
    for work in works:
        found = measure(session.spark, work, options.slots, options.repeats)
        base = statistics.median(found["bare onnxruntime"])
        for side, values in found.items():
            median = statistics.median(values)
            rate = work.rows / median
            print(f"{work.name:10}{side:20}{median:10.2f}{rate:12,.0f}{base / median:10.0%}")
    session.stop()


if __name__ == "__main__":
    main()
