"""The params that a search varies: found among the stages and checked before any job runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.ml.param import Param, Params

from synapse_magic.compose.tuning.spaces import Choice, Range, Space
from synapse_magic.errors import SynapseError, closest

_NEAR = "paramSpace={gbm.numLeaves: Range(15, 127)}"


@dataclass(frozen=True)
class Dimension:
    """One param that is varied.

    Attributes
    ----------
    stage : Params
        The stage that has it, as the user made it.
    param : Param
    space : Range or Choice
    name : str
        What the leaderboard calls it: its name, with the class before it where two stages of one
        model have it.
    """

    stage: Params
    param: Param[Any]
    space: Space
    name: str


def stages_in(model: Any) -> Iterator[Any]:
    """Return an estimator and all stages that its params hold, pipelines opened, in order."""
    yield model
    for value in list(getattr(model, "_paramMap", {}).values()):
        for part in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(part, Params):
                yield from stages_in(part)


def dimensions_of(models: Sequence[Any], space: Mapping[Any, Space]) -> list[list[Dimension]]:
    """Return what is varied of each model.

    Parameters
    ----------
    models : sequence of Estimator
    space : mapping
        From a param, or its name, to what may be tried.

    Raises
    ------
    SynapseError
        When no stage or more than one has such a param, or it does not take a value.

    Examples
    --------
    >>> dimensions_of([LightGBMClassifier()], {"numLeaves": Range(15, 127)})  # doctest: +SKIP
    """
    found: list[list[tuple[Any, str, Space]]] = [[] for _ in models]
    for key, values in space.items():
        if not isinstance(values, (Range, Choice)):
            raise SynapseError(
                f"{_shown(key)} is given {values!r}. Expected a Range or a Choice. "
                f"Try: {_shown(key)}: Choice({values!r})"
            )
        for index, stage, name in _places(models, key):
            found[index].append((stage, name, fitting(stage, name, values)))
    return [_named(each) for each in found]


def fitting(stage: Params, name: str, space: Space) -> Space:
    """Return a space with the type of its param, after checking that the param takes its values.

    ``Range(0, 10)`` for a param of numbers that need not be whole draws such numbers.

    Raises
    ------
    SynapseError
        With the allowed values, or the reason that the stage gives.
    """
    taken = [_taken(stage, name, value) for value in space.samples()]
    if not isinstance(space, Range):
        return space
    if all(isinstance(value, float) for value in taken) and space.whole:
        return Range(float(space.low), float(space.high), space.log)
    if all(type(value) is int for value in taken) and not space.whole:
        return Range(taken[0], taken[1], space.log)
    return space


def _taken(stage: Params, name: str, value: Any) -> Any:
    try:
        return stage.getParam(name).typeConverter(value)
    except SynapseError:
        raise
    except (TypeError, ValueError) as error:
        owner = type(stage).__name__
        raise SynapseError(f"{name} of {owner} does not take {value!r}: {error}") from error


def _places(models: Sequence[Any], key: Any) -> list[tuple[int, Any, str]]:
    """Return model, stage and param name of each place that a key means."""
    owner, name = _parts(key)
    every = [(index, stage) for index, model in enumerate(models) for stage in stages_in(model)]
    owners = [
        (index, stage)
        for index, stage in every
        if not owner or owner in (stage.uid, type(stage).__name__)
    ]
    if not owners:
        known = sorted({type(stage).__name__ for _, stage in every})
        hint = closest(owner, known) or f"Stages: {', '.join(known)}"
        raise SynapseError(f"paramSpace names {_shown(key)}, and no stage is {owner!r}. {hint}")
    places = [(index, stage) for index, stage in owners if stage.hasParam(name)]
    if not places:
        params = {param.name for _, stage in owners for param in stage.params}
        where = owner or ", ".join(dict.fromkeys(type(model).__name__ for model in models))
        hint = closest(name, params) or f"Try: {_NEAR}"
        raise SynapseError(f"{where} has no param {name!r}. {hint}")
    _refuse_two(places, key)
    return [(index, stage, name) for index, stage in places]


def _refuse_two(places: list[tuple[int, Any]], key: Any) -> None:
    """Refuse a key that means two stages of one model."""
    for index, stage in places:
        twins = [other for place, other in places if place == index and other is not stage]
        if twins:
            names = " and ".join(type(each).__name__ for each in (stage, *twins))
            raise SynapseError(
                f"{_shown(key)} may be a param of {names}. "
                "Expected one of them. Try: the param itself, {stage.param: ...}"
            )


def _parts(key: Any) -> tuple[str, str]:
    """Return owner (a uid, a class or empty) and name of a key."""
    if isinstance(key, Param):
        # The param of a class, not of a stage, has a stand-in for its parent.
        owner = "" if str(key.parent) in ("undefined", "") else str(key.parent)
        return owner, key.name
    if isinstance(key, str):
        owner, _, name = key.rpartition(".")
        return owner, name
    raise SynapseError(
        f"paramSpace has the key {key!r}. Expected a param or its name. Try: {_NEAR}"
    )


def key_text(key: Any) -> str:
    """Return a key of a space as a text that means the same, for files."""
    return ".".join(filter(None, _parts(key)))


def _shown(key: Any) -> str:
    owner, name = _parts(key)
    return f"{owner.partition('_')[0]}.{name}" if owner else name


def _named(found: list[tuple[Any, str, Space]]) -> list[Dimension]:
    names = [name for _, name, _ in found]
    dimensions = []
    for stage, name, space in found:
        shown = name if names.count(name) == 1 else f"{type(stage).__name__}.{name}"
        dimensions.append(Dimension(stage, stage.getParam(name), space, shown))
    return dimensions


def with_values(model: Any, dimensions: Sequence[Dimension], values: Mapping[str, Any]) -> Any:
    """Return a copy of an estimator with these values, by the names of its dimensions."""
    return model.copy({each.param: values[each.name] for each in dimensions})
