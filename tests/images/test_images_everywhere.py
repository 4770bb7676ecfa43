"""Images on other workers than those of a local session: a cluster, and a Connect server."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None
ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
from pathlib import Path

import networks
import pictures
from pyspark.ml import Pipeline
from pyspark.ml.feature import SQLTransformer

import synapse_magic
from synapse_magic import (
    ImageFeaturizer,
    ImageLIME,
    ImageSetAugmenter,
    ImageTransformer,
    SuperpixelTransformer,
    TextSHAP,
    UnrollBinaryImage,
    UnrollImage,
    read_images,
)

master, folder = sys.argv[1], Path(sys.argv[2])
(folder / "whole.png").write_bytes(pictures.saved(pictures.RGB, "PNG"))
(folder / "broken.png").write_bytes(pictures.BROKEN["half a PNG"])
session = synapse_magic.start(master, app="tests", conf={"spark.ui.enabled": False})
images = read_images(folder).coalesce(1)
assert images.count() == 2
bad = images.where("error is not null").collect()
assert [row.error for row in bad] == ["the PNG image is broken or cut off"], bad

featurizer = ImageFeaturizer(inputCol="small", outputCol="features", dropNa=False)
stages = [
    ImageTransformer(outputCol="small").resize(12, 10).colorFormat("COLOR_BGR2RGB"),
    UnrollImage(inputCol="small", outputCol="vector"),
    UnrollBinaryImage(outputCol="unrolled", height=2, width=2),
    SuperpixelTransformer(inputCol="image", outputCol="superpixels"),
    featurizer.setModelPayload(networks.pooled()),
    ImageSetAugmenter(outputCol="more"),
]
stages[0].save(str(folder / "stage"))
stages[0] = ImageTransformer.load(str(folder / "stage"))
out = Pipeline(stages=stages).fit(images).transform(images)
rows = out.where("error is null").collect()
assert len(rows) == 2
for row in rows:
    assert (row.small.height, row.small.width) == (12, 10)
    assert (row.vector.size, row.unrolled.size, row.features.size) == (360, 12, 3)
    assert sum(map(len, row.superpixels.clusters)) == 512
assert rows[0].more != rows[1].more
assert out.limit(0).collect() == []

explained = {"model": stages[4], "targetCol": "features", "inputCol": "small", "cellSize": 6}
lime = ImageLIME(outputCol="lime", numSamples=20, **explained)
found = lime.transform(out.where("error is null").select("small")).collect()
for row in found:
    assert row.lime_error is None, row.lime_error
    assert [vector.size for vector in row.lime] == [len(row.superpixels.clusters)] * 3
words = session.spark.createDataFrame([("good film",), (None,)], "text string").coalesce(1)
count = SQLTransformer(statement="select *, double(length(text)) as size from __THIS__")
shap = TextSHAP(model=count, inputCol="text", targetCol="size", outputCol="shap")
rows = shap.transform(words).collect()
assert rows[0].shap[0].toArray().round(9).tolist() == [0, 4.5, 4.5], rows[0].shap
assert rows[1].shap_error.startswith("The text in column 'text' is null"), rows[1]
try:
    read_images(folder / "nowhere")
except synapse_magic.SynapseError as error:
    assert "no images to read" in str(error)
else:
    raise AssertionError("nowhere was read")
session.stop()
print("all well")
"""


def run(master: str, folder: Path) -> None:
    places = [ROOT, ROOT / "tests" / "images", ROOT / "tests" / "onnx"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, master, str(folder)],
        capture_output=True,
        text=True,
        timeout=400,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout


def test_executors_of_a_cluster(tmp_path: Path) -> None:
    run("local-cluster[2,1,1024]", tmp_path)


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_workers_of_a_connect_server(tmp_path: Path) -> None:
    run("sc://local[2]", tmp_path)
