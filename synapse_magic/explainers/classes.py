"""The names of what is explained: classes, or the one number that a model predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.spark.predictor import Predictor, indexer_of, predictor_of


def class_names(model: Any, target: str, classes: tuple[int, ...], count: int) -> tuple[str, ...]:
    """Return the names of ``count`` explained numbers of a column that a model makes.

    Parameters
    ----------
    model : Transformer
    target : str
        The column.
    classes : tuple of int
        Those that were asked for; empty for all, or of two for the second.
    count : int
    """
    known = names_of(model, target)
    if not classes and count == 1 and not known:
        return (target,)
    places = classes or ((1,) if count == 1 else tuple(range(count)))
    return tuple(known[i] if i < len(known) else str(i) for i in places[:count])


def class_numbers(model: Any, target: str, classes: Sequence[str | int]) -> list[int]:
    """Return the numbers of classes that are given by name or number.

    Raises
    ------
    SynapseError
        When there is no class of a name.
    """
    predictor = _classifier(model, target)
    known = [str(name) for name in _known(model, predictor)] if predictor else []
    return [_number(own, known) for own in classes]


def _number(own: str | int, known: list[str]) -> int:
    if isinstance(own, (int, np.integer)) and not isinstance(own, bool):
        own = int(own)
        if known and not 0 <= own < len(known):
            raise SynapseError(
                f"There is no class {own}. Expected 0 to {len(known) - 1}, or a name of "
                f"{', '.join(map(repr, known))}"
            )
        return own
    if own not in known:
        listed = ", ".join(map(repr, known)) or "numbers, as the names of its classes are not known"
        hint = closest(str(own), known)
        raise SynapseError(f"There is no class {own!r}. Expected {listed}. {hint}".rstrip())
    return known.index(own)


def names_of(model: Any, target: str) -> tuple[str, ...]:
    """Return the names of the classes of a column in order, empty where it has none."""
    predictor = _classifier(model, target)
    return (_known(model, predictor) or ("0", "1")) if predictor else ()


def _classifier(model: Any, target: str) -> Predictor | None:
    """Return the predictor of a model where a column of it has a number a class."""
    try:
        predictor = predictor_of(model)
    except SynapseError:
        return None  # it is no predictor, and may give anything
    by_class = predictor.classifies and target != predictor.prediction
    return predictor if by_class else None


def _known(model: Any, predictor: Predictor) -> tuple[str, ...]:
    """Return the names of a classifier's classes, its numbers for want of others."""
    count = int(getattr(predictor.stage, "numClasses", 0) or 0)
    return labels_of(model, predictor) or tuple(map(str, range(count)))


def labels_of(model: Any, predictor: Predictor) -> tuple[str, ...]:
    """Return the names behind a classifier's class numbers, empty where they are not known."""
    indexer = indexer_of(model, predictor.label)
    if indexer is not None:
        return tuple(indexer.labels)
    scorer = predictor.stage.scorer() if hasattr(predictor.stage, "scorer") else None
    return tuple(getattr(scorer, "classes", ()))
