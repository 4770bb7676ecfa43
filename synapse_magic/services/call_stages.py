"""Which stages call services, and what is known of them before they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.http.price import Price
from synapse_magic.services.http_transformer import CallParams
from synapse_magic.services.projecting import Called
from synapse_magic.services.prompt_params import PromptParams
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
        Of the user, for a service whose row knows none; without it, that of the stage's own
        ``inputPrice`` and ``outputPrice``, if it has them.

    Raises
    ------
    SynapseError
        Where a few rows cannot tell what all would take.
    """
    _require_calls(stage)
    given = Price.given(price) if price is not None else _own_price(stage)
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


def _require_calls(stage: Any) -> None:
    """Raise where rows are not called one by one, but by batches that take up to a day."""
    if isinstance(stage, PromptParams) and stage.getOrDefault("mode") == "batch":
        raise SynapseError(
            f"mode='batch' of {type(stage).__name__} cannot be called within a limit: the provider "
            "answers within a day, so no rows are tried first and no call is counted. "
            "Try: mode='calls', or transform of the stage with a journal"
        )


def _own_price(stage: Any) -> Price | None:
    """Return the price that a stage was told, None where it was not."""
    if not isinstance(stage, PromptParams):
        return None
    sent, answered = stage._given("inputPrice"), stage._given("outputPrice")
    if sent is None or answered is None:
        return None
    return Price(input=sent, output=answered)
