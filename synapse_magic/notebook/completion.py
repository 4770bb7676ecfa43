"""Completion inside ``%synapse`` lines and ``%%synapse`` cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

if TYPE_CHECKING:
    from synapse_magic.notebook.magic import SynapseMagics

Matcher = Callable[[CompletionContext], SimpleMatcherResult]


def matcher_for(magics: SynapseMagics, name: str) -> Matcher:
    """Return the matcher that completes cells and lines of the magic called ``name``."""

    @context_matcher()
    def synapse_matcher(context: CompletionContext) -> SimpleMatcherResult:
        text, cursor = _synapse_text(context, name)
        if text is None:
            return {"completions": []}
        return _result(context, magics.complete(text, cursor), cursor)

    return synapse_matcher


def _synapse_text(context: CompletionContext, name: str) -> tuple[str | None, int]:
    """Return the text from the verb on and the cursor in it; None outside of our magic."""
    full = context.full_text
    before = context.text_until_cursor
    lines = full.split("\n")
    offset = sum(len(line) + 1 for line in lines[: context.cursor_line]) + len(before)
    cell_mark, line_mark = f"%%{name}", f"%{name}"
    if full.lstrip().startswith(cell_mark):
        start = full.index(cell_mark) + len(cell_mark)
        return (full[start:], offset - start) if offset >= start else (None, 0)
    if line_mark + " " in before:
        start = before.index(line_mark) + len(line_mark)
        return before[start:], len(before) - start
    return None, 0


def _result(context: CompletionContext, found: list[Any], cursor: int) -> SimpleMatcherResult:
    """Return completions relative to the token that IPython would replace."""
    typed = len(context.token)
    completions = []
    for completion in found:
        # IPython replaces the whole token; ours may begin inside it, as in "Featurize(ag".
        inside = typed - (cursor - completion.start)
        prefix = context.token[:inside] if inside > 0 else ""
        completions.append(SimpleCompletion(text=prefix + completion.text, type=completion.kind))
    return {"completions": completions, "suppress": True, "ordered": True}
