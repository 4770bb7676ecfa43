from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.kernels.forms.ontology import fields_of, merged, settled, type_of
from synapse_magic.kernels.forms.view import FormScorer, learned, learner, viewed

TEXT = {"type": "string", "valueString": "Mill", "content": "Mill"}
TWO = {"type": "number", "valueNumber": 2.0, "content": "2,0"}
MONEY = {"type": "currency", "valueCurrency": {"amount": 5.0, "currencyCode": "EUR"}}


def item(**parts: Any) -> dict[str, Any]:
    return {"type": "object", "valueObject": list(parts.items()), "content": "an item"}


def result(**fields: Any) -> dict[str, Any]:
    return {"documents": [{"fields": fields}]}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (TEXT, pa.string()),
        (TWO, pa.float64()),
        ({"type": "integer", "valueInteger": 3}, pa.int64()),
        ({"type": "boolean", "valueBoolean": True}, pa.bool_()),
        ({"type": "date", "valueDate": "2026-05-04"}, pa.string()),
        (MONEY, pa.struct({"amount": pa.float64(), "currencyCode": pa.string()})),
        ({"type": "array", "valueArray": []}, pa.list_(pa.null())),
        ({"type": "array", "valueArray": None}, pa.list_(pa.null())),
        (
            {"type": "array", "valueArray": [item(Price=TWO), item(Name=TEXT)]},
            pa.list_(pa.struct({"Name": pa.string(), "Price": pa.float64()})),
        ),
    ],
)
def test_a_field_has_the_type_that_the_service_names(field: Any, kind: pa.DataType) -> None:
    assert type_of(field) == kind


def test_types_are_merged_part_by_part_and_text_holds_what_differs() -> None:
    one = pa.struct({"a": pa.int64(), "b": pa.list_(pa.null()), "c": pa.bool_()})
    other = pa.struct({"b": pa.list_(pa.bool_()), "c": pa.float64(), "d": pa.null()})
    both = merged(one, other)
    assert both == merged(other, one)
    assert settled(both) == pa.struct(
        {"a": pa.int64(), "b": pa.list_(pa.bool_()), "c": pa.string(), "d": pa.string()}
    )


def test_a_whole_number_here_and_a_number_there_is_a_number() -> None:
    assert merged(pa.int64(), pa.float64()) == merged(pa.float64(), pa.int64()) == pa.float64()


def test_the_fields_are_those_of_the_first_document() -> None:
    assert fields_of({"documents": [{"fields": {"a": TEXT, "b": None}}, {"fields": {}}]}) == {
        "a": TEXT
    }
    assert fields_of({"documents": []}) is fields_of({"documents": None}) is fields_of(None) is None
    assert fields_of({"documents": [{"fields": None}]}) is None


@pytest.mark.parametrize(
    ("field", "kind", "value"),
    [
        (TWO, pa.float64(), 2.0),
        (TWO, pa.string(), "2,0"),
        (TWO, pa.bool_(), None),
        ({"type": "number", "valueNumber": None, "content": "?"}, pa.float64(), None),
        ({"type": "number", "valueNumber": 2.5}, pa.string(), "2.5"),
        ({"type": "boolean", "valueBoolean": True}, pa.int64(), None),
        (item(a=TWO), pa.string(), "an item"),
        (TEXT, pa.list_(pa.string()), None),
        (TEXT, pa.struct({"a": pa.string()}), None),
        (MONEY, pa.struct({"amount": pa.float64(), "x": pa.string()}), {"amount": 5.0, "x": None}),
        ({"type": "array", "valueArray": [TEXT, TWO]}, pa.list_(pa.string()), ["Mill", "2,0"]),
    ],
)  # fmt: skip
def test_a_field_is_seen_as_the_type_that_was_learned(
    field: Any, kind: pa.DataType, value: Any
) -> None:
    assert viewed(field, kind) == value


def test_what_workers_learned_of_their_rows_is_one_ontology() -> None:
    kind = pa.map_(pa.string(), pa.struct({"type": pa.string(), "valueNumber": pa.float64()}))
    form = pa.struct({"documents": pa.list_(pa.struct({"fields": kind}))})

    def batch(*results: Any) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array(results, form)], ["form"])

    number = {"type": "number", "valueNumber": 1.0}
    parts = [
        [batch(result(Total=number), None)],
        [batch({"documents": []})],
        [batch(result(Note={"type": "string"}))],
    ]
    made = [each for part in parts for each in learner("form")(part)]
    whole = learned(each.column(0)[0].as_py() for each in made)
    assert whole == pa.struct({"Note": pa.string(), "Total": pa.float64()})
    scored = FormScorer("form", "fields", whole).score(parts[0][0])
    assert scored.to_pylist() == [{"fields": {"Note": None, "Total": 1.0}}, {"fields": None}]


def test_nothing_is_learned_where_no_form_has_fields() -> None:
    assert learned([]) is None
