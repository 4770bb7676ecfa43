"""Text to words, and words to hash buckets, for whole Arrow columns at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LONGEST_WORD = 100
_BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N}_]+"
_SEED = 42


@dataclass(frozen=True)
class Words:
    """The words of a text column.

    Attributes
    ----------
    rows : numpy.ndarray of int64
        The row of each word, ascending.
    codes : numpy.ndarray of int64
        The position of each word in ``vocabulary``.
    vocabulary : pyarrow.StringArray
        Each word once.
    """

    rows: np.ndarray
    codes: np.ndarray
    vocabulary: pa.StringArray


def words_of(texts: pa.Array) -> Words:
    """Split texts into lower-case runs of letters, digits and underscores, in any script.

    A null has no words. A word longer than ``LONGEST_WORD`` characters is cut there.

    Examples
    --------
    >>> words_of(pa.array(["A cat, a hat", None])).vocabulary.to_pylist()
    ['a', 'cat', 'hat']
    """
    lists = pc.split_pattern_regex(pc.utf8_lower(texts.cast(pa.string())), _BETWEEN_WORDS)
    rows = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    flat = pc.utf8_slice_codeunits(pc.list_flatten(lists), 0, LONGEST_WORD)
    kept = pc.not_equal(flat, "").to_numpy(zero_copy_only=False)
    encoded = flat.filter(pa.array(kept)).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Words(rows[kept], codes, encoded.dictionary)


def buckets_of(words: pa.StringArray, buckets: int) -> np.ndarray:
    """Return the bucket of each word, the one that Spark's ``HashingTF`` puts it in."""
    return np.mod(murmur3(words).view(np.int32).astype(np.int64), buckets)


def murmur3(words: pa.StringArray) -> np.ndarray:
    """Return the 32-bit MurmurHash3 of each word's UTF-8 bytes, after Austin Appleby (2011)."""
    words = pa.concat_arrays([words])  # A slice would not begin at the start of its buffers.
    _, offset_buffer, data_buffer = words.buffers()
    if not len(words):
        return np.empty(0, np.uint32)
    offsets = np.frombuffer(offset_buffer, np.int32)[words.offset :][: len(words) + 1]
    data = np.zeros(int(offsets[-1]) + 4, np.uint32)
    if data_buffer is not None:
        data[:-4] = np.frombuffer(data_buffer, np.uint8)[: offsets[-1]]
    start, length = offsets[:-1].astype(np.int64), np.diff(offsets).astype(np.uint32)
    state = np.full(len(words), _SEED, np.uint32)
    whole = (length // 4).astype(np.int64)
    for block in range(int(whole.max())):
        longer = np.flatnonzero(whole > block)
        mixed = state[longer] ^ _scramble(_word_at(data, start[longer] + 4 * block, 4))
        state[longer] = _rotate(mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    for rest in (1, 2, 3):
        tail = np.flatnonzero(length % 4 == rest)
        state[tail] ^= _scramble(_word_at(data, start[tail] + 4 * whole[tail], rest))
    return _finish(state ^ length)


def _word_at(data: np.ndarray, position: np.ndarray, size: int) -> np.ndarray:
    """Return ``size`` bytes from each position as one little-endian number."""
    number = np.zeros(len(position), np.uint32)
    for byte in range(size):
        number |= data[position + byte] << np.uint32(8 * byte)
    return number


def _rotate(number: np.ndarray, by: int) -> np.ndarray:
    return (number << np.uint32(by)) | (number >> np.uint32(32 - by))


def _scramble(number: np.ndarray) -> np.ndarray:
    return _rotate(number * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)


def _finish(state: np.ndarray) -> np.ndarray:
    state = (state ^ (state >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    state = (state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return state ^ (state >> np.uint32(16))
