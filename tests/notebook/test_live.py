from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from synapse_magic import SynapseError
from synapse_magic.notebook import live


class Ages:
    """An app that knows two ages."""

    label = "Ages <b>of</b> two"

    def still(self) -> str:
        return "<p>3 and 5</p>"

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if ask == "fail":
            raise SynapseError("There is no such age. Try: open")
        if ask == "break":
            return {"ages": 1 // given["by"]}
        if ask == "flood":
            return {"ages": np.random.default_rng(1).random(400_000)}
        return {"ages": np.array([3, 5], np.uint8), "words": given["words"]}


class Heard(live.LiveWidget):
    """A widget whose messages are kept."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, Any]] = []
        super().__init__("dashboard", Ages(), "one")

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append((content, buffers))

    def asked(self, ask: str, **given: Any) -> tuple[Any, Any]:
        self._handle_custom_msg({"id": "a:1", "ask": ask, "given": given}, [])
        return self.sent.pop()


def test_a_question_is_answered_under_its_own_number() -> None:
    content, blocks = Heard().asked("open", words="</script>")
    assert content["id"] == "a:1"
    assert content["body"]["words"] == "</script>"
    assert list(zlib.decompress(blocks[0])) == [3, 5]


def test_an_error_travels_as_words_and_the_widget_answers_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    widget = Heard()
    assert widget.asked("fail")[0] == {"id": "a:1", "error": "There is no such age. Try: open"}
    assert not caplog.records
    assert "ZeroDivisionError" in widget.asked("break", by=0)[0]["error"]
    # What nobody foresaw can be looked up where the kernel logs.
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError
    ]
    assert "body" in widget.asked("open", words="")[0]


def test_no_message_is_larger_than_a_notebook_should_be_sent() -> None:
    assert "3," in Heard().asked("flood")[0]["error"]


def test_letters_are_counted_by_the_bytes_that_they_take() -> None:
    assert "error" in Heard().asked("open", words="\N{GRINNING FACE}" * 500_001)[0]
    assert "body" in Heard().asked("open", words="a" * 500_001)[0]


def test_two_views_of_one_app_have_snapshots_of_their_own() -> None:
    app = Ages()
    stills = {live.LiveView("dashboard", app).widget.still for _ in range(20)}
    assert len(stills) == 20


def test_what_is_told_goes_to_all_views() -> None:
    widget = Heard()
    widget.tell("progress", {"done": 3})
    content, _ = widget.sent[0]
    assert content == {"tell": "progress", "body": {"done": 3, "$buffers": []}}


def test_a_cell_shows_the_snapshot_and_then_the_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(live, "show_html", lambda text, html: shown.append({"text/html": html}))
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    live.LiveView("dashboard", Ages())._ipython_display_()
    snapshot, widget = shown
    assert "<p>3 and 5</p>" in snapshot["text/html"]
    assert widget["text/html"] == ""
    assert "application/vnd.jupyter.widget-view+json" in widget


def test_the_scripts_of_live_widgets_are_small() -> None:
    built = list(live.STATIC.glob("*.js"))
    assert built
    assert all(path.stat().st_size <= 200_000 for path in built)


def test_a_script_that_was_not_built_is_told_with_what_builds_it() -> None:
    with pytest.raises(SynapseError, match="npm run build"):
        live.script("nowhere")
