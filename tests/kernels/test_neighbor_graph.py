from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.graph import GraphSearch, build_graph
from synapse_magic.kernels.neighbors.search import ExactSearch

POINTS = np.random.default_rng(0).normal(size=(7, 4))
BLOCK = Block(POINTS, np.arange(7), {}, np.empty(0, np.uint8))


@pytest.mark.parametrize("metric", ["l2", "cosine", "innerProduct"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_few_rows_are_all_found_in_order_whatever_the_queries(metric: str, count: int) -> None:
    block = replace(BLOCK, graph=build_graph(BLOCK, metric))
    found = GraphSearch(block, metric, 64).search(POINTS[:count], 9)
    exact = ExactSearch(BLOCK, metric).search(POINTS[:count], 9)
    assert found.counts.tolist() == [7] * count
    assert found.ids.tolist() == exact.ids.tolist()
    assert found.measures.tolist() == exact.measures.tolist()


def test_wide_sparse_rows_are_refused() -> None:
    with pytest.raises(
        SynapseError, match=r"no sparse rows of 900 numbers. Try: algorithm='exact'"
    ):
        build_graph(replace(BLOCK, features=csr_matrix((7, 900))), "l2")
