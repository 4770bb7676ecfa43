"""Code written for SynapseML's services runs: their classes are here, with the same params."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import synapse_magic
from synapse_magic.services import row_names

CLASSES: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "synapseml_services.json").read_text(encoding="utf-8")
)["stages"]
NO_ROWS = {
    # Their work is none of one call over HTTP.
    "FormOntologyLearner",
    "FormOntologyTransformer",
    "OpenAIPrompt",
    # It calls a stage for each of its tasks.
    "TextAnalyze",
    # What it asks the service for is documented nowhere.
    "SpeakerEmotionInference",
}
EVERYWHERE = {
    # Retries are set by maxAttempts, backoff and deadline, and a late operation is an error.
    "backoffs",
    "suppressMaxRetriesException",
    # The address is url, and nothing is sent that nobody asked for.
    "customUrlRoot",
    "telemHeaders",
}
CHANGED = {
    # Today's versions of the services know these no more, or never did.
    ("AnalyzeLayout", "readingOrder"),
    ("GetCustomModel", "includeKeys"),
    ("LanguageDetector", "language"),
    ("ListCustomModels", "op"),
    *(
        (stage, "includeTextDetails")
        for stage in (
            "AnalyzeBusinessCards",
            "AnalyzeCustomModel",
            "AnalyzeIDDocuments",
            "AnalyzeInvoices",
            "AnalyzeReceipts",
        )
    ),
    *(
        ("OpenAIResponses", name)
        for name in (
            "frequencyPenalty", "logProbs", "maxTokens", "n", "presencePenalty", "seed", "stop",
        )
    ),
    *(("OpenAICompletion", n) for n in ("maxCompletionTokens", "reasoningEffort", "verbosity")),
    # The addresses of OpenAI's language have no version, and chats no best of several answers.
    *(
        (stage, name)
        for stage in ("AIFoundryChatCompletion", "OpenAIChatCompletion", "OpenAIResponses")
        for name in ("apiVersion", "bestOf", "cacheLevel", "echo")
    ),
    *(("OpenAICompletion", name) for name in ("apiVersion", "cacheLevel")),
    # One reply is read for each row, and as text.
    *(
        ("OpenAIPrompt", name)
        for name in ("apiVersion", "bestOf", "cacheLevel", "echo", "logProbs", "n")
    ),
    *(("OpenAIEmbedding", name) for name in ("apiVersion", "usageCol")),
    # It would have to be told when an operation is polled, not when it is begun.
    ("AnalyzeHealthText", "showStats"),
    ("AnalyzeTextLongRunningOperations", "showStats"),
    # Answers come at once.
    *(
        (stage, name)
        for stage in ("AddressGeocoder", "ReverseAddressGeocoder")
        for name in ("initialPollingDelay", "maxPollingRetries", "pollingDelay")
    ),
    # The action is a field of the document.
    ("AddDocuments", "actionCol"),
    # Recordings are sent whole, and sound comes back as bytes.
    *(
        (stage, name)
        for stage in ("ConversationTranscription", "SpeechToTextSDK")
        for name in (
            "endpointId", "extraFfmpegArgs", "fileType", "format", "participantsJson",
            "recordAudioData", "recordedFileNameCol", "streamIntermediateResults",
            "wordLevelTimestamps",
        )
    ),
    # Each task is one quick call, with the batches of its own stage.
    *(
        ("TextAnalyze", name)
        for name in ("batchSize", "initialPollingDelay", "maxPollingRetries", "pollingDelay")
    ),
    *(("TextToSpeech", name) for name in ("language", "outputFileCol", "useSSML")),
}  # fmt: skip
OTHERS = ("FormOntologyLearner", "FormOntologyTransformer", "TextAnalyze")
ROWS = [name for name in CLASSES if name in row_names.files]
LIVE = [n for n in ROWS if getattr(synapse_magic, n).row["status"] != "retired"]
LIVE += ["OpenAIPrompt"]


def test_every_class_is_a_row_or_known_to_be_none() -> None:
    assert set(CLASSES) - set(ROWS) == NO_ROWS


@pytest.mark.parametrize("stage", [*LIVE, *OTHERS])
def test_a_param_of_a_service_of_synapseml_is_here(stage: str) -> None:
    declared = getattr(synapse_magic, stage).params_declared()
    missing = set(CLASSES[stage]) - set(declared) - EVERYWHERE
    assert missing == {name for other, name in CHANGED if other == stage}
