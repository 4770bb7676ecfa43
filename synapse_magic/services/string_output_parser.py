"""Responses as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column

from synapse_magic.services.parser import OutputParser, content_text
from synapse_magic.services.responses_column import require_responses

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class StringOutputParser(OutputParser):
    """Read the body of each response as text in UTF-8; a response without a body gives null.

    Examples
    --------
    >>> parser = StringOutputParser(inputCol="response", outputCol="text")
    >>> texts = parser.transform(answered)  # doctest: +SKIP
    """

    def _value(self, dataset: DataFrame, name: str) -> Column:
        require_responses(dataset.schema, name)
        return content_text(name)
