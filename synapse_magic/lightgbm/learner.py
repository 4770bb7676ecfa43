"""One booster trained on the rows that a worker holds. Runs in workers."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import QUIET_WAIT
from synapse_magic.lightgbm.boosting import boost
from synapse_magic.lightgbm.council import Council
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.reporter import reporting
from synapse_magic.lightgbm.rows import Rows


def train(
    plan: TrainingPlan,
    network: dict[str, Any],
    training: Rows,
    validation: Rows,
    council: Council,
    validates: bool,
    workers: int = 1,
) -> Trained:
    """Train one booster; ``network`` is empty or LightGBM's parameters to reach the others."""
    os.environ.setdefault(*QUIET_WAIT)
    import lightgbm

    lightgbm.register_logger(_logger(plan))
    if not len(training):
        raise SynapseError("There are no training rows. Expected at least one")
    params = {**network, **plan.params}
    weight, features = training.weight, training.features
    dataset = training.dataset(params, **_described(plan, features))
    with _silent() if network else contextlib.nullcontext():
        booster = lightgbm.Booster(params, dataset)  # starts the network first, then bins
    try:
        if council.leads and len(validation):
            booster.add_valid(validation.dataset(params, dataset), "valid")
        with reporting(plan.channel if council.leads else None) as reporter:
            kept, history = boost(
                booster,
                plan,
                council,
                validates=validates,
                weight=weight,
                report=reporter.report,
            )
        kept = min(kept, booster.current_iteration())
        text = booster.model_to_string(num_iteration=kept) if council.leads else ""
        return Trained(text, features, kept, history, workers)
    finally:
        if network:
            booster.free_network()


def _logger(plan: TrainingPlan) -> logging.Logger:
    """Return a logger for LightGBM, which else tells of its network whatever the verbosity."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR if int(str(plan.params["verbosity"])) < 0 else logging.INFO)
    return logger


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Drop what is written to standard output: LightGBM's listening thread asks no logger."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _described(plan: TrainingPlan, features: int) -> dict[str, Any]:
    names = plan.names or tuple(f"Column_{index}" for index in range(features))
    return {"feature_name": list(names), "categorical_feature": list(plan.categorical)}
