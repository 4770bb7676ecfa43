"""What a worker is told: plain values only, so that it can be pickled and sent to any machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

NativeValue = str | int | float | bool | list[int]
Layout = Literal["packed", "plain", "vector"]


@dataclass(frozen=True)
class Channel:
    """Where the metric of each iteration is sent to, and the word that opens the door."""

    host: str
    port: int
    token: str


@dataclass(frozen=True)
class Functions:
    """The user's functions; Spark sends them to the workers by value.

    Attributes
    ----------
    objective : callable or None
        ``(raw scores, lightgbm.Dataset) -> (gradient, hessian)``.
    metric : callable or None
        ``(predictions, lightgbm.Dataset) -> (name, value, whether more is better)``.
    callbacks : tuple of callable
        Called with a ``lightgbm.callback.CallbackEnv``.
    rate : callable or None
        Iteration from 0 to its learning rate.
    """

    objective: Callable[..., Any] | None = None
    metric: Callable[..., Any] | None = None
    callbacks: tuple[Callable[..., Any], ...] = ()
    rate: Callable[[int], float] | None = None


@dataclass(frozen=True)
class TrainingPlan:
    """One training, as every worker of it sees it.

    Attributes
    ----------
    params : dict
        LightGBM's parameters under its own names, without those of its network.
    rounds : int
        Boosting iterations.
    workers : int
        How many workers train together.
    layout : {"packed", "plain", "vector"}
        Features as one list of numbers, as a column each, or as a Spark vector.
    names : tuple of str
        Names of the features that LightGBM accepts; empty when only the data tells their number.
    categorical : tuple of int
        Indexes of the categorical features.
    stopping_rounds, tolerance, first_metric_only : int, float, bool
        Early stopping; 0 rounds for none.
    training_metric : bool
        Whether the metrics are measured on the training rows of all workers as well.
    start : str
        Text of the model that training goes on from; empty to begin anew.
    functions : Functions
        What the user's own code does in training.
    timeout : float
        Seconds to wait for the other workers.
    token : str
        What the workers of this training know each other by.
    channel : Channel or None
        Where the metrics go while it trains.
    """

    params: dict[str, NativeValue]
    rounds: int
    workers: int
    layout: Layout
    names: tuple[str, ...] = ()
    categorical: tuple[int, ...] = ()
    stopping_rounds: int = 0
    tolerance: float = 0.0
    first_metric_only: bool = False
    training_metric: bool = False
    start: str = ""
    functions: Functions = Functions()
    timeout: float = 1200.0
    token: str = ""
    channel: Channel | None = None


@dataclass(frozen=True)
class Trained:
    """What comes back: the model text and how it came about.

    Attributes
    ----------
    text : str
        The model, holding exactly ``best_iteration`` iterations: those of this training, without
        the trees of a model that it went on from.
    features : int
        Number of features.
    best_iteration : int
        Iterations in the model.
    history : dict
        ``{"valid auc": [0.8, 0.9], ...}``, one number for each iteration that was trained.
    workers : int
        Workers that had rows.
    before : int
        Iterations of the model that it went on from, once ``text`` holds its trees as well.
    """

    text: str
    features: int
    best_iteration: int
    history: dict[str, list[float]] = field(default_factory=dict)
    workers: int = 1
    before: int = 0
