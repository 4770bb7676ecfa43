"""What can never work for any row is told before the first call; keys of addresses are hidden."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from synapse_magic import (
    NER,
    AddressGeocoder,
    AnalyzeImage,
    HTTPTransformer,
    JSONInputParser,
    OpenAIChatCompletion,
    OpenAIPrompt,
    Secret,
    SynapseError,
    TextAnalyze,
)
from synapse_magic.services import sendable
from synapse_magic.spark import persistence

KEY = "k-s3cret-of-the-address"
URL = f"https://mine.azurewebsites.net/api/mood?lang=en&code={KEY}"


def chat(**values: Any) -> OpenAIChatCompletion:
    return OpenAIChatCompletion(messagesCol="messages", deploymentName="gpt", **values)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:8000/v1", r"begins with https.*got 'localhost:8000/v1'. Try: url='http://lo"),
        ("api.mine.com/v1", "got 'api.mine.com/v1'. Try: url='https://api.mine.com/v1'"),
        ("ftp://mine/v1", "got 'ftp://mine/v1'. Try: url='https://mine/v1'"),
        ("wss://mine/v1", "begins with https"),
        ("/v1", "begins with https"),
        ("", "begins with https"),
        ("https://", "names no host"),
        ("https:///v1", "names no host"),
        ("https://[::1", "names no host"),
        ("https://mine:99999/", "names no host"),
        (
            "https://mine/v1\n",
            r"a line break.*got 'https://mine/v1\\n'. Try: url='https://mine/v1'",
        ),
        (" https://mine/v1", "holds white space"),
        ("https://${x}/v1", r"holds \$\{x\}, which nothing fills, got 'https://\$\{x\}/v1'"),
    ],
)
def test_an_address_that_cannot_be_called_is_told_once(url: str, message: str) -> None:
    with pytest.raises(SynapseError, match=message):
        chat(url=url).transform(None)


@pytest.mark.parametrize(
    "url",
    [
        f"fn.azurewebsites.net/api/x?code={KEY}",
        f" https://fn.azurewebsites.net/api/x?code={KEY}",
        f"https://fn.azurewebsites.net/api/x? code={KEY}",
        f"ftp://me:p@{KEY}@mine/v1",
        f"me:p@{KEY}@mine/v1",
        f" //me@corp.com:p@{KEY}@mine/v1",
        f"https://me:p@{KEY}@mine:99999/v1",
    ],
)
def test_a_key_in_an_address_that_cannot_be_called_is_not_shown(url: str) -> None:
    with pytest.raises(SynapseError, match=r"\*\*\*") as raised:
        sendable.require_address(url, "Chat")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("url", ["http://localhost:8000", "HTTPS://a/b?c=d", "http://[::1]:80/v1"])
def test_an_address_that_can_be_called_is_taken(url: str) -> None:
    sendable.require_address(url, "Chat")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"subscriptionKey": f"{KEY}\n"}, "subscriptionKey of .* Try: subscriptionKey=key.strip"),
        ({"AADToken": f"{KEY}\r"}, "AADToken of OpenAIChatCompletion holds a line break"),
        ({"CustomAuthHeader": f"a\x00{KEY}"}, "CustomAuthHeader of OpenAIChatCompletion holds"),
        (
            {"customHeaders": {"X-Key": f"{KEY}\n"}},
            "'X-Key' in customHeaders of .* holds a line br",
        ),
        ({"customHeaders": {"X Key": KEY}}, "has 'X Key', which is no name of a header"),
        ({"customHeaders": {"Schlüssel": KEY}}, "has 'Schlüssel', which is no name of a header"),
        ({"subscriptionKey": ""}, "subscriptionKey of OpenAIChatCompletion is empty. .*without it"),
        ({"AADToken": " "}, "AADToken of OpenAIChatCompletion is empty"),
        ({"subscriptionKey": f"ключ{KEY}"}, "subscriptionKey of .* holds a letter beyond ASCII"),
        ({"customHeaders": {"X-Key": f"é{KEY}"}}, "'X-Key' in customHeaders .* beyond ASCII"),
    ],
)
def test_a_secret_that_no_header_takes_is_told_once_and_not_shown(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(SynapseError, match=message) as raised:
        chat(url="http://localhost", **given).transform(None)
    assert KEY not in str(raised.value)


def test_a_header_of_ones_own_may_be_empty() -> None:
    sendable.require_headers({"customHeaders": {"X-Trace": ""}}, "Chat")


def test_what_a_vault_gives_is_not_asked_for_here() -> None:
    sendable.require_headers({"subscriptionKey": Secret.env("NOT_THERE")}, "Chat")


@pytest.mark.parametrize("kind", [NER, TextAnalyze])
def test_a_region_that_is_no_part_of_a_host_is_told_once(kind: Any) -> None:
    with pytest.raises(SynapseError, match=r"got 'West Europe'. Try: location='westeurope'"):
        kind(textCol="t", location="West Europe").transform(None)


def test_values_of_all_stages_are_looked_at() -> None:
    text = TextAnalyze(textCol="t", url="mine", subscriptionKey="k")
    with pytest.raises(SynapseError, match="url of TextAnalyze must be an address"):
        text.transform(None)
    frame: Any = None
    parser = JSONInputParser(url="mine")
    with pytest.raises(SynapseError, match="url of JSONInputParser must be an address"):
        parser._value(frame, "text")
    with pytest.raises(SynapseError, match="'A' in headers of JSONInputParser holds a line break"):
        parser.setUrl("http://mine").setHeaders({"A": "b\n"})._value(frame, "text")


def test_what_stands_in_the_path_of_an_endpoint_is_no_part_of_a_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = "https://${location}.mine.org/projects/${modelVersion}"
    monkeypatch.setattr(NER, "row", {**NER.row, "endpoint": endpoint})
    NER(location="west", modelVersion="my_model")._require_sendable()
    with pytest.raises(SynapseError, match="location of NER"):
        NER(location="my_west")._require_sendable()


@pytest.mark.parametrize("template", ["", " \n"])
def test_an_empty_prompt_is_told_once(template: str) -> None:
    with pytest.raises(SynapseError, match="promptTemplate of OpenAIPrompt is empty"):
        OpenAIPrompt(promptTemplate=template, deploymentName="gpt").transform(None)


@pytest.fixture
def untold() -> None:
    sendable._tell_key.cache_clear()


@pytest.mark.usefixtures("untold")
def test_a_key_in_an_address_is_warned_of_once() -> None:
    with pytest.warns(
        UserWarning, match=r"url of Chat holds a key \(code=\*\*\*\).*Headers="
    ) as seen:
        sendable.require_address(URL, "Chat")
    assert KEY not in str(seen[0].message)
    sendable.require_address(URL, "Chat")  # a second warning would be an error


@pytest.mark.parametrize(
    "part",
    [f"code={KEY}", f"subscription-key={KEY}", f"key={KEY}", f"sig={KEY}", f"api-key={KEY}"],
)
def test_a_key_in_an_address_is_in_no_text(part: str) -> None:
    stage = chat(url=f"https://mine/v1?{part}&x=1")
    name = part.partition("=")[0]
    assert f"https://mine/v1?{name}=***&x=1" in stage.explainParam("url")
    assert KEY not in repr(stage) + stage.explainParams() + str(stage.mapper({}, 0))
    code = f"url='https://mine/v1?{name}=' + os.environ[\"{name.replace('-', '_').upper()}\"] + "
    assert code + "'&x=1'" in repr(stage)


def test_code_of_an_address_with_keys_makes_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE", KEY)
    monkeypatch.setenv("PASSWORD", "p%40ss")
    url = f"https://me:p%40ss@mine/api?code={KEY}"
    code = AddressGeocoder(url=url).to_code()
    made = eval(code, {"AddressGeocoder": AddressGeocoder, "os": os})
    assert made.getUrl() == url


def test_a_key_in_an_address_is_not_saved_and_asked_for_when_it_was_loaded() -> None:
    stage = chat(url=URL)
    saved = json.loads(persistence._metadata(stage, "4.0"))
    assert KEY not in json.dumps(saved)
    loaded = persistence._rebuild(OpenAIChatCompletion, saved, "place")
    with pytest.raises(SynapseError, match=r"url of this .* was not saved .* Try: setUrl\("):
        loaded._secrets()
    again = json.loads(persistence._metadata(loaded, "4.0"))
    assert (again["state"], again["withoutKeys"]) == (saved["state"], saved["withoutKeys"])
    assert loaded.setUrl("https://mine/v1")._secrets() == {}


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        (AnalyzeImage(imageUrl=f"https://store/a.jpg?sig={KEY}"), "imageUrl"),
        (JSONInputParser(url=URL, inputCol="a", outputCol="b"), "url"),
        (HTTPTransformer(inputCol="a", journal=f"https://store/kept?sig={KEY}"), "journal"),
    ],
)
def test_a_loaded_stage_misses_each_address_that_was_not_saved(stage: Any, name: str) -> None:
    saved = json.loads(persistence._metadata(stage, "4.0"))
    assert KEY not in json.dumps(saved)
    loaded = persistence._rebuild(type(stage), saved, "place")
    frame: Any = None
    message = f"{name} of this {type(stage).__name__} was not saved with it, for it holds a key"
    with pytest.raises(SynapseError, match=message):
        loaded.copy().transform(frame)
    loaded._set(**{name: stage.getOrDefault(name)})._require_saved()
    again = json.loads(persistence._metadata(loaded, "4.0"))
    assert again["withoutKeys"] == [name]


def test_a_column_stands_for_an_address_that_was_not_saved() -> None:
    stage = AnalyzeImage(imageUrl=f"https://store/a.jpg?sig={KEY}")
    saved = json.loads(persistence._metadata(stage, "4.0"))
    persistence._rebuild(AnalyzeImage, saved, "place").setImageUrlCol("a")._require_saved()
