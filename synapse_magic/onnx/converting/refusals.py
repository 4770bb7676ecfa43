"""What is said when a model cannot be converted."""

from __future__ import annotations

import importlib
import re
from typing import Any

from synapse_magic.errors import SynapseError


def described(model: Any) -> str:
    """Return the model's class in words."""
    return f"this {type(model).__name__}"


def capitalized(text: str) -> str:
    """Return a text as the beginning of a sentence; the other letters stay as they are."""
    return text[:1].upper() + text[1:]


def needed(module: str, what: str, install: str) -> Any:
    """Return a converter's module.

    Raises
    ------
    SynapseError
        When it is not installed, with the line to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SynapseError(
            f"Converting {what} to ONNX needs {error.name or module}. Try: pip install {install}"
        ) from error


def refused(owner: str, error: BaseException, hint: str) -> SynapseError:
    """Return the error for a model that its converter does not take."""
    return SynapseError(
        f"{capitalized(owner)} cannot be converted to ONNX: {first_line(error)} Try: {hint}"
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an error that says something, as a sentence."""
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", str(error))  # colours of a terminal
    lines = [line.strip() for line in plain.splitlines()]
    said = next((line for line in lines if re.search(r"\w", line)), type(error).__name__)
    said = said[:300].rstrip(" :,")
    return said if said.endswith((".", "!", "?")) else f"{said}."
