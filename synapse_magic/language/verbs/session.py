"""``start``: a session from the options that were given."""

from __future__ import annotations

import ast
import re

from synapse_magic.language.body import is_variable
from synapse_magic.language.layout import call
from synapse_magic.language.request import Request

_SECRET_KEY = re.compile(r"(secret|password|passwd|token|credential|access\.?key)", re.IGNORECASE)


def generate_start(request: Request) -> None:
    """Write the program: one call of ``synapse_magic.start``."""
    master = request.text_argument(0)
    _check_settings(request)
    codes = {name: request.option(name) for name in ("app", "memory", "conf", "token")}
    given = {name: code for name, code in codes.items() if code is not None}
    start = request.builder.use("synapse_magic", "start")
    request.builder.give(call(start, *([master[1]] if master else []), **given))


def _check_settings(request: Request) -> None:
    """Refuse a password that stands in the cell: it would be in the notebook and its code."""
    given = request.options.get("conf")
    if given is None or not isinstance(given.node, ast.Dict):
        return
    for key, value in zip(given.node.keys, given.node.values):
        name = key.value if isinstance(key, ast.Constant) else ""
        text = value.value if isinstance(value, ast.Constant) else ""
        spoken = isinstance(text, str) and text.lower() not in ("", "true", "false")
        if isinstance(name, str) and _SECRET_KEY.search(name) and spoken and not is_variable(value):
            raise given.values.text.error(
                value,
                f"{name} is a secret, which must not stand in a cell. "
                "Try: {x} with x = os.environ[...] before the cell",
            )
