"""Exact Shapley values of the models that have them: trees and sums of features.

They are on the scale on which the model adds up, which ``link`` names: the raw score of boosted
trees or the log-odds of a logistic regression, and the probability where the trees of a forest
hold shares of classes. A probability behind a link does not split exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.forest.interventional import interventional
from synapse_magic.kernels.forest.path_dependent import path_dependent
from synapse_magic.kernels.inputs import dense
from synapse_magic.kernels.linear import linear_values
from synapse_magic.kernels.origin import origins_of, own_names
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.scorer import ChainedScorer, ForestScorer, LinearScorer, TreeScorer
from synapse_magic.kernels.shap import contributions

ExactMethod = Literal["tree_interventional", "tree_path", "linear"]
Found = tuple[np.ndarray, np.ndarray, Link]
"""(rows, names, outputs), the base (outputs,), and the link."""

_ELEMENTS = 4_000_000


@dataclass(frozen=True, eq=False)
class Exact:
    """Shapley values without sampling.

    Attributes
    ----------
    names : tuple of str
        What the values belong to: columns, or the predictor's own features.
    values : numpy.ndarray
        (rows, names, outputs); they and the base sum to the score on the scale of ``link``.
    base : numpy.ndarray
        (rows, outputs) the mean score of the background, or of training.
    link : {"identity", "logit", "softmax", "log"}
    method : {"tree_interventional", "tree_path", "linear"}
        With a background; by the training rows in each node, without one; the closed form.
    """

    names: tuple[str, ...]
    values: np.ndarray
    base: np.ndarray
    link: Link
    method: ExactMethod


def exact_method(chain: ChainedScorer, *, background: bool) -> ExactMethod | None:
    """Return how a chain's predictor is explained exactly, None where it cannot be.

    Parameters
    ----------
    chain : ChainedScorer
    background : bool
        Whether there is one. A sum of features needs it, trees do without.
    """
    if isinstance(chain.last, ForestScorer) and chain.last.forest() is not None:
        return "tree_interventional" if background else "tree_path"
    return "linear" if background and isinstance(chain.last, LinearScorer) else None


def exact_values(
    chain: ChainedScorer,
    batch: pa.RecordBatch,
    background: pa.RecordBatch | None = None,
    *,
    by_column: bool = True,
) -> Exact | None:
    """Return the exact Shapley values of rows, None where :func:`exact_method` gives none.

    Parameters
    ----------
    chain : ChainedScorer
        The model.
    batch : pyarrow.RecordBatch
        Rows of the chain's inputs, at least one.
    background : pyarrow.RecordBatch, optional
        Rows whose values a feature takes while it is away.
    by_column : bool
        Whether all features made from one input column are one: with a background they are taken
        away together, else their values are added up.

    Raises
    ------
    SynapseError
        When the background has no rows or lacks a column.
    """
    method = exact_method(chain, background=background is not None)
    if method is None:
        return None
    if background is not None:
        background = _fitting(background, chain.inputs)
    batch = batch.select(list(chain.inputs))
    each = (origins_of if by_column else own_names)(chain, batch)
    names = tuple(dict.fromkeys(each)) if by_column else tuple(each)
    place = {name: number for number, name in enumerate(names)}
    group = np.array([place[name] for name in each]) if by_column else np.arange(len(each))
    values, base, link = _METHODS[method](chain, batch, background, group)
    unknown = int((~np.isfinite(values)).any(axis=(1, 2)).sum())
    if unknown:
        raise SynapseError(
            f"Features are missing or infinite in {unknown} of {len(values)} rows, so there is no "
            "sum of them. Expected finite numbers. Try: an Imputer before the model"
        )
    return Exact(names, values, np.tile(base, (len(values), 1)), link, method)


def _fitting(background: pa.RecordBatch, inputs: tuple[str, ...]) -> pa.RecordBatch:
    if not background.num_rows:
        raise SynapseError("The background has no rows. Expected at least one, better 100")
    for name in inputs:
        if name not in background.schema.names:
            hint = closest(name, background.schema.names)
            raise SynapseError(
                f"The background has no column {name!r}, which the model reads. {hint}".rstrip()
            )
    return background.select(list(inputs))


def _by_background(
    chain: ChainedScorer, batch: pa.RecordBatch, background: pa.RecordBatch, group: np.ndarray
) -> Found:
    forest, behind = _forest(chain), _features(chain, background, len(group))
    values = _in_parts(
        chain, batch, len(group), lambda rows: interventional(forest, rows, behind, group)[0]
    )
    return values, forest.raw(behind).mean(axis=0), forest.link


def _by_training(
    chain: ChainedScorer, batch: pa.RecordBatch, _background: None, group: np.ndarray
) -> Found:
    forest = _forest(chain)
    if isinstance(chain.last, TreeScorer):  # where the library has its own, it is faster
        found = contributions(chain, batch, group).transpose(0, 2, 1)
        return found[:, :-1], found[0, -1], forest.link
    values = _in_parts(
        chain,
        batch,
        len(group),
        lambda rows: _summed(path_dependent(forest, rows, len(group))[0], group),
    )
    return values, path_dependent(forest, np.empty((0, len(group))), len(group))[1], forest.link


def _by_mean(
    chain: ChainedScorer, batch: pa.RecordBatch, background: pa.RecordBatch, group: np.ndarray
) -> Found:
    last = chain.last
    if not isinstance(last, LinearScorer):
        raise TypeError(f"{type(last).__name__} is no sum of features")
    mean = _mean(chain, background, group)
    values = _in_parts(
        chain, batch, len(group), lambda rows: linear_values(last.coefficients, rows, mean, group)
    )
    return values, last.intercept + last.coefficients @ mean, last.link


_METHODS: dict[ExactMethod, Callable[..., Found]] = {
    "tree_interventional": _by_background,
    "tree_path": _by_training,
    "linear": _by_mean,
}


def _forest(chain: ChainedScorer) -> Forest:
    forest = chain.last.forest() if isinstance(chain.last, ForestScorer) else None
    if forest is None:
        raise TypeError(f"{type(chain.last).__name__} has no forest")
    return forest


def _mean(chain: ChainedScorer, background: pa.RecordBatch, group: np.ndarray) -> np.ndarray:
    mean: np.ndarray = _features(chain, background, len(group)).mean(axis=0)
    if not np.isfinite(mean).all():
        name = own_names(chain, background)[int(np.flatnonzero(~np.isfinite(mean))[0])]
        raise SynapseError(
            f"The background has missing or infinite values in {name!r}, so there is no mean. "
            "Expected finite numbers. Try: a background of rows that have them, or an Imputer"
        )
    return mean


def _in_parts(
    chain: ChainedScorer,
    batch: pa.RecordBatch,
    features: int,
    explain: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Explain some rows at a time, so that wide vectors are never all dense."""
    step = max(1, _ELEMENTS // max(features, 1))
    parts = (batch.slice(start, step) for start in range(0, max(batch.num_rows, 1), step))
    return np.concatenate([explain(_features(chain, part, features)) for part in parts])


def _features(chain: ChainedScorer, batch: pa.RecordBatch, expected: int) -> np.ndarray:
    """Return the features that the predictor sees, (rows, features)."""
    last = chain.last
    matrix = dense(last.matrix(chain.before_last(batch)))  # type: ignore[attr-defined]
    if matrix.shape[1] != expected:
        raise SynapseError(
            f"The vectors have {matrix.shape[1]} elements. "
            f"Expected {expected}, as in the rows to explain"
        )
    return np.asarray(matrix, np.float64)


def _summed(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the sums over features of one group, (rows, groups, outputs)."""
    summed = np.zeros((len(values), int(group.max(initial=-1)) + 1, values.shape[2]))
    for feature, place in enumerate(group):
        summed[:, place] += values[:, feature]
    return summed
