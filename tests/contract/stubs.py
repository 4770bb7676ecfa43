"""Write ``synapse_magic/__init__.pyi``, so that editors know constructors, getters and setters.

Run ``python tests/contract/stubs.py`` after a declaration changed; a test fails when it is stale.
"""

from __future__ import annotations

import inspect
import re
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
    imports, aliases, classes = [], [], []
    for name, place in synapse_magic.PUBLIC.items():
        value = getattr(synapse_magic, name)
        module, _, attribute = place.partition(":")
        if inspect.ismodule(value):
            imports.append(f"from synapse_magic import {name} as {name}")
        elif isinstance(value, type) and issubclass(value, Stage):
            imports.append(f"from synapse_magic.{module} import {name} as _{name}")
            classes.append(_class(value))
        elif attribute:
            imports.append(f"from synapse_magic.{module} import {attribute} as _{name}")
            aliases.append(f"{name} = _{name}")
        else:
            imports.append(f"from synapse_magic.{module} import {name} as {name}")
    parts = ["\n".join(sorted(imports)), "\n".join(aliases), *classes]
    return HEAD + "\n\n".join(parts) + "\n" + TAIL


def _class(stage: type[Stage]) -> str:
    declared = stage.params_declared()
    lines = [f"class {stage.__name__}(_{stage.__name__}):"]
    if declared:
        lines += ["    def __init__(", "        self,", "        *,"]
        lines += [f"        {name}: {_type(p)}{_default(p)}," for name, p in declared.items()]
        lines += ["    ) -> None: ..."]
    for name, p in declared.items():
        suffix = name[0].upper() + name[1:]
        lines += [f"    def get{suffix}(self) -> {_type(p)}: ..."]
        if getattr(stage, f"set{suffix}").__module__ == declaration.__name__:  # not its own
            lines += [f"    def set{suffix}(self, value: {_type(p)}) -> Self: ..."]
    return "\n".join(lines if declared else [lines[0], "    def __init__(self) -> None: ..."])


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
