"""The fields of analysed forms as one struct, whose type is learned from the forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import ArrayType, MapType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.forms.view import FormScorer, learned, learner
from synapse_magic.services.column_types import spark_type
from synapse_magic.spark.columns import col, field, require_new
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.stage import Estimator, Model, Stage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self


class FormParams(Stage):
    """The columns of forms and of their fields."""

    inputCol: Param[str] = param(
        "Column of what AnalyzeInvoices, AnalyzeDocument and their like say of documents.",
        default=unset,
        column="in",
    )
    outputCol: Param[str] = param(
        "New column of one struct with the fields.", default=unset, column="out"
    )

    def _columns(self, schema: StructType) -> tuple[str, str]:
        """Return the names of both columns, and raise where they do not fit."""
        for name in ("inputCol", "outputCol"):
            if not self.isDefined(name):
                raise SynapseError(
                    f"{name} of {type(self).__name__} must be set. Try: {name}='...'"
                )
        source, output = (str(self.getOrDefault(name)) for name in ("inputCol", "outputCol"))
        _require_results(schema, source)
        require_new(schema, [output], "outputCol='...'")
        return source, output


class FormOntologyLearner(Estimator, FormParams):
    """Learn which fields the forms of a column have, and of which types.

    Fields of all rows are merged into one struct, by name and in its order: numbers are doubles,
    whole numbers bigints, currencies and addresses structs, tables arrays of structs, and all else
    is text. A field that is of one type here and of another there is text. Of a result with
    several documents the first counts.

    Examples
    --------
    >>> learner = FormOntologyLearner(inputCol="invoice", outputCol="fields")
    >>> model = learner.fit(analyzed)  # doctest: +SKIP
    >>> model.transform(analyzed).select("fields.InvoiceTotal.amount")  # doctest: +SKIP
    """

    def _fit(self, dataset: DataFrame) -> FormOntologyTransformer:
        source, _ = self._columns(dataset.schema)
        results = dataset.select(col(source))
        found = map_in_arrow(results, learner(source), "ontology binary").collect()
        kind = learned(bytes(row[0]) for row in found)
        if kind is None or not pa.types.is_struct(kind):
            raise SynapseError(
                f"No row of {source!r} has a document with fields. Expected what a model with "
                "fields says, such as AnalyzeInvoices"
            )
        model: FormOntologyTransformer = self._hand_over(FormOntologyTransformer())
        return model._set(ontology=spark_type(kind).json())


class FormOntologyTransformer(Model, FormParams):
    """Make one struct of the fields of each form, as :class:`FormOntologyLearner` learned them.

    A field that a form does not have, that could not be read, or that is of another type here is
    null; text stands for every type. A row without a document gets null.

    Examples
    --------
    >>> from pyspark.sql.types import DoubleType, StructField, StructType
    >>> total = StructType([StructField("Total", DoubleType())])
    >>> model = FormOntologyTransformer(inputCol="invoice", outputCol="fields")
    >>> model.setOntology(total).transform(analyzed)  # doctest: +SKIP
    """

    ontology: Param[str] = param(
        "Type of the new column, as JSON of Spark: what StructType.json() gives.", default=unset
    )

    def setOntology(self, ontology: StructType | str) -> Self:
        """Set ``ontology``: a struct type, or its JSON."""
        return self._set(ontology=ontology.json() if isinstance(ontology, StructType) else ontology)

    def scorer(self) -> FormScorer:
        """Return the picklable object that views the forms of Arrow batches, without Spark."""
        source, output = self.getOrDefault("inputCol"), self.getOrDefault("outputCol")
        return FormScorer(source, output, to_arrow_type(self._type()))

    def _transform(self, dataset: DataFrame) -> DataFrame:
        _, output = self._columns(dataset.schema)
        return transform_with(self.scorer(), dataset, [StructField(output, self._type())])

    def _type(self) -> StructType:
        if not self.isDefined("ontology"):
            raise SynapseError(
                "ontology of FormOntologyTransformer must be set. Try: FormOntologyLearner(...).fit"
            )
        try:
            return StructType.fromJson(json.loads(self.getOrDefault("ontology")))
        except (ValueError, KeyError, TypeError) as error:
            raise SynapseError(
                "ontology of FormOntologyTransformer must be the JSON of a struct type, got "
                f"{self.getOrDefault('ontology')[:80]!r}. Try: StructType([...]).json()"
            ) from error


def _require_results(schema: StructType, name: str) -> None:
    """Raise unless a column holds results with documents that have fields."""
    kind = field(schema, name).dataType
    documents = _part(kind, "documents")
    held = documents.elementType if isinstance(documents, ArrayType) else None
    if not isinstance(_part(held, "fields"), MapType):
        raise SynapseError(
            f"inputCol must name a column of analysed documents, and {name!r} is one of "
            f"{kind.simpleString()[:200]}. Try: the outputCol of AnalyzeInvoices"
        )


def _part(kind: object, name: str) -> object:
    return kind[name].dataType if isinstance(kind, StructType) and name in kind.names else None
