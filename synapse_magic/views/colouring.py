"""The second feature of a dependence: what the dots are coloured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.palette import ABSENT, SERIES, ramp, rgb
from synapse_magic.views.strips import colour_range, level_codes


@dataclass(frozen=True, eq=False)
class Colouring:
    """Values of a second feature at the sampled rows: numbers, or codes of named levels."""

    values: np.ndarray
    low: float
    high: float
    levels: tuple[str, ...]

    @classmethod
    def of(cls, data: np.ndarray) -> Colouring:
        """Return the colouring by numbers, or by at most eight levels."""
        if data.dtype == object:
            codes, levels = level_codes(data, len(SERIES))
            return cls(
                np.where(codes < 0, np.nan, codes.astype(float)),
                0.0,
                max(len(levels) - 1, 1),
                levels,
            )
        values = np.asarray(data, dtype=np.float64)
        return cls(values, *colour_range(values), ())

    def colours(self) -> np.ndarray:
        """Return a colour per row, (rows, 3) uint8."""
        missing = np.isnan(self.values)
        known = np.nan_to_num(self.values, posinf=self.high, neginf=self.low)
        if self.levels:
            table = np.stack([rgb(colour) for colour in SERIES])
            found = table[known.astype(int) % len(SERIES)]
        else:
            span = self.high - self.low
            part = (known - self.low) / span if span > 0 else np.full(len(known), 0.5)
            found = ramp(256)[np.clip(np.nan_to_num(part) * 255, 0, 255).astype(int)]
        return np.where(missing[:, None], ABSENT[None], found).astype(np.uint8)

    def payload(self) -> dict[str, Any]:
        """Return the colouring as data of the interactive view."""
        return {
            "low": self.low,
            "high": self.high,
            "levels": [level[:80] for level in self.levels],
            "values": pack.quantise(self.values, self.low, self.high),
        }
