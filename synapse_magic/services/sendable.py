"""What goes along with every call of a stage, and can never work: told before the first one."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from synapse_magic.errors import SynapseError
from synapse_magic.http.address_keys import keys_in, masked_address
from synapse_magic.http.header_signs import is_name, wrong_value

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_UNFILLED = re.compile(r"\$\{[^}]*\}")


def require_address(url: str, stage: str) -> None:
    """Raise unless an address can be called; warn once where a key stands in it.

    Parameters
    ----------
    url : str
    stage : str
        The class of whose ``url`` it is.

    Examples
    --------
    >>> require_address("localhost:8000/v1", "OpenAIPrompt")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: url of OpenAIPrompt must be an address that begins with \
https:// or http://, got 'localhost:8000/v1'. Try: url='http://localhost:8000/v1'
    """
    shown = masked_address(url)
    if not url.isprintable() or " " in url:
        raise SynapseError(
            f"url of {stage} holds white space or a line break, which no address has, got "
            f"{shown!r}. Try: url={''.join(shown.split())!r}"
        )
    unfilled = _UNFILLED.search(url)
    if unfilled is not None:
        raise SynapseError(
            f"url of {stage} holds {unfilled[0]}, which nothing fills, got {shown!r}. "
            "Try: the address itself"
        )
    scheme, host = _parts(url)
    if scheme not in ("http", "https"):
        bare = shown.partition("://")[2] or shown.lstrip("/")
        local = bare.startswith(("localhost", "127."))
        raise SynapseError(
            f"url of {stage} must be an address that begins with https:// or http://, got "
            f"{shown!r}. Try: url={('http://' if local else 'https://') + bare!r}"
        )
    if not host:
        raise SynapseError(
            f"url of {stage} names no host that could be called, got {shown!r}. "
            "Try: url='https://host/path'"
        )
    keys = keys_in(url)
    if keys:
        _tell_key(stage, keys[0].name)


def require_host_part(name: str, value: Any, stage: str) -> None:
    """Raise unless a value can be part of a host's name, such as a region.

    Examples
    --------
    >>> require_host_part("location", "West Europe", "NER")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: location of NER must be a part of a host's name, got \
'West Europe'. Try: location='westeurope'
    """
    if not _LABEL.fullmatch(str(value)):
        bare = re.sub(r"[^A-Za-z0-9.-]", "", str(value)).lower() or "..."
        raise SynapseError(
            f"{name} of {stage} must be a part of a host's name, got {value!r}. "
            f"Try: {name}={bare!r}"
        )


def require_headers(secrets: Mapping[str, Any], stage: str) -> None:
    r"""Raise unless secrets can stand in headers; what a ``Secret`` is, workers see.

    Parameters
    ----------
    secrets : dict
        By the name of their param; a dict is of headers by name.
    stage : str
        The class of whose params they are.

    Examples
    --------
    >>> require_headers({"AADToken": "abc\n"}, "NER")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: AADToken of NER holds a line break or another sign ...
    """
    for param, value in secrets.items():
        if isinstance(value, Mapping):
            for name, each in value.items():
                if not is_name(name):
                    raise SynapseError(
                        f"{param} of {stage} has {name!r}, which is no name of a header. "
                        "Try: a name such as 'X-Api-Key'"
                    )
                _require_value(f"{name!r} in {param}", each, stage, f"{{{name!r}: key.strip()}}")
        else:
            if isinstance(value, str) and not value.strip():
                raise SynapseError(
                    f"{param} of {stage} is empty. Try: {param}=Secret.env('KEY'), or without it "
                    "for a server that takes none"
                )
            _require_value(param, value, stage, "key.strip()")


def _require_value(name: str, value: Any, stage: str, hint: str) -> None:
    wrong = wrong_value(value) if isinstance(value, str) else ""
    if wrong:
        tried = f"{name.rpartition(' ')[2]}={hint}" if value.isascii() else "letters of ASCII alone"
        raise SynapseError(f"{name} of {stage} holds {wrong}. Try: {tried}")


def _parts(url: str) -> tuple[str, str]:
    """Return scheme and host; both empty where they cannot be told, such as of a wrong port."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return url.partition("://")[0], ""


@functools.cache
def _tell_key(stage: str, name: str) -> None:
    warnings.warn(
        f"url of {stage} holds a key ({name}=***), which is not saved with the stage. Try: it in a "
        "header, by customHeaders={'x-functions-key': Secret.env('KEY')} or such, where a service "
        "takes it there",
        stacklevel=6,
    )
