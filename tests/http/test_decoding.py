from __future__ import annotations

import gzip
import zlib

import pytest

from synapse_magic.http.decoding import decoded
from synapse_magic.http.failure import CallError

TEXT = b"some text, " * 50
WAYS = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "GZIP": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "deflate": zlib.compress(TEXT),
    "Deflate": zlib.compress(TEXT)[2:-4],  # bare, as some servers send it
}


@pytest.mark.parametrize("encoding", WAYS)
def test_compression_is_taken_off(encoding: str) -> None:
    assert decoded(WAYS[encoding], (("content-encoding", encoding),)) == TEXT


@pytest.mark.parametrize("encoding", WAYS)
def test_what_is_cut_off_is_no_success(encoding: str) -> None:
    for kept in (1, 15, len(WAYS[encoding]) - 1):
        with pytest.raises(CallError) as told:
            decoded(WAYS[encoding][:kept], (("Content-Encoding", encoding),))
        assert told.value.code == "broken_body"


def test_what_is_not_compressed_stays_as_it_is() -> None:
    assert decoded(TEXT, ()) == TEXT
    assert decoded(b"", (("Content-Encoding", "gzip"),)) == b""
    assert decoded(b"brotli", (("Content-Encoding", "br"),)) == b"brotli"
