"""Known limits divided among the machines whose workers keep them."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING

from synapse_magic.http.policy import Policy
from synapse_magic.spark import driver

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def of_each_host(policy: Policy, spark: SparkSession) -> Policy:
    """Return a policy for the workers of each machine: with its share of the known limits.

    The machines are those that there are now. Where they cannot be counted, or come and go, each
    keeps the whole limit, which is said once. A run with a limit on calls or dollars makes all of
    them on one machine, which keeps the whole limit, too.

    Parameters
    ----------
    policy : Policy
        With the limits of the whole job.
    spark : SparkSession
        The session that runs it.
    """
    if policy.requests_per_second is None and policy.tokens_per_minute is None:
        return policy
    if policy.metering is not None and policy.metering.limits.any:
        return policy
    hosts = driver.hosts(spark)
    if hosts is None:
        _tell_unknown()
        return policy
    return policy.shared(hosts)


@functools.cache
def _tell_unknown() -> None:
    warnings.warn(
        "This session does not tell how many machines its workers are on, or has none of them "
        "yet, so each machine keeps the whole of requestsPerSecond and tokensPerMinute. Try: the "
        "limit divided by their number",
        stacklevel=6,
    )
