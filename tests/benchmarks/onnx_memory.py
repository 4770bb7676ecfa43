"""Peak memory of the workers that score with ONNXModel, over ten times the rows.

Run it on an otherwise idle machine::

    python tests/benchmarks/onnx_memory.py
    python tests/benchmarks/onnx_memory.py --rows 20000

It is the unique memory (USS) of all Python workers of Spark, added up, while they score lists of
28 numbers, and images of 96 x 96 pixels, with the networks of ``onnx_score.py``. The rows are made
while they are scored, so that nothing but the scoring holds them, and Spark hands them over 500 at
once. The seconds of a second action over the same frame show that it pays no loading of the model
again.
"""

from __future__ import annotations

import argparse
import time

from lightgbm_memory import peak, unique_memory, workers
from onnx_score import IMAGE, photos_model, table_model

NUMBERS = "transform(sequence(1, 28), i -> float(rand(1) + i)) AS X"
PHOTOS = (
    "named_struct('origin', '', 'height', 96, 'width', 96, 'nChannels', 3, 'mode', 16, "
    f"'data', unhex(repeat(lpad(hex(id % 256), 2, '0'), 27648)))::{IMAGE} AS X"
)


def memory() -> int:
    """Return the unique memory of all workers."""
    return sum(map(unique_memory, workers()))


def score(frame) -> float:  # type: ignore[no-untyped-def]
    """Score all rows; return the seconds."""
    began = time.perf_counter()
    frame.select("P").write.format("noop").mode("overwrite").save()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    import synapse_magic
    from synapse_magic import ONNXModel

    conf = {"spark.ui.enabled": False, "spark.sql.execution.arrow.maxRecordsPerBatch": 500}
    session = synapse_magic.start("local[2]", app="benchmark", conf=conf)
    heads = ("", "rows", "peak MB", "first s", "second s")
    print("{:8}{:>12}{:>10}{:>10}{:>10}".format(*heads))
    for name, model, values, share in (
        ("table", table_model(), NUMBERS, 1),
        ("photos", photos_model(), PHOTOS, 200),
    ):
        stage = ONNXModel().setModelPayload(model)
        for count in (rows // share, 10 * rows // share):
            frame = stage.transform(session.spark.range(0, count, 1, 2).selectExpr(values))
            with peak(memory) as largest:
                first = score(frame)
            second = score(frame)
            print(f"{name:8}{count:12,}{largest[0] / 1e6:10,.0f}{first:10.2f}{second:10.2f}")
    session.stop()


if __name__ == "__main__":
    main()
