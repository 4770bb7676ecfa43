from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql.types import DoubleType, StructField, StructType

from synapse_magic import AnalyzeInvoices, FormOntologyLearner, FormOntologyTransformer
from synapse_magic.errors import SynapseError
from synapse_magic.services.column_types import spark_type
from synapse_magic.spark.models import load_model, save_model

OUTPUT = AnalyzeInvoices.row["example"]["output"]


def test_invoices_become_a_table_of_their_fields(spark: SparkSession, tmp_path: Path) -> None:
    kind = StructType([StructField("invoice", spark_type(AnalyzeInvoices.service.reply.type))])
    item = {"type": "object", "valueObject": {"Amount": {"type": "number", "valueNumber": 2.5}}}
    more = {
        "documents": [
            {
                "fields": {
                    "Items": {"type": "array", "valueArray": [item]},
                    "VendorName": {"type": "string", "valueString": "Mill"},
                }
            }
        ]
    }
    frame = spark.createDataFrame([({"documents": []},), (more,), (OUTPUT,)], kind)
    model = FormOntologyLearner(inputCol="invoice", outputCol="fields").fit(frame)
    save_model(model, str(tmp_path / "model"))
    out = load_model(str(tmp_path / "model")).transform(frame)
    known = OUTPUT["documents"][0]["fields"]
    assert set(out.schema["fields"].dataType.names) == {"Items", "VendorName", *known}
    none, second, first = [row.fields for row in out.collect()]
    assert none is None
    assert (second.VendorName, second.Items[0].Amount) == ("Mill", 2.5)
    assert first.VendorName == known["VendorName"]["valueString"]


def test_an_ontology_may_be_given(spark: SparkSession) -> None:
    field = Row(type="number", valueNumber=2.0, content="2")
    frame = spark.createDataFrame([(Row(documents=[Row(fields={"Total": field})]),)], ["form"])
    kind = StructType([StructField("Total", DoubleType()), StructField("Tax", DoubleType())])
    model = FormOntologyTransformer(inputCol="form", outputCol="made").setOntology(kind)
    assert model.transform(frame).first().made == Row(Total=2.0, Tax=None)


def test_what_cannot_be_learned_from_is_told(spark: SparkSession) -> None:
    learner = FormOntologyLearner(inputCol="a", outputCol="made")
    with pytest.raises(SynapseError, match="'a' is one of bigint"):
        learner.fit(spark.range(1).withColumnRenamed("id", "a"))
    form = "struct<documents:array<struct<fields:map<string,struct<type:string>>>>>"
    with pytest.raises(SynapseError, match="No row of 'a' has a document"):
        learner.fit(spark.createDataFrame([(None,)], f"a {form}"))
    with pytest.raises(SynapseError, match="must be the JSON of a struct type, got 'double'"):
        FormOntologyTransformer(inputCol="a", outputCol="b", ontology="double").transform(
            spark.createDataFrame([(None,)], f"a {form}")
        )
