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

CHANGE_THEME = """theme => {
  window.jupyterapp.commands.execute("apputils:change-theme", { theme });
}"""


def findings(page: Any, where: str) -> list[str]:
    """Return the serious and critical findings below a selector, each with its element."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    return list(page.evaluate(SCAN, where))


def findings_by_theme(page: Any, *parts: str) -> list[str]:
    """Return the findings below selectors in the dark and in the light theme of JupyterLab."""
    found = []
    for theme, light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):
        page.evaluate(CHANGE_THEME, theme)
        page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
        page.wait_for_timeout(1000)  # colours fade from theme to theme
        found += [f"{theme}: {one}" for where in parts for one in findings(page, where)]
    return found
