from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from row_contract import call

import synapse_magic
from synapse_magic import MockService, SynapseError, load_services
from synapse_magic.services import declared, row_names
from synapse_magic.services.row_file import read_rows
from synapse_magic.services.yaml_file import read_yaml

FILE: dict[str, Any] = {
    "family": "own",
    "title": "My own",
    "service": {
        "endpoint": "http://localhost",
        "auth": {"header": "Api-Key"},
        "params": {
            "model": {"type": "string", "doc": "Model."},
            "idle": {"type": "string", "doc": "Used by other rows."},
        },
        "errors": {"code": "$.code"},
    },
    "rows": [
        {
            "name": "Mood",
            "summary": "Mood of texts.",
            "status": "ga",
            "reference": "https://example.org",
            "method": "POST",
            "path": "/mood",
            "params": {"text": {"type": "string", "doc": "Text.", "required": True}},
            "body": {"text": "${text}", "model": "${model}"},
            "response": {"path": "$.mood", "type": "string"},
            "errors": {"message": "$.why"},
            "example": {
                "given": {"text": "fine"},
                "request": {"method": "POST", "path": "/mood", "body": {"text": "fine"}},
                "reply": {"status": 200, "body": {"mood": "good"}},
                "output": "good",
            },
        }
    ],
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes the file with one value changed, and returns its place."""

    def changed(*way: Any, value: Any = None) -> Path:
        content = copy.deepcopy(FILE)
        if way:
            *before, last = way
            part: Any = content
            for step in before:
                part = part[step]
            if value is None:
                del part[last]
            else:
                part[last] = value
        place = tmp_path / "own.yaml"
        place.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return place

    return changed


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Take rows that a test loads out of the tables again."""
    before = set(row_names.files)
    yield
    for name in set(row_names.files) - before:
        for table in (row_names.files, row_names._places, vars(declared), vars(synapse_magic)):
            table.pop(name, None)


def test_a_row_takes_over_what_its_file_says(write: Write) -> None:
    (row,) = read_rows(write())
    assert (row["family"], row["endpoint"]) == ("own", "http://localhost")
    assert list(row["params"]) == ["model", "text"]
    assert row["errors"] == {"code": "$.code", "message": "$.why"}


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        (("title",), None, ": the key 'title' is missing"),
        (("rows", 0, "stauts"), "ga", "row Mood: there is no key 'stauts'. Did you mean 'status'"),
        (("rows", 0, "status"), "preveiw", "status: expected one of ga, preview, .*'preview'"),
        (("rows", 0, "summary"), "Mood", "row Mood, summary: "),
        (("service", "endpoint"), "nope", "endpoint: expected an address .*https://.*got 'nope'"),
        (("service", "endpoint"), "ftp://mine", "endpoint: expected an address .*got 'ftp://mine'"),
        (("service", "endpoint"), "https:///mood", "endpoint: expected an address"),
        (("service", "custom"), "${name}.mine.org", "custom: expected an address .*https://"),
        (("rows", 0, "status"), "deprecated", "row Mood: the key 'instead' is missing"),
        (("rows", 0, "params", "text", "tipe"), "x", "params.text: there is no key 'tipe'"),
        (("rows", 0, "params", "text", "type"), "strng", "params.text.type: .*Did you mean 'stri"),
        (("rows", 0, "params", "idol"), {"type": "int", "doc": "A."}, "'idol' is in no template"),
        (("rows", 0, "body", "text"), "${txt}", "body: there is no param 'txt'. Did you mean 'tex"),
        (("rows", 0, "response", "path"), "$..", "row Mood, response: The path"),
        (("rows", 0, "response", "items"), {"key": "id"}, "batch is missing"),
        (("rows", 0, "example", "given"), {"test": "x"}, "example.given: .*Did you mean 'text'"),
        (("rows", 0, "example", "given"), {"model": "x"}, "'text' is required, and missing"),
        (("rows", 0, "example", "output"), 3, r"example.output: \$ must be a string, got 3"),
        (("rows", 0, "custom"), "https://${nme}.example.org", r'custom: expected "\${name}" in it'),
        (
            ("rows", 0, "async"),
            {"location": {"path": "$.id", "address": "/${x}"}, "done": ["a"], "failed": []},
            r'async.location.address: expected "\${id}" in it alone',
        ),
        (("rows", 0, "source"), {"from": "a page", "seen": "May"}, "source.seen: 'May'"),
        (("rows", 0, "limits"), {"body": 5}, "limits: there is no key 'body'"),
        (
            ("rows", 0, "price"),
            {"unit": "tokens", "per": 1000, "dollars": None},
            "price.unit: expected one of call, token, .*Did you mean 'token'",
        ),
        (("rows", 0, "price"), {"unit": "call", "dollars": 1}, "price: the key 'per' is missing"),
        (
            ("rows", 0, "price"),
            {"unit": "call", "per": 1, "dollars": 0.5},
            "price: the key 'asOf' is missing",
        ),
        (
            ("rows", 0, "price"),
            {
                "unit": "page",
                "per": 1,
                "dollars": {"input": 1, "output": 2},
                "asOf": "2026-11-30",
            },
            "price.dollars: input and output are for tokens, and the unit is page",
        ),
        (("rows", 0, "example", "polls"), [{"status": 200}], "polls are for rows with async"),
    ],
)
def test_what_is_wrong_is_told_with_file_row_and_key(
    write: Write, way: tuple[Any, ...], value: Any, said: str
) -> None:
    place = write(*way, value=value)
    with pytest.raises(SynapseError, match=said) as raised:
        read_rows(place)
    assert str(raised.value).startswith(str(place))


def test_a_key_twice_and_a_broken_file_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "own.yaml"
    place.write_text("family: a\ntitle: b\nfamily: c\n")
    with pytest.raises(SynapseError, match="line 1: the key 'family' is there twice"):
        read_rows(place)
    place.write_text("family: [")
    with pytest.raises(SynapseError, match="is no YAML"):
        read_rows(place)
    with pytest.raises(SynapseError, match="cannot be read"):
        read_rows(tmp_path / "other.yaml")


def test_keys_may_be_merged_and_one_may_win_over_a_merged_one(tmp_path: Path) -> None:
    place = tmp_path / "own.yaml"
    place.write_text("deep: {x: &x {<<: &base {a: 1, b: 2}, b: 3}}\nother: {<<: *base, a: 4}\n")
    assert read_yaml(place) == {"deep": {"x": {"a": 1, "b": 3}}, "other": {"a": 4, "b": 2}}
    place.write_text("base: &base {a: 1}\nother: {<<: *base, b: 3, b: 4}\n")
    with pytest.raises(SynapseError, match="line 2: the key 'b' is there twice"):
        read_yaml(place)


@pytest.mark.usefixtures("forgotten")
def test_rows_of_your_own_become_public_stages(write: Write, service: MockService) -> None:
    stages = load_services(str(write()))
    assert stages["Mood"] is synapse_magic.Mood is synapse_magic.Mood
    assert "Mood" in synapse_magic.PUBLIC
    service.example(FILE["rows"][0]["example"])
    stage = stages["Mood"](url=service.url(""), subscriptionKey="k")
    assert call(stage, {"text": "fine"}) == [("good", None)]
    assert service.ledger[0].header("Api-Key") == "k"


def test_a_name_of_another_stage_is_refused(write: Write) -> None:
    for name in ("HTTPTransformer", "OpenAIEmbedding"):
        place = write("rows", 0, "name", value=name)
        said = f"{place}: {name} is the name of another stage, that comes with the package. Try"
        with pytest.raises(SynapseError, match=re.escape(said)):
            load_services(place)


@pytest.mark.usefixtures("forgotten")
def test_a_name_of_two_files_is_told_with_both(write: Write, tmp_path: Path) -> None:
    first = write().rename(tmp_path / "first.yaml")
    load_services(first)
    second = write()
    said = f"{second}: Mood is the name of another stage, of {first}. Try: another name"
    with pytest.raises(SynapseError, match=re.escape(said)):
        load_services(second)


@pytest.mark.parametrize("path", [5, None, ["a.yaml"]])
def test_what_is_no_path_is_told(path: Any) -> None:
    with pytest.raises(SynapseError, match=r"takes the path of a YAML file, got .*\. Try: load"):
        load_services(path)


EXAMPLE = ("rows", 0, "example")


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        (("rows", 0, "path"), "/moods", "request: the .*'given' make path '/moods', expected '/mo"),
        (("rows", 0, "method"), "PUT", "request: .*make method 'PUT', expected 'POST'"),
        (
            ("rows", 0, "query"),
            {"v": "1"},
            r"make query \[\('v', '1'\)\], expected \[\]",
        ),
        (("rows", 0, "headers"), {"X-A": "b"}, None),
        (
            (*EXAMPLE, "request", "headers"),
            {"X-A": "b"},
            "make the header X-A None, expected 'b'",
        ),
        ((*EXAMPLE, "request", "body"), {"text": "bad"}, "make body {'text': 'fine'}, expected"),
        ((*EXAMPLE, "given", "text"), "bad", "make body {'text': 'bad'}, expected"),
        ((*EXAMPLE, "reply", "body"), {"moods": 1}, r"reply: The reply has nothing at \$.mood"),
        ((*EXAMPLE, "reply", "body"), {"mood": 1}, "reply: The reply does not fit: .*a string"),
        ((*EXAMPLE, "reply", "body"), "fine", "reply: The reply is no JSON"),
        ((*EXAMPLE, "reply", "status"), 404, "reply: its status is 404, and a good reply"),
        ((*EXAMPLE, "output"), "bad", "output: the reply gives 'good', and the output is 'bad'"),
    ],
)
@pytest.mark.usefixtures("forgotten")
def test_a_row_that_its_own_example_refutes_is_refused(
    write: Write, way: tuple[Any, ...], value: Any, said: str | None
) -> None:
    place = write(*way, value=value)
    if said is None:
        assert load_services(place)
        return
    with pytest.raises(SynapseError, match=said) as raised:
        load_services(place)
    assert str(raised.value).startswith(f"{place}, row Mood, example.")
    assert not hasattr(synapse_magic, "Mood")


def test_a_param_that_every_stage_has_is_refused(write: Write) -> None:
    place = write("rows", 0, "params", "url", value={"type": "string", "doc": "A."})
    text = place.read_text(encoding="utf-8").replace("text: ${text}", "text: ${text}${url}")
    place.write_text(text, encoding="utf-8")
    with pytest.raises(SynapseError, match="has a param 'url', which every stage has"):
        load_services(str(place))
