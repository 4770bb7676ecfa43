"""Which stages call services, and what is known of them before they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synapse_magic.http.price import Price
from synapse_magic.services.http_transformer import CallParams
from synapse_magic.services.projecting import Called
from synapse_magic.services.service_stage import ServiceStage


def calling(stage: Any) -> bool:
    """Say whether a stage calls a service."""
    return isinstance(stage, CallParams)


def called_of(stage: Any, price: Mapping[str, float] | None) -> Called:
    """Return what is known of a stage that calls a service.

    Parameters
    ----------
    stage : CallParams
    price : dict or None
        Of the user, for a service whose row knows none.
    """
    given = Price.given(price) if price is not None else None
    described = isinstance(stage, ServiceStage)
    known = Price.of_row(stage.row.get("price")) if described else None
    return Called(
        name=type(stage).__name__,
        batches=tuple(map(_batch, stage._stages_inside())),
        concurrency=stage.getOrDefault("concurrency"),
        rate=stage._policy().requests_per_second,
        price=known if known is not None else given,
    )


def _batch(stage: Any) -> int | None:
    """Return how many rows go in one request, None where each has its own."""
    batched = isinstance(stage, ServiceStage) and stage.service.batch is not None
    return stage.getOrDefault("batchSize") if batched else None
