"""Stages that hold other stages, saved with them: a search holds estimators, its result a model."""

from __future__ import annotations

from typing import Any, ClassVar

from synapse_magic.errors import SynapseError
from synapse_magic.spark.models import load_model
from synapse_magic.spark.persistence import StageReader, StageWriter
from synapse_magic.spark.stage import Stage

_FOLDER = "parts"


class Holder(Stage):
    """A stage that holds others, of ours or of ``pyspark.ml``.

    Each is saved by its own writer into a folder below this one.
    """

    def write(self) -> HolderWriter:
        """Return the writer that saves this stage and those it holds."""
        return HolderWriter(self)

    @classmethod
    def read(cls) -> HolderReader:
        """Return the reader of saved stages of this class."""
        return HolderReader(cls)

    def _get_parts(self) -> dict[str, Any]:
        """Return the stages it holds, by the name of their folder."""
        return {}

    def _set_parts(self, parts: dict[str, Any]) -> None:
        """Take back the stages that :meth:`_get_parts` gave."""

    def _get_state(self) -> dict[str, Any]:
        return {**super()._get_state(), _FOLDER: list(self._get_parts())}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        self._part_names: list[str] = state[_FOLDER]


class ModelHolder(Holder):
    """A stage whose param ``model`` is a fitted stage."""

    unsaved: ClassVar[tuple[str, ...]] = ("model",)

    def _get_parts(self) -> dict[str, Any]:
        held = {"model": self.getOrDefault("model")} if self.isDefined("model") else {}
        return {**super()._get_parts(), **held}

    def _set_parts(self, parts: dict[str, Any]) -> None:
        super()._set_parts(parts)
        if "model" in parts:
            self._set(model=parts["model"])


class ModelsHolder(Holder):
    """A stage whose param ``models`` is a list of stages."""

    unsaved: ClassVar[tuple[str, ...]] = ("models",)

    def _held(self) -> list[Any]:
        return list(self.getOrDefault("models")) if self.isDefined("models") else []

    def _get_parts(self) -> dict[str, Any]:
        return {f"model-{i}": model for i, model in enumerate(self._held())}

    def _set_parts(self, parts: dict[str, Any]) -> None:
        if self._has_models:
            self._set(models=list(parts.values()))

    def _get_state(self) -> dict[str, Any]:
        return {**super()._get_state(), "models": self.isDefined("models")}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        self._has_models: bool = state["models"]


class HolderWriter(StageWriter):
    """Saves the parts first, then the stage, whose manifest proves all of it complete."""

    def saveImpl(self, path: str) -> None:
        """Write the stages it holds, then its own metadata and manifest."""
        for name, part in self.stage._get_parts().items():  # type: ignore[attr-defined]
            if not hasattr(part, "write"):
                raise SynapseError(
                    f"{type(self.stage).__name__} holds a {type(part).__name__}, which cannot be "
                    "saved. Expected a stage of Spark that can be written. "
                    "Try: pyspark.ml.util.DefaultParamsWritable among its classes"
                )
            part.write().overwrite().save(f"{path}/{_FOLDER}/{name}")
        super().saveImpl(path)


class HolderReader(StageReader):
    """Loads a stage and those it holds."""

    def load(self, path: str) -> Any:
        """Load the stage saved at ``path``.

        Raises
        ------
        SynapseError
            When it, or a stage it holds, is not there or not complete.
        """
        stage = super().load(path)
        names = stage._part_names
        stage._set_parts({name: load_model(f"{path}/{_FOLDER}/{name}") for name in names})
        return stage
