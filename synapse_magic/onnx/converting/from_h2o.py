"""Models of H2O, by ``onnxmltools`` from the MOJO that the cluster writes."""

from __future__ import annotations

import functools
import re
import tempfile
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import label_above
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import described, needed, refused
from synapse_magic.onnx.converting.sample import MATRIX, Sample

if TYPE_CHECKING:
    import onnx

_OPSET = 15
_HINT = "a gradient boosting model without categorical columns, which is what the converter knows"


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX, with the threshold by which H2O chooses between two classes."""
    needed("onnxmltools", "models of H2O", "'synapse-magic[onnx]'")
    owner = described(model)
    names, made = _run_converter(model, owner)
    fitting = _fitting(sample, names, owner)
    if len(_classes(made)) == 2:
        label_above(made, float(model.default_threshold()), _classes(made))
    trial = functools.partial(_trial, model, fitting)
    return Conversion(made, (trial,) if fitting.rows else ())


def _run_converter(model: Any, owner: str) -> tuple[list[str], onnx.ModelProto]:
    from onnxmltools import convert_h2o
    from onnxmltools.convert.common.data_types import FloatTensorType

    with tempfile.TemporaryDirectory() as folder:
        try:
            with quiet():
                mojo = model.save_mojo(folder)
                names = _columns(mojo)
                types = [(MATRIX, FloatTensorType([None, len(names)]))]
                return names, convert_h2o(mojo, initial_types=types, target_opset=_OPSET)
        except Exception as error:  # the cluster and the converter raise of everything
            raise refused(owner, error, _HINT) from error


def _columns(mojo: str) -> list[str]:
    """Return the names of the features, in the order in which the model takes them."""
    with zipfile.ZipFile(mojo) as archive:
        text = archive.read("model.ini").decode()
    count = re.search(r"^n_features = (\d+)", text, re.MULTILINE)
    names = text.partition("[columns]\n")[2].partition("\n[")[0].split("\n")
    return names[: int(count.group(1)) if count else None]


def _fitting(sample: Sample, names: list[str], owner: str) -> Sample:
    if sample.form == "none":
        return sample
    if sample.form == "frame":
        sample = sample.only(names, owner)
    sample.require_numbers(owner)
    sample.require_width(len(names), owner)
    return Sample(
        sample.form, sample.columns, sample.values, pd.DataFrame(sample.matrix(), columns=names)
    )


def _trial(model: Any, sample: Sample) -> Trial:
    import h2o

    rows = sample.matrix(np.float32)
    with quiet():
        found = model.predict(h2o.H2OFrame(sample.given)).as_data_frame()
    predicted = found["predict"].to_numpy()
    if found.shape[1] == 1:
        return Trial({MATRIX: rows}, {"variable": predicted})
    chances = found.drop(columns="predict").to_numpy()
    return Trial({MATRIX: rows}, {"label": predicted, "probabilities": chances})


def _classes(made: onnx.ModelProto) -> list[str]:
    for node in made.graph.node:
        for attribute in node.attribute:
            if attribute.name == "classlabels_strings":
                return [text.decode() for text in attribute.strings]
    return []
