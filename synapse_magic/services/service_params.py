"""The params of every stage that calls a described service, those of SynapseML's base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from synapse_magic.errors import SynapseError
from synapse_magic.http.secret import Secret
from synapse_magic.http.service.making import SECRETS
from synapse_magic.http.service.template import names
from synapse_magic.services.http_transformer import CallParams
from synapse_magic.services.own_address import of_endpoint, of_name
from synapse_magic.services.sendable import (
    require_address,
    require_headers,
    require_host_part,
)
from synapse_magic.spark.output_names import OutputNames
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from typing_extensions import Self

KEYS = ("subscriptionKey", "AADToken", "CustomAuthHeader")
"""Params that say who calls, of which one is enough."""


class ServiceParams(CallParams, OutputNames):
    """Where the service is, who calls it, and where its answers go."""

    outputCol: Param[str] = param(
        "New column of what the service says; unset for one named after the stage's uid.",
        default=unset,
        column="out",
    )
    errorCol: Param[str] = param(
        "New column that tells why a row has no output; unset for outputCol with '_error' after "
        "its name.",
        default=unset,
        column="out",
    )
    url: Param[str] = param(
        "Address of the service, to which the path is added unless it ends with it; unset for "
        "the public one.",
        default=unset,
    )
    subscriptionKey: Param[str | Secret] = param(
        "Key of the service, or a reference to it.", default=unset, secret=True
    )
    subscriptionKeyCol: Param[str] = param(
        "Column of keys, for rows that have their own.", default=unset, column="in"
    )
    AADToken: Param[str | Secret] = param(
        "Token of Microsoft Entra ID in place of a key, or a reference to it.",
        default=unset,
        secret=True,
    )
    AADTokenCol: Param[str] = param("Column of tokens.", default=unset, column="in")
    CustomAuthHeader: Param[str | Secret] = param(
        "The whole Authorization header in place of a key, or a reference to it.",
        default=unset,
        secret=True,
    )
    CustomAuthHeaderCol: Param[str] = param(
        "Column of Authorization headers.", default=unset, column="in"
    )
    customHeaders: Param[dict[str, str | Secret]] = param(
        "More headers, their values kept secret.", default=unset, secret=True
    )

    row: ClassVar[dict[str, Any]]

    _missing: tuple[str, ...] = ()

    def setEndpoint(self, endpoint: str) -> Self:
        """Set ``url``: the endpoint of a resource, as its page in the portal shows it."""
        return self._set(url=of_endpoint(self.row, endpoint))

    def setCustomServiceName(self, name: str) -> Self:
        """Set ``url`` to the endpoint of a resource with a name of its own."""
        require_host_part("name", name, type(self).__name__)
        return self._set(url=of_name(self.row, name))

    def _unset_name(self, name: str) -> str:
        named = name == "errorCol" and not self.isDefined("outputCol")
        return f"{self.uid}_error" if named else super()._unset_name(name)

    def _require_sendable(self) -> None:
        """Raise for what goes along with every call and can never work."""
        stage = type(self).__name__
        if self.isSet("url"):
            require_address(self.getOrDefault("url"), stage)
        else:
            host = urlsplit(self.row["endpoint"]).netloc
            for name in set(names(host)).intersection(self.params_declared()):
                if self.isDefined(name):
                    require_host_part(name, self.getOrDefault(name), stage)
        require_headers({n: self.getOrDefault(n) for n in SECRETS if self.isSet(n)}, stage)

    def _secrets(self) -> dict[str, Any]:
        """Return the secrets that are set; those that a person types are asked for now."""
        self._require_saved()
        signed = any(self.isSet(name) or self.isSet(f"{name}Col") for name in KEYS)
        lacking = [
            name for name in self._missing if not self.isSet(name) and not (signed and name in KEYS)
        ]
        if lacking:
            raise SynapseError(
                f"{lacking[0]} of this {type(self).__name__} was not saved with it, for it is "
                f"secret. Try: set{lacking[0][0].upper()}{lacking[0][1:]}(...); a Secret is saved"
            )
        given = {name: self.getOrDefault(name) for name in SECRETS if self.isSet(name)}
        for each in given.values():
            for secret in each.values() if isinstance(each, dict) else (each,):
                if isinstance(secret, Secret):
                    secret.ask()
        return given

    def _get_state(self) -> dict[str, Any]:
        names = [name for name in SECRETS if self.isSet(name) or name in self._missing]
        given = {name: self._given(name) for name in names}
        saved = {name: _reference(value) for name, value in given.items()}
        return {**super()._get_state(), "secrets": saved}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        saved = state["secrets"]
        self._missing = tuple(saved)
        self._set(**{name: _from_reference(told) for name, told in saved.items() if told})


def _reference(value: Any) -> dict[str, Any] | None:
    """Return where a secret is, None where it is a plain text; of a dict where all of them are."""
    if isinstance(value, dict):
        each = {name: _reference(secret) for name, secret in value.items()}
        return {"each": each} if all(each.values()) else None
    return {"secret": value.reference()} if isinstance(value, Secret) else None


def _from_reference(told: dict[str, Any]) -> Any:
    if "each" in told:
        return {name: _from_reference(each) for name, each in told["each"].items()}
    return Secret.from_reference(told["secret"])
