"""What is read from a stage's declaration: types, accessors, signature, docstring and code."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any, get_args

from pyspark.ml import Transformer
from pyspark.sql import DataFrame

from synapse_magic.http.address_keys import keys_in
from synapse_magic.http.secret import Secret
from synapse_magic.spark import functions
from synapse_magic.spark.param import Param, unset


def declared_params(cls: type) -> dict[str, Param[Any]]:
    """Return the declared params of a class by name, mixins first, in order of declaration."""
    declared: dict[str, Param[Any]] = {}
    for base in reversed(cls.__mro__):
        declared |= {name: p for name, p in vars(base).items() if isinstance(p, Param)}
    return declared


def resolve_types(cls: type) -> None:
    """Give each declared param the type of its annotation ``Param[...]``."""
    module = vars(sys.modules[cls.__module__])
    for base in cls.__mro__:
        own = {n: p for n, p in vars(base).items() if isinstance(p, Param) and p.type is Any}
        scope = module if base is cls else vars(sys.modules[base.__module__])
        for name, declared in own.items():
            annotation = inspect.get_annotations(base)[name]
            if isinstance(annotation, str):
                annotation = eval(annotation, dict(scope))
            (declared.type,) = get_args(annotation)


def add_accessors(cls: type, declared: Param[Any]) -> None:
    """Add ``getX`` and ``setX`` of a param, unless the class has its own."""
    name = declared.name
    suffix = name[0].upper() + name[1:]

    def get(self: Any) -> Any:
        return self.getOrDefault(name)

    def set_(self: Any, value: Any) -> Any:
        return self._set(**{name: value})

    get.__doc__ = f"Return ``{name}``: {declared.doc}"
    set_.__doc__ = f"Set ``{name}``: {declared.doc}"
    for prefix, accessor in (("get", get), ("set", set_)):
        if not hasattr(cls, prefix + suffix):
            accessor.__name__ = prefix + suffix
            accessor.__qualname__ = f"{cls.__qualname__}.{prefix}{suffix}"
            setattr(cls, prefix + suffix, accessor)


def signature(cls: type) -> inspect.Signature:
    """Return the signature of the keyword constructor."""
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None if declared.default is unset else declared.default,
                annotation=declared.type,
            )
            for name, declared in declared_params(cls).items()
        ]
    )


def document(cls: type) -> str:
    """Return the class docstring with its parameter section, before the examples if any."""
    text = inspect.cleandoc(vars(cls).get("__doc__") or "")
    head, marker, examples = text.partition("Examples\n--------")
    params = declared_params(cls).values()
    if params:
        lines = [line for declared in params for line in _document_param(declared)]
        head = "\n".join([head.rstrip(), "", "Parameters", "----------", *lines, ""])
    return f"{head}\n{marker}{examples}".rstrip() + "\n" if marker else head


def _document_param(declared: Param[Any]) -> list[str]:
    default = "" if declared.default is unset else f", default {declared.default!r}"
    return [f"{declared.name} : {declared.expected()}{default}", f"    {declared.doc}"]


def code(declared: Param[Any], value: Any) -> str:
    """Return the code of a param's value; that of a secret reads the environment.

    So does that of a key within an address. A reference to a secret is code itself. A fitted stage
    or a frame goes by the name of its param.
    """
    if declared.secret and isinstance(value, dict):
        parts = (f"{key!r}: {_secret(key, each)}" for key, each in value.items())
        return f"{{{', '.join(parts)}}}"
    if declared.secret:
        return _secret(declared.name, value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (Transformer, DataFrame)):
        return declared.name  # what has no code is taken for a variable
    if callable(value):
        return functions.code(value)
    if isinstance(value, list) and any(map(callable, value)):
        return f"[{', '.join(map(functions.code, value))}]"
    return repr(value)


def _text(value: str) -> str:
    """Return the code of a text, in which the keys of an address come from the environment."""
    parts, place = [], 0
    for key in keys_in(value):
        parts += [repr(value[place : key.start]), f'os.environ["{environment_name(key.name)}"]']
        place = key.end
    rest = [repr(value[place:])] if place < len(value) or not parts else []
    return " + ".join([*parts, *rest])


def _secret(name: str, value: Any) -> str:
    return repr(value) if isinstance(value, Secret) else f'os.environ["{environment_name(name)}"]'


def environment_name(name: str) -> str:
    """Return the variable that holds a secret: ``apiKey`` and ``Api-Key`` give ``API_KEY``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", words).upper()
