"""Values as requests with a JSON body."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.http.secret import Secret
from synapse_magic.services.http_schema import HEADER, REQUEST
from synapse_magic.services.parser import InputParser
from synapse_magic.services.secrets_found import require_found
from synapse_magic.services.sendable import require_address, require_headers
from synapse_magic.spark.columns import col, field
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.shipping import ensure_workers

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_CONTENT_TYPE = "Content-Type"


class JSONInputParser(InputParser):
    r"""Make a request of each value, with the value as JSON in its body.

    A struct is an object and a list an array; any other value is an object with the name of its
    column: ``{"text": "..."}``. A null gives a null, for which nothing is called.

    The values of ``headers`` may be secret, so they are in no plan, code or saved stage: ``repr``
    names environment variables in their place, and a loaded stage asks for them. A ``Secret`` in
    their place is looked up by the workers, and is saved as what it is, a reference. The requests
    themselves hold the values: drop that column before it is shown or written.

    Examples
    --------
    >>> parser = JSONInputParser(inputCol="text", outputCol="request", url="http://localhost/nlp")
    >>> parser.setHeaders({"Api-Key": "s3cret"}).to_code().partition(", headers")[2]
    '={\'Api-Key\': os.environ["API_KEY"]})'
    >>> parser.setHeaders({"Authorization": "Bearer " + Secret.env("NLP_KEY")}).getHeaders()
    {'Authorization': 'Bearer ' + Secret.env('NLP_KEY')}
    >>> requests = parser.transform(texts)  # doctest: +SKIP
    """

    url: Param[str] = param(
        "Address to call. The plan shows it: keys belong into headers.", default=unset
    )
    headers: Param[dict[str, str | Secret]] = param(
        "Headers of each request, their values kept secret.", default={}, secret=True
    )
    method: Param[str] = param(
        "Method of the requests, such as POST, PUT or PATCH.", default="POST"
    )

    _missing: tuple[str, ...] = ()

    def _value(self, dataset: DataFrame, name: str) -> Column:
        self._require_saved()
        self._require_headers()
        require_address(self._required("url"), type(self).__name__)
        require_headers({"headers": self.getOrDefault("headers")}, type(self).__name__)
        content = _json(dataset.schema, name).cast("binary")
        known = {"content": content, "contentLength": F.octet_length(content).cast("long")}
        known |= {"isChunked": F.lit(False), "isRepeatable": F.lit(True)}
        line = {"method": F.lit(self._required("method")), "uri": F.lit(self._required("url"))}
        request = F.struct(
            _filled(REQUEST["requestLine"].dataType, line).alias("requestLine"),
            self._headers(dataset).alias("headers"),
            _filled(REQUEST["entity"].dataType, known | {"isStreaming": F.lit(False)}).alias(
                "entity"
            ),
        )
        return F.when(col(name).isNotNull(), request).cast(REQUEST)

    def _headers(self, dataset: DataFrame) -> Column:
        """Return the headers as a column, out of a worker where the plan must not show them."""
        given = self.getOrDefault("headers")
        typed = [(_CONTENT_TYPE, "application/json")]
        if any(name.casefold() == _CONTENT_TYPE.casefold() for name in given):
            typed = []
        if given:
            references = [value for value in given.values() if isinstance(value, Secret)]
            for each in references:
                each.ask()
            if references:
                ensure_workers(dataset.sparkSession, needs=())
                require_found(dataset.sparkSession, references)
            make = F.udf(_constant([*given.items(), *typed]), ArrayType(HEADER), useArrow=False)
            return make()
        pairs = [F.struct(F.lit(n).alias("name"), F.lit(v).alias("value")) for n, v in typed]
        return F.array(*pairs)

    def _require_headers(self) -> None:
        missing = [name for name in self._missing if name not in self.getOrDefault("headers")]
        if missing:
            raise SynapseError(
                f"The headers {', '.join(missing)} of this JSONInputParser were not saved with "
                f"it, for they may be secret. Try: setHeaders({{{missing[0]!r}: ...}}), "
                "with all others that it needs; a Secret is saved"
            )

    def _get_state(self) -> dict[str, Any]:
        names = dict.fromkeys([*self._missing, *self.getOrDefault("headers")])
        given = self.getOrDefault("headers")
        saved = {name: _reference(given.get(name)) for name in names}
        return {**super()._get_state(), "headers": saved}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        saved = state["headers"]
        self._missing = tuple(saved)
        references = {n: Secret.from_reference(each) for n, each in saved.items() if each}
        if references:
            self._set(headers=references)


def _reference(value: str | Secret | None) -> dict[str, Any] | None:
    return value.reference() if isinstance(value, Secret) else None


def _json(schema: StructType, name: str) -> Column:
    kind = field(schema, name).dataType
    if isinstance(kind, (StructType, ArrayType)):
        return F.to_json(col(name))
    return F.to_json(F.struct(col(name).alias(name)))


def _filled(kind: Any, known: dict[str, Column]) -> Column:
    """Return a struct of a type with the known fields, and null for the others."""
    nulls = {own.name: F.lit(None).cast(own.dataType) for own in kind.fields}
    return F.struct(*(column.alias(name) for name, column in (nulls | known).items()))


def _constant(pairs: list[tuple[str, str | Secret]]) -> Callable[[], list[tuple[str, str]]]:
    """Return a function for workers, which carries what is no part of the plan's text."""

    def headers() -> list[tuple[str, str]]:
        return [(name, each if isinstance(each, str) else each.reveal()) for name, each in pairs]

    return headers
