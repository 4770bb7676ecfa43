from __future__ import annotations

import pytest

import synapse_magic
from synapse_magic import SynapseError


@pytest.mark.parametrize(
    ("stage", "address"),
    [
        ("OpenAIChatCompletion", "https://mine.openai.azure.com/openai/v1"),
        ("AIFoundryChatCompletion", "https://mine.services.ai.azure.com"),
        ("Translate", "https://mine.cognitiveservices.azure.com/translator/text/v3.0"),
        ("TranslateText", "https://mine.cognitiveservices.azure.com/translator/text/v2026-06-06"),
        ("DocumentTranslator", "https://mine.cognitiveservices.azure.com"),
        ("AddDocuments", "https://mine.search.windows.net"),
        ("TextToSpeech", "https://mine.cognitiveservices.azure.com/tts"),
        ("SpeechToText", "https://mine.cognitiveservices.azure.com/stt"),
        ("FastTranscription", "https://mine.cognitiveservices.azure.com"),
        ("AnalyzeDocument", "https://mine.cognitiveservices.azure.com"),
    ],
)
def test_a_resource_is_found_by_its_name_and_by_its_endpoint(stage: str, address: str) -> None:
    made = getattr(synapse_magic, stage)
    assert made().setCustomServiceName("mine").getUrl() == address
    if "azure.com" in address:
        host = "/".join(address.split("/")[:3])
        assert made().setEndpoint(f"{host}/").getUrl().rstrip("/") == address
    assert made().setEndpoint("http://localhost:8000/v1").getUrl() == "http://localhost:8000/v1"


def test_a_service_without_named_resources_says_so() -> None:
    with pytest.raises(SynapseError, match=r"AddressGeocoder has no addresses by name.*url="):
        synapse_magic.AddressGeocoder().setCustomServiceName("mine")


@pytest.mark.parametrize("name", ["evil.com/x", "my name", "https://mine.org", "a@b", ""])
def test_a_name_that_is_no_part_of_a_host_is_refused(name: str) -> None:
    with pytest.raises(SynapseError, match=r"name of OpenAIChatCompletion must be a part of a ho"):
        synapse_magic.OpenAIChatCompletion().setCustomServiceName(name)


def test_the_location_of_a_translator_is_the_region_of_its_key() -> None:
    made = synapse_magic.Translate().setLocation("eastus")
    assert made.getSubscriptionRegion() == "eastus"
