"""The params of a prompt: what is asked of a model for each row, and what is made of its reply."""

from __future__ import annotations

from typing import Any, Literal

from pyspark.sql.types import DataType

from synapse_magic.services import declared
from synapse_magic.services.declaring import stage_of
from synapse_magic.spark.param import Param, param, unset

CHAT, RESPONSES = declared.OpenAIChatCompletion, declared.OpenAIResponses
"""The stages whose rows say how a model is asked."""

_MADE_HERE = ("messages", "instructions", "responseFormat")
_OF_SEVERAL_ANSWERS = ("n", "logProbs")
_SYSTEM = (
    "You are an AI chatbot who wants to answer user's questions and complete tasks. Follow their "
    "instructions carefully and be brief if they don't say otherwise."
)


def _row() -> dict[str, Any]:
    """Return a row with the params of both interfaces, but for those that a prompt makes itself."""
    params = {**RESPONSES.row["params"], **CHAT.row["params"]}
    kept = {n: p for n, p in params.items() if n not in (*_MADE_HERE, *_OF_SEVERAL_ANSWERS)}
    model = {"type": "string", "doc": "The same as deploymentName, by the name Foundry has for it."}
    return {**CHAT.row, "name": "OpenAIPrompt", "params": {**kept, "model": model}}


_Model: Any = stage_of(_row(), __name__)


class PromptParams(_Model):
    """What the stage of a prompt is told, beside what every call of a model is."""

    promptTemplate: Param[str] = param(
        "What the model is asked, with columns in braces: 'Translate {text} to {language}'; "
        "{{ and }} are braces of the text.",
        default=unset,
    )
    systemPrompt: Param[str] = param(
        "What the model is told before that; an empty text for nothing.", default=_SYSTEM
    )
    apiType: Param[Literal["chat_completions", "responses"]] = param(
        "Interface of the server; nearly all have the first one.", default="chat_completions"
    )
    columnTypes: Param[dict[str, str]] = param(
        "What columns of the template hold: 'text'; 'path' for a file by its path, its address or "
        "its bytes; 'image' for a file that must be an image.",
        default={},
    )
    fileSizeLimitMB: Param[float] = param(
        "Megabytes of a file at most; unset for 50.", default=unset, above=0
    )
    schema: Param[str | DataType] = param(
        "Fields of the struct that each reply must be, as DDL or a StructType: the model is held "
        "to them, told once of what does not fit, and their comments tell it what they mean.",
        default=unset,
    )
    responseFormat: Param[str | dict[str, Any]] = param(
        "Form of the reply as the server takes it: 'text', 'json_object', or a dict with "
        "'type': 'json_schema'.",
        default=unset,
    )
    postProcessing: Param[Literal["", "csv", "json", "regex"]] = param(
        "What is made of the reply: its text, a list of texts, a struct, or a part that matches; "
        "unset, it follows from postProcessingOptions.",
        default="",
    )
    postProcessingOptions: Param[dict[str, str | int]] = param(
        "delimiter of csv, jsonSchema (a DDL) of json, regex and regexGroup of regex.", default={}
    )
    usageCol: Param[str] = param(
        "New column of the tokens that a row was paid for with; unset for none.",
        default=unset,
        column="out",
    )
    costCol: Param[str] = param(
        "New column of what they cost by inputPrice and outputPrice; unset for none.",
        default=unset,
        column="out",
    )
    inputPrice: Param[float] = param(
        "Price of a million tokens of prompts, by your provider's list.", default=unset, low=0
    )
    outputPrice: Param[float] = param(
        "Price of a million tokens of replies, hidden ones among them.", default=unset, low=0
    )
    cachedInputPrice: Param[float] = param(
        "Price of a million tokens of prompts that the provider still had; unset for inputPrice.",
        default=unset,
        low=0,
    )
    responseIdCol: Param[str] = param(
        "New column of the reply's id, for previousResponseIdCol; unset for none.",
        default=unset,
        column="out",
    )
    mode: Param[Literal["calls", "batch"]] = param(
        "'calls' asks about each row at once; 'batch' about many together by the provider's "
        "batches, within a day and at its price for that. It needs a journal, by which a job that "
        "is run again with the same rows in the same tasks finds its batches; concurrency is then "
        "how many of them a task has at once.",
        default="calls",
    )
    batchSize: Param[int] = param(
        "Rows in one batch where mode is 'batch'; each task has batches of its own.",
        default=5000,
        low=1,
        high=50_000,
    )
    pollingDelay: Param[int] = param(
        "Milliseconds between two questions for a batch, at least; they grow with time.",
        default=30_000,
        low=0,
    )
    dropPrompt: Param[bool] = param(
        "Leave out what was said to the model; otherwise it is in messagesCol.", default=True
    )
    messagesCol: Param[str] = param(
        "New column of the messages where dropPrompt is False; unset for one named after the "
        "stage's uid.",
        default=unset,
        column="out",
    )
