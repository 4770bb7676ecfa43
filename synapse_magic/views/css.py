"""The stylesheets, in few bytes, and the part of one that a still picture needs."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from synapse_magic.views.palette import LIGHT


@functools.cache
def stylesheet(name: str) -> str:
    """Return a stylesheet of this folder without comments and needless spaces."""
    css = (Path(__file__).parent / name).read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css))
    return css.replace(": ", ":").strip()


@functools.cache
def _rules() -> tuple[tuple[frozenset[str], str], ...]:
    """Return the rules of the marks in the light theme, each with the classes it is about."""
    css = stylesheet("marks.css").replace("var(--syn-fg)", LIGHT["p-fg"])
    css = re.sub(r"var\(--syn-([\w-]+)\)", lambda found: LIGHT[found[1]], css)
    rules = re.findall(r"[^{}]+\{[^{}]*\}", css)
    about = [frozenset(re.findall(r"\.(syn-\w+)", rule.split("{")[0])) for rule in rules]
    return tuple(zip((names - {"syn-svg"} for names in about), rules, strict=True))


def rules_for(drawing: str) -> str:
    """Return the rules of the marks that ``drawing`` uses, in the light theme."""
    used = set(re.findall(r'class="(syn-\w+)"', drawing))
    return "".join(rule for names, rule in _rules() if not names or names & used)
