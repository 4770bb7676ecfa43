"""Early stopping with LightGBM's semantics: any metric may stop, the first decides otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measurement:
    """One metric after one iteration."""

    name: str
    value: float
    higher_is_better: bool


@dataclass
class EarlyStopping:
    """Says when to stop, and which iteration was the best.

    Examples
    --------
    >>> stopping = EarlyStopping(rounds=2)
    >>> losses = [0.5, 0.4, 0.41, 0.42]
    >>> [stopping.update(i, [Measurement("loss", v, False)]) for i, v in enumerate(losses, 1)]
    [False, False, False, True]
    >>> stopping.best_iteration
    2
    """

    rounds: int
    tolerance: float = 0.0
    first_metric_only: bool = False
    best_iteration: int = 0
    _best: dict[str, tuple[float, int]] = field(default_factory=dict)

    def update(self, iteration: int, measured: list[Measurement]) -> bool:
        """Take the metrics after an iteration, counted from 1, and say whether to stop."""
        watched = measured[:1] if self.first_metric_only else measured
        for metric in watched:
            if self._improved(metric):
                self._best[metric.name] = (metric.value, iteration)
        bests = [self._best.get(metric.name, (0.0, iteration))[1] for metric in watched]
        stale = [best for best in bests if iteration - best >= self.rounds]
        if bests:
            self.best_iteration = (stale or bests)[0]
        return bool(stale)

    def _improved(self, metric: Measurement) -> bool:
        if metric.name not in self._best:
            return True
        best = self._best[metric.name][0]
        gain = metric.value - best if metric.higher_is_better else best - metric.value
        return gain > self.tolerance
