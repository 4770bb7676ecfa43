"""What axe-core finds wrong in a part of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
SCAN = """async (where) => {
  const found = await axe.run({ include: [where] }, { resultTypes: ["violations"] });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) => {
      const why = [...any, ...all, ...none].map((one) => one.message);
      return `${id}: ${html.slice(0, 200)} ${why.join("; ")}`;
    }));
}"""


def findings(page: Any, where: str) -> list[str]:
    """Return the serious and critical findings below a selector, each with its element."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    return list(page.evaluate(SCAN, where))
