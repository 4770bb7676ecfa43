from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from synapse_magic.http.prompt.media import media, type_of
from synapse_magic.http.service.template import FillError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF0000WEBPVP8 ", "image/webp"),
        (b"RIFF0000WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"%PDF-1.7", "application/pdf"),
        ("\ufeffgrün".encode(), "text/plain"),
        ("grün".encode("latin-1"), None),
        (b"PK\x03\x04\x00", None),
        (b"", None),
    ],
)
def test_the_content_tells_the_type_whatever_its_name(content: bytes, kind: str | None) -> None:
    assert type_of(content) == kind


def test_a_file_is_found_by_path_and_by_address(tmp_path: Path) -> None:
    place = tmp_path / "a picture.png"
    place.write_bytes(PNG)
    for given in (str(place), place.as_uri()):
        found = media(given, "image", 1.0)
        assert (found.type, found.name, found.content) == ("image/png", "a picture.png", PNG)
    assert media(PNG, "image", 1.0).data_url == found.data_url


def test_an_address_on_the_web_is_for_the_provider_to_fetch() -> None:
    found = media("https://example.org/a%20b.png?x=1", "image", 1.0)
    assert (found.name, found.data_url) == ("a b.png", "https://example.org/a%20b.png?x=1")


def test_an_address_may_hold_the_content() -> None:
    assert media("data:text/plain,a%20b", "path", 1.0).content == b"a b"
    assert media("data:;base64,JVBERi0x", "path", 1.0).kind == "file"


@pytest.mark.parametrize(
    ("given", "wanted", "why"),
    [
        (b"a text", "image", "must be an image, got text/plain"),
        (bytes(9), "path", "of no type that models take.*Expected an image"),
        (b"", "path", "it is empty"),
        (b"a" * 2**20, "path", "has 1.0 MB, more than the 0.5 of fileSizeLimitMB"),
        ("/not/there.png", "path", "/not/there.png cannot be read: No such file"),
        ("nul\0", "path", "cannot be read"),
        ("abfss://container@account/x.png", "path", "binaryFile"),
        ("http://[", "path", "is no address"),
        ("data:;base64,%%%", "path", "no base64"),
    ],
)
def test_what_cannot_be_sent_is_told(given: Any, wanted: str, why: str) -> None:
    with pytest.raises(FillError, match=why):
        media(given, wanted, 0.5)


@pytest.mark.parametrize("before", ["", "s3://", "http://[", "/"])
def test_a_long_text_is_shown_in_part(before: str) -> None:
    with pytest.raises(FillError) as told:
        media(before + base64.b64encode(bytes(5_000)).decode(), "path", 1.0)
    assert len(str(told.value)) < 250
    shown = str(told.value).partition(" ")[0]
    assert (len(shown), shown.startswith(before + "AAAA")) == (79, True)
    assert ("Try: unbase64(column)" in str(told.value)) == (before in ("", "/"))


def test_a_path_that_is_long_is_known_by_its_file(tmp_path: Path) -> None:
    place = tmp_path / ("a" * 40) / ("b" * 40) / "c.png"
    with pytest.raises(FillError, match=r"/c.png cannot be read: No such file or directory$"):
        media(str(place), "path", 1.0)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    place = tmp_path / "large"
    with place.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FillError, match="more than the 1 of"):
        media(str(place), "path", 1.0)
