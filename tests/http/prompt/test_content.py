from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from synapse_magic.http.prompt.content import content_of, shown, written
from synapse_magic.http.prompt.media import Media
from synapse_magic.http.service.template import FillError

IMAGE = Media("image/png", "a.png", b"1")
SOUND = Media("audio/mpeg", "a.mp3", b"1")
PDF = Media("application/pdf", "a.pdf", b"1")
NOTE = Media("text/plain", "a.txt", "é".encode())
LINKED_PDF = Media("", "a.PDF", url="https://example.org/a.PDF")


def test_a_message_of_texts_is_a_text() -> None:
    assert content_of(["a ", NOTE, " b"], "chat_completions") == "a é b"
    assert content_of([], "responses") == ""


def test_files_stand_between_the_texts_as_each_interface_has_them() -> None:
    data = "data:image/png;base64,MQ=="
    assert content_of(["a", NOTE, IMAGE, "b"], "chat_completions") == [
        {"type": "text", "text": "aé"},
        {"type": "image_url", "image_url": {"url": data}},
        {"type": "text", "text": "b"},
    ]
    assert content_of([IMAGE, PDF], "responses") == [
        {"type": "input_image", "image_url": data},
        {
            "type": "input_file",
            "filename": "a.pdf",
            "file_data": "data:application/pdf;base64,MQ==",
        },
    ]
    assert content_of([SOUND, PDF], "chat_completions") == [
        {"type": "input_audio", "input_audio": {"data": "MQ==", "format": "mp3"}},
        {
            "type": "file",
            "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,MQ=="},
        },
    ]
    assert content_of([LINKED_PDF], "responses") == [
        {"type": "input_file", "file_url": "https://example.org/a.PDF"}
    ]


def test_what_an_interface_does_not_take_is_told_with_the_one_that_does() -> None:
    with pytest.raises(FillError, match="apiType='chat_completions'"):
        content_of([SOUND], "responses")
    with pytest.raises(FillError, match="apiType='responses'"):
        content_of([LINKED_PDF], "chat_completions")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "so"', 'say "so"'),
        (False, "false"),
        (1.5, "1.5"),
        (Decimal("2"), "2"),
        (datetime.date(2026, 5, 4), "2026-05-04"),
        ([1, None], "[1, null]"),
        ({"a": datetime.date(2026, 5, 4)}, '{"a": "2026-05-04"}'),
    ],
)
def test_a_value_is_written_as_text_or_json(value: Any, text: str) -> None:
    assert written(value) == text


def test_people_are_shown_name_and_size_of_a_file() -> None:
    assert shown(["See ", IMAGE, NOTE]) == "See [a.png, image/png, 1 bytes]é"
