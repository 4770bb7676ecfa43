from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import explain_row
from synapse_magic.kernels.explaining.hierarchy import GroupedShap
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.masking import GroupedMasker, in_parts
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.kernels.pixels import image_column, loaders

WORTH = {"good": 2.0, "bad": -3.0, "film": 0.5}


def grouped(masker: GroupedMasker, samples: int | None, seed: int, most: int) -> GroupedShap:
    return GroupedShap(KernelShap(masker, samples, seed), masker, most)


def by_words(batch: pa.RecordBatch) -> np.ndarray:
    """Give a number a text, and a second that knows of pairs."""
    texts = [
        text.lower().replace(".", " ").replace(",", " ").split()
        for text in batch.column("text").to_pylist()
    ]
    sums = [sum(WORTH.get(word, 0.0) for word in words) for words in texts]
    pairs = [4.0 * ("not" in words and "good" in words) for words in texts]
    return np.column_stack([sums, pairs])


def explained(text: str | None, samples: int | None = None, most: int = 200) -> Local:
    batch = pa.RecordBatch.from_pydict({"text": [text]})
    return explain_row(grouped(TextMasker("text", "words"), samples, 3, most), by_words, batch, 0)


def test_words_get_what_they_are_worth_and_pairs_share() -> None:
    found = explained("Not a good film, bad sound")
    assert found.names == ("Not", "a", "good", "film", "bad", "sound")
    assert np.allclose(found.values[:, 0], [0, 0, 2, 0.5, -3, 0])
    assert np.allclose(found.values[:, 1], [2, 0, 2, 0, 0, 0])
    assert np.allclose(found.base, 0)
    assert np.allclose(found.prediction, [-0.5, 4])


def test_many_words_are_explained_sentence_by_sentence() -> None:
    text = "Not a good film. " + "Some words say nothing. " * 60 + "A bad end."
    found = explained(text)
    assert len(found.names) == 4 + 240 + 3
    worth = dict(zip(found.names, found.values.tolist()))
    assert np.allclose(worth["good"], [2, 2])
    assert np.allclose(worth["Not"], [0, 2])
    assert np.allclose(worth["bad"], [-3, 0])
    assert np.allclose(found.base + found.values.sum(0), found.prediction, atol=1e-9)
    assert np.allclose(found.error, 0)


def test_words_that_occur_twice_are_told_apart() -> None:
    assert explained("good good").values[:, 0].tolist() == pytest.approx([2, 2])


@pytest.mark.parametrize("text", ["", " ", "...!"])
def test_a_text_without_words_is_its_own_base(text: str) -> None:
    found = explained(text)
    assert found.values.shape == (0, 2)
    assert np.array_equal(found.base, found.prediction)


def test_one_word_gets_all_there_is() -> None:
    found = explained("good")
    assert found.values.tolist() == [[2, 0]]
    assert found.base.tolist() == [0, 0]


def test_a_null_text_is_told() -> None:
    with pytest.raises(SynapseError, match="is null"):
        explained(None)


def test_too_few_samples_tell_the_least_that_works() -> None:
    text = "one two three four five six seven. " * 3
    with pytest.raises(SynapseError, match=r"numSamples=10 is too small for 21 features.*least 44"):
        explained(text, samples=10)
    with pytest.raises(SynapseError, match=r"too small for 21 features in groups.*least 82"):
        explained(text, samples=81, most=12)
    assert np.allclose(explained(text, samples=82, most=12).values, 0)


def test_the_same_seed_gives_the_same_values_after_pickling() -> None:
    asks = grouped(TextMasker("text", "words"), 100, 3, 12)
    again = pickle.loads(pickle.dumps(asks))
    batch = pa.RecordBatch.from_pydict({"text": ["not a good film. " * 5]})
    one, two = (explain_row(each, by_words, batch, 0) for each in (asks, again))
    assert np.array_equal(one.values, two.values)


def brightness(batch: pa.RecordBatch) -> np.ndarray:
    return np.array([[load().astype(float).sum()] for load in loaders(batch.column("image"))])


@pytest.mark.parametrize("most", [12, 100])
def test_superpixels_get_their_light_in_regions_and_without(most: int) -> None:
    image = np.random.default_rng(0).integers(1, 255, (40, 40), dtype=np.uint8)
    batch = pa.RecordBatch.from_arrays([image_column([image], ["a"])], ["image"])
    segments = Segments(8, 130, "grid")
    asks = grouped(ImageMasker("image", segments), None, 0, most)
    found = explain_row(asks, brightness, batch, 0)
    labels = segments.make(image).reshape(-1)
    light = np.bincount(labels, image.reshape(-1).astype(float))
    assert np.allclose(found.values[:, 0], light)


def test_a_black_superpixel_gets_nothing_at_all() -> None:
    image = np.full((8, 32), 9, np.uint8)
    image[:, 8:16] = 0
    batch = pa.RecordBatch.from_arrays([image_column([image], ["a"])], ["image"])
    asks = grouped(ImageMasker("image", Segments(8, 1, "grid")), None, 0, 12)
    found = explain_row(asks, brightness, batch, 0)
    assert found.values[:, 0].tolist() == pytest.approx([576, 0, 576, 576])
    assert found.values[1, 0] == 0


def test_large_images_are_masked_some_at_a_time() -> None:
    image = np.full((512, 512, 3), 9, np.uint8)
    batch = pa.RecordBatch.from_arrays([image_column([image], ["a"])], ["image"])
    case = ImageMasker("image", Segments(256, 1, "grid")).open(batch, 0)
    parts = list(in_parts(case, np.ones((90, 4), bool)))
    assert sum(part.num_rows for part in parts) == 90
    assert max(part.nbytes for part in parts) <= 64 << 20
    assert len(parts) > 1
