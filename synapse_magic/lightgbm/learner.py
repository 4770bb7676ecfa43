"""One booster trained on the rows that a worker holds. Runs in workers."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import QUIET_WAIT
from synapse_magic.lightgbm.boosting import VALID, Boosting
from synapse_magic.lightgbm.council import Council
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.reporter import reporting
from synapse_magic.lightgbm.rows import Rows

_ADDRESSES = re.compile(r"^\[(machines|local_listen_port): .*\]\n", re.MULTILINE)


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
    params = {**network, **plan.params, **device_params(plan)}
    started_by = lightgbm.Booster(model_str=plan.start) if plan.start else None
    weight, features = training.weight, training.features
    dataset = training.dataset(params, None, started_by, **_described(plan, features))
    with _explained(plan):
        booster = lightgbm.Booster(params, dataset)  # starts the network first, then bins
    council.linked()
    try:
        if council.leads and len(validation):
            booster.add_valid(validation.dataset(params, dataset, started_by), VALID)
        with reporting(plan.channel if council.leads else None) as reporter:
            boosting = Boosting(booster, plan, council, validates, weight, reporter.report)
            kept = min(boosting.run(), booster.current_iteration())
        text = _portable(booster.model_to_string(num_iteration=kept)) if council.leads else ""
        return Trained(text, features, kept, boosting.history, workers)
    finally:
        if network:
            booster.free_network()


def _portable(text: str) -> str:
    """Return a model text without the addresses of the machines that trained it."""
    return _ADDRESSES.sub("", text)


def device_params(plan: TrainingPlan) -> dict[str, Any]:
    """Return the device that Spark assigned to this task, where one is asked for."""
    if plan.params.get("device_type", "cpu") == "cpu":
        return {}
    from pyspark import TaskContext

    context = TaskContext.get()
    found = context.resources().get("gpu") if context is not None else None
    return {"gpu_device_id": int(found.addresses[0])} if found is not None else {}


@contextlib.contextmanager
def _explained(plan: TrainingPlan) -> Iterator[None]:
    """Say what to do when LightGBM lacks the device that is asked for."""
    import lightgbm

    device = plan.params.get("device_type", "cpu")
    try:
        yield
    except lightgbm.basic.LightGBMError as error:
        if device == "cpu" or not re.search(r"not enabled|No OpenCL device|CUDA", str(error)):
            raise
        said = " ".join(str(error).split())
        raise SynapseError(
            f"deviceType is {device!r}, and LightGBM on the worker cannot use it: {said}. "
            "Try: deviceType='cpu', or pip install lightgbm --no-binary lightgbm "
            f"--config-settings=cmake.define.USE_{str(device).upper()}=ON on each worker"
        ) from error


def _logger(plan: TrainingPlan) -> logging.Logger:
    """Return a logger for LightGBM, which else tells of its network whatever the verbosity."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR if int(str(plan.params["verbosity"])) < 0 else logging.INFO)
    return logger


def _described(plan: TrainingPlan, features: int) -> dict[str, Any]:
    names = plan.names or tuple(f"Column_{index}" for index in range(features))
    return {"feature_name": list(names), "categorical_feature": list(plan.categorical)}
