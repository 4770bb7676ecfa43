"""Which input column each feature of a predictor came from, through a chain of scorers."""

from __future__ import annotations

import pyarrow as pa

from synapse_magic.kernels.featurize import FeaturizeScorer
from synapse_magic.kernels.pyspark_stages import (
    AssemblerScorer,
    BucketizerScorer,
    ImputerScorer,
    IndexerScorer,
    OneHotScorer,
    ScalerScorer,
)
from synapse_magic.kernels.scorer import ChainedScorer, Scorer
from synapse_magic.kernels.vectors import to_matrix

Origins = dict[str, list[str]]


def origins_of(chain: ChainedScorer, batch: pa.RecordBatch) -> list[str]:
    """Return the name each feature of the chain's last scorer goes by, in feature order.

    A feature made from a plain input column, be it by way of levels, words or dates, goes by the
    name of that column; one that is a slot of an input vector by ``features``, the predictor's own
    names.

    Parameters
    ----------
    chain : ChainedScorer
        Its last scorer has ``inputs`` and ``features``.
    batch : pyarrow.RecordBatch
        Rows of the chain's inputs, to see how wide its vectors are; one is enough.
    """
    found = _sources(chain, batch)
    raw_vectors = {n for n in batch.schema.names if pa.types.is_struct(batch.column(n).type)}
    own = _own_names(chain, found)
    return [name if source in raw_vectors else source for source, name in zip(found, own)]


def own_names(chain: ChainedScorer, batch: pa.RecordBatch) -> list[str]:
    """Return the predictor's own name of each feature; parameters as of :func:`origins_of`."""
    return _own_names(chain, _sources(chain, batch))


def input_names(chain: ChainedScorer, batch: pa.RecordBatch) -> list[str]:
    """Return what each state of the chain's inputs goes by: a column's name, or a slot's.

    The inputs are taken in order, a vector as all of its slots, named as by :func:`origins_of`.
    """
    named = origins_of(chain, batch)
    own = iter(name for name in dict.fromkeys(named) if name not in batch.schema.names)
    names: list[str] = []
    for column in chain.inputs:
        if pa.types.is_struct(batch.column(column).type):
            names.extend(next(own) for _ in range(_width(batch.column(column).slice(0, 1))))
        else:
            names.append(column)
    return names


def _sources(chain: ChainedScorer, batch: pa.RecordBatch) -> list[str]:
    """Return the column that each feature of the chain's last scorer was made from."""
    seen = chain.before_last(batch.slice(0, 1))
    origins: Origins = {name: [name] * _width(seen.column(name)) for name in batch.schema.names}
    for scorer in chain.scorers[:-1]:
        for output in scorer.outputs:
            width = _width(seen.column(output))
            origins[output] = _made(scorer, output, width, origins)
    return [origin for name in chain.last.inputs for origin in origins[name]]


def _own_names(chain: ChainedScorer, sources: list[str]) -> list[str]:
    names = getattr(chain.last, "features", ())
    numbered = [f"{source}_{i}" for i, source in enumerate(sources)]
    return list(names) if len(names) == len(sources) else numbered


def _made(scorer: Scorer, output: str, width: int, origins: Origins) -> list[str]:
    if isinstance(scorer, FeaturizeScorer):
        wide = {name for name in scorer.inputs if len(origins[name]) > 1}
        taken = {name: iter(origins[name]) for name in wide}
        return [
            next(taken[slot.source]) if slot.source in wide else origins[slot.source][0]
            for slot in scorer.slots
        ]
    if isinstance(scorer, AssemblerScorer):
        return [origin for name in scorer.inputs for origin in origins[name]]
    if isinstance(scorer, ScalerScorer):
        return origins[scorer.inputs[0]]
    if isinstance(scorer, (IndexerScorer, ImputerScorer, OneHotScorer, BucketizerScorer)):
        source = scorer.inputs[scorer.outputs.index(output)]
        return [origins[source][0]] * width
    return [output] * width


def _width(column: pa.Array) -> int:
    if not pa.types.is_struct(column.type) or not len(column):
        return 1
    return int(to_matrix(column).shape[1])
