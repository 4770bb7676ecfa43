"""How a search chooses what to try next: every combination, at random, or from what it learned."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Protocol

import numpy as np

from synapse_magic.compose.tuning.dimensions import Dimension
from synapse_magic.compose.tuning.spaces import Choice, Range, Space
from synapse_magic.errors import SynapseError

INSTALL = "pip install 'synapse-magic[tune]'"
LARGEST_GRID = 10_000


@dataclass(frozen=True)
class Proposal:
    """What one trial tries: the place of its model among the models, and values by name."""

    model: int
    values: dict[str, Any] = field(default_factory=dict)


class Sampler(Protocol):
    """Chooses what to try, one proposal after the other."""

    planned: int

    def ask(self) -> Proposal:
        """Return what to try next."""
        ...

    def tell(self, loss: float | None) -> None:
        """Take how the oldest proposal not told yet went: less is better, None for no result."""
        ...


class Fixed:
    """Proposals that are known beforehand, whatever comes of them."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self.planned = len(proposals)
        self._left = iter(proposals)

    def ask(self) -> Proposal:
        """Return the next one."""
        return next(self._left)

    def tell(self, loss: float | None) -> None:
        """Learn nothing."""


def grid(dimensions: Sequence[Sequence[Dimension]]) -> Fixed:
    """Return every combination of every model's values, in the order of their declaration.

    Raises
    ------
    SynapseError
        When a param has a range, whose values cannot be listed, or there are too many.
    """
    for each in (each for model in dimensions for each in model):
        if not isinstance(each.space, Choice):
            raise SynapseError(
                f"A grid lists its values, and {each.name} has {each.space!r}. "
                f"Try: {each.name}: Choice(...), or search='random'"
            )
    count = sum(math.prod(len(each.space.samples()) for each in model) for model in dimensions)
    if count > LARGEST_GRID:
        raise SynapseError(f"The grid has {count:,} combinations. Try: search='random', numRuns=50")
    return Fixed(
        [
            Proposal(index, dict(zip([each.name for each in model], chosen)))
            for index, model in enumerate(dimensions)
            for chosen in product(*(each.space.samples() for each in model))
        ]
    )


def random(dimensions: Sequence[Sequence[Dimension]], runs: int, seed: int) -> Fixed:
    """Return combinations drawn at random, the models in turn."""
    rng = np.random.default_rng(seed)
    proposals = []
    for run in range(runs):
        index = run % len(dimensions)
        values = {each.name: each.space.at(rng.random()) for each in dimensions[index]}
        proposals.append(Proposal(index, values))
    return Fixed(proposals)


class Tpe:
    """Values where those of the best trials lie close, by Optuna's tree-structured Parzen sampler.

    Bergstra et al., Algorithms for Hyper-Parameter Optimization (2011). The first trials, a quarter
    and at least four, are drawn at random.
    """

    def __init__(self, dimensions: Sequence[Sequence[Dimension]], runs: int, seed: int) -> None:
        optuna = load_optuna("search='tpe'")
        startup = min(10, max(4, runs // 4))
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=startup)
        self.planned = runs
        self._dimensions = dimensions
        self._study = new_study(sampler=sampler)
        self._asked: list[Any] = []

    def ask(self) -> Proposal:
        """Return what to try next, from what was told so far."""
        trial = self._study.ask()
        self._asked.append(trial)
        index = 0
        if len(self._dimensions) > 1:
            index = trial.suggest_categorical("model", list(range(len(self._dimensions))))
        values = {
            each.name: _suggest(trial, f"{index} {each.name}", each.space)
            for each in self._dimensions[index]
        }
        return Proposal(index, values)

    def tell(self, loss: float | None) -> None:
        """Learn from how the oldest open proposal went."""
        import optuna

        trial = self._asked.pop(0)
        failed = optuna.trial.TrialState.FAIL
        if loss is None:
            self._study.tell(trial, state=failed)
        else:
            self._study.tell(trial, loss)


def _suggest(trial: Any, name: str, space: Space) -> Any:
    if isinstance(space, Range):
        if space.whole:
            return trial.suggest_int(name, space.low, space.high, log=space.log)
        return float(f"{trial.suggest_float(name, space.low, space.high, log=space.log):.12g}")
    # Optuna takes plain values alone; a choice may be of any kind.
    return space.values[trial.suggest_categorical(name, list(range(len(space.values))))]


def load_optuna(wanted: str) -> Any:
    """Return the optuna module, or say how to install it.

    Raises
    ------
    SynapseError
        When it is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Its progress bars want ipywidgets; none of them is ever shown here.
            warnings.filterwarnings("ignore", message="IProgress not found")
            import optuna
    except ImportError as error:
        raise SynapseError(f"{wanted} needs Optuna. Try: {INSTALL}") from error
    return optuna


def new_study(**kwargs: Any) -> Any:
    """Return an Optuna study, without the line that Optuna logs for each."""
    import optuna

    with _quiet(optuna):
        return optuna.create_study(direction="minimize", **kwargs)


@contextlib.contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)
