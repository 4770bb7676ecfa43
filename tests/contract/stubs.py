"""Write ``synapse_magic/__init__.pyi``, so that editors know constructors, getters and setters.

Run ``python tests/contract/stubs.py`` after a declaration changed; a test fails when it is stale.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import synapse_magic
from synapse_magic.spark import declaration
from synapse_magic.spark.param import Param, unset
from synapse_magic.spark.stage import Stage

PLACE = Path(synapse_magic.__file__).with_suffix(".pyi")
HEAD = '''"""Generated from the declarations of the stages; see tests/contract/stubs.py."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

import pyspark.ml.base
from IPython.core.interactiveshell import InteractiveShell
from pyspark.ml import Transformer
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType

from synapse_magic.batching.mini_batcher import MiniBatcher
from synapse_magic.services.parser import InputParser, OutputParser

'''
TAIL = """
__version__: str
PUBLIC: Mapping[str, str]
__all__: list[str]

def load_ipython_extension(shell: InteractiveShell) -> None: ...
def unload_ipython_extension(shell: InteractiveShell) -> None: ...
"""


def stub() -> str:
    """Return the text of the stub file."""
    imports, aliases = [], []
    for name, place in synapse_magic.PUBLIC.items():
        value = getattr(synapse_magic, name)
        module, _, attribute = place.partition(":")
        if inspect.ismodule(value):
            imports.append(f"from synapse_magic import {name} as {name}")
        elif isinstance(value, type) and issubclass(value, Stage):
            imports.append(f"from synapse_magic.{module} import {name} as _{name}")
        elif attribute:
            imports.append(f"from synapse_magic.{module} import {attribute} as _{name}")
            aliases.append(f"{name} = _{name}")
        else:
            imports.append(f"from synapse_magic.{module} import {name} as {name}")
    accessors = [_shared_class(owner, names) for owner, names in _shared().items()]
    classes = [_class(stage) for stage in _stages()]
    parts = ["\n".join(sorted(imports)), "\n".join(aliases), *accessors, *classes]
    return HEAD + "\n\n".join(parts) + "\n" + TAIL


def _class(stage: type[Stage]) -> str:
    declared = stage.params_declared()
    owners = _owners(stage)
    shared = [owner for owner in stage.__mro__ if owner in _shared()]
    bases = [f"_{stage.__name__}", *(_accessors(owner) for owner in shared)]
    lines = [f"class {stage.__name__}({', '.join(bases)}):"]
    if not declared:
        return "\n".join([*lines, "    def __init__(self) -> None: ..."])
    lines += ["    def __init__(", "        self,", "        *,"]
    lines += [f"        {name}: {_type(p)}{_default(p)}," for name, p in declared.items()]
    lines += ["    ) -> None: ..."]
    own = [name for name, owner in owners.items() if name not in _shared().get(owner, ())]
    return "\n".join([*lines, *_methods(stage, own)])


def _shared_class(owner: type, names: Iterable[str]) -> str:
    """Return the accessors of params that several stages have from one class."""
    stage = next(stage for stage in _stages() if issubclass(stage, owner))
    return "\n".join([f"class {_accessors(owner)}:", *_methods(stage, names)])


def _methods(stage: type[Stage], names: Iterable[str]) -> list[str]:
    declared = stage.params_declared()
    lines = []
    for name in names:
        suffix = name[0].upper() + name[1:]
        lines += [f"    def get{suffix}(self) -> {_type(declared[name])}: ..."]
        if getattr(stage, f"set{suffix}").__module__ == declaration.__name__:  # not its own
            lines += [f"    def set{suffix}(self, value: {_type(declared[name])}) -> Self: ..."]
    return lines


def _accessors(owner: type) -> str:
    return f"_{owner.__name__.lstrip('_')}Accessors"


def _owners(stage: type[Stage]) -> dict[str, type]:
    """Return the class that declares each param of a stage."""
    return {
        name: next(owner for owner in stage.__mro__ if name in vars(owner))
        for name in stage.params_declared()
    }


@cache
def _shared() -> dict[type, list[str]]:
    """Return classes from which several stages have params, with those that all of them have."""
    users: dict[type, list[list[str]]] = {}
    for stage in _stages():
        owners = _owners(stage)
        for owner in dict.fromkeys(owners.values()):
            names = [name for name, declares in owners.items() if declares is owner]
            users.setdefault(owner, []).append(names)
    return {
        owner: [name for name in lists[0] if all(name in names for names in lists)]
        for owner, lists in users.items()
        if len(lists) > 1
    }


def _stages() -> Iterator[type[Stage]]:
    for name in synapse_magic.PUBLIC:
        value = getattr(synapse_magic, name)
        if isinstance(value, type) and issubclass(value, Stage):
            yield value


def _type(declared: Param[Any]) -> str:
    text = inspect.formatannotation(declared.type).replace("typing.", "")
    text = text.replace("collections.abc.", "")
    text = re.sub(r"synapse_magic\.(\w+\.)+(?=[A-Z])", "", text)  # public, imported above
    text = re.sub(r"pyspark\.(\w+\.)+(?=[A-Z])", "", text)
    return re.sub(r"\bNoneType\b", "None", text).replace("'", '"')


def _default(declared: Param[Any]) -> str:
    return " | None = None" if declared.default is unset else " = ..."


if __name__ == "__main__":
    PLACE.write_text(stub(), encoding="utf-8")
