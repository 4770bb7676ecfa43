"""Services that are no more, so that code for them is told what to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from synapse_magic.errors import SynapseError
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class RetiredService(Transformer):
    """A stage whose service does not exist any more; made by the table of services."""

    row: ClassVar[dict[str, Any]] = {}

    def __init__(self, **_: Any) -> None:
        raise self.gone()

    def _transform(self, dataset: DataFrame) -> DataFrame:  # noqa: ARG002  never comes to this
        raise self.gone()

    @classmethod
    def gone(cls) -> SynapseError:
        """Return the error that names what replaces the service."""
        row = cls.row
        until = f" since {row['until']}" if row.get("until") else ""
        return SynapseError(
            f"The service behind {row.get('name', 'this stage')} is retired{until}. "
            f"Try: {row.get('instead', 'another one')}"
        )
