"""Files of a journal: blocks of answers, each whole or not there.

A file is only ever appended to, by one process. A block is a head with a mark, its sizes and the
check sums of what follows, then the keys of its entries, then the entries compressed together: so
the keys are read without the answers. Of a block that was cut off nothing is taken.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synapse_magic.http.identity import KEY_BYTES
from synapse_magic.http.request import Response

SUFFIX = ".journal"
_HEAD = struct.Struct("<4sdIIII")  # mark, time, entries, bytes of them, sums of keys and of entries
_MARK = b"SMJ1"
_SIZES = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer as the journal has it, with the number of tries that it took."""

    response: Response
    attempts: int


@dataclass(frozen=True, slots=True)
class Block:
    """Where the entries of a block are.

    Attributes
    ----------
    path : Path
    start, length : int
        Of the compressed entries.
    check : int
        Their check sum.
    written : float
        When, in seconds since 1970.
    """

    path: Path
    start: int
    length: int
    check: int
    written: float

    def read(self) -> list[Entry] | None:
        """Return the entries; None where the file does not have them, whole, any more."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                packed = file.read(self.length)
        except FileNotFoundError:
            return None
        if len(packed) < self.length or zlib.crc32(packed) != self.check:
            return None
        return list(_unpacked(zlib.decompress(packed)))


def append(path: Path, keys: Sequence[bytes], entries: Sequence[Entry], now: float) -> Block:
    """Write a block to the end of a file, or as a new one, and return where it is."""
    told = b"".join(keys)
    packed = zlib.compress(b"".join(map(_packed, entries)), 1)
    sums = zlib.crc32(told), zlib.crc32(packed)
    # Not every mounted storage lets a file grow, or begin as one that is to grow.
    with path.open("ab" if path.exists() else "xb") as file:
        file.write(_HEAD.pack(_MARK, now, len(keys), len(packed), *sums) + told)
        start = file.tell()
        file.write(packed)
    return Block(path, start, len(packed), sums[1], now)


def blocks(path: Path, start: int) -> Iterator[tuple[Block, list[bytes]]]:
    """Yield the blocks of a file from a place on, each with the keys of its entries."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while start + _HEAD.size <= size:
            file.seek(start)
            mark, written, count, length, key_check, check = _HEAD.unpack(file.read(_HEAD.size))
            start += _HEAD.size + count * KEY_BYTES + length
            if mark != _MARK or start > size:  # before the keys are read: the sizes may be any
                return
            told = file.read(count * KEY_BYTES)
            if zlib.crc32(told) != key_check:
                return
            keys = [told[at : at + KEY_BYTES] for at in range(0, len(told), KEY_BYTES)]
            yield Block(path, start - length, length, check, written), keys


def _packed(entry: Entry) -> bytes:
    response = entry.response
    told = [response.status, response.reason, response.headers, response.version, entry.attempts]
    head = json.dumps(told).encode()
    return _SIZES.pack(len(head), len(response.body)) + head + response.body


def _unpacked(plain: bytes) -> Iterator[Entry]:
    start = 0
    while start < len(plain):
        head, body = _SIZES.unpack_from(plain, start)
        middle = start + _SIZES.size + head
        status, reason, headers, version, attempts = json.loads(plain[start + _SIZES.size : middle])
        start = middle + body
        pairs = tuple((name, value) for name, value in headers)
        major, minor = version
        yield Entry(Response(status, reason, pairs, plain[middle:start], (major, minor)), attempts)
