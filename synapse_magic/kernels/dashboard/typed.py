"""A condition as it is typed in the words of SQL, read into conditions on columns.

What Spark leaves out of a negation, a missing value, is left out here, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.dashboard.conditions import (
    Clause,
    Condition,
    Joined,
    Joint,
    Level,
    Operation,
)
from synapse_magic.kernels.dashboard.wording import quoted

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<name>`(?:[^`]|``)+`)
    |(?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<sign><=|>=|<>|!=|==|=|<|>)
    |(?P<mark>[(),])
    |(?P<word>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_NOT = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_SAME = {"==": "=", "!=": "<>"}
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_OWN = frozenset({"and", "or", "not", "in", "is", "null", "between", "true", "false", "like"})
MOST = 10_000
"""Letters of a condition."""
DEEPEST = 50
"""Brackets and negations within one another."""


@dataclass(frozen=True)
class _Token:
    kind: str
    words: str
    place: int

    @property
    def key(self) -> str:
        """A word of the language in small letters; empty for all else."""
        lower = self.words.lower()
        return lower if self.kind == "word" and lower in _OWN else ""


def typed(text: str, columns: Collection[str], numbers: Collection[str]) -> Clause:
    """Return the condition that a text says.

    Parameters
    ----------
    text
        Comparisons, ``IN``, ``BETWEEN`` and ``IS NULL``, joined by ``AND``, ``OR``, ``NOT``.
    columns
        Names that it may use; others than plain words stand between backquotes.
    numbers
        Those that hold numbers; the others hold levels.

    Raises
    ------
    SynapseError
        With the place of what cannot be read, and what to write.

    Examples
    --------
    >>> typed("age > 30 AND NOT job = 'clerk'", ["age", "job"], ["age"]).parts[1]
    Condition(column='job', operation='not in', values=('clerk', None))
    """
    if len(text) > MOST:
        raise SynapseError(f"A condition of {len(text):,} letters is too long. Expected {MOST:,}")
    return _Reader(_tokens(text), columns, numbers).whole()


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SynapseError(_unreadable(text, at))
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, _Token("end", "", len(text))]


def _unreadable(text: str, at: int) -> str:
    letter = text[at]
    if letter in "'\"`":
        return f"Letter {at + 1}: the {letter} has no end. Try: write it twice to have it in a name"
    hint = {"&": "AND", "|": "OR", "~": "NOT", "!": "NOT"}.get(letter)
    tried = f" Try: {hint}" if hint else " A condition compares columns with values, age >= 18"
    return f"Letter {at + 1}: {letter!r} means nothing here.{tried}"


class _Reader:
    """Reads tokens from the first to the last; a negation is passed down to the comparisons."""

    def __init__(
        self, tokens: list[_Token], columns: Collection[str], numbers: Collection[str]
    ) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0
        self._columns, self._numbers = columns, numbers

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def whole(self) -> Clause:
        if self._now.kind == "end":
            raise SynapseError("A cohort needs a condition. Try: age >= 18 AND job IN ('clerk')")
        found = self._either(False)
        if self._now.kind != "end":
            raise self._error("Expected AND, OR or the end")
        return found

    def _either(self, negated: bool) -> Clause:
        parts = [self._both(negated)]
        while self._take("or"):
            parts.append(self._both(negated))
        return _joined("and" if negated else "or", parts)

    def _both(self, negated: bool) -> Clause:
        parts = [self._one(negated)]
        while self._take("and"):
            parts.append(self._one(negated))
        return _joined("or" if negated else "and", parts)

    def _one(self, negated: bool) -> Clause:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"More than {DEEPEST} brackets are within one another here")
        if self._take("not"):
            found = self._one(not negated)
        elif self._mark("("):
            found = self._either(negated)
            if not self._mark(")"):
                raise self._error("Expected a closing bracket")
        else:
            found = self._comparison(negated)
        self._depth -= 1
        return found

    def _comparison(self, negated: bool) -> Clause:
        if self._now.kind in ("number", "text"):
            value = self._next()
            sign = self._sign("Expected a comparison after the value, such as 30 < age")
            return self._compared(self._column(), _TURNED[sign], value, negated)
        name = self._column()
        if self._take("is"):
            return self._null(name, negated)
        if self._take("not"):
            negated = not negated
            if self._now.key not in ("in", "between"):
                raise self._error("Expected IN or BETWEEN after NOT")
        if self._take("in"):
            return self._among(name, negated)
        if self._take("between"):
            return self._between(name, negated)
        if self._now.key == "like":
            raise self._error("Patterns cannot be looked for. Try: IN ('a', 'b')")
        sign = self._sign(self._no_comparison(name))
        return self._compared(name, sign, self._value(), negated)

    def _no_comparison(self, name: str) -> str:
        if name not in self._numbers and (self._now.kind == "end" or self._now.key):
            return f"A column alone is no condition. Try: {name} = true"
        return "Expected a comparison: = <> < <= > >=, IN, BETWEEN or IS NULL"

    def _null(self, name: str, negated: bool) -> Clause:
        known = self._take("not")
        if not self._take("null"):
            raise self._error("Expected NULL after IS")
        return Condition(name, "known" if known != negated else "missing")

    def _among(self, name: str, negated: bool) -> Clause:
        if not self._mark("("):
            raise self._error("Expected a list in brackets after IN. Try: IN ('a', 'b')")
        values = [self._fitting(name, self._value())]
        while self._mark(","):
            values.append(self._fitting(name, self._value()))
        if not self._mark(")"):
            raise self._error("Expected a comma or a closing bracket in the list")
        return _one_of(name, values, negated)

    def _between(self, name: str, negated: bool) -> Clause:
        low = self._value()
        if not self._take("and"):
            raise self._error("Expected AND between the two ends. Try: BETWEEN 18 AND 65")
        ends = [(">=", low), ("<=", self._value())]
        parts = [self._compared(name, sign, value, negated) for sign, value in ends]
        return _joined("or" if negated else "and", parts)

    def _compared(self, name: str, sign: str, value: _Token, negated: bool) -> Clause:
        sign = _NOT[sign] if negated else sign
        fitting = self._fitting(name, value)
        if sign in ("=", "<>"):
            return _one_of(name, [fitting], sign == "<>")
        if name not in self._numbers:
            raise self._error(
                f"{name!r} holds levels, of which none is larger than another. "
                f"Try: {_spelled(name)} IN ({_text(value)})",
                value,
            )
        operation: Operation = sign  # type: ignore[assignment]
        return Condition(name, operation, (fitting,))

    def _fitting(self, name: str, value: _Token) -> float | Level:
        """Return a value as its column holds them."""
        if value.kind == "number":
            return float(value.words) if name in self._numbers else value.words
        if name in self._numbers:
            raise self._error(f"{name!r} holds numbers. Try: {_spelled(name)} > 0", value)
        return value.key or _unquoted(value.words)

    def _value(self) -> _Token:
        now = self._now
        if now.kind in ("number", "text") or now.key in ("true", "false"):
            return self._next()
        if now.key == "null":
            raise self._error("Nothing equals NULL. Try: IS NULL")
        if now.kind in ("word", "name"):
            known = now.kind == "name" or now.words in self._columns
            if known:
                raise self._error("Columns are compared with values, not with one another")
            raise self._error(f"Text stands in quotes. Try: '{now.words}'")
        raise self._error("Expected a number, or a text in quotes")

    def _column(self) -> str:
        now = self._now
        if now.kind not in ("word", "name") or now.key:
            raise self._error("Expected a column. Try: age >= 18")
        written = now.words[1:-1].replace("``", "`") if now.kind == "name" else now.words
        alike = [name for name in self._columns if name.lower() == written.lower()]
        if written not in self._columns and len(alike) != 1:
            hint = closest(written, list(self._columns))
            raise self._error(f"There is no column {written!r} among the explained rows. {hint}")
        self._next()
        return written if written in self._columns else alike[0]

    def _sign(self, otherwise: str) -> str:
        if self._now.kind != "sign":
            raise self._error(otherwise)
        words = self._next().words
        return _SAME.get(words, words)

    def _take(self, key: str) -> bool:
        found = self._now.key == key
        self._at += found
        return found

    def _mark(self, mark: str) -> bool:
        found = self._now.kind == "mark" and self._now.words == mark
        self._at += found
        return found

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self, told: str, token: _Token | None = None) -> SynapseError:
        token = token or self._now
        where = f"At {token.words[:40]!r} (letter {token.place + 1})"
        return SynapseError(f"{'At the end' if token.kind == 'end' else where}: {told.strip()}")


def _joined(joined: Joined, parts: list[Clause]) -> Clause:
    """Return conditions as one, those that are joined alike side by side."""
    flat: list[Clause] = []
    for one in parts:
        flat += one.parts if isinstance(one, Joint) and one.joined == joined else [one]
    return flat[0] if len(flat) == 1 else Joint(joined, tuple(flat))


def _one_of(name: str, values: list[float | Level], negated: bool) -> Condition:
    if negated:
        return Condition(name, "not in", (*values, None))
    return Condition(name, "in", tuple(values))


def _unquoted(words: str) -> str:
    """Return what a text in quotes says; a quote is doubled in it, or stands behind a backslash."""
    mark = words[0]

    def said(found: re.Match[str]) -> str:
        code, letter = found.groups()
        if code:
            return chr(int(code, 16))
        return _ESCAPED.get(letter, letter) if letter else mark

    return re.sub(rf"\\u([0-9a-fA-F]{{4}})|\\(.)|{mark}{mark}", said, words[1:-1], flags=re.DOTALL)


def _spelled(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d]\w*", name) and name.lower() not in _OWN else quoted(name)


def _text(value: _Token) -> str:
    return value.words if value.kind == "text" else f"'{value.words}'"
