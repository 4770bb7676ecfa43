"""What a stage is: a declaration of params that gives its constructor, accessors, docs and files."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, get_args

import pyspark.ml
from pyspark.ml.param import Params
from pyspark.ml.util import MLReadable, MLWritable

from synapse_magic.errors import SynapseError, closest
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.persistence import StageReader, StageWriter

if TYPE_CHECKING:
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
    :meth:`_get_attachment`, and its JSON state with :meth:`_get_state`.
    """

    attachments: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _resolve_types(cls)
        for declared in cls.params_declared().values():
            _add_accessors(cls, declared)
        cls.__signature__ = _signature(cls)  # type: ignore[attr-defined]
        cls.__doc__ = _document(cls)

    def __init__(self, **values: Any) -> None:
        super().__init__()
        for name, declared in self.params_declared().items():
            if declared.default is not unset:
                self._setDefault(**{name: declared.default})
        self._check_names(values)
        self._set(**{name: value for name, value in values.items() if value is not None})

    @classmethod
    def params_declared(cls) -> dict[str, Param[Any]]:
        """Return the declared params by name, in the order of declaration, mixins first."""
        declared: dict[str, Param[Any]] = {}
        for base in reversed(cls.__mro__):
            declared |= {n: p for n, p in vars(base).items() if isinstance(p, Param)}
        return declared

    def to_code(self) -> str:
        """Return Python code that makes an equal stage: the params that were set, no others.

        A secret is read from the environment variable of its name instead.
        """
        shown = {p.name: v for p, v in self._paramMap.items()}
        arguments = (
            f"{name}={_code(declared, shown[name])}"
            for name, declared in self.params_declared().items()
            if name in shown
        )
        return f"{type(self).__name__}({', '.join(arguments)})"

    def __repr__(self) -> str:
        return self.to_code()

    def write(self) -> StageWriter:
        """Return the writer that saves this stage to any file system Spark reaches."""
        return StageWriter(self)

    @classmethod
    def read(cls) -> StageReader:
        """Return the reader of saved stages of this class."""
        return StageReader(cls)

    def _check_names(self, values: dict[str, Any]) -> None:
        declared = self.params_declared()
        for name in values:
            if name not in declared:
                hint = closest(name, declared) or f"Params: {', '.join(declared) or 'none'}"
                raise SynapseError(f"{type(self).__name__} has no param {name!r}. {hint}")

    def _get_state(self) -> dict[str, Any]:
        """Return what a model holds beside its params and attachments, as JSON values."""
        return {}

    def _set_state(self, state: dict[str, Any]) -> None:
        """Take the state back that :meth:`_get_state` gave."""

    def _get_attachment(self, name: str) -> bytes:
        raise NotImplementedError(f"{type(self).__name__} lists attachment {name!r} but has none")

    def _set_attachment(self, name: str, content: bytes) -> None:
        raise NotImplementedError(f"{type(self).__name__} lists attachment {name!r} but has none")


class Transformer(Stage, pyspark.ml.Transformer):
    """A stage that adds columns to a frame."""


class Estimator(Stage, pyspark.ml.Estimator[Any]):
    """A stage that learns a :class:`Model` from a frame."""

    def _hand_over(self, model: S) -> S:
        """Give the fitted model the uid and the params of its estimator."""
        model._resetUid(self.uid)
        return cast(S, self._copyValues(model))


class Model(Stage, pyspark.ml.Model):
    """A fitted stage."""


def _resolve_types(cls: type[Stage]) -> None:
    module = vars(sys.modules[cls.__module__])
    for base in cls.__mro__:
        own = {n: p for n, p in vars(base).items() if isinstance(p, Param) and p.type is Any}
        scope = module if base is cls else vars(sys.modules[base.__module__])
        for name, declared in own.items():
            annotation = inspect.get_annotations(base)[name]
            if isinstance(annotation, str):
                annotation = eval(annotation, dict(scope))
            (declared.type,) = get_args(annotation)


def _add_accessors(cls: type[Stage], declared: Param[Any]) -> None:
    name = declared.name
    suffix = name[0].upper() + name[1:]

    def get(self: Stage) -> Any:
        return self.getOrDefault(name)

    def set_(self: S, value: Any) -> S:
        return cast(S, self._set(**{name: value}))

    get.__doc__ = f"Return ``{name}``: {declared.doc}"
    set_.__doc__ = f"Set ``{name}``: {declared.doc}"
    for prefix, accessor in (("get", get), ("set", set_)):
        if not hasattr(cls, prefix + suffix):
            accessor.__name__ = prefix + suffix
            accessor.__qualname__ = f"{cls.__qualname__}.{prefix}{suffix}"
            setattr(cls, prefix + suffix, accessor)


def _signature(cls: type[Stage]) -> inspect.Signature:
    return inspect.Signature(
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None if declared.default is unset else declared.default,
            annotation=declared.type,
        )
        for name, declared in cls.params_declared().items()
    )


def _document(cls: type[Stage]) -> str:
    text = inspect.cleandoc(vars(cls).get("__doc__") or "")
    head, marker, examples = text.partition("Examples\n--------")
    params = cls.params_declared().values()
    if params:
        lines = [line for declared in params for line in _document_param(declared)]
        head = "\n".join([head.rstrip(), "", "Parameters", "----------", *lines, ""])
    return f"{head}\n{marker}{examples}".rstrip() + "\n" if marker else head


def _document_param(declared: Param[Any]) -> list[str]:
    default = "" if declared.default is unset else f", default {declared.default!r}"
    return [f"{declared.name} : {declared.expected()}{default}", f"    {declared.doc}"]


def _code(declared: Param[Any], value: Any) -> str:
    if declared.secret:
        return f'os.environ["{environment_name(declared.name)}"]'
    return value.to_code() if isinstance(value, Stage) else repr(value)


def environment_name(name: str) -> str:
    """Return the environment variable that holds a secret param: ``apiKey`` -> ``API_KEY``."""
    return "".join(f"_{c}" if c.isupper() else c.upper() for c in name)
