from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a headless Chromium; where continuous integration has none, the test fails."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = f"No browser: none of {', '.join(NAMES)} is on the PATH"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Lab:
    """A JupyterLab on loopback over one folder."""

    def __init__(self, folder: Path, port: int, settings: Path, data: Path) -> None:
        self.folder, self.port, self.settings, self.data = folder, port, settings, data

    def url(self, notebook: str, front: str = "doc/tree") -> str:
        """Return the address of a notebook, opened alone; ``notebooks`` opens it in Notebook 7."""
        return f"http://127.0.0.1:{self.port}/{front}/{notebook}"

    def whole(self, notebook: str) -> str:
        """Return the address of a notebook in all of JupyterLab, without what others opened."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{Path(notebook).stem}/tree/{notebook}"

    def kernel(self, name: str, script: str) -> None:
        """Offer one more kernel from now on, which a Python script is."""
        place = self.data / "kernels" / name
        place.mkdir(parents=True)
        (place / "kernel.py").write_text(script)
        command = [sys.executable, str(place / "kernel.py"), "-f", "{connection_file}"]
        spec = {"argv": command, "display_name": name, "language": name}
        (place / "kernel.json").write_text(json.dumps(spec))

    def theme(self, name: str) -> None:
        """Use a theme from the next page load on: ``Light`` or ``Dark``."""
        place = self.settings / "@jupyterlab" / "apputils-extension"
        place.mkdir(parents=True, exist_ok=True)
        theme = json.dumps({"theme": f"JupyterLab {name}"})
        (place / "themes.jupyterlab-settings").write_text(theme)
        news = json.dumps({"fetchNews": "false", "checkForUpdates": False})
        (place / "notification.jupyterlab-settings").write_text(news)
        # Every cell stays on the page, also those out of sight.
        tracker = self.settings / "@jupyterlab" / "notebook-extension"
        tracker.mkdir(parents=True, exist_ok=True)
        windowing = json.dumps({"windowingMode": "none"})
        (tracker / "tracker.jupyterlab-settings").write_text(windowing)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab over an empty folder and stop it at the end."""
    folder = tmp_path_factory.mktemp("lab")
    settings, data = tmp_path_factory.mktemp("settings"), tmp_path_factory.mktemp("data")
    places = os.pathsep.join(filter(None, [str(data), os.environ.get("JUPYTER_PATH")]))
    environment = {
        **os.environ,
        "JUPYTER_PATH": places,
        "JUPYTERLAB_SETTINGS_DIR": str(settings),  # of JupyterLab and Notebook alike
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path_factory.mktemp("workspaces")),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=",
        "--ServerApp.password=", "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (folder / ".." / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=folder, env=environment
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api", server)
        started = Lab(folder, port, settings, data)
        started.theme("Light")
        yield started
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, "JupyterLab ended"
            time.sleep(0.3)
        else:
            return
    pytest.fail("JupyterLab did not answer within 60 seconds")
