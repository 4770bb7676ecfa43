"""What stands before and after a call: values made requests, and responses made values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import col, require_new
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Parser(Transformer):
    """A stage that makes one column of another, which may fail for a row."""

    inputCol: Param[str] = param("Column to read.", default=unset, column="in")
    outputCol: Param[str] = param("New column.", default=unset, column="out")

    def _transform(self, dataset: DataFrame) -> DataFrame:
        source, output = self._required("inputCol"), self._required("outputCol")
        require_new(dataset.schema, [output], "outputCol='...'")
        return dataset.withColumn(output, self._value(dataset, source))

    def told(self, dataset: DataFrame, name: str) -> Column:
        """Return a struct of ``value`` and ``problem``, which says why a row has no value.

        A null in the column ``name`` has neither.
        """
        nothing = F.lit(None).cast("string")
        return F.struct(self._value(dataset, name).alias("value"), nothing.alias("problem"))

    def _value(self, dataset: DataFrame, name: str) -> Column:
        """Return what the stage makes of the column ``name``."""
        raise NotImplementedError(f"{type(self).__name__} makes nothing")

    def _required(self, name: str) -> str:
        if not self.isDefined(name):
            raise SynapseError(f"{name} of {type(self).__name__} must be set. Try: {name}='...'")
        return str(self.getOrDefault(name))


class InputParser(Parser):
    """A stage that makes requests, for ``HTTPTransformer``, of the values of a column."""


class OutputParser(Parser):
    """A stage that makes values of responses, which ``HTTPTransformer`` gave."""


def content_text(name: str) -> Column:
    """Return the content of the responses in a column as text, with a mark for what is none."""
    content = col(name)["entity"]["content"]
    if hasattr(F, "make_valid_utf8"):
        text = F.make_valid_utf8(content.cast("string"))
    else:
        text = F.decode(content, "UTF-8")  # which marks it itself before Spark 4
    return F.regexp_replace(text, "^\ufeff", "")  # what some servers put before a text
