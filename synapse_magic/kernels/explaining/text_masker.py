"""Words taken out of a text, the rest left as it was."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.tokens import Tokens, tokens
from synapse_magic.kernels.explaining.vector_masker import with_column

_OPENING = {"Ps", "Pi"}
_CLOSING = {"Pe", "Pf", "Po"}


@dataclass(frozen=True)
class TextMasker:
    """Opens texts to have tokens taken away.

    A token goes with one of the spaces beside it, so that no two stand together and none before a
    full stop; all other characters stay.

    Attributes
    ----------
    column : str
    tokenizer : str
        See :func:`synapse_magic.kernels.explaining.tokens.tokens`.
    mask_token : str or None
        What stands for a token that is taken away, between the spaces of the text; None for
        nothing.
    """

    column: str
    tokenizer: str
    mask_token: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The column of texts."""
        return (self.column,)

    def open(self, batch: pa.RecordBatch, row: int) -> TextCase:
        """Return one text."""
        own = batch.slice(row, 1)
        text = own.column(self.column)[0].as_py()
        if text is None:
            raise SynapseError(f"The text in column {self.column!r} is null. Expected a text")
        return TextCase(tokens(text, self.tokenizer), self.column, self.mask_token, own)


@dataclass(frozen=True, eq=False)
class TextCase:
    """One text whose tokens can be kept or taken away."""

    tokens: Tokens
    column: str
    mask_token: str | None
    own: pa.RecordBatch
    _gaps: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The tokens."""
        return self.tokens.words

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return len(self.tokens)

    features = size

    @property
    def places(self) -> np.ndarray:
        """The position of each token."""
        return np.arange(self.size)

    @property
    def copies(self) -> int:
        """A mask is one text."""
        return 1

    @property
    def groups(self) -> np.ndarray:
        """The sentence of each token."""
        return self.tokens.sentences()

    @property
    def row_bytes(self) -> int:
        """About how large a text is."""
        return 4 * len(self.tokens.text)

    def masked(self, masks: np.ndarray) -> pa.RecordBatch:
        """Return the text once for each mask of kept tokens."""
        kind = self.own.column(self.column).type
        texts = pa.array([self._text(runs) for runs in _runs(masks)], kind)
        return with_column(self.own, self.column, texts)

    def _text(self, taken: list[tuple[int, int]]) -> str:
        """Return the text without some runs of tokens."""
        text, at, parts = self.tokens.text, 0, []
        for first, last in taken:
            start, end = self._around(first, last)
            parts += [text[at:start], self._gap(first, last)]
            at = end
        return "".join([*parts, text[at:]])

    def _around(self, first: int, last: int) -> tuple[int, int]:
        """Return where the gap before a run begins, and where the one after it ends."""
        before = int(self.tokens.ends[first - 1]) if first else 0
        after = len(self.tokens.text) if last == self.size else int(self.tokens.starts[last])
        return before, after

    def _gap(self, first: int, last: int) -> str:
        """Return what stands in place of a run of tokens and the gaps around and in it."""
        if (first, last) not in self._gaps:
            start, end = self._around(first, last)
            ends = [start, *self.tokens.ends[first:last].tolist()]
            starts = [*self.tokens.starts[first:last].tolist(), end]
            gaps = [self.tokens.text[a:b] for a, b in zip(ends, starts)]
            self._gaps[first, last] = self._filled(gaps, first == 0, last == self.size)
        return self._gaps[first, last]

    def _filled(self, gaps: list[str], begins: bool, ends: bool) -> str:
        if self.mask_token is not None:
            return self.mask_token.join(gaps)
        made = gaps[0]
        for i, gap in enumerate(gaps[1:], start=2):
            made = _joined(made, gap, begins, ends and i == len(gaps))
        return made


def _runs(masks: np.ndarray) -> list[list[tuple[int, int]]]:
    """Return for each mask the runs of what is not kept, as (first, one after the last)."""
    rows, size = masks.shape
    edged = np.ones((rows, size + 2), bool)
    edged[:, 1:-1] = masks
    mask, place = np.nonzero(edged[:, 1:] != edged[:, :-1])
    pairs = list(zip(place[::2].tolist(), place[1::2].tolist()))
    last = np.cumsum(np.bincount(mask[::2], minlength=rows)).tolist()
    return [pairs[a:b] for a, b in zip([0, *last], last)]


def _joined(left: str, right: str, begins: bool, ends: bool) -> str:
    """Return two gaps without one of the spaces that would be too many between them.

    ``begins`` says that the text begins with the left gap, ``ends`` that it ends with the right.
    """
    spaced, spaces = left[-1:].isspace(), right[:1].isspace()
    if spaced and spaces:
        return left + right[1:] if right[0] != "\n" else left[:-1] + right
    if spaced and (_kind(right[:1]) in _CLOSING or (ends and not right)):
        return left[:-1] + right
    if spaces and (_kind(left[-1:]) in _OPENING or (begins and not left)):
        return left + right[1:]
    return left + right


def _kind(letter: str) -> str:
    return unicodedata.category(letter) if letter else ""
