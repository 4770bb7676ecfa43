"""A background of vectors."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import to_matrix


def vectors_of(background: pa.RecordBatch) -> np.ndarray:
    """Return the vectors of a background of one column as (rows, slots).

    Raises
    ------
    SynapseError
        When the column holds no vectors, or not of one size.
    """
    (column,), (name,) = background.columns, background.schema.names
    if not pa.types.is_struct(column.type):
        raise SynapseError(
            f"Column {name!r} holds {column.type}. Expected vectors. "
            "Try: VectorAssembler, or TabularSHAP or TabularLIME for plain columns"
        )
    try:
        matrix = to_matrix(column)
    except SynapseError as error:
        raise SynapseError(f"backgroundData cannot be used. {error}") from error
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
