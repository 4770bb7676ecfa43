from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pictures import BGR, GRAY, RGB, column, saved

from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.pixels import image_column, loaders, origins


def loaded(images: pa.Array) -> list[np.ndarray | None]:
    return [None if load is None else load() for load in loaders(images)]


def test_images_are_structs_of_spark() -> None:
    images = image_column([BGR, GRAY, None], ["a", "b", "c"]).to_pylist()
    assert images[0] == {
        "origin": "a",
        "height": 16,
        "width": 32,
        "nChannels": 3,
        "mode": 16,
        "data": BGR.tobytes(),
    }
    assert (images[1]["nChannels"], images[1]["mode"], images[1]["data"]) == (1, 0, GRAY.tobytes())
    assert images[2] is None
    alpha = np.zeros((2, 3, 4), np.uint8)
    assert image_column([alpha], [""]).to_pylist()[0]["mode"] == 24


def test_structs_become_arrays_again() -> None:
    alpha = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    for found, expected in zip(loaded(column(BGR, GRAY, alpha)), (BGR, GRAY, alpha)):
        assert np.array_equal(found, expected)


def test_slices_and_nulls_keep_their_rows() -> None:
    images = column(BGR, None, GRAY, BGR)[1:3]
    first, second = loaded(images)
    assert first is None
    assert np.array_equal(second, GRAY)
    assert origins(images)[1] == "2.png"


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_bytes_of_files_are_decoded(kind: pa.DataType) -> None:
    files = pa.array([b"x", saved(RGB, "PNG"), None, saved(GRAY, "PNG"), b"y"], kind)[1:4]
    first, second, third = loaded(files)
    assert np.array_equal(first, BGR)
    assert second is None
    assert np.array_equal(third, GRAY)
    assert origins(files) == ["", "", ""]


def test_no_rows_are_fine() -> None:
    assert loaded(pa.array([], pa.binary())) == []
    assert loaded(column()) == []
    assert loaded(pa.array([None, b""], pa.binary())[:1]) == [None]


def test_deeper_images_become_eight_bits() -> None:
    deep = np.array([[0, 65535]], np.uint16)
    fields = image_column([np.zeros((1, 2), np.uint8)], [""]).flatten()
    fields[4], fields[5] = pa.array([2], pa.int32()), pa.array([deep.tobytes()])
    (found,) = loaded(pa.StructArray.from_arrays(fields, list(column().type.names)))
    assert found.tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (4, -1, "mode -1"),
        (4, 7, "mode 7"),
        (4, 0, "mode 0 and 3 channels"),
        (1, 17, "bytes of pixels. Expected 17 x 32 x 3 values"),
        (1, -16, "bytes of pixels"),
        (3, None, "mode 16 and -1 channels"),
    ],
)
def test_structs_that_are_no_images_are_told(field: int, value: int | None, said: str) -> None:
    fields = column(BGR).flatten()
    fields[field] = pa.array([value], pa.int32())
    (load,) = loaders(pa.StructArray.from_arrays(fields, list(column().type.names)))
    with pytest.raises(ImageError, match=said):
        load()
