"""What LightGBM's fitted models have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pyspark.ml.linalg import Vector, VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.kernels.model_text import (
    feature_names,
    header_int,
    iterations,
    leaves,
    require_whole,
    trees_per_iteration,
)
from synapse_magic.kernels.trees import read_tree
from synapse_magic.kernels.vectors import from_matrix
from synapse_magic.lightgbm.native_file import (
    read_model,
    require_readable,
    require_task,
    write_model,
)
from synapse_magic.lightgbm.params import LightGBMParams
from synapse_magic.lightgbm.plan import Trained
from synapse_magic.lightgbm.prediction import LightGBMPrediction
from synapse_magic.lightgbm.to_onnx import to_onnx
from synapse_magic.results.training import TrainingSummary
from synapse_magic.spark.scorer import transform_with
from synapse_magic.views.tree import LEVELS, TreeView

if TYPE_CHECKING:
    import lightgbm
    import onnx
    from typing_extensions import Self

_IMPORTANCES = ("split", "gain")
_SCALES = {
    "identity": "raw score",
    "logit": "raw score, in log-odds",
    "softmax": "raw score of its class",
    "log": "raw score, the logarithm of the prediction",
}


class LightGBMModel(LightGBMPrediction, LightGBMParams):
    """A trained LightGBM model with its feature names."""

    attachments: ClassVar[tuple[str, ...]] = ("booster",)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._text = ""
        self._state = _state()

    @property
    def featureNames(self) -> tuple[str, ...]:
        """The name of each feature: its column, or its slot in the vector."""
        return tuple(self._state["features"])

    @property
    def bestIteration(self) -> int:
        """How many iterations the model holds: all, or those before early stopping."""
        return int(self._state["best_iteration"])

    def learned(self) -> str:
        """Return what was learned in a few words, such as ``200 iterations on 12 features``."""
        return f"{self.bestIteration:,} iterations on {len(self.featureNames):,} features"

    @property
    def trainingMetrics(self) -> dict[str, np.ndarray]:
        """The metrics after each iteration: ``{"valid auc": array of shape (iterations,)}``.

        Empty without validation rows and without ``isProvideTrainingMetric``.
        """
        return {name: np.array(values) for name, values in self._state["history"].items()}

    @property
    def summary(self) -> TrainingSummary:
        """How it was trained: metrics by iteration, the best iteration, trees, leaves, workers.

        Shown in a notebook it draws the training curve.
        """
        return TrainingSummary(
            history=self.trainingMetrics,
            best_iteration=self.bestIteration,
            trees=self.getBoosterNumTotalModel(),
            leaves=sum(leaves(self._text)),
            features=len(self.featureNames),
            workers=int(self._state["workers"]),
        )

    def tree(self, index: int = 0, *, depth: int = LEVELS) -> TreeView:
        """Return one tree as a view: splits with the names of features and categories, and leaves.

        Parameters
        ----------
        index : int
            Which tree, from 0; with several classes each iteration has one tree a class. Negative
            numbers count from the last.
        depth : int
            Levels of splits to draw. What lies below is told in its place.

        Examples
        --------
        >>> model.tree(0)
        >>> model.tree(-1, depth=2).axes()
        """
        found = self._tree_index(index)
        if depth < 1:
            raise SynapseError(f"depth is {depth}. Expected at least 1")
        each = trees_per_iteration(self._text)
        (dump,) = self.toBooster().dump_model(1, found // each)["tree_info"][found % each :][:1]
        nodes = read_tree(dump["tree_structure"], self.featureNames, self._levels())
        title = f"Tree {found} of {self.getBoosterNumTotalModel():,}"
        name = self._tree_class(found % each)
        scale = _SCALES[self.scorer().link]
        return TreeView(nodes, title + (f", for {name}" if name else ""), scale, depth)

    def _tree_index(self, index: int) -> int:
        held = self.getBoosterNumTotalModel()
        if not -held <= index < held:
            raise SynapseError(f"There is no tree {index}. Expected 0 to {held - 1}")
        return index % held

    def _tree_class(self, place: int) -> str:
        """Return the class that a tree is for, by its place in an iteration; "" for all."""
        each = trees_per_iteration(self._text)
        return str(self._state["classes"][place]) if each > 1 else ""

    def _levels(self) -> dict[int, list[str]]:
        """Return the names of the categories of a feature, by its index."""
        return {int(index): names for index, names in self._state["levels"].items()}

    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        raise NotImplementedError(f"{type(self).__name__} has no scorer")

    def getFeatureImportances(
        self, importanceType: Literal["split", "gain"] = "split"
    ) -> list[float]:
        """Return the importance of each feature, in the order of ``featureNames``.

        Parameters
        ----------
        importanceType : {"split", "gain"}
            How often a feature splits, or how much its splits gain.
        """
        if importanceType not in _IMPORTANCES:
            raise SynapseError(f"importanceType must be 'split' or 'gain', got {importanceType!r}")
        found = self.toBooster().feature_importance(importance_type=importanceType)
        return [float(value) for value in found]

    def getFeatureShaps(self, vector: Vector | Sequence[float]) -> list[float]:
        """Return the SHAP values of one row on the raw scale, without Spark.

        Parameters
        ----------
        vector : Vector or sequence of float
            One number for each feature.

        Returns
        -------
        list of float
            One number for each feature and the expected value last; with more than two classes,
            those of one class after the other.
        """
        row = vector.toArray() if isinstance(vector, Vector) else np.asarray(vector, float)
        scorer = replace(self.scorer(), inputs=("row",), vector=True)
        batch = pa.RecordBatch.from_arrays([from_matrix(row.reshape(1, -1))], ["row"])
        return [float(value) for value in scorer.contributions(batch).reshape(-1)]

    def getBoosterBestIteration(self) -> int:
        """Return how many iterations the model holds; see ``bestIteration``."""
        return self.bestIteration

    def getBoosterNumTotalIterations(self) -> int:
        """Return the number of iterations in the model."""
        return iterations(self._text)

    def getBoosterNumTotalModel(self) -> int:
        """Return the number of trees: with several classes each iteration has one a class."""
        return len(leaves(self._text))

    def getBoosterNumFeatures(self) -> int:
        """Return the number of features."""
        return len(self.featureNames)

    def getBoosterNumClasses(self) -> int:
        """Return LightGBM's number of classes: 1 for a number, a rank or two classes."""
        return header_int(self._text, "num_class")

    def getNativeModel(self) -> str:
        """Return the model in LightGBM's text format, which the ``lightgbm`` package reads."""
        return self._text

    def toBooster(self) -> lightgbm.Booster:
        """Return the model as a ``lightgbm.Booster`` of its own."""
        import lightgbm

        return lightgbm.Booster(model_str=self._text)

    def toONNX(self) -> onnx.ModelProto:
        """Return the model as ONNX, for ``onnxruntime`` and others; needs the extra ``onnx``.

        The input ``features`` is a float32 matrix of shape (rows, features), NaN where missing. The
        outputs are ``label`` and ``probabilities`` of a classifier, ``variable`` of the others. All
        trees that predict are in it: ``startIteration`` and ``numIterations`` count.

        Raises
        ------
        SynapseError
            When the converter is not installed, or the model has what ONNX cannot say.

        Examples
        --------
        >>> content = model.toONNX().SerializeToString()
        """
        return to_onnx(self.scorer())

    def saveNativeModel(self, path: str, overwrite: bool = False) -> None:
        """Write the model as a text file of the ``lightgbm`` package.

        Parameters
        ----------
        path : str
            A file on this machine. With a scheme (``s3a://``, ``hdfs://``, ``file:/``) Spark writes
            it, as a folder with one part file.
        overwrite : bool
            Whether what is there may be replaced.
        """
        write_model(path, self._text, overwrite)

    @classmethod
    def loadNativeModelFromFile(cls, path: str) -> Self:
        """Return a model from a text file of the ``lightgbm`` package.

        It reads a vector column, ``featuresCol``. For plain columns set
        ``inputCols=model.featureNames``, or the names that they have.

        Parameters
        ----------
        path : str
            A file that ``Booster.save_model`` or :meth:`saveNativeModel` wrote, here or, with a
            scheme, wherever Spark reaches; a folder with one part file, as SynapseML writes it.

        Raises
        ------
        SynapseError
            When there is no such file, it is no model, was cut, or is one for another task.
        """
        return cls._from_native(read_model(path), path)

    @classmethod
    def loadNativeModelFromString(cls, model: str) -> Self:
        """Return a model from LightGBM's text format; see :meth:`loadNativeModelFromFile`."""
        return cls._from_native(model, "The text")

    @classmethod
    def _from_native(cls, text: str, source: str) -> Self:
        require_whole(text, source)
        require_readable(text, source)
        model = cls()
        model._text = text
        task = model.scorer().task
        require_task(text, task, source)
        count = max(header_int(text, "num_class"), 2) if task == "classification" else 0
        model._state = _state(
            features=feature_names(text),
            classes=[str(index) for index in range(count)],
            best_iteration=iterations(text),
        )
        return model

    def _transform(self, dataset: DataFrame) -> DataFrame:
        scorer = self.scorer()
        fields = [self._field(name) for name in scorer.outputs]
        return transform_with(scorer, dataset, fields)

    def _field(self, name: str) -> StructField:
        """Return the schema of an output column: a number for the prediction, else a vector."""
        if name == self.getOrDefault("predictionCol"):
            return StructField(name, DoubleType(), False, self._prediction_metadata())
        return StructField(name, VectorUDT(), False)

    def _prediction_metadata(self) -> dict[str, Any]:
        return {}

    def _inputs(self) -> dict[str, Any]:
        """Return the arguments of the scorer that every model has."""
        start, count = self._iterations(self.getBoosterNumTotalIterations())
        plain = self.isSet("inputCols")
        inputs = self.getOrDefault("inputCols") if plain else [self.getOrDefault("featuresCol")]
        return {
            "text": self._text,
            "inputs": tuple(inputs),
            "vector": not plain,
            "features": self.featureNames,
            "start": start,
            "count": count,
            "shape_check": not self.getOrDefault("predictDisableShapeCheck"),
            "prediction": self.getOrDefault("predictionCol"),
            "leaf": self.getOrDefault("leafPredictionCol"),
            "shap": self.getOrDefault("featuresShapCol"),
        }

    def _set_trained(
        self,
        trained: Trained,
        features: tuple[str, ...],
        classes: tuple[str, ...],
        levels: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self._reset_iterations()
        self._text = trained.text
        self._state = _state(
            features=list(features),
            classes=list(classes),
            levels=levels,
            best_iteration=trained.best_iteration,
            workers=trained.workers,
            history=trained.history,
        )

    def _get_state(self) -> dict[str, Any]:
        return self._state

    def _set_state(self, state: dict[str, Any]) -> None:
        self._state = _state(**state)

    def _get_attachment(self, name: str) -> bytes:
        return {"booster": self._text}[name].encode()

    def _set_attachment(self, name: str, content: bytes) -> None:
        self._text = {name: content}["booster"].decode()


def _state(
    features: Sequence[str] = (),
    classes: Sequence[str] = (),
    best_iteration: int = 0,
    workers: int = 0,
    history: Mapping[str, Sequence[float]] | None = None,
    levels: Mapping[Any, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return the state of a model as JSON values."""
    return {
        "features": list(features),
        "classes": list(classes),
        "best_iteration": best_iteration,
        "workers": workers,
        "history": dict(history or {}),
        "levels": {str(index): list(names) for index, names in (levels or {}).items()},
    }
