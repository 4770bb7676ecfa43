"""How large the view of some explained texts is, and how long it takes; shap's beside it.

Run ``python tests/benchmarks/text_view.py [shap texts]``. shap draws fewer texts, as measured:
nothing is extrapolated.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from synapse_magic import TextExplanation
from synapse_magic.kernels.explaining.tokens import tokens

TEXTS, WORDS, CLASSES = 20, 200, ("bad", "so so", "good")
LIMIT_BYTES = 300_000


def explanation(texts: int) -> TextExplanation:
    """Return texts of random words that all add something."""
    rng = np.random.default_rng(7)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = ["".join(rng.choice(letters, rng.integers(2, 10))) for _ in range(1500)]
    written = tuple(" ".join(rng.choice(vocabulary, WORDS)) + "." for _ in range(texts))
    cut = [tokens(text) for text in written]
    values = rng.normal(size=(texts * WORDS, len(CLASSES))) / 100
    base = np.full((texts, len(CLASSES)), 1 / 3)
    return TextExplanation(
        texts=written,
        spans=np.concatenate([np.stack([own.starts, own.ends], axis=1) for own in cut]),
        values=values,
        starts=np.arange(texts + 1) * WORDS,
        base=base,
        prediction=base + values.reshape(texts, WORDS, -1).sum(1),
        quality=np.ones_like(base),
        outputs=CLASSES,
        scale="probability",
        method="kernel_shap",
        rows_total=texts,
        seed=42,
    )


def by_shap(one: TextExplanation) -> str:
    """Return shap's view of the same texts."""
    import shap

    rows = range(len(one))
    parts = [slice(one.starts[i], one.starts[i + 1]) for i in rows]
    words = [np.array([f"{word} " for word in one.text(i).texts[0].words]) for i in rows]
    values = np.stack([one.values[part] for part in parts])
    data = np.empty(len(one), object)
    data[:] = words
    made = shap.Explanation(values, one.base, data, output_names=list(one.outputs))
    return str(shap.plots.text(made, display=False))


def main() -> None:
    """Print both as one table."""
    few = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    print(f"texts of {WORDS} words, {len(CLASSES)} classes | seconds | bytes of HTML")
    for name, texts, draw in (("ours", TEXTS, TextExplanation.html), ("shap", few, by_shap)):
        one = explanation(texts)
        begun = time.perf_counter()
        size = len(draw(one).encode())
        print(f"{name}, {texts} texts | {time.perf_counter() - begun:.2f} | {size:,}")
        if name == "ours":
            assert size < LIMIT_BYTES, f"expected less than {LIMIT_BYTES:,} bytes"


if __name__ == "__main__":
    main()
