"""Fitted models as LightGBM itself has them: text, file, booster and its counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.kernels.booster_onnx import to_onnx
from synapse_magic.kernels.model_text import (
    feature_names,
    header_int,
    iterations,
    leaves,
    require_whole,
)
from synapse_magic.lightgbm.native_file import (
    read_model,
    require_readable,
    require_task,
    write_model,
)
from synapse_magic.spark.stage import Model

if TYPE_CHECKING:
    import lightgbm
    import onnx
    from typing_extensions import Self


class LightGBMNative(Model):
    """A model in LightGBM's text format, and what is known of it beside."""

    attachments: ClassVar[tuple[str, ...]] = ("booster",)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._text = ""
        self._state = model_state()

    @property
    def featureNames(self) -> tuple[str, ...]:
        """The name of each feature: its column, or its slot in the vector."""
        return tuple(self._state["features"])

    @property
    def bestIteration(self) -> int:
        """How many iterations the model holds: all, or those before early stopping."""
        return int(self._state["best_iteration"])

    @abstractmethod
    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""

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
        model._state = model_state(
            features=feature_names(text),
            classes=[str(index) for index in range(count)],
            best_iteration=iterations(text),
        )
        return model

    def _get_state(self) -> dict[str, Any]:
        return self._state

    def _set_state(self, state: dict[str, Any]) -> None:
        self._state = model_state(**state)

    def _get_attachment(self, name: str) -> bytes:
        return {"booster": self._text}[name].encode()

    def _set_attachment(self, name: str, content: bytes) -> None:
        self._text = {name: content}["booster"].decode()


def model_state(
    features: Sequence[str] = (),
    classes: Sequence[str] = (),
    best_iteration: int = 0,
    workers: int = 0,
    before: int = 0,
    history: Mapping[str, Sequence[float]] | None = None,
    levels: Mapping[Any, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return the state of a model as JSON values."""
    return {
        "features": list(features),
        "classes": list(classes),
        "best_iteration": best_iteration,
        "workers": workers,
        "before": before,
        "history": dict(history or {}),
        "levels": {str(index): list(names) for index, names in (levels or {}).items()},
    }
