"""``synapse-magic lab``: JupyterLab on the demo notebooks."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from synapse_magic.command.notebooks import INSTALL_LINE, copy_notebooks
from synapse_magic.errors import SynapseError


def open_lab(folder: Path) -> int:
    """Copy the demo notebooks into ``folder`` and open JupyterLab there; return its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise SynapseError(f"JupyterLab is not installed. Try: {INSTALL_LINE}")
    first = copy_notebooks(folder)[0]
    print(f"JupyterLab opens on {folder.absolute()}; end it with Ctrl+C twice")
    command = [sys.executable, "-m", "jupyterlab", str(first)]
    return subprocess.call(command)
