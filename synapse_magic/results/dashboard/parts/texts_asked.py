"""What if: a text as it is edited, what the model says of it, and what its words add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import explain_row
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.text_masker import TextCase, TextMasker
from synapse_magic.results.dashboard.parts.asked import AskedParts
from synapse_magic.results.dashboard.parts.marked import marked
from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts
from synapse_magic.views.words import plural

SHORT = 60
"""Words up to which the words of an edited text are explained."""
COALITIONS = 512
"""Copies of a text that the model is asked about: all there are of 9 words."""
PATIENCE = 4000.0
"""Milliseconds that somebody waits for the words of a text at most."""
TRIED = 32
"""Texts by which it is tried whether many at once are fast."""
LONGEST = 100_000
"""Letters of a text that is asked about."""


@dataclass(frozen=True, eq=False)
class AskedTexts(AskedParts):
    """A model beside the texts that it was explained on."""

    examined: ExaminedTexts
    masker: TextMasker

    def own(self, place: int) -> pa.Array:
        """Return the text of a row."""
        return self._written(self.examined.parts.texts[place])

    def _written(self, text: str) -> pa.Array:
        if len(text) > LONGEST:
            raise SynapseError(
                f"The text has {len(text):,} letters. Expected {LONGEST:,} at most here"
            )
        return pa.array([text], self.asker.schema.field(self.masker.column).type)

    def form(self, place: int) -> dict[str, Any]:
        """Return the text of a row, with what the model says of it."""
        place = self.check_place(place)
        return {
            "place": place,
            "text": self.examined.parts.texts[place],
            **self.scored(self.row(place)),
        }

    def say(self, place: int, text: str) -> dict[str, Any]:
        """Return what the model says of a text in place of that of a row."""
        return self.scored(self.with_own(self.check_place(place), self._written(text)))

    def told(self, place: int, text: str, output: int) -> dict[str, Any]:
        """Return a text with what each word adds, as Shapley values, or why there are none."""
        batch = self.with_own(self.check_place(place), self._written(text))
        case = self.masker.open(batch, 0)
        spans = np.stack([case.tokens.starts, case.tokens.ends], axis=1)
        bare = {"runs": marked(text, spans, np.zeros(case.size), 1.0), "exact": False}
        if case.size > SHORT:
            told = f"{plural(case.size, 'word')} are too many to explain while you wait"
            return {**bare, "note": f"{told}; up to {SHORT} are."}
        took = self.scored(batch)["milliseconds"]
        asked = min(2**case.size, COALITIONS)
        if took * asked > PATIENCE and not self._is_fast(case, asked, took):
            return {**bare, "note": f"The model takes {took:.0f} ms a text, too long for {asked}."}
        found = explain_row(KernelShap(self.masker, COALITIONS, 0), self.asker.read, batch, 0)
        values = found.values[:, output]
        exact = 2**case.size <= COALITIONS
        return {
            "runs": marked(text, spans, values, float(self.examined.top[output])),
            "base": float(found.base[output]),
            "exact": exact,
            "note": _note(case.size, exact),
        }

    def _is_fast(self, case: TextCase, asked: int, took: float) -> bool:
        """Say whether many texts at once take the model hardly longer than one."""
        if took * TRIED > PATIENCE:
            return False  # to try would take too long as well
        many = self.scored(case.masked(np.ones((TRIED, case.size), bool)))["milliseconds"]
        return bool(many / TRIED * asked <= PATIENCE)

    def without(self, place: int, text: str, token: int) -> dict[str, Any]:
        """Return a text without one of its words, and with one space less."""
        batch = self.with_own(self.check_place(place), self._written(text))
        case = self.masker.open(batch, 0)
        kept = np.arange(case.size)[None, :] != token
        return {"text": case.masked(kept).column(self.masker.column)[0].as_py()}


def _note(words: int, exact: bool) -> str:
    if not words:
        return "There are no words."
    if exact:
        return "Shapley values, exact: all combinations of words were asked about."
    return f"Shapley values, estimated from {COALITIONS} combinations of words."
