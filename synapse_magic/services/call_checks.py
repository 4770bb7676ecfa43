"""What ``call_services`` is told, checked before anything is called."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.ml import Estimator

from synapse_magic.errors import SynapseError
from synapse_magic.http.spending import Limits
from synapse_magic.services.projecting import Called

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def stages_of(given: Any) -> list[Any]:
    """Return the stages that were given: one, or several in their order.

    Examples
    --------
    >>> stages_of("chat")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: stages must be a stage or a list of them, got 'chat'. \
Try: [OpenAIChatCompletion(...)]
    """
    several = isinstance(given, Sequence) and not isinstance(given, str)
    stages = list(given) if several else [given]
    for each in stages:
        if isinstance(each, Estimator):
            raise SynapseError(
                f"{type(each).__name__} learns from rows, and stages only apply. "
                "Try: the model that its fit gives"
            )
        if isinstance(each, type) or not callable(getattr(each, "transform", None)):
            shown = each.__name__ if isinstance(each, type) else f"{each!r:.60}"
            hint = f"{shown}(...)" if isinstance(each, type) else "[OpenAIChatCompletion(...)]"
            raise SynapseError(
                f"stages must be a stage or a list of them, got {shown}. Try: {hint}"
            )
    return stages


def limits_of(calls: Any, cost: Any) -> Limits:
    """Return the limits of a run.

    Examples
    --------
    >>> limits_of(None, 0)
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: max_cost must be dollars greater than 0, got 0. \
Try: max_cost=0.5, or no max_cost for no limit
    """
    if calls is not None:
        require_count("max_calls", calls, 1)
    number = isinstance(cost, numbers.Real) and not isinstance(cost, bool)
    if cost is not None and not (number and 0 < float(cost) < math.inf):
        raise SynapseError(
            f"max_cost must be dollars greater than 0, got {cost!r}. "
            "Try: max_cost=0.5, or no max_cost for no limit"
        )
    return Limits(
        calls=None if calls is None else int(calls), cost=None if cost is None else float(cost)
    )


def folder_of(journal: Any) -> str | None:
    """Return the folder of answers as text.

    Examples
    --------
    >>> folder_of("answers")
    'answers'
    """
    if journal is None:
        return None
    if not isinstance(journal, (str, os.PathLike)) or not os.fspath(journal):
        raise SynapseError(
            f"journal must be the path of a folder, got {journal!r}. Try: journal='answers'"
        )
    return str(os.fspath(journal))


def require_count(name: str, value: Any, least: int) -> None:
    """Raise unless a value is a whole number of at least so many."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or int(value) < least:
        raise SynapseError(f"{name} must be an integer of at least {least}, got {value!r}")


def check_run(
    frame: DataFrame, called: Mapping[int, Called], limits: Limits, try_rows: Any
) -> None:
    """Raise for what cannot be called, or not within the limits."""
    if not called:
        raise SynapseError(
            "stages must hold one that calls a service, such as OpenAIChatCompletion(...) or "
            "HTTPTransformer(...). Try: its transform, for other stages"
        )
    if frame.isStreaming:
        raise SynapseError(
            "A stream has no end at which its calls could be counted. Try: transform of the stages"
        )
    require_count("try_rows", try_rows, 0)
    unknown = [stage.name for stage in called.values() if stage.price is None]
    if limits.cost is not None and unknown:
        raise SynapseError(
            f"max_cost cannot be kept, as {unknown[0]} has no price here. Try: "
            "price={'input': 0.5, 'output': 2.0} with the dollars of a million tokens, "
            "price={'call': 0.001}, or max_calls"
        )
