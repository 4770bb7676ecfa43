from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pictures import BGR, GRAY, PHOTO, saved

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.details import SuperpixelLists
from synapse_magic.kernels.explaining.image_masker import ImageCase, ImageMasker
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.image_files import decode
from synapse_magic.kernels.pixels import IMAGE_TYPE, image_column, loaders

GRID = Segments(8, 130, "grid")
ALPHA = np.dstack([BGR, np.full(BGR.shape[:2], 77, np.uint8)])


def structs(*images: np.ndarray | None) -> pa.RecordBatch:
    column = image_column(list(images), [f"{i}.png" for i in range(len(images))])
    return pa.RecordBatch.from_arrays([column, pa.array(range(len(images)))], ["image", "id"])


def files(*contents: bytes | None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"image": pa.array(contents, pa.binary())})


def opened(image: np.ndarray, **params: Any) -> ImageCase:
    return ImageMasker("image", **({"segments": GRID} | params)).open(structs(image), 0)


def shown(batch: pa.RecordBatch) -> list[np.ndarray]:
    return [load() for load in loaders(batch.column("image")) if load is not None]


def test_a_piece_that_is_taken_away_is_black_and_the_others_stay() -> None:
    image = PHOTO[:16, :32]
    case = opened(image)
    assert (case.features, case.size) == (8, 8)
    mask = np.arange(8) != 5
    made, whole = shown(case.masked(np.stack([mask, np.ones(8, bool)])))
    assert not made[8:, 8:16].any()
    made = made.copy()
    made[8:, 8:16] = image[8:, 8:16]
    assert np.array_equal(made, image)
    assert np.array_equal(whole, image)


@pytest.mark.parametrize("image", [PHOTO, GRAY, np.dstack([PHOTO, PHOTO[:, :, :1]])])
@pytest.mark.parametrize("mask", ["color", "mean", "blur"])
def test_every_kind_of_image_keeps_its_shape_and_the_batch_its_columns(
    image: np.ndarray, mask: str
) -> None:
    case = opened(image, mask=mask)
    batch = case.masked(np.array([[True] * case.size, [False] * case.size]))
    whole, hidden = shown(batch)
    assert np.array_equal(whole, image)
    assert hidden.shape == image.shape
    assert np.array_equal(hidden, case.hidden)
    assert batch.schema == case.own.schema
    assert batch.column("id").to_pylist() == [0, 0]
    assert batch.column("image").field("origin").to_pylist() == ["0.png"] * 2


def test_a_colour_is_red_green_blue_and_its_luma_for_gray_images() -> None:
    assert opened(PHOTO, color=(10, 20, 30)).hidden[0, 0].tolist() == [30, 20, 10]
    assert opened(GRAY, color=(100, 100, 100)).hidden[0, 0] == 100


def test_alpha_stays_when_the_colour_goes() -> None:
    hidden = opened(ALPHA, color=(1, 2, 3)).hidden
    assert (hidden == [3, 2, 1, 77]).all()


def test_the_mean_is_that_of_each_piece() -> None:
    image = np.zeros((8, 16), np.uint8)
    image[:, :8], image[:, 8:12] = 10, 100
    assert np.unique(opened(image, mask="mean").hidden[:, :8]) == 10
    assert np.unique(opened(image, mask="mean").hidden[:, 8:]) == 50


def test_a_blur_keeps_the_light_and_takes_the_detail() -> None:
    hidden = opened(PHOTO, mask="blur").hidden.astype(float)
    assert abs(hidden.mean() - PHOTO.mean()) < 3
    assert hidden.std() < 0.7 * PHOTO.std()


def test_pieces_that_look_alike_without_them_are_left_out() -> None:
    image = np.zeros((8, 32), np.uint8)
    image[:, 8:16] = 9
    case = opened(image)
    assert (case.features, case.size, case.places.tolist()) == (4, 1, [1])
    assert not shown(case.masked(np.array([[False]])))[0].any()


def test_bytes_of_files_stay_bytes_of_files_without_loss() -> None:
    content = saved(PHOTO, "PNG")
    case = ImageMasker("image", GRID).open(files(b"", content), 1)
    batch = case.masked(np.ones((2, case.size), bool))
    assert batch.schema.field("image").type == pa.binary()
    pixels = decode(np.frombuffer(batch.column("image")[1].as_py(), np.uint8))
    assert np.array_equal(pixels[:, :, ::-1], PHOTO)


def test_files_of_16_bits_are_scaled_as_all_images_are() -> None:
    case = ImageMasker("image", GRID).open(files(saved(GRAY.astype(np.uint16) * 257, "PNG")), 0)
    assert case.image.dtype == np.uint8
    assert np.array_equal(case.image, GRAY)


@pytest.mark.parametrize("segments", [GRID, Segments(16, 130)])
@pytest.mark.parametrize("mask", ["color", "mean", "blur"])
def test_an_image_of_one_pixel_works(segments: Segments, mask: str) -> None:
    case = opened(np.array([[[9, 8, 7]]], np.uint8), segments=segments, mask=mask)
    assert case.features == 1
    assert case.size == (1 if mask == "color" else 0)
    assert case.groups.tolist() == [0] * case.size
    assert len(shown(case.masked(np.ones((1, case.size), bool)))) == 1


def test_a_broken_and_a_null_image_are_told() -> None:
    batch = files(saved(PHOTO, "PNG")[:200], None, b"no image")
    masker = ImageMasker("image", GRID)
    for row, words in enumerate(["broken", "is null", "image"]):
        with pytest.raises(SynapseError, match=words):
            masker.open(batch, row)


def test_fields_of_an_image_may_stand_in_any_order() -> None:
    column = structs(PHOTO).column("image")
    fields = list(IMAGE_TYPE)[::-1]
    turned = pa.StructArray.from_arrays([column.field(f.name) for f in fields], fields=fields)
    case = ImageMasker("image", GRID).open(pa.RecordBatch.from_arrays([turned], ["image"]), 0)
    batch = case.masked(np.ones((1, case.size), bool))
    assert batch.column("image").type == turned.type
    assert batch.column("image").to_pylist() == turned.to_pylist()


def test_memory_for_masked_images_is_known() -> None:
    assert opened(PHOTO).row_bytes >= PHOTO.nbytes


def test_groups_are_regions_without_a_gap_among_what_can_be_taken_away() -> None:
    image = np.full((64, 64), 9, np.uint8)
    image[:32, :32] = 0
    case = opened(image)
    assert len(case.groups) == case.size == 48
    assert np.array_equal(np.unique(case.groups), np.arange(case.groups.max() + 1))


def test_a_masker_can_be_pickled() -> None:
    masker = ImageMasker("image", GRID, "mean", (1, 2, 3))
    assert pickle.loads(pickle.dumps(masker)) == masker


def test_superpixels_are_listed_also_where_there_is_no_explanation() -> None:
    batch = files(saved(GRAY, "PNG"), b"broken", None)
    lists = SuperpixelLists("superpixels", "image", Segments(4, 130, "grid"))
    first, *none = lists.column([None] * 3, batch).to_pylist()
    assert none == [None, None]
    assert [len(cluster) for cluster in first["clusters"]] == [16] * 4
    assert first["clusters"][1][0] == {"x": 4, "y": 0}
