from __future__ import annotations

import stubs


def test_the_stub_file_agrees_with_the_declarations() -> None:
    assert stubs.PLACE.read_text(encoding="utf-8") == stubs.stub(), (
        "stale; run: python tests/contract/stubs.py"
    )
