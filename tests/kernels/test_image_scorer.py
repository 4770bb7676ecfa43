from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pictures import BGR, BROKEN, GRAY, RGB, column, saved

from synapse_magic.errors import SynapseError
from synapse_magic.kernels import image_scorer
from synapse_magic.kernels.augmenting import Flips
from synapse_magic.kernels.image_makers import Steps, Tensors, Unrolled
from synapse_magic.kernels.image_scorer import ImageScorer
from synapse_magic.kernels.pixels import IMAGE_TYPE, loaders
from synapse_magic.kernels.ragged import flattened
from synapse_magic.kernels.scorer import score_in_parts
from synapse_magic.kernels.superpixels import CLUSTERS_TYPE, Superpixels
from synapse_magic.kernels.vectors import VECTOR_TYPE

ALPHA = np.dstack([BGR, RGB[:, :, 0]])
MAKERS: dict[str, tuple[Any, pa.DataType]] = {
    "images": (Steps(), IMAGE_TYPE),
    "tensors": (Tensors(), pa.list_(pa.list_(pa.list_(pa.float32())))),
    "vectors": (Unrolled(), VECTOR_TYPE),
    "superpixels": (Superpixels(8.0, 130.0), CLUSTERS_TYPE),
    "flips": (Flips(True, True), pa.list_(IMAGE_TYPE)),
}
every_maker = pytest.mark.parametrize("name", MAKERS)


def batch_of(images: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([images], ["image"])


def scored(maker: Any, images: pa.Array, **params: Any) -> pa.RecordBatch:
    scorer = ImageScorer("image", "made", maker, error="error", **params)
    return pickle.loads(pickle.dumps(scorer)).score(batch_of(images))


def tensor(image: np.ndarray, **params: Any) -> np.ndarray:
    return np.array(scored(Tensors(**params), column(image)).column(0).to_pylist()[0])


@every_maker
def test_broken_files_and_nulls_do_not_disturb_the_others(name: str) -> None:
    maker, kind = MAKERS[name]
    files = [saved(RGB, "PNG"), None, b"nothing", saved(GRAY, "PNG")]
    found = scored(maker, pa.array(files))
    alone = scored(maker, pa.array([files[3]]))
    assert found.column("made").type == kind
    assert found.column("error").to_pylist()[:2] == [None, None]
    assert "no image" in found.column("error").to_pylist()[2]
    assert found.column("made")[3] == alone.column("made")[0]
    nothing = [None] if name == "flips" else None
    assert found.column("made").to_pylist()[1:3] == [nothing, nothing]


@every_maker
def test_no_rows_and_nulls_alone_keep_the_type(name: str) -> None:
    maker, kind = MAKERS[name]
    for images in (pa.array([], pa.binary()), pa.array([None, b""], pa.binary()), column()):
        found = scored(maker, images)
        assert found.num_rows == len(images)
        assert found.column("made").type == kind
        found.validate(full=True)


@every_maker
def test_parts_are_small_and_together_what_is_made_at_once(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = column(BGR, GRAY, None, BGR, BGR)
    scorer = ImageScorer("image", "made", MAKERS[name][0], error="error")
    whole = scorer.score(batch_of(images))
    monkeypatch.setattr(image_scorer, "PART_BYTES", BGR.nbytes)
    parts = list(score_in_parts(scorer, batch_of(images)))
    assert len(parts) >= 3
    assert pa.Table.from_batches(parts).combine_chunks() == pa.Table.from_batches([whole])


@every_maker
def test_every_kind_of_broken_file_is_a_row_with_a_text(name: str) -> None:
    found = scored(MAKERS[name][0], pa.array(list(BROKEN.values())))
    assert all(found.column("error").to_pylist())


def test_what_is_too_large_for_a_batch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_scorer, "_MOST_BYTES", 1000)
    with pytest.raises(SynapseError, match=r"5 images .* fewer images at once"):
        scored(Steps(), column(*[BGR] * 5))


def test_only_so_many_images_are_decoded_as_make_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_scorer, "PART_BYTES", 1)
    decoded = []

    class Counting(Steps):
        def make(self, image: np.ndarray) -> np.ndarray:
            decoded.append(image)
            return image

    parts = ImageScorer("image", "made", Counting()).parts(batch_of(column(BGR, GRAY, BGR)))
    next(parts)
    assert len(decoded) == 1


def test_there_is_no_error_column_unless_it_has_a_name() -> None:
    scorer = ImageScorer("image", "made", Steps())
    assert scorer.score(batch_of(pa.array([b"x"]))).schema.names == ["made"]


def test_images_keep_their_origin_or_take_it_from_a_column() -> None:
    kept = scored(Steps(), column(BGR, GRAY)).column("made").field("origin")
    assert kept.to_pylist() == ["0.png", "1.png"]
    files = {"image": [saved(RGB, "PNG"), b"x"], "path": ["a", "b"]}
    scorer = ImageScorer("image", "made", Steps(), origin="path")
    made = scorer.score(pa.RecordBatch.from_pydict(files)).column("made")
    assert [row and row["origin"] for row in made.to_pylist()] == ["a", None]


def test_steps_run_in_their_order() -> None:
    steps = ({"action": "flip", "flipCode": 1}, {"action": "crop", "x": 0, "y": 0} | SIZE)
    (load,) = loaders(scored(Steps(steps), column(BGR)).column("made"))
    assert np.array_equal(load(), BGR[:4, ::-1][:, :6])


SIZE = {"height": 4, "width": 6}


def test_a_step_that_fails_is_told_in_its_row() -> None:
    crop = {"action": "crop", "x": 0, "y": 0, "height": 16, "width": 16}
    found = scored(Steps((crop,)), column(BGR, GRAY))
    first, second = found.column("error").to_pylist()
    assert first is None
    assert (
        second == "crop: x 0 to 16 and y 0 to 16 reach beyond the image, which is 8 wide and 8 high"
    )


def test_tensors_are_channels_of_rows_in_the_order_asked_for() -> None:
    assert np.array_equal(tensor(BGR), RGB.transpose(2, 0, 1))
    assert np.array_equal(tensor(BGR, order="BGR"), BGR.transpose(2, 0, 1))
    assert np.array_equal(tensor(ALPHA), RGB.transpose(2, 0, 1))
    assert np.array_equal(tensor(GRAY), GRAY[None])


@pytest.mark.parametrize("element", ["float", "double"])
def test_tensors_are_normalised_in_the_order_of_their_channels(element: Any) -> None:
    means, deviations = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    found = tensor(BGR, means=means, deviations=deviations, scale=1 / 255, element=element)
    expected = (RGB / 255 - means) / deviations
    tolerance = 1e-6 if element == "float" else 1e-15
    assert np.abs(found - expected.transpose(2, 0, 1)).max() < tolerance


def test_means_for_other_channels_are_told_in_the_row() -> None:
    maker = Tensors(means=(0.0, 0.0, 0.0))
    found = scored(maker, column(GRAY, BGR))
    assert "normalizeMean has 3 values and the image 1 channels" in found.column("error")[0].as_py()
    assert found.column("error")[1].as_py() is None
    assert scored(maker, column(GRAY), color=True).column("error")[0].as_py() is None


def test_tensors_of_different_sizes_stand_in_one_column() -> None:
    made = scored(Tensors(), column(BGR, None, GRAY)).column("made").to_pylist()
    assert np.array(made[0]).shape == (3, 16, 32)
    assert made[1] is None
    assert np.array(made[2]).shape == (1, 8, 8)


def test_vectors_are_blue_then_green_then_red_with_zero_as_zero() -> None:
    made = scored(Unrolled(), column(BGR)).column("made").to_pylist()[0]["values"]
    assert made == BGR.transpose(2, 0, 1).reshape(-1).tolist()
    assert min(made) == 0


def test_vectors_have_the_channels_asked_for() -> None:
    for channels in (1, 3, 4):
        made = scored(Unrolled(channels=channels), column(BGR, GRAY, ALPHA)).column("made")
        sizes = [len(row["values"]) for row in made.to_pylist()]
        assert sizes == [512 * channels, 64 * channels, 512 * channels]


def test_flips_stand_beside_the_image() -> None:
    (made,) = scored(Flips(True, True), column(BGR)).column("made")
    first, second, third = (load() for load in loaders(made.values))
    assert np.array_equal(first, BGR)
    assert np.array_equal(second, BGR[:, ::-1])
    assert np.array_equal(third, BGR[::-1])
    assert [image["origin"] for image in made.as_py()] == ["0.png"] * 3


def test_clusters_hold_each_pixel_once_as_x_and_y() -> None:
    made = scored(Superpixels(8.0, 130.0), column(BGR)).column("made").to_pylist()[0]["clusters"]
    places = [(pixel["x"], pixel["y"]) for cluster in made for pixel in cluster]
    assert sorted(places) == [(x, y) for x in range(32) for y in range(16)]
    assert len(made) > 1
    assert all(made)


def test_lists_become_vectors() -> None:
    lists = pa.array(
        [[[[1.0], [2.0]]], None, [[[3.0], [4.0]]]], pa.list_(pa.list_(pa.list_(pa.float32())))
    )
    found = flattened(lists).to_pylist()
    assert [row and row["values"] for row in found] == [[1.0, 2.0], None, [3.0, 4.0]]
    assert [row["values"] for row in flattened(lists[2:]).to_pylist()] == [[3.0, 4.0]]
    numbers = flattened(pa.array([1.5, None])).to_pylist()
    assert [row and row["values"] for row in numbers] == [[1.5], None]
    assert flattened(pa.array([], pa.list_(pa.float32()))).to_pylist() == []
