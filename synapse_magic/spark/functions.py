"""Python functions as values of params: how they are written down and found again.

A function is saved as the place it is imported from, never as its code: files of a stage then hold
nothing that runs by itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from synapse_magic.errors import SynapseError

_KEY = "python_function"


def to_json(value: Any) -> dict[str, str]:
    """Return a function as a JSON value; ``json.dumps`` takes this as its ``default``.

    Raises
    ------
    SynapseError
        When the function cannot be imported by a name, as a lambda or a function of a notebook.
    """
    if not callable(value):
        raise TypeError(f"{value!r} is not a JSON value")
    module, name = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
    if module == "__main__" or not module or "<" in name or not name:
        raise SynapseError(
            f"{name or repr(value)} is a function without a module and cannot be saved. "
            "Try: define it in a .py file and import it, or clear the param"
        )
    return {_KEY: f"{module}:{name}"}


def from_json(value: dict[str, Any]) -> Any:
    """Return the function that :func:`to_json` wrote down; ``json.loads`` takes it as a hook.

    Raises
    ------
    SynapseError
        When the module or the function is not there any more.
    """
    if value.keys() != {_KEY}:
        return value
    module, _, name = value[_KEY].partition(":")
    try:
        found: Callable[..., Any] = attrgetter(name)(importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise SynapseError(
            f"The saved stage uses the function {name} of {module}, which is not found: {error}. "
            "Try: install or put back that module"
        ) from error
    return found


def code(function: Callable[..., Any]) -> str:
    """Return how code names a function: as it was defined, or ``<lambda>``."""
    return str(getattr(function, "__name__", None) or repr(function))
