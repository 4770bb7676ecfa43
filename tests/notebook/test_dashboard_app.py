"""A search among all rows: told when it is there, stopped when it is not wanted, and one a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from synapse_magic import SynapseError
from synapse_magic.notebook.dashboard_app import DashboardApp
from synapse_magic.spark import running

pytestmark = pytest.mark.usefixtures("without_spark")
SPARK: Any = SimpleNamespace()
ASKED = {"column": "id", "value": "7", "number": 0.5}


class Asked:
    """A board whose search does what it is given, and the app in front of it."""

    label = "Dashboard"

    def __init__(self, find: Callable[[], Mapping[str, Any]]) -> None:
        self._find = find
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.over = threading.Event()
        self.app = DashboardApp(self, SPARK, self._tell)

    def still(self) -> str:
        return "<p>still</p>"

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._find() if ask == "find" else {"asked": ask, **given}

    def _tell(self, name: str, told: Mapping[str, Any]) -> None:
        self.told.append((name, told))
        self.over.set()


def test_other_questions_are_answered_at_once() -> None:
    app = Asked(dict).app
    assert app.answer("rows", {"start": 3}) == {"asked": "rows", "start": 3}
    assert app.answer("stop", {}) == {"stopped": False}
    assert (app.label, app.still()) == ("Dashboard", "<p>still</p>")


def test_what_is_found_is_told_to_the_view_that_asked() -> None:
    asked = Asked(lambda: {"rows": [["7"]]})
    assert asked.app.answer("find", ASKED) == {}
    assert asked.over.wait(20)
    assert asked.told == [("found", {"number": 0.5, "rows": [["7"]]})]


def test_a_search_that_fails_is_told_in_one_line() -> None:
    def stopped() -> Mapping[str, Any]:
        raise SynapseError("Spark was stopped. Try: %synapse start")

    asked = Asked(stopped)
    asked.app.answer("find", ASKED)
    assert asked.over.wait(20)
    assert asked.told == [
        ("found", {"number": 0.5, "error": "Spark was stopped. Try: %synapse start"})
    ]


def test_a_search_is_stopped_and_no_second_one_begins_meanwhile() -> None:
    begun = threading.Event()

    def slow() -> Mapping[str, Any]:
        begun.set()
        while not running.stopping():
            threading.Event().wait(0.01)
        raise RuntimeError("what Spark raises when its job is cancelled")

    asked = Asked(slow)
    asked.app.answer("find", ASKED)
    assert begun.wait(20)
    with pytest.raises(SynapseError, match="already"):
        asked.app.answer("find", ASKED)
    assert asked.app.answer("stop", {}) == {"stopped": True}
    assert asked.over.wait(20)
    assert "Cancelled" in asked.told[0][1]["error"]
