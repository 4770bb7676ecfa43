"""What ``call_services`` is told, looked at without Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synapse_magic import HTTPTransformer, LightGBMClassifier, OpenAIChatCompletion
from synapse_magic.errors import SynapseError
from synapse_magic.http.price import Price
from synapse_magic.http.spending import Limits
from synapse_magic.services.call_checks import check_run, folder_of, limits_of, stages_of
from synapse_magic.services.projecting import Called


class Frame:
    isStreaming = False


def test_one_stage_is_taken_as_a_list_of_it() -> None:
    stage = HTTPTransformer(inputCol="a", outputCol="b")
    assert stages_of(stage) == stages_of([stage]) == stages_of((stage,)) == [stage]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("chat", "must be a stage or a list of them, got 'chat'"),
        ([None], "must be a stage or a list of them, got None"),
        (OpenAIChatCompletion, r"got OpenAIChatCompletion. Try: OpenAIChatCompletion\(\.\.\.\)"),
        (LightGBMClassifier(), "LightGBMClassifier learns from rows.* Try: the model"),
    ],
)
def test_what_is_no_stage_is_told(given: Any, message: str) -> None:
    with pytest.raises(SynapseError, match=message):
        stages_of(given)


@pytest.mark.parametrize(
    ("calls", "cost", "message"),
    [
        (0, None, "max_calls must be an integer of at least 1, got 0"),
        (2.5, None, "max_calls must be an integer of at least 1, got 2.5"),
        (True, None, "max_calls must be an integer of at least 1, got True"),
        ("9", None, "max_calls must be an integer of at least 1, got '9'"),
        (None, 0, "max_cost must be dollars greater than 0, got 0. Try: max_cost=0.5, or no"),
        (None, -1.5, "max_cost must be dollars greater than 0, got -1.5"),
        (None, float("nan"), "max_cost must be dollars greater than 0, got nan"),
        (None, "2", "max_cost must be dollars greater than 0, got '2'"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_told(calls: Any, cost: Any, message: str) -> None:
    with pytest.raises(SynapseError, match=message):
        limits_of(calls, cost)


def test_limits_may_be_numbers_of_numpy() -> None:
    assert limits_of(np.int64(3), np.float64(0.5)) == Limits(3, 0.5)
    assert limits_of(None, 2) == Limits(None, 2)


def test_a_journal_may_be_a_path(tmp_path: Path) -> None:
    assert folder_of(tmp_path) == str(tmp_path)
    assert folder_of(None) is None
    for given in (5, ""):
        with pytest.raises(SynapseError, match="journal must be the path of a folder, got"):
            folder_of(given)


@pytest.mark.parametrize("rows", [-1, 2.5, "5", True])
def test_rows_to_try_are_a_whole_number(rows: Any) -> None:
    frame: Any = Frame()
    with pytest.raises(SynapseError, match="try_rows must be an integer of at least 0, got"):
        check_run(frame, {0: Called("Chat", price=Price(call=1.0))}, Limits(), rows)


def test_dollars_need_a_price() -> None:
    frame: Any = Frame()
    with pytest.raises(SynapseError, match="max_cost cannot be kept, as Chat has no price here"):
        check_run(frame, {0: Called("Chat")}, Limits(cost=1.0), 10)
