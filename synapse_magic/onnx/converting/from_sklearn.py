"""Models of scikit-learn, by ``skl2onnx``."""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.checking import check
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import ML_OPSET, OPSET, name_inputs
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import (
    capitalized,
    described,
    first_line,
    needed,
    refused,
)
from synapse_magic.onnx.converting.registering import register_boosters
from synapse_magic.onnx.converting.sample import MATRIX, Sample

if TYPE_CHECKING:
    import onnx

_WORDS = r"(?u)\b\w\w+\b"
"""The default of scikit-learn."""
_TYPES = {
    "float": "FloatTensorType",
    "double": "DoubleTensorType",
    "string": "StringTensorType",
    "bool": "BooleanTensorType",
    "int64": "Int64TensorType",
    "int32": "Int32TensorType",
    "int16": "Int16TensorType",
    "int8": "Int8TensorType",
    "uint8": "UInt8TensorType",
    "uint16": "UInt16TensorType",
    "uint32": "UInt32TensorType",
    "uint64": "UInt64TensorType",
}


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX, in float64 where converter and runtime have all of it."""
    needed("skl2onnx", "models of scikit-learn", "'synapse-magic[onnx]'")
    owner = described(model)
    _require_fitted(model, owner)
    fitting = _fitting(model, sample, owner)
    apart = fitting.form == "frame" and (not _alike(fitting) or _chooses_by_name(model))
    *tries, last = [fitting, fitting.narrowed()] if apart else _as_matrix(fitting)
    for typed in tries:
        # Half of the operators exist in float32 alone, and only trying tells.
        with contextlib.suppress(SynapseError):
            made = _converted(model, typed, apart, owner)
            check(made, owner)
            return made
    return _converted(model, last, apart, owner)


def _as_matrix(sample: Sample) -> list[Sample]:
    """Return the sample in the types to try: whole numbers may get parts when scored."""
    if sample.kind in ("string", "float"):
        return [sample]
    own = [] if sample.kind == "double" else [sample]
    return [sample.typed("double"), sample.typed("float"), *own]


def _converted(model: Any, sample: Sample, apart: bool, owner: str) -> Conversion:
    made = _run_converter(model, sample, apart, owner)
    if apart:
        name_inputs(made, sample.names)  # the converter makes identifiers of them
    trial = functools.partial(_trial, model, made, sample, apart, owner)
    return Conversion(made, (trial,) if sample.rows else ())


def _run_converter(model: Any, sample: Sample, apart: bool, owner: str) -> onnx.ModelProto:
    import skl2onnx

    types = _initial_types(sample, apart)
    opset = {"": OPSET, "ai.onnx.ml": ML_OPSET}
    texts = {id(part): _text_options(part) for part in _parts(model) if _is_text(part)}
    register_boosters()
    call = functools.partial(
        skl2onnx.convert_sklearn, model, initial_types=types, target_opset=opset
    )
    try:
        with quiet():
            try:
                made: onnx.ModelProto = call(options={**texts, id(model): {"zipmap": False}})
            except NameError as error:  # so it says that this model has no such option
                if "zipmap" not in str(error):
                    raise
                made = call(options=texts)
    except Exception as error:  # the converter raises of everything
        raise refused(owner, error, _hint(error)) from error
    return made


def _hint(error: Exception) -> str:
    """Return what helps: no newer converter knows the user's own classes and functions."""
    from skl2onnx.common.exceptions import MissingConverter, MissingShapeCalculator

    unknown = isinstance(error, (MissingConverter, MissingShapeCalculator))
    if unknown or "FunctionTransformer" in str(error):
        return (
            "to_onnx of the other steps, and this one before or after it on Spark: the converter "
            "does not know this class, or what its function does"
        )
    return "pip install -U skl2onnx, or another estimator"


def _is_text(part: Any) -> bool:
    from sklearn.feature_extraction.text import CountVectorizer

    return isinstance(part, CountVectorizer)


def _text_options(vectorizer: Any) -> dict[str, Any]:
    """Return what makes a converted vectorizer find the words that scikit-learn finds.

    The converter's own words are of ASCII letters. The locale is the one that every Linux has;
    the default, en_US, is often not there.
    """
    options = {"locale": "C.UTF-8"} if sys.platform == "linux" else {}
    if vectorizer.analyzer == "word" and vectorizer.token_pattern == _WORDS:
        options["tokenexp"] = r"[\p{L}\p{N}_]{2,}"
    return options


def _initial_types(sample: Sample, apart: bool) -> list[tuple[str, Any]]:
    from skl2onnx.common import data_types

    if apart:
        return [(c.name, getattr(data_types, _TYPES[c.kind])([None, 1])) for c in sample.columns]
    size = [] if sample.form == "array" and not sample.columns[0].shape else [sample.width]
    return [(MATRIX, getattr(data_types, _TYPES[sample.kind])([None, *(size or [1])]))]


def _trial(model: Any, made: onnx.ModelProto, sample: Sample, apart: bool, owner: str) -> Trial:
    feeds = sample.values if apart else {MATRIX: _matrix(sample)}
    names = [port.name for port in made.graph.output]
    try:
        with quiet():
            return Trial(feeds, dict(zip(names, _predicted(model, sample.given))))
    except Exception as error:  # of the user's own estimators, too
        raise _at_fault(owner, error) from error


def _at_fault(owner: str, error: Exception) -> SynapseError:
    """Return the error for a sample that the model itself does not take."""
    hint = "rows like those that the model was fitted on"
    if re.search("NaN|infinity", str(error)):
        hint = "rows without missing or infinite numbers, such as sample.dropna()"
    return SynapseError(
        f"{capitalized(owner)} cannot predict the sample: {first_line(error)} Try: {hint}"
    )


def _matrix(sample: Sample) -> np.ndarray:
    return sample.matrix() if sample.form == "frame" else sample.values[MATRIX]


def _predicted(model: Any, given: Any) -> list[np.ndarray]:
    """Return what the converted model should give, in the order of its outputs."""
    if not hasattr(model, "predict"):
        made = model.transform(given)
        return [made.toarray() if hasattr(made, "toarray") else np.asarray(made)]
    predicted = [np.asarray(model.predict(given))]
    if hasattr(model, "predict_proba"):
        chances = model.predict_proba(given)
        # With several labels to a row there is one array for each of them.
        predicted += [] if isinstance(chances, list) else [np.asarray(chances)]
    return predicted


def _fitting(model: Any, sample: Sample, owner: str) -> Sample:
    if sample.form in ("none", "tensors"):
        raise SynapseError(
            "A model of scikit-learn needs a sample: a few rows as an array or a DataFrame. "
            "Try: to_onnx(model, X[:100])"
        )
    names = getattr(model, "feature_names_in_", None)
    if names is not None and sample.form == "frame":
        return sample.only([str(name) for name in names], owner)
    sample.require_usable(owner)
    count = getattr(model, "n_features_in_", None)
    if count is not None:
        sample.require_width(int(count), owner)
    return sample


def _alike(sample: Sample) -> bool:
    kinds = {column.kind for column in sample.columns}
    return len(kinds) == 1 or "string" not in kinds


def _chooses_by_name(model: Any) -> bool:
    """Say whether a part of the model takes its columns by their names."""
    from sklearn.compose import ColumnTransformer

    return any(isinstance(part, ColumnTransformer) for part in _parts(model))


def _parts(model: Any) -> list[Any]:
    """Return the estimators inside a model, fitted ones too, and itself."""
    found: dict[int, Any] = {}
    waiting = [model]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif hasattr(value, "get_params") and not isinstance(value, type):
            if id(value) not in found:
                waiting.extend(vars(value).values())
            found[id(value)] = value
    return list(found.values())


def _require_fitted(model: Any, owner: str) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise SynapseError(
            f"{capitalized(owner)} is not fitted. Try: model.fit(X, y) first"
        ) from error
    except TypeError as error:  # no estimator at all
        raise refused(owner, error, "a fitted estimator of scikit-learn") from error
