"""Addresses of resources that have a name of their own, as a family's ``custom`` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from synapse_magic.errors import SynapseError
from synapse_magic.http.service.template import fill_path

_AZURE = (".azure.com", ".azure.us", ".azure.cn")


def of_name(row: Mapping[str, Any], name: str) -> str:
    """Return the address of a resource by its name.

    Raises
    ------
    SynapseError
        When the service has no resources with names.

    Examples
    --------
    >>> of_name({"custom": "https://${name}.openai.azure.com/openai/v1"}, "mine")
    'https://mine.openai.azure.com/openai/v1'
    """
    if "custom" not in row:
        raise SynapseError(
            f"The service of {row['name']} has no addresses by name. Try: url='https://...'"
        )
    return fill_path(row["custom"], {"name": name})


def of_endpoint(row: Mapping[str, Any], endpoint: str) -> str:
    """Return the address for an endpoint as the portal shows it.

    Of a resource on Azure it is without the path below which some services are.

    Examples
    --------
    >>> row = {"custom": "https://${name}.openai.azure.com/openai/v1"}
    >>> of_endpoint(row, "https://mine.openai.azure.com/")
    'https://mine.openai.azure.com/openai/v1'
    >>> of_endpoint(row, "http://localhost:8000/v1")
    'http://localhost:8000/v1'
    """
    parts = urlsplit(endpoint)
    if parts.path.strip("/") or not (parts.hostname or "").endswith(_AZURE):
        return endpoint
    return endpoint.rstrip("/") + urlsplit(row.get("custom", "")).path
