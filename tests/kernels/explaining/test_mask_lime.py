from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import Lasso, LinearRegression

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import explain_row
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.mask_lime import MaskLime
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.kernels.pixels import image_column, loaders

WORTH = {"good": 2.0, "bad": -3.0, "film": 0.5}


def scores(texts: list[str]) -> np.ndarray:
    each = [sum(WORTH.get(word, 0.0) for word in text.split()) for text in texts]
    bent = [np.tanh(one) * (1 + ("not" in text.split())) for one, text in zip(each, texts)]
    return np.column_stack([each, bent])


def by_words(batch: pa.RecordBatch) -> np.ndarray:
    return scores(batch.column("text").to_pylist())


def lime(fraction: float = 0.7, **settings: object) -> MaskLime:
    return MaskLime(TextMasker("text", "words"), LimeSettings(**settings), fraction)  # type: ignore[arg-type]


def explained(text: str, fraction: float = 0.7, **settings: object) -> Local:
    batch = pa.RecordBatch.from_pydict({"text": [text]})
    return explain_row(lime(fraction, **settings), by_words, batch, 0)


def test_a_line_is_found_exactly_and_fits() -> None:
    found = explained("a good film with a bad end")
    assert np.allclose(found.values[:, 0], [0, 2, 0.5, 0, 0, -3, 0])
    assert found.base[0] == pytest.approx(0)
    assert found.quality[0] == pytest.approx(1)
    assert 0 < found.quality[1] < 1
    assert found.names == ("a", "good", "film", "with", "a", "bad", "end")


@pytest.mark.parametrize("penalty", [0.0, 0.02])
def test_it_is_what_scikit_learn_fits_to_the_same_copies(penalty: float) -> None:
    words = ["not", "a", "good", "film", "with", "bad", "end"]
    kept = np.random.default_rng([42, 7]).random((300, 7)) < 0.7
    kept[0] = True
    outcomes = scores([" ".join(np.array(words)[mask]) for mask in kept])[:, 1]
    weights = np.sqrt(np.exp(-((~kept).sum(1) / 7) / 0.75**2))
    model = Lasso(penalty, tol=1e-12, max_iter=100_000) if penalty else LinearRegression()
    model.fit(kept.astype(float), outcomes, sample_weight=weights)
    found = explained(" ".join(words), samples=300, penalty=penalty)
    assert np.allclose(found.values[:, 1], model.coef_, atol=1e-6)
    assert found.base[1] == pytest.approx(model.intercept_, abs=1e-6)
    r2 = model.score(kept.astype(float), outcomes, sample_weight=weights)
    assert found.quality[1] == pytest.approx(r2, abs=1e-6)


def test_a_mask_is_asked_about_once() -> None:
    batch = pa.RecordBatch.from_pydict({"text": ["good bad"]})
    asked = lime().ask(batch, 0)
    assert sum(part.num_rows for part in asked.batches()) == 4
    alone = explained("good bad")
    assert alone.prediction[0] == -1
    assert np.allclose(alone.values[:, 0], [2, -3])


def test_only_the_strongest_features_have_a_slope_where_few_are_wanted() -> None:
    found = explained("a good film with a bad end", most=2)
    assert np.flatnonzero(found.values[:, 0]).tolist() == [1, 5]


@pytest.mark.parametrize("text", ["", "?!"])
def test_a_text_without_words_is_its_own_base(text: str) -> None:
    found = explained(text)
    assert found.values.shape == (0, 2)
    assert np.array_equal(found.base, found.prediction)
    assert found.quality.tolist() == [1, 1]


def test_one_word_has_all_there_is() -> None:
    found = explained("good")
    assert found.values[0, 0] == pytest.approx(2)
    assert found.base[0] == pytest.approx(0)


def test_too_few_samples_tell_the_least_that_works() -> None:
    text = " ".join(f"w{i}" for i in range(60))
    with pytest.raises(SynapseError, match=r"numSamples=61 .* 60 features. Expected at least 62"):
        explained(text, samples=61)
    assert np.allclose(explained(text, samples=61, penalty=0.1).values, 0)
    assert np.allclose(explained(text, samples=62).values, 0)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    batch = pa.RecordBatch.from_pydict({"other": [1], "text": ["not a good film with bad end"]})
    asks = lime(samples=50)
    one = explain_row(asks, by_words, batch, 0)
    again = explain_row(pickle.loads(pickle.dumps(asks)), by_words, batch, 0)
    assert np.array_equal(one.values, again.values)
    other = explain_row(lime(samples=50, seed=7), by_words, batch, 0)
    assert not np.allclose(one.values[:, 1], other.values[:, 1])


def test_superpixels_have_their_light_and_black_ones_nothing() -> None:
    image = np.full((8, 32), 9, np.uint8)
    image[:, 8:16] = 0
    batch = pa.RecordBatch.from_arrays([image_column([image], ["a"])], ["image"])
    masker = ImageMasker("image", Segments(8, 1, "grid"))

    def light(rows: pa.RecordBatch) -> np.ndarray:
        return np.array([[load().astype(float).sum()] for load in loaders(rows.column("image"))])

    found = explain_row(MaskLime(masker, LimeSettings(samples=100), 0.7), light, batch, 0)
    assert found.values[:, 0].tolist() == pytest.approx([576, 0, 576, 576])
    assert found.values[1, 0] == 0
