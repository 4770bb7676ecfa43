from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import types as T
from pyspark.sql.types import StructField, StructType

from synapse_magic import AddDocuments, AzureSearchWriter, MockService
from synapse_magic.errors import SynapseError
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.services.search_index import index_of
from synapse_magic.services.search_writer import _require_index

ID = StructField("id", T.StringType())


def written(seen: Seen) -> Any:
    """Take all documents but one whose name is odd."""
    said = []
    for each in seen.json()["value"]:
        fine = each.get("name") != "odd"
        status = 200 if fine else 400
        said.append({"key": each["id"], "status": fine, "statusCode": status})
        said[-1]["errorMessage"] = None if fine else "it is odd"
    return MockService.Reply(207, {"value": said})


@pytest.fixture
def search(service: MockService) -> MockService:
    service.reply("/indexes('hotels')", {"error": {"message": "no such index"}}, status=404)
    service.reply("/indexes", {"name": "hotels"}, status=201)
    service.answer("/indexes('hotels')/docs/search.index", written)
    return service


def test_rows_become_documents_of_an_index_that_is_made_for_them(
    spark: SparkSession, search: MockService
) -> None:
    frame = spark.createDataFrame(
        [("1", "a", [1.0, 0.0], "merge"), ("2", None, None, None)],
        "id string, name string, place array<double>, what string",
    )
    how = {"indexName": "hotels", "url": search.url(""), "subscriptionKey": "k", "keyCol": "id"}
    count = AzureSearchWriter.write(
        frame.coalesce(1), actionCol="what", vectorCols={"place": 2}, **how
    )
    assert count == 2
    (made,) = search.seen("/indexes")
    assert [f["name"] for f in made.json()["fields"]] == ["id", "name", "place"]
    assert {seen.header("api-key") for seen in search.ledger} == {"k"}
    assert {seen.query for seen in search.ledger} == {"api-version=2026-04-01"}
    (sent,) = search.seen("/indexes('hotels')/docs/search.index")
    assert sent.json()["value"] == [
        {"id": "1", "name": "a", "place": [1.0, 0.0], "@search.action": "merge"},
        {"id": "2"},
    ]
    search.reply("/indexes('hotels')", {"name": "hotels"})
    odd = spark.createDataFrame([("1", "odd"), ("2", "fine")], "id string, name string")
    with pytest.raises(SynapseError, match=r"1 of 2 documents were not .* it is odd"):
        AzureSearchWriter.write(odd.coalesce(1), **how)
    assert len(search.seen("/indexes")) == 1


def test_a_row_without_a_key_is_an_error_of_its_own_and_not_sent(
    spark: SparkSession, search: MockService
) -> None:
    frame = spark.createDataFrame([("1", "a"), (None, "b"), ("3", "c")], "id string, name string")
    how = {"indexName": "hotels", "url": search.url(""), "subscriptionKey": "k", "keyCol": "id"}
    with pytest.raises(SynapseError, match=r"1 of 3 documents were not .* the key 'id' is null"):
        AzureSearchWriter.write(frame.coalesce(1), **how)
    (sent,) = search.seen("/indexes('hotels')/docs/search.index")
    assert [document["id"] for document in sent.json()["value"]] == ["1", "3"]


def test_an_index_is_asked_for_anew_where_documents_have_a_journal(
    search: MockService, tmp_path: Path
) -> None:
    stage = AddDocuments(
        indexName="hotels", url=search.url(""), subscriptionKey="k", journal=str(tmp_path)
    )
    index = {"name": "hotels", "fields": []}
    search.script("/indexes('hotels')", [{"name": "hotels"}, search.Reply(404)])
    _require_index(stage, index)
    _require_index(stage, index)  # which was removed meanwhile
    assert [seen.method for seen in search.ledger] == ["GET", "GET", "POST"]


def test_the_fields_of_an_index_are_the_columns() -> None:
    parts = StructType([StructField("city", T.StringType()), StructField("zip", T.LongType())])
    kinds: dict[str, Any] = {
        "open": T.BooleanType(),
        "rooms": T.IntegerType(),
        "since": T.TimestampType(),
        "price": T.DecimalType(8, 2),
        "tags": T.ArrayType(T.StringType()),
        "address": parts,
        "@search.action": T.StringType(),
        "vector": T.ArrayType(T.FloatType()),
    }
    schema = StructType([ID, *(StructField(name, kind) for name, kind in kinds.items())])
    made = index_of(schema, "hotels", "id", {"vector": 3})
    assert made["fields"] == [
        {"name": "id", "type": "Edm.String", "key": True},
        {"name": "open", "type": "Edm.Boolean"},
        {"name": "rooms", "type": "Edm.Int32"},
        {"name": "since", "type": "Edm.DateTimeOffset"},
        {"name": "price", "type": "Edm.Double"},
        {"name": "tags", "type": "Collection(Edm.String)"},
        {
            "name": "address",
            "type": "Edm.ComplexType",
            "fields": [
                {"name": "city", "type": "Edm.String"},
                {"name": "zip", "type": "Edm.Int64"},
            ],
        },
        {
            "name": "vector",
            "type": "Collection(Edm.Single)",
            "searchable": True,
            "dimensions": 3,
            "vectorSearchProfile": made["vectorSearch"]["profiles"][0]["name"],
        },
    ]


@pytest.mark.parametrize(
    ("other", "vectors", "said"),
    [
        (StructField("day", T.DateType()), None, "'day' has no type .* got date"),
        (StructField("vector", T.StringType()), {"vector": 3}, "'vector' must be an array"),
        (StructField("name", T.StringType()), {"nam": 3}, "no column 'nam'"),
    ],
)
def test_what_no_index_takes_is_told(other: StructField, vectors: Any, said: str) -> None:
    with pytest.raises(SynapseError, match=said):
        index_of(StructType([ID, other]), "hotels", "id", vectors)


def test_a_key_must_be_text() -> None:
    schema = StructType([StructField("id", T.LongType())])
    with pytest.raises(SynapseError, match="'id' must be a string for an index, got bigint"):
        index_of(schema, "hotels", "id")
