"""The demo notebooks: where they are and a copy that the user may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from synapse_magic.errors import SynapseError

INSTALL_LINE = 'pip install "synapse-magic[lab]"'


def notebooks() -> list[Path]:
    """Return the demo notebooks in order, from the installed package or a checkout."""
    here = Path(__file__).parent
    for folder in (here / "demo_notebooks", here.parents[1] / "demo_notebooks"):
        if folder.is_dir():
            return sorted(folder.glob("*.ipynb"))
    raise SynapseError("The demo notebooks are not installed. Try: reinstall synapse-magic")


def copy_notebooks(folder: Path) -> list[Path]:
    """Copy the demo notebooks into ``folder``, leaving those that are there, and return all."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for notebook in notebooks():
        copy = folder / notebook.name
        if not copy.exists():
            shutil.copyfile(notebook, copy)
        copies.append(copy)
    return copies
