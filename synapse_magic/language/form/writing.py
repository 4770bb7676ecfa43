"""Where a new piece of a cell goes, and how it is spelled."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
import unicodedata
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.language import line
from synapse_magic.language.body import is_variable
from synapse_magic.language.form.source import Edit, Source, Written


def column(name: str) -> str:
    r"""Return a column as a cell names it: bare where Python can spell it, else as a text.

    Examples
    --------
    >>> column("age"), column("hours per week"), column("class"), column("it's")
    ('age', "'hours per week'", "'class'", '"it\'s"')
    """
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return name if plain and unicodedata.normalize("NFKC", name) == name else repr(name)


def literal_text(value: Any) -> str:
    """Return a plain value as Python writes it."""
    return repr(value)


def expression(text: object) -> str | None:
    """Return what was typed as the right side of a line, None where nothing was.

    Raises
    ------
    SynapseError
        When it is more or less than one expression.
    """
    written = str(text or "").strip()
    if not written:
        return None
    try:
        ast.parse(written, mode="eval")
        tokens = list(tokenize.generate_tokens(io.StringIO(written).readline))
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):
        hint = "Try: 0.1, 'text', [1, 2] or {x}"
        raise SynapseError(f"{written!r} is not Python. {hint}") from None
    if any(token.type == tokenize.COMMENT for token in tokens) or "\n" in written:
        raise SynapseError("One value stands here, without a comment and on one line")
    return written


def choice(text: str) -> str:
    """Return the list to try whose values were typed with commas between them.

    Raises
    ------
    SynapseError
        When they are none, or more than values.
    """
    written = expression(f"Choice({text.strip()})")
    call = ast.parse(written or "", mode="eval").body
    if not isinstance(call, ast.Call) or not call.args or ast.unparse(call.func) != "Choice":
        raise SynapseError(f"{text!r} is no list of values to try. Try: 3, 5, 9")
    return f"Choice({text.strip()})"


def option_line(source: Source, name: str, value: str) -> Edit:
    """Return the edit that adds an option: below the other options, else on top."""
    options = [each for each in source.statements if each.option is not None]
    text = f"{name.ljust(_aligned(source, options, name))} = {value}"
    if options:
        return line_after(source, options[-1], text)
    if source.statements:
        return line_before(source, source.statements[0], text)
    return line_at_end(source, text)


def _aligned(source: Source, options: list[Written], name: str) -> int:
    """Return how far names are padded, where the options above stand in a column."""
    spans = [source.text[each.start : each.end] for each in options]
    widths = {len(span.partition("=")[0]) for span in spans}
    alone = len(options) == 1 and "  =" not in spans[0].partition("=")[0] + "="
    if len(widths) != 1 or alone:
        return len(name)
    width = widths.pop() - 1
    return width if len(name) <= width else len(name)


def line_before(source: Source, written: Written, text: str) -> Edit:
    """Return the edit that puts a line above a statement."""
    row = source.text.rfind("\n", 0, written.start) + 1
    indent = _indent(source, written)
    return Edit(row, row, f"{indent}{text}\n")


def line_after(source: Source, written: Written, text: str) -> Edit:
    """Return the edit that puts a line below a statement and the comment beside it."""
    ending = source.text.find("\n", written.end)
    indent = _indent(source, written)
    if ending < 0:
        return Edit(len(source.text), len(source.text), f"\n{indent}{text}")
    return Edit(ending + 1, ending + 1, f"{indent}{text}\n")


def line_at_end(source: Source, text: str) -> Edit:
    """Return the edit that puts a line below all statements."""
    if source.statements:
        return line_after(source, source.statements[-1], text)
    if source.text.endswith("\n"):
        return Edit(len(source.text), len(source.text), f"{text}\n")
    return Edit(len(source.text), len(source.text), f"\n{text}")


def value_of(source: Source, written: Written, value: str) -> list[Edit]:
    """Return the edits that give an option another right side; comments in the old one stay."""
    start = right_side(source, written)
    comments = _comments(source.text[start : written.end])
    kept = [line_before(source, written, comment) for comment in comments]
    return [*kept, Edit(start, written.end, value)]


def right_side(source: Source, written: Written) -> int:
    """Return where the right side of an option begins, its parentheses included."""
    equals = source.text.index("=", written.start) + 1
    rest = source.text[equals : written.end]
    return equals + len(rest) - len(rest.lstrip(" \t"))


def together(source: Source, written: Written, condition: str) -> list[Edit]:
    """Return the edits that join a condition to that of an option, whatever is written there.

    Raises
    ------
    SynapseError
        Where the condition stands in a variable, which no text can be joined to.
    """
    node = written.statement.value
    if is_variable(node):
        raise SynapseError(
            f"{written.option} stands in a variable of the notebook. Try: write the condition out"
        )
    start = right_side(source, written)
    enclosed = source.span(node)[0] > start
    simple = enclosed or not isinstance(node, ast.BoolOp)
    opening, closing = ("", "") if simple else ("(", ")")
    return [
        Edit(start, start, opening),
        Edit(written.end, written.end, f"{closing} and {condition}"),
    ]


def without(source: Source, written: Written) -> Edit:
    """Return the edit that takes a statement out; comments in it and beside it stay."""
    text = source.text
    row = text.rfind("\n", 0, written.start) + 1
    ending = text.find("\n", written.end)
    ending = len(text) if ending < 0 else ending
    before, behind = text[row : written.start], text[written.end : ending]
    if before.strip() or behind.lstrip().startswith(";"):
        return _without_neighbours(text, written, before.strip(), ending)
    comments = [*_comments(text[written.start : written.end]), *_comments(behind)]
    if comments:
        return Edit(row, ending, "\n".join(f"{before}{comment}" for comment in comments))
    if ending < len(text):
        return Edit(row, ending + 1, "")
    return Edit(max(row - 1, source.head.stop), ending, "")


def _without_neighbours(text: str, written: Written, before: str, ending: int) -> Edit:
    """Take a statement out of a row of several, which semicolons separate."""
    follows = re.match(r"[ \t]*;[ \t]*", text[written.end : ending])
    if follows:
        return Edit(written.start, written.end + follows.end(), "")
    start = text.rindex(";", 0, written.start) if ";" in before else written.start
    return Edit(start, written.end, "")


def commented(source: Source, written: Written) -> Edit:
    """Return the edit that makes a statement a comment; beside others in its row it is left out."""
    text = source.text
    row = text.rfind("\n", 0, written.start) + 1
    if text[row : written.start].strip() or text[written.end :].lstrip(" \t").startswith(";"):
        return without(source, written)
    rows = text[written.start : written.end].split("\n")
    margin = f"\n{_indent(source, written)}# "
    return Edit(written.start, written.end, "# " + margin.join(map(str.lstrip, rows)))


def flag_as_comment(source: Source, name: str) -> list[Edit]:
    """Return the edits that take an option off the first line and keep it as a comment below.

    Raises
    ------
    SynapseError
        When the line does not spell it so that it can be found.
    """
    value = source.command.options[name]
    given = rf"[ \t]+--{name}(?:[ \t]+|=)([\"\']?){re.escape(value)}\1(?=\s|$)"
    found = re.search(given, source.text[source.head])
    if found is None:
        raise SynapseError(f"{name} stands on the first line of the cell. Try: take it away there")
    at = source.head.start
    comment = f"# {name} = {value}"
    below = (
        line_before(source, source.statements[0], comment)
        if source.statements
        else line_at_end(source, comment)
    )
    return [Edit(at + found.start(), at + found.end(), ""), below]


def verb(source: Source, name: str) -> Edit:
    """Return the edit that gives the cell another verb."""
    start = source.head.start
    return Edit(start, start + len(source.command.verb), name)


def with_output(source: Source, name: str) -> str:
    """Return the text whose model is kept in another variable; an empty name keeps none."""
    if name and (not name.isidentifier() or keyword.iskeyword(name)):
        raise SynapseError(f"{name!r} is no name of a Python variable. Try: model")
    head = source.text[source.head]
    known = source.command.flags.output
    if known is None:
        made = f"{head.rstrip()} -o {name}" if name else head
    else:
        given = rf"[ \t]+-o(?:[ \t]+|=)([\"']?){re.escape(known)}\1(?=\s|$)"
        made = re.sub(given, f" -o {name}" if name else "", head, count=1)
    if (line.parse(made).flags.output or "") != name:
        raise SynapseError("The first line cannot be changed here. Try: edit it, -o model")
    return source.edited([Edit(source.head.start, source.head.stop, made)])


def _comments(text: str) -> list[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return []
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _indent(source: Source, written: Written) -> str:
    row = source.text.rfind("\n", 0, written.start) + 1
    found = source.text[row : written.start]
    return found[: len(found) - len(found.lstrip())]
