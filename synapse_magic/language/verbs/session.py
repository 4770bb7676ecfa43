"""``start``: a session from the options that were given."""

from __future__ import annotations

from synapse_magic.language.layout import call, literal
from synapse_magic.language.request import Request


def generate_start(request: Request) -> None:
    """Write the program: one call of ``synapse_magic.start``."""
    master = request.text_argument(0)
    codes = {name: request.option(name) for name in ("app", "memory", "conf", "token")}
    given = {name: code for name, code in codes.items() if code is not None}
    if request.command.flags.session is not None:
        given["name"] = literal(request.command.flags.session)
    start = request.builder.use("synapse_magic", "start")
    request.builder.give(call(start, *([master[1]] if master else []), **given))
