"""``call``: steps that call services, over a frame, within what they may cost."""

from __future__ import annotations

import ast
import re

from synapse_magic.errors import SynapseError
from synapse_magic.language.layout import call, literal
from synapse_magic.language.request import Frame, Request
from synapse_magic.language.step import Step
from synapse_magic.language.text import Text
from synapse_magic.language.verbs.applied import applied

FOLDER = ".synapse_calls"
"""Where answers are kept unless another folder is given, below where the notebook is."""

_PLAIN = ("try_rows", "rest", "max_calls", "max_cost", "price")
"""Options that are written where they are given."""


def generate_call(request: Request) -> None:
    """Write the program: the stages, and one call of ``call_services``."""
    frame = request.frame(0)
    request.value("resume")  # checked here; to go on is to run the same cell with its journal
    if frame is None:
        raise SynapseError(
            "call needs a frame. Try: %%synapse call people, or %synapse call --resume to go on "
            "with the last one"
        )
    if not request.steps:
        raise _no_step(request.values.text)
    frame = request.kept(frame)
    instead = "%%synapse train, and its model before this cell"
    steps, stages = applied(request, frame, "call", instead)
    given = {name: request.option(name) for name in _PLAIN}
    keywords = {name: code for name, code in given.items() if code is not None}
    journal = _journal(request, frame, steps)
    if journal is not None:
        keywords["journal"] = journal
    request.builder.show_with("print(result.report)")
    called = request.builder.use("synapse_magic", "call_services")
    request.builder.give(call(called, frame.code, ast.List(stages), **keywords))


def _no_step(text: Text) -> SynapseError:
    sentence = (
        "call needs a step that calls a service. Try: "
        "reply = OpenAIChatCompletion(messagesCol=messages, deploymentName='gpt-5-mini')"
    )
    # Of a cell without a body there is no line to point at.
    return text.error(ast.AST(), sentence) if text.content.strip() else SynapseError(sentence)


def _journal(request: Request, frame: Frame, steps: list[Step]) -> ast.expr | None:
    """Return the folder of answers; by default one for the frame and what is made of it.

    The text of the cell is not in its name, so that answers are found again after it was changed.
    """
    given = request.options.get("journal")
    if given is not None:
        code = request.option("journal")
        return None if request.value("journal") is None else code
    made = [name for step in steps for name, _ in step.writes]
    words = re.sub(r"\W+", "_", "-".join([frame.code.id, *made]).replace("-", " ")).strip("_")
    return literal(f"{FOLDER}/{words}")
