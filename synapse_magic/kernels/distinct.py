"""About how many different values there are, in two kilobytes that can be merged.

HyperLogLog by P. Flajolet et al. (2007), with linear counting for few values; exact up to 256.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.words import murmur3

_BITS = 11
_REGISTERS = 1 << _BITS
_REST = 64 - _BITS
_EXACT = 256
_LONGEST = 200


@dataclass
class Distinct:
    """Counts different values, with a standard error of 2.3 %.

    Texts that agree in their first 200 characters count as one.
    """

    hashes: set[int] | None = field(default_factory=set)
    registers: np.ndarray = field(default_factory=lambda: np.zeros(_REGISTERS, np.uint8))

    def add_numbers(self, values: np.ndarray) -> None:
        """Take numbers in; -0.0 is 0.0."""
        self._add(_mixed((np.unique(values) + 0.0).view(np.uint64)))

    def add_texts(self, texts: pa.StringArray) -> None:
        """Take texts in."""
        cut = pc.utf8_slice_codeunits(texts, 0, _LONGEST)
        self._add(_mixed(murmur3(cut).astype(np.uint64)))

    def _add(self, hashes: np.ndarray) -> None:
        self._remember(set(hashes[: _EXACT + 1].tolist()))
        rest = hashes & np.uint64((1 << _REST) - 1)
        # At most 53 bits: a float holds them, and its exponent is their length.
        rank = _REST + 1 - np.frexp(rest.astype(np.float64))[1]
        np.maximum.at(self.registers, hashes >> np.uint64(_REST), rank.astype(np.uint8))

    def _remember(self, hashes: set[int] | None) -> None:
        if self.hashes is None or hashes is None:
            self.hashes = None
            return
        self.hashes |= hashes
        if len(self.hashes) > _EXACT:
            self.hashes = None

    def merge(self, other: Distinct) -> None:
        """Take in what was seen elsewhere."""
        self._remember(other.hashes)
        self.registers = np.maximum(self.registers, other.registers)

    def count(self) -> int:
        """Return how many different values there were, about."""
        if self.hashes is not None:
            return len(self.hashes)
        scale = 0.7213 / (1 + 1.079 / _REGISTERS)
        estimate = scale * _REGISTERS**2 / np.exp2(-self.registers.astype(np.float64)).sum()
        empty = int((self.registers == 0).sum())
        if estimate <= 2.5 * _REGISTERS and empty:
            estimate = _REGISTERS * np.log(_REGISTERS / empty)
        return round(float(estimate))


def _mixed(bits: np.ndarray) -> np.ndarray:
    """Return well-spread 64-bit hashes of integers: the finaliser of SplitMix64 (Steele, 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = bits ^ (bits >> np.uint64(31))
    return mixed
