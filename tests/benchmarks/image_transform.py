"""Images per second of ImageTransformer against a bare loop of OpenCV over the same files.

Run it on an otherwise idle machine::

    python tests/benchmarks/image_transform.py
    python tests/benchmarks/image_transform.py --repeats 2

2 000 generated JPEG files of 256 x 256 pixels lie in Spark's memory, one partition for each slot;
the bare loop has the same bytes in one process for each slot. Both decode, resize to 224 x 224 and,
for the tensors, normalise to float and put the channels first. The sides take turns; medians are
compared. Spark has to carry what is made back to the JVM, 150 kB for an image and 600 kB for a
tensor; the last line feeds the tensors to a small network in the same pass and carries 64 numbers.
"""

from __future__ import annotations

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from onnx import TensorProto, helper, numpy_helper

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
BARE = """
import pickle
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
files = pickle.load(open(sys.argv[1], "rb"))
mean = np.array([0.485, 0.456, 0.406], np.float32)
std = np.array([0.229, 0.224, 0.225], np.float32)
while kind := sys.stdin.readline().strip():
    began = time.perf_counter()
    for content in files:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        image = cv2.resize(image, (224, 224))
        if kind == "tensor":
            image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            image = (image.astype(np.float32) * np.float32(1 / 255) - mean) / std
            image = np.ascontiguousarray(image.transpose(2, 0, 1))
    print(time.perf_counter() - began, flush=True)
"""


def jpegs(count: int) -> list[bytes]:
    """Return files of smooth pictures with some grain, of about 20 kB."""
    rng = np.random.default_rng(0)
    files = []
    for _ in range(count):
        rough = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        grain = rng.normal(0, 6, (256, 256, 3))
        picture = np.clip(cv2.resize(rough, (256, 256)) + grain, 0, 255).astype(np.uint8)
        files.append(cv2.imencode(".jpg", picture)[1].tobytes())
    return files


def network() -> Any:
    """Return a network of one convolution with large steps: 64 numbers for an image."""
    weights = np.random.default_rng(0).normal(size=(64, 3, 8, 8)).astype(np.float32) / 14
    nodes = [
        helper.make_node("Conv", ["X", "W"], ["C"], strides=[8, 8]),
        helper.make_node("GlobalAveragePool", ["C"], ["G"]),
        helper.make_node("Flatten", ["G"], ["Y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["rows", 3, 224, 224])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["rows", 64])],
        [numpy_helper.from_array(weights, "W")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


class Bare:
    """The bare loop: a process for each slot, which all work on their share when told to."""

    def __init__(self, files: list[bytes], slots: int, folder: Path) -> None:
        self.processes = []
        for slot in range(slots):
            path = folder / f"{slot}.pickle"
            path.write_bytes(pickle.dumps(files[slot::slots]))
            command = [sys.executable, "-c", BARE, str(path)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.processes.append(subprocess.Popen(command, **pipes))  # type: ignore[call-overload]

    def run(self, kind: str) -> float:
        """Return the seconds of the slowest."""
        for process in self.processes:
            process.stdin.write(f"{kind}\n")
            process.stdin.flush()
        return max(float(process.stdout.readline()) for process in self.processes)

    def end(self) -> None:
        """Let the processes end."""
        for process in self.processes:
            process.communicate()


def transform(stage: Any, frame: Any) -> Callable[[], float]:
    """Return what transforms the frame and gives the seconds."""

    def run() -> float:
        began = time.perf_counter()
        made = stage.transform(frame).select("made")
        made.write.format("noop").mode("overwrite").save()
        return time.perf_counter() - began

    return run


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--images", type=int, default=2000)
    options = parser.parse_args()
    import synapse_magic
    from synapse_magic import ImageFeaturizer, ImageTransformer

    conf = {"spark.ui.enabled": False}
    session = synapse_magic.start(f"local[{options.slots}]", app="benchmark", conf=conf)
    files = jpegs(options.images)
    rows = [(content,) for content in files]
    frame = session.spark.createDataFrame(rows, "image binary").repartition(options.slots).cache()
    frame.count()
    small = ImageTransformer(outputCol="made").resize(224, 224)
    tensors = ImageTransformer(outputCol="made").resize(224, 224).normalize(MEAN, STD, 1 / 255)
    features = ImageFeaturizer(inputCol="image", outputCol="made", headless=False)
    features.setModelPayload(network())
    with tempfile.TemporaryDirectory() as folder:
        bare = Bare(files, options.slots, Path(folder))
        sides: dict[tuple[str, str], Callable[[], float]] = {
            ("image", "bare OpenCV"): lambda: bare.run("image"),
            ("image", "transform"): transform(small, frame),
            ("tensor", "bare OpenCV"): lambda: bare.run("tensor"),
            ("tensor", "transform"): transform(tensors, frame),
            ("tensor", "featurizer"): transform(features, frame),
        }
        found = [{name: run() for name, run in sides.items()} for _ in range(options.repeats + 1)]
        bare.end()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.slots} slots of one thread; load average {load}")
    print(f"{'':10}{'':15}{'median s':>10}{'images/s':>12}{'of bare':>10}")
    for kind, side in sides:
        median = statistics.median(run[kind, side] for run in found[1:])  # the first warms up
        base = statistics.median(run[kind, "bare OpenCV"] for run in found[1:])
        rate = options.images / median
        print(f"{kind:10}{side:15}{median:10.2f}{rate:12,.0f}{base / median:10.0%}")
    session.stop()


if __name__ == "__main__":
    main()
