"""A person at the keyboard alone, who must see at each stop where the focus is."""

from __future__ import annotations

from typing import Any

import pytest

MANY = 120  # stops after which there is no such control
NAME = """() => {
  const one = document.activeElement;
  const words = one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText;
  return (words || one.tagName).trim().replaceAll(/\\s+/g, " ").slice(0, 80);
}"""
RING = """() => {
  const seen = (one) => one && getComputedStyle(one).outlineStyle !== "none"
    && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  const one = document.activeElement;
  const own = one.closest(".syn-app, .syn-live, .jp-Synapse-panel");
  const around = [one.closest(".syn-b-code"), one.firstElementChild];
  return !own || seen(one) || around.some(seen);
}"""


class Keyboard:
    """Goes from control to control of a page by the Tab key, and presses keys."""

    def __init__(self, page: Any) -> None:
        self._page = page

    @property
    def at(self) -> str:
        """The name of what has the focus."""
        return str(self._page.evaluate(NAME))

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self._page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Write a text in the place of the one that is there."""
        self.press("Control+a")
        self._page.keyboard.type(text)

    def to(self, name: str, key: str = "Tab") -> None:
        """Go on until what has the focus begins with a name; each stop must be seen."""
        passed = []
        for _ in range(MANY):
            self.press(key)
            passed.append(self.at)
            assert self._page.evaluate(RING), f"no ring is seen on {passed[-1]!r}"
            if passed[-1].startswith(name):
                return
        pytest.fail(f"{name!r} is not reached by {key}: {passed}")

    def back(self, name: str) -> None:
        """Go back until what has the focus begins with a name."""
        self.to(name, "Shift+Tab")
