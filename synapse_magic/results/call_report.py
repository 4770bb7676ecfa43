"""What became of the calls for a frame: rows, requests, tokens and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.meter import LIMIT_REACHED
from synapse_magic.results.call_projection import CallProjection, money, tokens_in_words
from synapse_magic.views.words import escape, plural


@dataclass(frozen=True)
class CallReport:
    """What became of the calls for a frame.

    Attributes
    ----------
    rows : int
        Rows that came out.
    errors : mapping of str to int
        How many rows have an error, by its code.
    counts : CallCounts or None
        Numbers of the calls; None where no worker could tell any.
    seconds : float
        How long it took.
    cost : float or None
        Dollars, None where they are not known.
    why : str
        Why they are not.
    projection : CallProjection or None
        What was expected before; None where nothing was tried.
    journal : str or None
        Where the answers are kept.
    whole : bool
        Whether it is about all rows, not about those alone that were tried.
    tried : CallReport or None
        What became of the rows that were called first; None where none were.
    unasked : int
        Rows with neither answer nor error: what a call needs was null.

    Examples
    --------
    >>> report = CallReport(100, {"http_400": 2}, CallCounts(sent=101, retried=1), 9.0, 0.25)
    >>> print(report)
    98 of 100 rows answered; 2 with an error: http_400 2
    101 calls, 1 retried, $0.25
    """

    rows: int
    errors: Mapping[str, int]
    counts: CallCounts | None
    seconds: float
    cost: float | None = None
    why: str = ""
    projection: CallProjection | None = None
    journal: str | None = field(default=None, kw_only=True)
    whole: bool = field(default=True, kw_only=True)
    tried: CallReport | None = field(default=None, kw_only=True)
    unasked: int = field(default=0, kw_only=True)

    @property
    def failed(self) -> int:
        """Rows with an error, those left for a limit among them."""
        return sum(self.errors.values())

    def lines(self) -> list[str]:
        """Return the report in words, a line each."""
        return [line for line in (self._rows(), self._calls(), self._advice()) if line]

    def html(self) -> str:
        """Return the report as HTML, which needs no script."""
        first, *others = map(escape, self.lines())
        return "".join([f"<div><b>{first}</b></div>", *(f"<div>{each}</div>" for each in others)])

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.html()

    def _rows(self) -> str:
        done = self.rows - self.failed - self.unasked
        told = f"{done:,} of {plural(self.rows, 'row')} answered"
        if self.unasked:
            told += f"; {self.unasked:,} without what a call needs"
        if not self.errors:
            return told
        most = sorted(self.errors.items(), key=lambda pair: (-pair[1], pair[0]))
        return f"{told}; {self.failed:,} with an error: " + ", ".join(f"{c} {n:,}" for c, n in most)

    def _calls(self) -> str:
        if self.counts is None:
            return (
                "How many calls were sent and what they cost is not known: workers could not "
                "reach this process"
            )
        return ", ".join([*calls_in_words(self.counts), money(self.cost, self.why)])

    def _advice(self) -> str:
        if not self.whole:
            return "The other rows were not called"
        if LIMIT_REACHED not in self.errors:
            return f"Answers are kept in {self.journal}" if self.journal else ""
        kept = f"answers are kept in {self.journal}" if self.journal else "there is no journal"
        return f"A limit was reached, and the rows after it were not called; {kept}"


def calls_in_words(counts: CallCounts) -> list[str]:
    """Return numbers of calls in words, those that are 0 left out."""
    words = [plural(counts.sent, "call")]
    named = ("in_flight", "in flight"), ("throttled", "throttled"), ("retried", "retried")
    words += [f"{getattr(counts, n):,} {word}" for n, word in named if getattr(counts, n)]
    if counts.kept:
        words.append(f"{counts.kept:,} not sent again")
    tokens = tokens_in_words(counts.input, counts.output)
    return [*words, tokens] if tokens else words


class CalledFrame(NamedTuple):
    """What calling services for a frame gives back.

    Attributes
    ----------
    frame : DataFrame
        Its rows with the answers, held by Spark so that nothing is called again.
    report : CallReport
    """

    frame: Any
    report: CallReport
