"""TreeSHAP of a chain of scorers by its library, summed by groups of features."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import to_matrix

_ELEMENTS = 4_000_000


def contributions(chain: ChainedScorer, batch: pa.RecordBatch, group: np.ndarray) -> np.ndarray:
    """Return the sums of the contributions of each group of features.

    Parameters
    ----------
    chain : ChainedScorer
        Its last scorer explains itself.
    batch : pyarrow.RecordBatch
        Rows of the chain's inputs, at least one.
    group : numpy.ndarray of int
        The group of each feature, from 0.

    Returns
    -------
    numpy.ndarray
        (rows, outputs, groups + 1) on the raw scale, the expected value last.
    """
    groups = int(group.max(initial=-1)) + 1
    step = max(1, _ELEMENTS // max(len(group), 1))
    parts = [
        _grouped(chain, batch.slice(start, step), group, groups)
        for start in range(0, batch.num_rows, step)
    ]
    return np.concatenate(parts)


def _grouped(
    chain: ChainedScorer, batch: pa.RecordBatch, group: np.ndarray, names: int
) -> np.ndarray:
    seen = chain.before_last(batch)
    each = chain.last.contributions(seen)  # type: ignore[attr-defined]
    summed = np.zeros((*each.shape[:2], names + 1))
    for feature, place in enumerate(group):
        summed[:, :, place] += each[:, :, feature]
    summed[:, :, -1] = each[:, :, -1]
    return summed


def raw_scores(chain: ChainedScorer, batch: pa.RecordBatch, outputs: int) -> np.ndarray | None:
    """Return the raw scores that contributions should sum to, (rows, outputs), where they are kept.

    A classifier keeps them in a column; of two classes the second is explained.
    """
    name = getattr(chain.last, "raw", "")
    if not name or name not in chain.outputs:
        return None
    matrix = to_matrix(chain.score(batch).column(name))
    dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    return dense[:, -outputs:] if dense.shape[1] >= outputs else None
