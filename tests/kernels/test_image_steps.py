from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from pictures import BGR, GRAY, PHOTO

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_steps import colour_code, run_steps, step_of


def done(image: np.ndarray, action: str, **values: Any) -> np.ndarray:
    return run_steps(image, [(action, step_of({"action": action, **values}))])


def test_resize_gives_the_sizes_asked_for() -> None:
    assert done(PHOTO, "resize", height=10, width=20).shape == (10, 20, 3)
    assert done(PHOTO, "resize", size=12, keepAspectRatio=False).shape == (12, 12, 3)
    assert np.array_equal(done(PHOTO, "resize", height=24, width=32), cv2.resize(PHOTO, (32, 24)))


@pytest.mark.parametrize("turned", [False, True])
def test_resize_of_the_shorter_side_keeps_the_proportions(turned: bool) -> None:
    image = np.zeros((101, 33), np.uint8)  # 101 / 33 * 50 = 153.03
    found = done(image.T if turned else image, "resize", size=50, keepAspectRatio=True)
    assert found.shape == ((50, 153) if turned else (153, 50))


def test_resize_refuses_what_would_be_gigantic() -> None:
    with pytest.raises(SynapseError, match=r"resize: .*100000 x 100000 pixels is too large"):
        step_of({"action": "resize", "height": 100_000, "width": 100_000})
    stripe = np.zeros((1, 20_000), np.uint8)
    with pytest.raises(ImageError, match=r"resize: .*too large"):
        done(stripe, "resize", size=224, keepAspectRatio=True)


def test_crop_takes_width_from_x_and_height_from_y() -> None:
    found = done(BGR, "crop", x=8, y=4, height=6, width=12)
    assert np.array_equal(found, BGR[4:10, 8:20])


def test_crop_may_reach_the_edge_and_not_beyond() -> None:
    assert done(BGR, "crop", x=30, y=14, height=2, width=2).shape == (2, 2, 3)
    with pytest.raises(ImageError, match=r"crop: x 30 to 33 and y 14 to 16 .*32 wide and 16 high"):
        done(BGR, "crop", x=30, y=14, height=2, width=3)
    with pytest.raises(ImageError, match="y 14 to 17"):
        done(BGR, "crop", x=30, y=14, height=3, width=2)


def test_center_crop_is_in_the_middle_and_never_too_large() -> None:
    image = np.arange(25, dtype=np.uint8).reshape(5, 5)
    assert np.array_equal(done(image, "centercrop", height=3, width=1), image[1:4, 2:3])
    assert np.array_equal(done(image, "centercrop", height=9, width=3), image[:, 1:4])


def test_flips_go_around_the_axes_of_opencv() -> None:
    assert np.array_equal(done(BGR, "flip", flipCode=0), BGR[::-1])
    assert np.array_equal(done(BGR, "flip", flipCode=1), BGR[:, ::-1])
    assert np.array_equal(done(BGR, "flip", flipCode=-1), BGR[::-1, ::-1])


def test_blur_takes_the_mean_of_a_box_of_height_and_width() -> None:
    image = np.zeros((5, 5), np.uint8)
    image[2] = 90
    assert done(image, "blur", height=3, width=1)[:, 2].tolist() == [0, 30, 30, 30, 0]
    assert done(image, "blur", height=1, width=3)[:, 2].tolist() == [0, 0, 90, 0, 0]


def test_gaussian_blurs_both_ways_alike() -> None:
    image = np.zeros((7, 7), np.uint8)
    image[3, 3] = 255
    found = done(image, "gaussiankernel", apertureSize=3, sigma=1.0)
    assert np.array_equal(found, found.T)
    weight = 1 / (1 + 2 * np.exp(-0.5))
    assert abs(int(found[3, 3]) - 255 * weight**2) <= 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("binary", [0, 0, 200]),
        (cv2.THRESH_BINARY_INV, [200, 200, 0]),
        ("TRUNC", [50, 100, 100]),
        ("THRESH_TOZERO", [0, 0, 150]),
        ("zero_inv", [50, 100, 0]),
    ],
)
def test_thresholds_are_those_of_opencv(kind: Any, expected: list[int]) -> None:
    image = np.array([[50, 100, 150]], np.uint8)
    assert done(image, "threshold", threshold=100, maxVal=200, type=kind).tolist() == [expected]


@pytest.mark.parametrize("code", ["gray", "GRAY", "bgr2gray", "COLOR_BGR2GRAY", cv2.COLOR_BGR2GRAY])
def test_colours_are_named_in_every_way(code: Any) -> None:
    expected = cv2.cvtColor(BGR, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(done(BGR, "colorformat", format=code), expected)


def test_colour_names_are_those_of_opencv() -> None:
    assert colour_code("hsv") == cv2.COLOR_BGR2HSV
    assert colour_code("COLOR_GRAY2BGR") == cv2.COLOR_GRAY2BGR
    with pytest.raises(SynapseError, match=r"no 'grey'. Did you mean 'BGR2GRAY'"):
        colour_code("grey")
    with pytest.raises(SynapseError, match="no 9999"):
        colour_code(9999)


def test_a_step_that_does_not_fit_the_image_is_told() -> None:
    with pytest.raises(ImageError, match=r"colorformat: OpenCV says .*channels") as told:
        done(GRAY, "colorformat", format="gray")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"action": "rezise", "size": 3}, "no image step 'rezise'. Did you mean 'resize'"),
        ({}, "lacks its name under 'action'"),
        ({"action": "crop", "x": 1}, "'crop' is not right: missing .* 'y'.*x, y, height, width"),
        ({"action": "flip", "flipCode": 1, "x": 2}, "unexpected keyword argument 'x'"),
        ({"action": "resize"}, "height of resize must be an integer of at least 1, got None"),
        ({"action": "resize", "height": 0, "width": 5}, "height of resize .* got 0"),
        ({"action": "resize", "size": -1, "keepAspectRatio": True}, "size of resize .* got -1"),
        ({"action": "resize", "height": 2.5, "width": 5}, "got 2.5"),
        ({"action": "crop", "x": -1, "y": 0, "height": 1, "width": 1}, "x of crop .* got -1"),
        ({"action": "centercrop", "height": 1, "width": True}, "width of centerCrop .* got True"),
        ({"action": "blur", "height": 0, "width": 1}, "height of blur"),
        ({"action": "gaussiankernel", "apertureSize": 4, "sigma": 1}, "odd, got 4. Try: 5"),
        ({"action": "gaussiankernel", "apertureSize": 3, "sigma": "x"}, "sigma .* got 'x'"),
        ({"action": "threshold", "threshold": 1, "maxVal": 2, "type": "binry"}, "mean 'binary'"),
        ({"action": "threshold", "threshold": 1, "maxVal": 2, "type": 7}, "no type 7"),
        ({"action": "threshold", "threshold": float("nan"), "maxVal": 2, "type": 0}, "got nan"),
        ({"action": "flip", "flipCode": "left"}, "flipCode of flip must be an integer, got 'left'"),
    ],
)
def test_steps_with_wrong_values_are_told(step: dict[str, Any], said: str) -> None:
    with pytest.raises(SynapseError, match=said):
        step_of(step)
