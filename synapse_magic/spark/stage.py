"""What a stage is: a declaration of params, which gives constructor, accessors, docs and files."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import pyspark.ml
from pyspark.ml.param import Params
from pyspark.ml.util import MLReadable, MLWritable

from synapse_magic.errors import NoEffectWarning, SynapseError, closest
from synapse_magic.http.address_keys import without_keys
from synapse_magic.spark.declaration import (
    add_accessors,
    code,
    declared_params,
    document,
    resolve_types,
    signature,
)
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.persistence import StageReader, StageWriter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        """Stand in for the typing marker, which has no effect when the program runs."""
        return lambda cls: cls


S = TypeVar("S", bound="Stage")


@dataclass_transform(kw_only_default=True, field_specifiers=(param,))
class Stage(Params, MLWritable, MLReadable[Any]):
    """The common part of all our stages; subclass :class:`Transformer` and its like instead.

    A model that holds more than params names its files in ``attachments`` and hands them out with
    :meth:`_get_attachment`, and its JSON state with :meth:`_get_state`. Params in ``unsaved`` hold
    what is no JSON, and are saved otherwise or not at all.
    """

    attachments: ClassVar[tuple[str, ...]] = ()
    unsaved: ClassVar[tuple[str, ...]] = ()

    _without_keys: tuple[str, ...] = ()
    """Params that the saved stage had and the loaded one has not: addresses that hold a key."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        resolve_types(cls)
        for declared in cls.params_declared().values():
            add_accessors(cls, declared)
        cls.__signature__ = signature(cls)  # type: ignore[attr-defined]
        cls.__doc__ = document(cls)

    def __init__(self, **values: Any) -> None:
        super().__init__()
        for name, declared in self.params_declared().items():
            if declared.default is not unset:
                self._setDefault(**{name: declared.default})
        self._check_names(values)
        self._set(**{name: value for name, value in values.items() if value is not None})

    @classmethod
    def params_declared(cls) -> dict[str, Param[Any]]:
        """Return the declared params by name, mixins first, in the order of declaration."""
        return declared_params(cls)

    def to_code(self) -> str:
        """Return Python code that makes an equal stage: the params that were set, no others.

        A secret is read from the environment variable of its name instead.
        """
        shown = {p.name: v for p, v in self._paramMap.items()}
        arguments = (
            f"{name}={code(declared, shown[name])}"
            for name, declared in self.params_declared().items()
            if name in shown
        )
        return f"{type(self).__name__}({', '.join(arguments)})"

    def __repr__(self) -> str:
        return self.to_code()

    def explainParam(self, param: Any) -> str:
        """Return name, doc, default and value of a param as text; of a secret no value."""
        name = param if isinstance(param, str) else param.name
        declared = self.params_declared().get(name)
        if declared is None or not declared.secret:
            value = self.getOrDefault(name) if self.isDefined(name) else None
            text: str = super().explainParam(param)
            return text.replace(value, without_keys(value)) if isinstance(value, str) else text
        return f"{name}: {declared.doc} ({'set, and secret' if self.isSet(name) else 'undefined'})"

    def write(self) -> StageWriter:
        """Return the writer that saves this stage to any file system Spark reaches."""
        return StageWriter(self)

    @classmethod
    def read(cls) -> StageReader:
        """Return the reader of saved stages of this class."""
        return StageReader(cls)

    def _set(self, **values: Any) -> Any:
        for name, value in values.items():
            declared = self.params_declared().get(name)
            if declared is not None and not declared.effect and value is not None:
                _tell_no_effect(declared)
        return super()._set(**values)

    def _check_names(self, values: dict[str, Any]) -> None:
        declared = self.params_declared()
        for name in values:
            if name not in declared:
                hint = closest(name, declared) or f"Params: {', '.join(declared) or 'none'}"
                raise SynapseError(f"{type(self).__name__} has no param {name!r}. {hint}")

    def _require_saved(self) -> None:
        """Raise where an address was not saved with the stage, and not set again."""
        for name in self._without_keys:
            column = f"{name}Col"
            if not self.isSet(name) and not (self.hasParam(column) and self.isSet(column)):
                raise SynapseError(
                    f"{name} of this {type(self).__name__} was not saved with it, for it holds a "
                    f"key. Try: set{name[0].upper()}{name[1:]}(...)"
                )

    def _get_state(self) -> dict[str, Any]:
        """Return what a model holds beside its params and attachments, as JSON values."""
        return {}

    def _set_state(self, state: dict[str, Any]) -> None:
        """Take the state back that :meth:`_get_state` gave."""

    def _get_attachment(self, name: str) -> bytes:
        raise NotImplementedError(f"{type(self).__name__} lists attachment {name!r} but has none")

    def _set_attachment(self, name: str, content: bytes) -> None:
        raise NotImplementedError(f"{type(self).__name__} lists attachment {name!r} but has none")


@functools.cache
def _tell_no_effect(declared: Param[Any]) -> None:
    """Warn that a param does nothing, the first time it is set."""
    warnings.warn(f"{declared.name} has no effect here", NoEffectWarning, stacklevel=4)


class _Applied(Stage, pyspark.ml.Transformer):
    """A stage that is whole when it is applied."""

    def transform(self, dataset: DataFrame, params: Any = None) -> DataFrame:
        """Return the frame with the columns that the stage adds, by its params or by others."""
        (self.copy(params) if params else self)._require_saved()
        return super().transform(dataset, params)


class Transformer(_Applied):
    """A stage that adds columns to a frame."""


class Estimator(Stage, pyspark.ml.Estimator[Any]):
    """A stage that learns a :class:`Model` from a frame."""

    def _hand_over(self, model: S) -> S:
        """Give the fitted model the uid and the params of its estimator."""
        model._resetUid(self.uid)
        return self._copyValues(model)


class Model(_Applied, pyspark.ml.Model):
    """A fitted stage."""
