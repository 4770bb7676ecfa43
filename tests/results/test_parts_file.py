from __future__ import annotations

from dataclasses import replace

import everyparts
import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.results.image_explanation import ImageExplanation
from synapse_magic.results.text_explanation import TextExplanation

FIELDS = ("values", "starts", "base", "prediction", "quality")
WORDS = ("outputs", "scale", "method", "rows_total", "seed")


@pytest.fixture
def texts():
    return everyparts.texts(["good film", "", "שלום 😀 <b>"], ("no", "yes"))


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    shapes = [(6, 9, 3), (1, 1), (4, 5, 4)]
    pictures = [rng.integers(0, 255, shape, dtype=np.uint8) for shape in shapes]
    return everyparts.images(pictures, ("no", "yes"), origins=["a.png", "", "ü.png"])


def same(found, written):
    assert type(found) is type(written)
    assert all((getattr(found, name) == getattr(written, name)).all() for name in FIELDS)
    assert all(getattr(found, name) == getattr(written, name) for name in WORDS)
    assert found.html() == written.html()


def test_texts_come_back_as_they_were(texts, tmp_path):
    texts = replace(texts, failures={1: "no text"})
    texts.save(tmp_path / "why.parquet")
    found = TextExplanation.load(tmp_path / "why.parquet")
    same(found, texts)
    assert found.failures == {1: "no text"}
    assert found.texts == texts.texts
    assert (found.spans == texts.spans).all()


def test_labels_columns_and_what_takes_parts_away_come_back(texts, images, tmp_path):
    data = {"stars": np.array([1.0, np.nan, 3.0]), "by": np.array(["a", None, "b"], object)}
    truth = np.array(["yes", "no", None], object)
    segments = Segments(4.0, 130.0, "grid")
    maskers = (
        TextMasker("text", "words", "[MASK]"),
        ImageMasker("image", segments, "blur", (1, 2, 3)),
    )
    for made, masker in zip((texts, images), maskers):
        replace(made, data=data, truth=truth, masker=masker).save(tmp_path / "why.parquet")
        found = type(made).load(tmp_path / "why.parquet")
        assert found.masker == masker
        assert found.truth.tolist() == truth.tolist()
        assert np.array_equal(found.data["stars"], data["stars"], equal_nan=True)
        assert found.data["by"].tolist() == data["by"].tolist()


def test_images_come_back_as_they_were(images, tmp_path):
    images.save(tmp_path / "why.parquet")
    found = ImageExplanation.load(tmp_path / "why.parquet")
    same(found, images)
    assert found.origins == images.origins
    for name in ("images", "labels"):
        for own, other in zip(getattr(found, name), getattr(images, name)):
            assert (own == other).all()
            assert own.dtype == other.dtype


def test_a_cut_file_and_one_of_another_kind_are_refused(texts, tmp_path):
    file = tmp_path / "why.parquet"
    texts.save(file)
    with pytest.raises(SynapseError, match="without an explanation"):
        ImageExplanation.load(file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(SynapseError, match="not a whole Parquet file"):
        TextExplanation.load(file)
    assert [own.name for own in tmp_path.iterdir()] == ["why.parquet"]
