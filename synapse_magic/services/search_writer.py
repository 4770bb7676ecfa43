"""Frames written to Azure AI Search, with an index that is made where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.http.calls import call_each
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.secret import revealed
from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.making import base_address, credentials
from synapse_magic.http.service.template import fill_path
from synapse_magic.services.declared import AddDocuments
from synapse_magic.services.search_index import ACTION, index_of
from synapse_magic.spark.columns import col

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_INDEX = "/indexes('${indexName}')"
_DOCUMENT, _WRITTEN, _FAILED = "document", "written", "failed"


class AzureSearchWriter:
    """Writes the rows of frames as documents to an index of Azure AI Search.

    Examples
    --------
    >>> AzureSearchWriter.write(  # doctest: +SKIP
    ...     hotels,
    ...     keyCol="id",
    ...     serviceName="mine",
    ...     indexName="hotels",
    ...     subscriptionKey=Secret.env("SEARCH_KEY"),
    ... )
    1250
    """

    @staticmethod
    def write(
        frame: DataFrame,
        *,
        keyCol: str,
        actionCol: str = ACTION,
        vectorCols: Mapping[str, int] | None = None,
        **params: Any,
    ) -> int:
        """Write all rows, each column as a field, and return how many there were.

        The index is made of the frame's schema unless there is one of this name. Documents go in
        batches; one that the service refuses for the moment is sent again.

        Parameters
        ----------
        frame : DataFrame
        keyCol : str
            The column of texts by which a document is known.
        actionCol : str
            The column that says what to do with a document, ``upload`` where there is none:
            ``upload``, ``merge``, ``mergeOrUpload`` or ``delete``.
        vectorCols : dict of str to int, optional
            Columns of lists that are searched as vectors, with their numbers of dimensions.
        **params
            Those of :class:`AddDocuments`: serviceName, indexName, subscriptionKey, concurrency...

        Raises
        ------
        SynapseError
            When the index cannot be made, or some documents were not written.
        """
        kept = [name for name in frame.columns if name != actionCol]
        actions = [col(actionCol).alias(ACTION)] if actionCol in frame.columns else []
        rows = frame.select(*(col(name) for name in kept))
        stage = AddDocuments(documentCol=_DOCUMENT, outputCol=_WRITTEN, errorCol=_FAILED, **params)
        whole = F.struct(*(col(name) for name in kept), *actions)
        document = F.when(col(keyCol).isNotNull(), whole)  # without a document, no call
        answered = stage.transform(frame.select(document.alias(_DOCUMENT)))
        name = stage.getOrDefault("indexName")
        _require_index(stage, index_of(rows.schema, name, keyCol, vectorCols))
        return _written(answered, name, keyCol)


def _written(answered: DataFrame, index: str, key: str) -> int:
    """Run the calls, and return how many documents there were."""
    keyless = F.when(F.col(_DOCUMENT).isNull(), f"the key {key!r} is null")
    failure = F.coalesce(F.col(_FAILED)["message"], keyless)
    first_failure = F.first(failure, ignorenulls=True)
    found = answered.agg(F.count(F.lit(1)), F.count(failure), first_failure)
    total, failed, first = found.collect()[0]
    if failed:
        raise SynapseError(
            f"{failed} of {total} documents were not written to the index {index!r}. "
            f"The first: {first}. Try: AddDocuments, which tells the reason for each row"
        )
    return int(total)


def _require_index(stage: Any, index: Mapping[str, Any]) -> None:
    """Make an index, unless there is one of its name."""
    values = {**stage._constants(), **revealed(stage._secrets())}
    base = base_address(stage.service, values)
    version = f"?api-version={stage.row['query']['api-version']}"
    headers = tuple(credentials(stage.service, values))
    found = _asked(Request("GET", f"{base}{fill_path(_INDEX, values)}{version}", headers), stage)
    if found.code == "http_404":
        typed = (*headers, ("Content-Type", "application/json"))
        found = _asked(Request("POST", f"{base}/indexes{version}", typed, encode(index)), stage)
    if not found.good:
        raise SynapseError(
            f"The index {index['name']!r} is not there, and could not be made. {found.message}"
        )


def _asked(request: Request, stage: Any) -> Outcome:
    # Whether an index is there is a new question each time, whatever a journal of documents has.
    ((_, outcome),) = call_each([request], replace(stage._policy(), journal=None))
    return outcome
