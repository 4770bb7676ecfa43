from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from synapse_magic.http.metering import Metering
from synapse_magic.http.policy import Policy
from synapse_magic.http.spending import Limits
from synapse_magic.services import host_share
from synapse_magic.spark import driver


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that says on how many machines the workers are."""
    host_share._tell_unknown.cache_clear()
    return lambda count: monkeypatch.setattr(driver, "hosts", lambda _: count)


def test_known_limits_are_divided_among_the_machines(hosts: Any) -> None:
    hosts(4)
    policy = Policy(requests_per_second=10.0, tokens_per_minute=60_000.0)
    each = host_share.of_each_host(policy, None)  # type: ignore[arg-type]
    assert (each.requests_per_second, each.tokens_per_minute) == (2.5, 15_000.0)
    alone = host_share.of_each_host(Policy(tokens_per_minute=8.0), None)  # type: ignore[arg-type]
    assert (alone.requests_per_second, alone.tokens_per_minute) == (None, 2.0)


def test_machines_that_cannot_be_counted_keep_the_whole_limit_which_is_said_once(
    hosts: Any,
) -> None:
    hosts(None)
    policy = Policy(requests_per_second=10.0)
    with pytest.warns(UserWarning, match="each machine keeps the whole"):
        assert host_share.of_each_host(policy, None) == policy  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        host_share.of_each_host(policy, None)  # type: ignore[arg-type]


def test_one_machine_that_makes_all_calls_of_a_run_keeps_the_whole_limit(hosts: Any) -> None:
    hosts(4)
    metering = Metering("run", 0, "127.0.0.1", 1, "token", limits=Limits(calls=10))
    policy = Policy(requests_per_second=10.0, metering=metering)
    assert host_share.of_each_host(policy, None) == policy  # type: ignore[arg-type]
    counted = replace(policy, metering=replace(metering, limits=Limits()))
    each = host_share.of_each_host(counted, None)  # type: ignore[arg-type]
    assert each.requests_per_second == 2.5


def test_without_a_known_limit_nothing_is_asked() -> None:
    policy = Policy()
    assert host_share.of_each_host(policy, None) is policy  # type: ignore[arg-type]


def test_a_local_session_is_one_machine(spark: SparkSession) -> None:
    assert driver.hosts(spark) == 1
