"""``show`` and ``profile``: what is done with one frame."""

from __future__ import annotations

from synapse_magic.errors import SynapseError
from synapse_magic.language.layout import call, literal
from synapse_magic.language.request import Frame, Request


def generate_show(request: Request) -> None:
    """Write the program: one page of rows."""
    page = request.builder.use("synapse_magic", "table_page")
    rows = literal(request.command.flags.rows or 20)
    request.builder.give(call(page, _frame(request).code, rows=rows))


def generate_profile(request: Request) -> None:
    """Write the program: a description of each column."""
    profile = request.builder.use("synapse_magic", "profile")
    request.builder.give(call(profile, _frame(request).code))


def _frame(request: Request) -> Frame:
    frame = request.frame(0)
    if frame is None:
        raise SynapseError(f"{request.verb.name} needs a frame")
    return request.kept(frame)
