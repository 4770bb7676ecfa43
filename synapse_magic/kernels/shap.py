"""Exact TreeSHAP of a chain of scorers, summed to the columns that a user knows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.origin import origins_of
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import to_matrix

_ELEMENTS = 4_000_000


def tree_shap(chain: ChainedScorer, batch: pa.RecordBatch) -> tuple[list[str], np.ndarray]:
    """Return the names and contributions of the columns behind a tree model's features.

    Contributions of all features made from one column are added up, which keeps them exact: they
    and the expected value still sum to the raw score.

    Parameters
    ----------
    chain : ChainedScorer
        Its last scorer explains itself.
    batch : pyarrow.RecordBatch
        Rows of the chain's inputs, at least one.

    Returns
    -------
    names : list of str
        Columns, in order of first use.
    contributions : numpy.ndarray
        (rows, outputs, names + 1) on the raw scale, the expected value last.
    """
    origins = origins_of(chain, batch)
    names = list(dict.fromkeys(origins))
    group = np.array([names.index(origin) for origin in origins])
    step = max(1, _ELEMENTS // max(len(origins), 1))
    parts = [
        _grouped(chain, batch.slice(start, step), group, len(names))
        for start in range(0, batch.num_rows, step)
    ]
    return names, np.concatenate(parts)


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
