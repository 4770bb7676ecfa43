from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import everydots
import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.parts.image_board import ImageBoard
from synapse_magic.views.pack import message

LARGEST = 2_000_000
EVERY = {"cohort": "all rows", "output": 0}
LISTED = {**EVERY, "sort": "(row)", "descending": False, "start": 0}
QUESTIONS: dict[str, dict[str, Any]] = {
    "open": {},
    "overview": EVERY,
    "classes": EVERY,
    "errors": EVERY,
    "images": LISTED,
    "image": {**EVERY, "place": 1},
    "form": {"place": 1},
    "without": {"place": 1, "off": [0]},
}


@pytest.fixture
def board() -> ImageBoard:
    return everydots.board()


def test_every_answer_fits_in_a_message_whatever_is_in_the_images(board: ImageBoard) -> None:
    for ask, given in QUESTIONS.items():
        body, block = message(board.answer(ask, given))
        size = len(block) + len(json.dumps(body, ensure_ascii=False, allow_nan=False).encode())
        assert size < LARGEST / 4, ask


def test_a_page_has_small_images_in_order_each_right_or_wrong(board: ImageBoard) -> None:
    found = board.answer("images", {**LISTED, "sort": "(score)", "descending": True})
    assert found["total"] == 90
    assert len(found["rows"]) == found["page"] == 60
    scores = board.examined.score[[row["place"] for row in found["rows"]]].tolist()
    assert scores == sorted(scores, reverse=True)
    for row in found["rows"]:
        assert row["wrong"] == (row["predicted"] != row["label"])
        head, content = row["photo"].split(",")
        assert head.startswith("data:image/")
        assert len(base64.b64decode(content)) < 20_000
    rest = board.answer("images", {**LISTED, "start": 60})
    assert [row["place"] for row in rest["rows"]] == list(range(60, 90))


def test_superpixels_that_are_switched_off_are_missing_for_the_model(board: ImageBoard) -> None:
    form = board.answer("form", {"place": 4})
    assert form["scores"] == pytest.approx(board.examined.scores[4])
    assert board.answer("without", {"place": 4, "off": [0]})["scores"] == [0.0]
    assert board.answer("without", {"place": 4, "off": [1, 3]})["scores"] == form["scores"]
    with pytest.raises(SynapseError, match=r"no superpixel 4. Expected 0 to 3"):
        board.answer("without", {"place": 4, "off": [4]})


def test_an_image_that_the_model_does_not_take_fails_alone() -> None:
    white = np.full((32, 32), 255, np.uint8)
    made = everydots.board([everydots.images(1)[0], white])
    with pytest.raises(ValueError, match="blinded"):
        made.answer("form", {"place": 1})
    assert made.answer("without", {"place": 1, "off": [3]})["scores"] == [1.0]


def test_errors_are_found_where_a_column_tells_of_them(board: ImageBoard) -> None:
    nodes = board.answer("errors", EVERY)["nodes"]
    assert nodes[0]["column"] == "corner"
    given = {"conditions": [{"column": "(width)", "operation": ">", "values": [10]}]}
    board.answer("add", given)
    assert board.cohort.where == "`image`.`width` > 10.0D AND NOT isnan(`image`.`width`)"


def test_the_still_and_the_saved_page_show_images_without_a_kernel(
    board: ImageBoard, tmp_path: Path
) -> None:
    still = board.still()
    for words in ("Overview", "Classes", "Errors", "Images", "data:image/"):
        assert words in still
    assert "<script" not in still
    assert len(still) < 700_000
    board.save_html(tmp_path / "board.html")
    assert 10_000 < (tmp_path / "board.html").stat().st_size < LARGEST


@pytest.mark.parametrize("more", [{"truth": None}, {"truth": np.array(["bright"], object)}])
def test_one_image_and_an_empty_cohort_answer_all_questions(more: dict[str, Any]) -> None:
    made = everydots.board([np.zeros((32, 32, 3), np.uint8)], **more)
    for ask, given in QUESTIONS.items():
        if ask != "errors" or made.examined.judged.any():
            made.answer(ask, {**given, **({"place": 0} if "place" in given else {})})
    given = {"conditions": [{"column": "(brightness)", "operation": ">", "values": [900]}]}
    made.answer("add", given)
    assert "Overview" in made.still()
    assert made.answer("images", {**LISTED, "cohort": made.chosen})["rows"] == []
