"""LightGBM's own parameters, from the params of a stage and from what the user passes through."""

from __future__ import annotations

from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.lightgbm.plan import NativeValue
from synapse_magic.spark.stage import Stage

_ROUNDS = "num_iterations"
_OURS = {
    "machines": "numTasks",
    "num_machines": "numTasks",
    "local_listen_port": "numTasks",
    "num_threads": "numThreads",
    "early_stopping_round": "earlyStoppingRound",
    "categorical_feature": "categoricalSlotIndexes",
}
"""Parameters that the trainer sets itself, and the param to set instead."""


def native_params(stage: Stage) -> dict[str, NativeValue]:
    """Return the params that have a native name and a value, under their native names."""
    values = {
        p.native: stage.getOrDefault(p.name)
        for p in stage.params_declared().values()
        if p.native
        and stage.isDefined(p.name)
        # LightGBM derives these from its one seed, unless it is told them.
        and (stage.isSet(p.name) or not p.native.endswith("_seed"))
    }
    return {name: value for name, value in values.items() if value not in ("", [])}


def passed_through(text: str) -> dict[str, NativeValue]:
    """Read ``name=value name=value``; aliases become LightGBM's main names.

    Raises
    ------
    SynapseError
        When a word is not ``name=value``, names nothing that LightGBM has, or what a param of the
        stage is for.

    Examples
    --------
    >>> passed_through("max_bin=63 eta=0.3")
    {'max_bin': '63', 'learning_rate': '0.3'}
    """
    found: dict[str, NativeValue] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise SynapseError(
                f"passThroughArgs: {word!r} is not name=value. "
                "Expected LightGBM parameters such as 'max_bin=63 extra_trees=true'"
            )
        main = _main_name(name)
        if main in _OURS:
            raise SynapseError(f"passThroughArgs cannot set {name}. Try: {_OURS[main]}")
        found[main] = value
    return found


def rounds_of(params: dict[str, Any]) -> int:
    """Return the number of iterations that the parameters ask for."""
    return int(params[_ROUNDS])


def _main_name(name: str) -> str:
    from lightgbm.basic import _ConfigAliases

    aliases: dict[str, list[str]] = _ConfigAliases._get_all_param_aliases()
    known = {other: main for main, others in aliases.items() for other in (main, *others)}
    if name not in known:
        raise SynapseError(
            f"passThroughArgs: LightGBM has no parameter {name!r}. {closest(name, known)}".rstrip()
        )
    return known[name]
