"""The example of a row, played without a call; all rows of the package, and wrong ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from row_contract import LIVE

import synapse_magic
from synapse_magic import SynapseError
from synapse_magic.services.declaring import stage_of
from synapse_magic.services.row_example import check_example


@pytest.mark.parametrize("name", LIVE)
def test_every_row_agrees_with_its_example(name: str) -> None:
    check_example(getattr(synapse_magic, name), name)


def _state(example: dict[str, Any]) -> None:
    example["polls"][-1]["body"]["status"] = "running"


def _result(example: dict[str, Any]) -> None:
    example["polls"][-1]["body"].pop("analyzeResult")


def _address(example: dict[str, Any]) -> None:
    example["reply"]["headers"] = {}


def _number(example: dict[str, Any]) -> None:
    example["given"]["apiVersion"] = 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_state, "example.reply: the last of its polls is in the state 'running'"),
        (_result, "example.reply: its polls have no result"),
        (_address, "example.reply: it names no operation to ask for"),
        (_number, "example.given: apiVersion of AnalyzeDocument must be a string, got 3"),
    ],
)
def test_an_operation_that_its_example_refutes_is_refused(
    change: Callable[[dict[str, Any]], None], said: str
) -> None:
    row = copy.deepcopy(LIVE["AnalyzeDocument"])
    change(row["example"])
    with pytest.raises(SynapseError, match=f"^file, {said}"):
        check_example(stage_of(row, "synapse_magic.services.declared"), "file")
