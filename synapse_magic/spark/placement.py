"""Keys by which Spark brings rows to a partition of one's choice."""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def partition_keys(count: int) -> list[int]:
    """Return an integer for each of ``count`` partitions: ``repartition(count, key)`` goes there.

    Spark places a row by its Murmur3 hash, on which the layout of bucketed tables rests, too.

    Examples
    --------
    >>> [murmur3(key) % 4 for key in partition_keys(4)]
    [0, 1, 2, 3]
    """
    found: dict[int, int] = {}
    key = 0
    while len(found) < count:
        found.setdefault(murmur3(key) % count, key)
        key += 1
    return [found[partition] for partition in range(count)]


def murmur3(value: int) -> int:
    """Return Spark's hash of an ``int`` of 32 bits that is not negative."""
    mixed = value * 0xCC9E2D51 & _MASK
    state = 42 ^ (_rotated(mixed, 15) * 0x1B873593 & _MASK)
    state = (_rotated(state, 13) * 5 + 0xE6546B64 & _MASK) ^ 4
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> shift) * factor & _MASK
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & _MASK
