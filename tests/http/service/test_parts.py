from __future__ import annotations

import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http.service.conform import MisfitError, conform
from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.http.service.json_path import missing, read, steps
from synapse_magic.http.service.multipart import multipart
from synapse_magic.http.service.template import FillError, absent, fill, fill_path
from synapse_magic.http.service.values import plain


def test_a_nested_type_is_read_with_either_mark_between_name_and_type() -> None:
    inner = pa.struct([("x-y", pa.int64()), ("@z", pa.map_(pa.string(), pa.bool_()))])
    assert arrow_type("array<struct<x-y: bigint, @z map<string,boolean>>>") == pa.list_(inner)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strng", "Did you mean 'string'"),
        ("array<int", "expected '>', got 'the end'"),
        ("int int", "expected nothing after it, got 'int'"),
        ("struct<>", "expected the name of a field, got '>'"),
        ("array<int>!", "got '!'"),
    ],
)
def test_a_type_that_cannot_be_read_is_told_with_the_place(text: str, said: str) -> None:
    with pytest.raises(SynapseError) as raised:
        arrow_type(text)
    assert said in str(raised.value)


def test_a_place_that_is_not_there_is_missing_and_null_is_not() -> None:
    assert read({"a": [None]}, steps("$.a[0]")) is None
    assert read({"a": [None]}, steps("$.a[1]")) is missing
    assert read([1, 2], steps("$[-1]")) == 2
    with pytest.raises(SynapseError, match="cannot be read"):
        steps("$.a..b")


def test_what_is_not_given_is_left_out_with_what_held_nothing_else() -> None:
    template = {"a": "${a}", "b": {"c": "${b}"}, "d": ["${b}"], "e": {}, "f": "x${b}", "g": 0}
    assert fill(template, {"a": [1]}) == {"a": [1], "e": {}, "g": 0}
    assert fill({"a": "${a}"}, {"a": None}) is absent


def test_values_keep_their_type_alone_and_become_text_within_a_text() -> None:
    values = {"yes": True, "n": 1.5, "raw": b"ab"}
    assert fill(["${yes}", "v=${yes}/${n}", "${raw|b64}"], values) == [True, "v=true/1.5", "YWI="]


def test_a_form_after_the_name_says_how_a_value_is_written() -> None:
    values = {"names": ["a", "b"], "text": "<1 & 'x'>", "none": None}
    assert fill({"q": "${names|csv}", "n": "${none|csv}"}, values) == {"q": "a,b"}
    assert fill("<t a='${text|xml}'/>", values) == "<t a='&lt;1 &amp; &#x27;x&#x27;&gt;'/>"
    with pytest.raises(FillError, match="names must be bytes"):
        fill("${names|b64}", values)


def test_the_first_alternative_that_is_given_is_taken() -> None:
    template = {"one_of": [{"url": "${url}"}, {"data": "${raw|b64}"}]}
    assert fill(template, {"raw": b"ab", "url": None}) == {"data": "YWI="}
    with pytest.raises(FillError, match="needs url or raw, and has none"):
        fill(template, {})


def test_an_address_is_encoded_and_lacks_nothing() -> None:
    assert fill_path("/i('${name}')/x", {"name": "a/b ü"}) == "/i('a%2Fb%20%C3%BC')/x"
    with pytest.raises(FillError, match="needs name"):
        fill_path("/${name}", {})


def test_a_reply_loses_unknown_fields_and_lacks_some() -> None:
    kind = arrow_type("struct<a:int, b:array<double>, c:map<string,string>, d:binary>")
    got = conform(kind, {"a": 3.0, "b": [1, 0.5], "c": {"k": "v"}, "more": 1, "d": "YWI="})
    assert got == {"a": 3, "b": [1, 0.5], "c": [("k", "v")], "d": b"ab"}
    assert pa.array([got], kind).to_pylist() == [got]
    assert conform(kind, {}) == {"a": None, "b": None, "c": None, "d": None}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", "x\ud83d", "x?"),
        ("map<string,string>", {"x\ud83d": "y"}, [("x?", "y")]),
        ("array<struct<a:string>>", [{"a": "\udc00"}], [{"a": "?"}]),
        ("float", 20_000_001, 20_000_000.0),
        ("double", 2**60 + 1, float(2**60)),
        ("array<float>", [0.5, 20_000_001], [0.5, 20_000_000.0]),
        ("array<double>", [2**60 + 1], [float(2**60)]),
    ],
)
def test_what_json_can_hold_and_arrow_cannot_becomes_the_nearest_value(
    kind: str, value: object, expected: object
) -> None:
    made = arrow_type(kind)
    assert pa.array([conform(made, value)], made).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("double", 10**400, "a number of 64 bits"),
        ("array<float>", [1.5, 10**400], r"\$\[1\] must be a number of 64 bits"),
        ("int", 2**31, "an integer of 32 bits"),
        ("int", 1.5, "an integer, got 1.5"),
        ("int", True, "an integer, got True"),
        ("double", "1", 'a number, got "1"'),
        ("string", 1, "a string, got 1"),
        ("boolean", 0, "true or false"),
        ("array<double>", [1.0, "x"], r"\$\[1\] must be a number"),
        ("struct<a:struct<b:int>>", {"a": []}, r"\$.a must be an object, got a list"),
        ("binary", "?", "bytes in base64"),
    ],
)
def test_a_reply_of_another_type_is_refused_with_the_place(
    kind: str, value: object, said: str
) -> None:
    with pytest.raises(MisfitError, match=said):
        conform(arrow_type(kind), value)


def test_equal_forms_are_equal_bodies() -> None:
    parts = {"definition": {"json": {"a": "ü"}}, "audio": {"file": b"\x00", "type": "audio/wav"}}
    body, kind = multipart(parts)
    assert (body, kind) == multipart(dict(parts))
    assert b'name="definition"\r\nContent-Type: application/json\r\n\r\n{"a": "\xc3\xbc"}' in body
    assert b'filename="audio"\r\nContent-Type: audio/wav\r\n\r\n\x00' in body


def test_values_of_a_form_are_texts_and_structs_are_json() -> None:
    body, _ = multipart({"stream": True, "n": 1, "langs": ["de", "en"], "how": {"deep": None}})
    for name, value in {
        "stream": "true",
        "n": "1",
        "langs": "de,en",
        "how": '{"deep": null}',
    }.items():
        assert f'name="{name}"\r\n\r\n{value}\r\n'.encode() in body


def test_a_form_without_its_file_is_refused() -> None:
    with pytest.raises(FillError, match="no file for audio"):
        multipart(fill({"audio": {"file": "${audio}", "filename": "a.wav"}}, {"audio": None}))


def test_values_of_columns_have_no_nulls_inside_structs() -> None:
    kind = arrow_type("array<struct<role:string,name:string>>")
    column = pa.array([[{"role": "user", "name": None}], None], kind)
    assert plain(column) == [[{"role": "user"}], None]
