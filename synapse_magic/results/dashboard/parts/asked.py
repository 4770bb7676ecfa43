"""The model beside explained texts or images, which is asked about changed ones without Spark."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.text_masker import TextMasker
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.views.words import number


@dataclass(frozen=True, eq=False)
class AskedParts:
    """A model beside the rows that it was explained on.

    Attributes
    ----------
    examined
        The rows.
    asker
        The model.
    masker
        What takes parts of a row away.
    """

    examined: ExaminedParts
    asker: Asker
    masker: TextMasker | ImageMasker

    def check(self) -> None:
        """Raise a :class:`SynapseError` unless the model says of a row what was explained."""
        if not len(self.examined):
            return
        now, explained = self.asker.read(self.row(0))[0], self.examined.why.prediction[0]
        same = now.shape == explained.shape and np.allclose(now, explained, rtol=1e-3, atol=1e-5)
        if not same:
            said, told = (", ".join(map(number, scores)) for scores in (now, explained))
            raise SynapseError(
                f"It says {said} of the first row, and {told} was explained. Expected the model "
                "and the column that were explained"
            )

    def row(self, place: int) -> pa.RecordBatch:
        """Return a row as the model reads it."""
        return self.with_own(place, self.own(place))

    def own(self, place: int) -> pa.Array:
        """Return the text or image of a row."""
        raise NotImplementedError(f"{type(self).__name__} has no rows")

    def with_own(self, place: int, own: pa.Array) -> pa.RecordBatch:
        """Return a row with another text or image in its place."""
        names = [name for name in self.asker.schema.names if name != self.masker.column]
        beside = self._beside(place, names)
        columns = [
            own if name == self.masker.column else beside.column(name)
            for name in self.asker.schema.names
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.asker.schema)

    def _beside(self, place: int, names: list[str]) -> pa.RecordBatch:
        for name in names:
            if name not in self.examined.parts.data:
                raise SynapseError(
                    f"The model reads {name!r}, and its values are not in the explanation, so a "
                    "row cannot be asked about"
                )
        fields = [self.asker.schema.field(name) for name in names]
        values = {name: _plain(self.examined.parts.data[name][place]) for name in names}
        return replace(self.asker, schema=pa.schema(fields)).batch([values])

    def scored(self, batch: pa.RecordBatch) -> dict[str, Any]:
        """Return what the model says of one row, and the milliseconds that it took."""
        began = time.perf_counter()
        found = self.asker.read(batch)[0]
        took = 1000 * (time.perf_counter() - began)
        return {
            "scores": found.tolist(),
            "outputs": list(self.examined.why.outputs),
            "milliseconds": round(took, 2),
        }

    def check_place(self, place: int) -> int:
        """Return the place of a row.

        Raises
        ------
        SynapseError
            When there is none.
        """
        rows = len(self.examined)
        if not 0 <= place < rows:
            raise SynapseError(f"There is no row {place}. Expected 0 to {rows - 1}")
        return place


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if np.isnan(value) else float(value)
    return value
