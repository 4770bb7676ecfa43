"""A dashboard of reviews with a model that is known: words add up, and it takes no "boom"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.dashboard.plane import plane
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.kernels.explaining.tokens import tokens
from synapse_magic.results.dashboard.parts.side_by_side import beside
from synapse_magic.results.dashboard.parts.text_board import TextBoard
from synapse_magic.results.dashboard.parts.text_plane import TextPlane
from synapse_magic.results.dashboard.parts.texts_asked import AskedTexts
from synapse_magic.results.dashboard.parts.texts_examined import LENGTH, ExaminedTexts
from synapse_magic.results.dashboard.parts.word_columns import TextTerms
from synapse_magic.results.text_explanation import TextExplanation

WORTH = {"good": 0.2, "lovely": 0.15, "bad": -0.2, "dull": -0.15}
REST = ("the", "film", "was", "and", "its", "music", "we", "saw")
HOSTILE = (
    "</script><script>window.broken=1</script>",
    "`${window.broken=1}`",
    "\"><img src=x onerror='window.broken=1'>",
    "<!--<script>",
    "&lt;b&gt;",
)


class Feelings:
    """A scorer of the probability: a half and what the words are worth."""

    inputs, outputs = ("review",), ("probability",)

    def __init__(self, tokenizer: str) -> None:
        self._tokenizer = tokenizer

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the probability of each text."""
        texts = batch.column("review").to_pylist()
        if any("boom" in text for text in texts):
            raise ValueError("the model does not take boom")
        scores = [0.5 + sum(map(worth, tokens(text, self._tokenizer).words)) for text in texts]
        return pa.RecordBatch.from_arrays([pa.array(scores, pa.float64())], ["probability"])


def worth(word: str) -> float:
    """Return what a word adds."""
    return WORTH.get(word.lower(), 0.0)


def written(count: int = 160, more: tuple[str, ...] = ()) -> list[str]:
    """Return texts of two words that tell and some that do not; the first is empty."""
    rng = np.random.default_rng(5)
    made = [""]
    for i in range(count - 1):
        telling = [str(word) for word in rng.choice(list(WORTH), 2)]
        rest = [str(word) for word in rng.choice([*REST, *more], int(rng.integers(2, 9)))]
        words = [*rest[:1], telling[0], *rest[1:], telling[1], *(["but"] if i % 4 == 0 else [])]
        made.append(" ".join(words).capitalize() + ".")
    return made


def explained(
    texts: list[str] | None = None, tokenizer: str = "words", **more: Any
) -> TextExplanation:
    """Return an explanation of texts whose labels are wrong where there is a "but"."""
    texts = written() if texts is None else texts
    cut = [tokens(text, tokenizer) for text in texts]
    values = [np.array([worth(word) for word in own.words]).reshape(-1, 1) for own in cut]
    prediction = np.array([[0.5 + own.sum()] for own in values])
    liked = (prediction[:, 0] >= 0.5) != np.array(["but" in text for text in texts])
    spans = [np.stack([own.starts, own.ends], axis=1) for own in cut]
    known = {
        "values": np.concatenate(values),
        "starts": np.concatenate([[0], np.cumsum([len(own) for own in cut])]),
        "base": np.full((len(texts), 1), 0.5),
        "prediction": prediction,
        "outputs": ("liked",),
        "scale": "probability",
        "method": "kernel_shap",
        "rows_total": 10 * len(texts),
        "seed": 1,
        "quality": np.ones((len(texts), 1)),
        "truth": np.where(liked, "liked", "not liked").astype(object),
        "data": {"source": np.array([("web", "paper")[i % 2] for i in range(len(texts))], object)},
        "masker": TextMasker("review", tokenizer),
    }
    return TextExplanation(texts=tuple(texts), spans=np.concatenate(spans), **(known | more))


def board(texts: list[str] | None = None, tokenizer: str = "words", **more: Any) -> TextBoard:
    """Return a dashboard with all its tabs."""
    examined = ExaminedTexts.looked_at(explained(texts, tokenizer, **more))
    schema = pa.schema([("review", pa.string())])
    asker = Asker(Feelings(tokenizer), Target("probability"), schema)
    asked = AskedTexts(examined, asker, TextMasker("review", tokenizer))
    asked.check()
    return TextBoard(examined, None, asked, TextTerms("review", LENGTH, tokenizer))


def compared(texts: list[str] | None = None, **more: Any) -> TextBoard:
    """Return a dashboard with a second model, for which "bad" is good, and with a map."""
    made = board(texts, **more)
    own = made.examined.parts
    other = replace(own, values=own.values.copy(), prediction=own.prediction.copy())
    for place, text in enumerate(own.texts):
        words = slice(int(own.starts[place]), int(own.starts[place + 1]))
        bad = [text[a:b].lower() == "bad" for a, b in own.spans[words].tolist()]
        other.values[words][bad] = 0.2
        other.prediction[place] += 0.4 * sum(bad)
    lengths = np.array([len(text) for text in own.texts], float)
    vectors = np.stack([lengths, made.examined.score, np.zeros(len(own))], axis=1)
    vectors[-1] = np.nan
    mapped = TextPlane("vector", plane(vectors), len(own), 42)
    made.examined = replace(beside(made.examined, other), plane=mapped)
    return made


def hostile() -> TextBoard:
    """Return a dashboard of texts whose words are not what they seem."""
    data = {HOSTILE[0]: np.array([HOSTILE[i % 5] for i in range(160)], object)}
    return board(written(160, HOSTILE), r"\S+", data=data)
